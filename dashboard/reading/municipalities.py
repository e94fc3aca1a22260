"""Municipalities beside each other, from ``mart_municipality_profile``."""

from dataclasses import dataclass

from dashboard.reading.board import Board
from dashboard.reading.figure import Figure

MUNICIPALITIES = "mart_municipality_profile"
_ROWS = """
    select
        indicator_code,
        municipality_code,
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
        coalesce(municipality_name, municipality_code),
        is_own,
        province_nl,
        size_class,
        country_value,
        class_peers_value,
        class_peers_count,
        place,
        first_rank,
        last_rank,
        ranked_count,
        place_change,
        is_place_change_outside_noise,
        class_place,
        class_first_rank,
        class_last_rank,
        class_ranked_count
    from mart_municipality_profile
    where indicator_code = $indicator and figure_fresh_until >= $today
    order by municipality_code
"""
_FIGURE_COLUMNS = 15


@dataclass(frozen=True)
class MunicipalityRow:
    """The figure of a municipality with its place among all of them and among those of its size class."""

    figure: Figure
    name: str
    is_own: bool
    province: str | None
    size_class: str | None
    country_value: float | None
    class_peers_value: float | None
    class_peers_count: int | None
    place: int | None
    first_rank: int | None
    last_rank: int | None
    ranked_count: int | None
    place_change: int | None
    is_place_change_outside_noise: bool | None
    class_place: int | None
    class_first_rank: int | None
    class_last_rank: int | None
    class_ranked_count: int | None


def are_known(board: Board, code: str) -> bool:
    """Whether the release has an indicator of other municipalities."""
    if MUNICIPALITIES not in board.release.marts:
        return False
    query = "select count(*) > 0 from mart_municipality_profile where indicator_code = $indicator"
    row = board.cursor.execute(query, {"indicator": code}).fetchone()
    return bool(row and row[0])


def of_indicator(board: Board, code: str) -> list[MunicipalityRow]:
    """Rows of an indicator; none where the release has no other municipalities."""
    if MUNICIPALITIES not in board.release.marts:
        return []
    rows = board.cursor.execute(_ROWS, {"indicator": code, "today": board.today}).fetchall()
    return [MunicipalityRow(Figure(*row[:_FIGURE_COLUMNS]), *row[_FIGURE_COLUMNS:]) for row in rows]
