"""Neighbourhoods beside their municipality and peers, from ``mart_neighbourhood_profile``."""

from dataclasses import dataclass

from dashboard.reading.board import Board
from dashboard.reading.figure import FIGURE_WIDTH, Area, Figure, figure_columns

_PROFILE = f"""
    select {figure_columns("neighbourhood_code", "figure_")},
        year_before_value,
        is_change_outside_noise,
        district_value,
        municipality_value,
        country_value,
        class_peers_value,
        class_peers_count,
        chosen_peers_value,
        chosen_peers_count,
        first_rank,
        last_rank,
        ranked_count
    from mart_neighbourhood_profile
    where figure_fresh_until >= {{today}}
"""
_OF_NEIGHBOURHOOD = f"{_PROFILE} and neighbourhood_code = {{area}} order by indicator_code"
_OF_INDICATOR = f"""
    {_PROFILE} and indicator_code = {{indicator}} and municipality_code = {{municipality}}
    order by neighbourhood_code
"""


@dataclass(frozen=True)
class NeighbourhoodRow:
    """The figure of a neighbourhood with those that it is compared with, and its place among the neighbourhoods."""

    figure: Figure
    year_before_value: float | None
    is_change_outside_noise: bool | None
    district_value: float | None
    municipality_value: float | None
    country_value: float | None
    class_peers_value: float | None
    class_peers_count: int | None
    chosen_peers_value: float | None
    chosen_peers_count: int | None
    first_rank: int | None
    last_rank: int | None
    ranked_count: int | None


def of_neighbourhood(board: Board, code: str) -> dict[str, NeighbourhoodRow]:
    """Rows of one neighbourhood, by indicator."""
    rows = board.rows(_OF_NEIGHBOURHOOD, area=code, today=board.today)
    return {row[0]: NeighbourhoodRow(Figure(*row[:FIGURE_WIDTH]), *row[FIGURE_WIDTH:]) for row in rows}


def of_indicator(board: Board, code: str, municipality: Area | None = None) -> dict[str, NeighbourhoodRow]:
    """Rows of one indicator, by neighbourhood of the own municipality, or of another one."""
    within = (municipality or board.municipality).code
    rows = board.rows(_OF_INDICATOR, indicator=code, municipality=within, today=board.today)
    return {row[1]: NeighbourhoodRow(Figure(*row[:FIGURE_WIDTH]), *row[FIGURE_WIDTH:]) for row in rows}
