"""The calendar rule behind "at most one month old", in one place for every reader of it."""

from datetime import date
from typing import Annotated

import isodate
from pydantic import BeforeValidator, PlainSerializer


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
    """Last day on which something dated ``clock`` may be shown, end of month included.

    A month that is too short ends the term on its last day: 31 January + P1M = 28 or 29 February.
    """
    return clock + maximum_age
