"""Citizen reports per category, from ``mart_report_categories``."""

from dataclasses import dataclass
from datetime import date

from dashboard.reading.board import Board

_CATEGORIES = """
    select
        main_category,
        period,
        reports_received_count,
        reports_handled_count,
        reports_handling_days_median,
        reports_on_time_pct,
        fresh_until
    from mart_report_categories
    where is_complete_period
    qualify period_start_date = max(period_start_date) over ()
    order by reports_received_count desc, main_category
"""


@dataclass(frozen=True)
class Category:
    """Reports of a category in a month; days are None if fewer than five reports were handled."""

    name: str
    period: str
    received_count: int
    handled_count: int
    handling_days: float | None
    on_time_pct: float | None
    fresh_until: date


def categories(board: Board) -> list[Category]:
    """Categories in the last complete month, those with most reports first."""
    if "mart_report_categories" not in board.release.marts:
        return []
    return [Category(*row) for row in board.rows(_CATEGORIES)]
