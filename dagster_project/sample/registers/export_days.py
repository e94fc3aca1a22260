"""When departments export their registers, and over which months they then report."""

from collections.abc import Iterator
from datetime import date, timedelta

_MIDDLE = 15


def last_export(as_of: date) -> date:
    """The first and the fifteenth of a month: a month that runs is reported until the day before."""
    return as_of.replace(day=_MIDDLE if as_of.day >= _MIDDLE else 1)


def last_monday(as_of: date) -> date:
    """The day of the last weekly export."""
    return as_of - timedelta(days=as_of.weekday())


def reported_months(exported: date, count: int) -> Iterator[tuple[date, float]]:
    """The last ``count`` months as the last day that is reported of each, with the part of the month that has gone."""
    until = exported - timedelta(days=1)
    month = until.replace(day=1)
    months = []
    for _ in range(count):
        end = (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        last = min(end, until)
        months.append((last, last.day / end.day))
        month = (month - timedelta(days=1)).replace(day=1)
    return reversed(months)
