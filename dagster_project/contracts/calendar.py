"""Calendar rules: "at most one month old", and the day by which a supplier's next figures are due."""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache
from typing import Annotated

import isodate
from pydantic import BeforeValidator, PlainSerializer

PERIOD_CODE = re.compile(r"(?P<year>\d{4})(?P<kind>JJ|HJ|KW|MM)(?P<number>0[0-9]|1[0-2])")
FRIDAY = 4
# A supplier may publish before the date that it announced.
EARLY = timedelta(days=7)
MONTHS_IN = {"MM": 1, "KW": 3, "HJ": 6, "JJ": 12}


def parse_age(text: object) -> isodate.Duration:
    """Read an ISO 8601 duration of whole calendar units, such as ``P1M`` or ``P14D``.

    Raises ValueError when the text is not such a duration.
    """
    if isinstance(text, isodate.Duration):
        return text
    try:
        duration = isodate.parse_duration(str(text), as_timedelta_if_possible=False)
    except isodate.ISO8601Error as error:
        raise ValueError("expected an ISO 8601 duration such as P1M") from error
    parts = (duration.years, duration.months, duration.tdelta.days)
    if duration.tdelta.seconds or duration.tdelta.microseconds or any(part != int(part) for part in parts):
        raise ValueError("expected whole days, months or years such as P1M")
    if min(parts) < 0 or not any(parts):
        raise ValueError("expected a duration longer than nothing such as P1M")
    return duration


Age = Annotated[isodate.Duration, BeforeValidator(parse_age), PlainSerializer(isodate.duration_isoformat)]


def fresh_until(clock: date, maximum_age: isodate.Duration) -> date:
    """Last day on which figures dated ``clock`` may be shown.

    In a month that is too short the term ends on its last day: 31 January + P1M = 28 or 29 February.
    """
    return clock + maximum_age


def next_publication(
    *,
    period_end: date | None,
    published: date | None,
    cadence: isodate.Duration,
    publication_lag: isodate.Duration,
    announced: Iterable[date],
) -> date | None:
    """Last day on which the supplier's next figures are on time; None if it cannot be derived.

    It is the first announced date that was not met; without one, the next period's end plus the lag; for figures
    without a period, the last publication plus the cadence.
    """
    last = published or period_end
    days = sorted(announced)
    before = [None, *days]
    if to_come := [day for day, previous in zip(days, before, strict=False) if not _is_met(day, previous, last)]:
        return to_come[0]
    if period_end is not None:
        return later(later(period_end, cadence), publication_lag)
    return published + cadence if published is not None else None


def _is_met(day: date, previous: date | None, last: date | None) -> bool:
    """Whether a publication meets an announced date: later, or in the week before it.

    In that week it must be nearer to this date than to the previous one: a late publication for that is not an early
    one for this.
    """
    if last is None or last >= day:
        return last is not None
    return day - last <= EARLY and (previous is None or day - last < last - previous)


def every_year(days: Iterable[str], since: date) -> list[date]:
    """Days such as ``07-24`` in the year of ``since`` and in the next; in a weekend, the Monday after."""
    found = (date.fromisoformat(f"{year}-{day}") for year in (since.year, since.year + 1) for day in days)
    return [day + timedelta(days=7 - day.weekday() if day.weekday() > FRIDAY else 0) for day in found]


def later(end: date, term: isodate.Duration) -> date:
    """A term after the end of a period, from month's end to month's end: 28 February + P1M = 31 March."""
    day: date = end + term
    if (end + timedelta(days=1)).day == 1 and not term.tdelta.days:
        first_of_next = (day.replace(day=1) + timedelta(days=31)).replace(day=1)
        return first_of_next - timedelta(days=1)
    return day


def last_period_end(codes: Iterable[str]) -> date | None:
    """Last day of the period described by CBS's period codes: 2026JJ00, 2026HJ02, 2026KW03, 2026MM09.

    The shortest periods count, since a table may have the total of the current year next to its months. None without a
    code.
    """
    found = [match for code in codes if (match := PERIOD_CODE.fullmatch(code.strip()))]
    for kind, months in MONTHS_IN.items():
        if years := [(int(code["year"]), int(code["number"])) for code in found if code["kind"] == kind]:
            year, number = max(years)
            month = months * max(number, 1)
            return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    return None


@cache
def lengths(age: isodate.Duration) -> tuple[int, int]:
    """The fewest and the most days of a duration, over all days on which it may begin."""
    # Four years have every length of a month and of a year.
    begins = (date(2024, 1, 1) + timedelta(days=n) for n in range(4 * 365 + 1))
    days = {((begin + age) - begin).days for begin in begins}
    return min(days), max(days)
