"""Fictional reports (meldingen) of Maandrecht's citizens per day, with their states.

Every day has its own random generator, so that an earlier day comes out the same in every later export.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from math import sqrt
from random import Random
from typing import NamedTuple
from uuid import UUID

from dagster_project.sample.municipality import (
    CLEAR,
    DEGREES_PER_KM,
    MUNICIPALITY,
    NEIGHBOURHOODS,
    Neighbourhood,
    centre_of,
    parts_of,
)
from dagster_project.sample.registers.signalen_catalogue import (
    CATEGORIES,
    INTERNAL_SOURCE,
    SOURCES,
    Category,
    first_working_day,
    weight_in,
)

_MONTHS = 48
_FORGOTTEN = timedelta(days=730)
_REPORTS_PER_DAY = 8.2
# Numbers of reports follow from their day, so that they stay when older days leave the export.
_FIRST_DAY = date(2015, 1, 1)
_NUMBERS_PER_DAY = 60
# Benchmarks measure a busy night: so many reports come on top of the usual ones in the last day of an export.
EXTRA_REPORTS = "MAANDVERS_SAMPLE_EXTRA_REPORTS"
_FIRST_EXTRA_NUMBER = 1_000_000
_HOURS = [1, 1, 0, 0, 0, 1, 3, 7, 10, 10, 9, 8, 7, 8, 8, 7, 7, 6, 6, 6, 5, 4, 3, 2]
_WEEKDAYS = [1.25, 1.15, 1.1, 1.1, 1.1, 0.7, 0.6]
_SEASON = [0.95, 0.9, 0.95, 1, 1.05, 1.15, 1.15, 1.1, 1.05, 1, 0.95, 0.9]
_TYPES = {"SIG": 85, "REQ": 5, "QUE": 3, "COM": 3, "MAI": 3, "PRJ": 1}
# Reports are made in a square around the middle of a neighbourhood that is all of it.
_EAST, _NORTH = (CLEAR / sqrt(2) * degrees for degrees in DEGREES_PER_KM)
_PLANNED = ("MAI", "PRJ")
_ABROAD = [neighbourhood for neighbourhood in NEIGHBOURHOODS if neighbourhood.municipality_code != MUNICIPALITY]
# With the weights up to and with each: people report where they live, and a little where few do.
_PLACES, _PLACES_ABROAD = (
    (homes, list(accumulate(neighbourhood.inhabitants + 150 for neighbourhood in homes)))
    for homes in (parts_of(MUNICIPALITY), _ABROAD)
)


class Event(NamedTuple):
    """A state that a report entered."""

    at: datetime
    state: str


class Assignment(NamedTuple):
    """A category that a report was given."""

    at: datetime
    category: Category


class Place(NamedTuple):
    """A location that a report was given; outside every known area the neighbourhood is None."""

    at: datetime
    longitude: float
    latitude: float
    neighbourhood: Neighbourhood | None


@dataclass
class Report:
    """A report with everything that ever happened to it, future included: an export cuts it off at its own time."""

    id: int
    uuid: UUID
    created_at: datetime
    source: str
    type: str
    priority: str
    anonymous: bool
    parent: int | None = None
    events: list[Event] = field(default_factory=list)
    assignments: list[Assignment] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)


def reports_until(moment: datetime, seed: int) -> list[Report]:
    """The reports of the last four years and the current month, up to a moment, in the order of their numbers."""
    year, month = divmod(moment.year * 12 + moment.month - 1 - _MONTHS, 12)
    day = date(year, month + 1, 1)
    reports: list[Report] = []
    while day <= moment.date():
        reports += (report for report in _reports_of(day, seed) if report.created_at <= moment)
        day += timedelta(days=1)
    return reports + _extra_reports(moment, seed)


def _reports_of(day: date, seed: int) -> list[Report]:
    """The reports of one day, and the ones that they were split into, even if that was on a later day."""
    rng = Random(f"{seed}/{day}")
    usual = _REPORTS_PER_DAY * _WEEKDAYS[day.weekday()] * _SEASON[day.month - 1]
    number = max(0, round(rng.gauss(usual, usual**0.5)))
    weights = [weight_in(category, day) for category in CATEGORIES]
    moments = sorted(_moment(day, rng) for _ in range(number))
    ids = iter(range((day - _FIRST_DAY).days * _NUMBERS_PER_DAY + 1, (day - _FIRST_DAY).days * _NUMBERS_PER_DAY + 61))
    reports = []
    for moment in moments:
        (category,) = rng.choices(CATEGORIES, weights)
        report = _report(next(ids), moment, category, rng)
        reports.append(report)
        if report.type not in _PLANNED and rng.random() < 0.015:
            reports += _split(report, ids, category, rng)
        else:
            report.events += _life(report, category, rng)
    return sorted(reports, key=lambda report: report.id)


def _extra_reports(moment: datetime, seed: int) -> list[Report]:
    rng = Random(f"{seed}/{moment}/extra")
    reports = []
    for number in range(int(os.environ.get(EXTRA_REPORTS, "0"))):
        category = rng.choice(CATEGORIES)
        created = moment - timedelta(milliseconds=rng.randrange(86_000_000))
        report = _report(_FIRST_EXTRA_NUMBER + number, created, category, rng)
        report.events += _life(report, category, rng)
        reports.append(report)
    return reports


def _moment(day: date, rng: Random) -> datetime:
    (hour,) = rng.choices(range(24), _HOURS)
    return datetime.combine(day, time(hour), UTC) + timedelta(milliseconds=rng.randrange(3_600_000))


def _report(number: int, moment: datetime, category: Category, rng: Random) -> Report:
    (kind,) = rng.choices(list(_TYPES), list(_TYPES.values()))
    (source,) = rng.choices(list(SOURCES), list(SOURCES.values()))
    report = Report(
        id=number,
        uuid=UUID(int=rng.getrandbits(128), version=4),
        created_at=moment,
        source=INTERNAL_SOURCE if kind in _PLANNED else source,
        type=kind,
        priority=rng.choices(["normal", "high", "low"], [90, 7, 3])[0],
        anonymous=rng.random() < 0.35,
        events=[Event(moment, "m")],
        assignments=[Assignment(moment, category)],
        places=[_place(moment, rng)],
    )
    if rng.random() < 0.08:  # first put in another category, by a person or by the model that guesses it
        report.assignments.insert(0, Assignment(moment, rng.choice(CATEGORIES)))
        report.assignments[1] = Assignment(_later(moment, rng, hours=6), category)
    if rng.random() < 0.04:
        report.places.append(_place(_later(moment, rng, hours=8), rng))
    return report


def _split(parent: Report, ids: Iterator[int], category: Category, rng: Random) -> list[Report]:
    """Close the parent as split, and give its parts, which go their own ways."""
    at = _later(parent.created_at, rng, hours=9)
    parent.events.append(Event(at, "s"))
    parts = []
    for part_category in (category, rng.choice(CATEGORIES), rng.choice(CATEGORIES))[: rng.choice((2, 2, 3))]:
        part = _report(next(ids), at, part_category, rng)
        part.parent, part.type, part.source = parent.id, parent.type, parent.source
        part.events += _life(part, part_category, rng)
        parts.append(part)
    return parts


def _life(report: Report, category: Category, rng: Random) -> list[Event]:
    """The states after the first: taken up, perhaps paused or planned, handled, perhaps reopened."""
    if rng.random() < 0.03:
        return [Event(_later(report.created_at, rng, hours=30), "a")]
    usual_days = category.term_days * (9 if report.type in _PLANNED else 0.55)
    taken_up = _later(report.created_at, rng, hours=min(usual_days * 5, 60))
    events = [Event(taken_up, "i")] if rng.random() < 0.3 else []
    taken_up = _later(taken_up, rng, hours=2) if events else taken_up
    events.append(Event(taken_up, "b"))
    if report.type in _PLANNED or rng.random() < 0.06:
        events.append(Event(_later(events[-1].at, rng, hours=20), "ingepland"))
    elif rng.random() < 0.04:
        events.append(Event(_later(events[-1].at, rng, hours=20), "h"))
        usual_days *= 3
    if rng.random() < 0.012:  # forgotten, until old reports are closed all at once
        return [*events, Event(report.created_at + _FORGOTTEN, "o")]
    handled = _later(events[-1].at, rng, hours=usual_days * 24 * rng.lognormvariate(-0.25, 0.75))
    events.append(Event(handled, "o"))
    after = rng.random()
    if after < 0.07:
        asked = handled + timedelta(hours=rng.uniform(3, 200))
        events.append(Event(asked, "reopen requested"))
        answered = _later(asked, rng, hours=20)
        if after < 0.03:  # refused
            return [*events, Event(answered, "o")]
        again = _later(answered, rng, hours=10)
        done = _later(again, rng, hours=usual_days * 24 * rng.lognormvariate(-0.4, 0.6))
        events += [Event(answered, "reopened"), Event(again, "b"), Event(done, "o")]
    return events


def _later(moment: datetime, rng: Random, hours: float) -> datetime:
    """About so many hours later, at a time when people work."""
    moment = first_working_day(moment + timedelta(hours=hours * rng.uniform(0.3, 1.7), minutes=1))
    if not 7 <= moment.hour < 17:
        moment = first_working_day(moment + timedelta(days=moment.hour >= 17))
        moment = datetime.combine(moment.date(), time(7), UTC) + timedelta(milliseconds=rng.randrange(9 * 3_600_000))
    return moment


def _place(at: datetime, rng: Random) -> Place:
    """A place in the municipality; a few have no area, and a few are across the border."""
    chance = rng.random()
    homes, weights = _PLACES_ABROAD if chance < 0.006 else _PLACES
    (home,) = rng.choices(homes, cum_weights=weights)
    longitude, latitude = centre_of(home)
    longitude, latitude = longitude + rng.uniform(-_EAST, _EAST), latitude + rng.uniform(-_NORTH, _NORTH)
    return Place(at, longitude, latitude, None if 0.006 <= chance < 0.026 else home)
