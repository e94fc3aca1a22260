"""Neighbourhoods beside their municipality and peers, from ``mart_neighbourhood_profile``."""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from dashboard.reading.board import Board
from dashboard.reading.figure import Figure

_PROFILE = """
    select
        indicator_code,
        neighbourhood_code,
        period_type,
        period,
        period_start_date,
        period_end_date,
        value,
        noise_lower,
        noise_upper,
        status,
        missing_reason,
        feed,
        figure_released_at,
        figure_checked_at,
        figure_fresh_until,
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
    where {condition} and figure_fresh_until >= $today
    order by indicator_code, neighbourhood_code
"""
_FIGURE_COLUMNS = 15


@dataclass(frozen=True)
class Row:
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


def of_neighbourhood(board: Board, code: str) -> dict[str, Row]:
    """Rows of one neighbourhood, by indicator."""
    rows = _rows(board, "neighbourhood_code = $code", {"code": code})
    return {row.figure.indicator_code: row for row in rows}


def of_indicator(board: Board, code: str) -> dict[str, Row]:
    """Rows of one indicator, by neighbourhood."""
    return {row.figure.area_code: row for row in _rows(board, "indicator_code = $code", {"code": code})}


def _rows(board: Board, condition: str, values: dict[str, object]) -> Sequence[Row]:
    found: duckdb.DuckDBPyConnection = board.cursor.execute(
        _PROFILE.format(condition=condition), {**values, "today": board.today}
    )
    return [Row(Figure(*row[:_FIGURE_COLUMNS]), *row[_FIGURE_COLUMNS:]) for row in found.fetchall()]
