"""Outlines of areas, from ``dim_region_outline``."""

from dashboard.reading.board import Board
from dashboard.reading.figure import Area

_OUTLINES = """
    select
        region_code,
        outline_geojson
    from dim_region_outline
    where region_level = {level} and municipality_code = {municipality}
    qualify region_vintage = max(region_vintage) over ()
    order by region_code
"""


def outlines(board: Board, level: str, municipality: Area) -> dict[str, str]:
    """GeoJSON of a municipality's areas of a level on the newest borders, by code."""
    return dict(board.rows(_OUTLINES, level=level, municipality=municipality.code))
