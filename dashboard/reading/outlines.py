"""Outlines of areas, from ``dim_region_outline``."""

from dashboard.reading.board import Board

_OUTLINES = """
    select
        region_code,
        outline_geojson
    from dim_region_outline
    where region_level = $level
    qualify region_vintage = max(region_vintage) over ()
    order by region_code
"""


def outlines(board: Board, level: str) -> dict[str, str]:
    """GeoJSON of all areas of a level on the newest borders, by code."""
    return dict(board.cursor.execute(_OUTLINES, {"level": level}).fetchall())
