"""Sickness absence per department of the organisation, and that of all public administration."""

from dataclasses import dataclass
from datetime import date

from dashboard.reading.board import Board

_DEPARTMENTS = """
    select
        department_name,
        period,
        sickness_absence_12_months_pct,
        least(staff_fresh_until, absence_fresh_until) as fresh_until
    from mart_staff_absence
    where is_complete_period
    qualify period_start_date = max(period_start_date) over ()
    order by row_type = 'organisation' desc, department_name
"""
_COUNTRY = """
    select
        public_administration_sickness_absence_12_months_pct,
        period,
        sickness_absence_fresh_until
    from mart_staff_absence
    where public_administration_sickness_absence_12_months_pct is not null
    order by period_start_date desc
    limit 1
"""


@dataclass(frozen=True)
class Department:
    """Absence of a department, or of the organisation, over twelve months; no value if too few people work there."""

    name: str
    period: str
    value: float | None
    fresh_until: date


@dataclass(frozen=True)
class PublicAdministration:
    """Absence in public administration over the last twelve months of which it is known."""

    value: float
    period: str
    fresh_until: date


def departments(board: Board) -> list[Department]:
    """The organisation and its departments in the last complete month."""
    return [Department(*row) for row in board.rows(_DEPARTMENTS)]


def public_administration(board: Board) -> PublicAdministration | None:
    """The national figure, if it may be shown."""
    rows = board.rows(_COUNTRY)
    return PublicAdministration(*rows[0]) if rows else None
