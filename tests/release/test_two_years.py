"""Whatever happens in two years: no release shows a figure past its limit on any later day, and none withholds a fresh
one.

What must show follows from the plan alone, by the few lines of ``Oracle``. More plans than CI tries:
``MAANDVERS_TEST_PLANS=1000``.
"""

import json
import os
from calendar import monthrange
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import accumulate

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from main_line.installation import read_as_on

from dagster_project.audit import clocks
from dagster_project.installation.workspace import morning_of
from dagster_project.landing import ingest, staleness
from dagster_project.operations.status import read_status
from dagster_project.release import build
from dagster_project.release.reader import open_release

from .planned_suppliers import Day, Event, Plan, Register, service
from .two_years import LONG, SHOWN, WIDE, Installation

pytestmark = pytest.mark.whole_run

PLANS = int(os.environ.get("MAANDVERS_TEST_PLANS", "3"))
TWO_YEARS = timedelta(days=731)


@dataclass(frozen=True)
class Figures:
    """One version of a feed's figures, and the day in its file."""

    number: int
    period: date
    known: date | None = None
    is_sound: bool = True


@dataclass
class Oracle:
    """What must be known of one feed after each run, by what its plan says."""

    register: Register
    published: list[Figures] = field(default_factory=list)
    waiting: Figures | None = None
    shown: Figures | None = None
    checked: date | None = None
    # Whether what came looked younger than it is, or was read before.
    is_odd: bool = False

    def fitting(self, event: Event, day: Day) -> Event:
        """The event, or none where it would not be what it is called."""
        what = event.what
        if what == "few" and (self.shown is None or not day.is_audited):
            what = "nothing"
        if what == "to come" and not self.register.binds_period:
            what = "nothing"
        return replace(event, what=what)

    def play(self, event: Event, number: int, day: Day, last_file: date) -> None:
        stored = self.waiting or self.shown
        asked = self._brought if self.register.is_uploaded else self._answered
        came, confirmed = asked(event, number, day.on, stored, last_file)
        self.is_odd = confirmed is not None and confirmed < day.on and came is None
        was_waiting = self.waiting is not None
        self.waiting = came or self.waiting
        is_fine = confirmed is not None
        if self.waiting and day.is_audited:
            is_fine = is_fine and self.waiting.is_sound
            self.shown = self.waiting if self.waiting.is_sound else self.shown
            self.waiting = None
        elif self.waiting:
            is_fine = False
        if is_fine:
            is_as_before = came is None and not was_waiting
            self.checked = max(confirmed, self.checked) if is_as_before and self.checked else confirmed
        if self.checked and self.shown and self.shown.known:
            self.checked = min(self.checked, self.shown.known)

    def _answered(self, event, number, day, stored, _):
        """The news from an address, and the day on which its supplier confirmed that this is its latest."""
        before = list(self.published)
        if event.what == "news":
            self.published.append(Figures(number, day - timedelta(days=event.days)))
        if event.what == "few":
            return Figures(number, day, is_sound=False), day
        if event.what in ("outage", "text", "to come") or not self.published:
            return None, None
        served = before[-2] if event.what == "old page" and len(before) > 1 else self.published[-1]
        confirmed = day
        if event.what == "kept":
            confirmed = max(day - timedelta(days=event.days), self.modified)
        if event.what in ("news", "dated again"):
            self.modified = day
        if stored and served.number == stored.number:
            return None, confirmed
        if stored and served.number < stored.number:
            return None, None
        return served, confirmed

    def _brought(self, event, number, day, stored, last_file):
        """The same of a folder, where the newest file tells its own day."""
        is_dated = self.register.is_dated
        if event.what == "news":
            made = max(last_file + timedelta(days=1), day - timedelta(days=event.days))
            self.published.append(Figures(number, made - timedelta(days=event.days // 2), made))
        if event.what in ("renamed", "older copy"):
            back = 1 if event.what == "renamed" else 2
            if len(self.published) >= back:
                copied = self.published[-back]
                # A new day in a name is believed; a copy without one is as old as what it was copied from.
                self.published.append(replace(copied, known=day) if is_dated else copied)
        if event.what == "few":
            return Figures(number, day, day, is_sound=False), day
        if event.what in ("outage", "text", "to come") or not self.published:
            return None, None
        newest = self.published[-1]
        is_same = stored and (stored.number, stored.known) == (newest.number, newest.known)
        return (None if is_same else newest), newest.known

    modified: date = date.min

    @property
    def limit(self) -> date | None:
        """Last day on which the figures may be shown."""
        if self.shown is None or self.checked is None:
            return None
        days = [self.checked, self.shown.period] if self.register.binds_period else [self.checked]
        return min(until(day, self.register.maximum_age) for day in days)


def until(day: date, age: str) -> date:
    """A number of days or of calendar months after a day; a month that is too short ends it on its last day."""
    count = int(age[1:-1])
    if age.endswith("D"):
        return day + timedelta(days=count)
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def expected(oracles, on: date) -> dict[str, tuple[float, date]]:
    """Per indicator its value and the last day on which a release of this day shows it."""
    shown = {
        one.register.id: (one.shown.number, one.limit) for one in oracles if one.limit is not None and one.limit >= on
    }
    first, second = (one.register.id for one in oracles[:2])
    rows = dict(shown)
    if first in shown and second in shown:
        (a, until_a), (b, until_b) = shown[first], shown[second]
        rows[f"{first} in {second}"] = (1000 * a + b, min(until_a, until_b))
    return rows


def side_by_side(rows, oracles, day) -> set[tuple[float | None, float | None]]:
    """Rows of the wide mart on a day: each feed's column as long as it is fresh, and no row without either."""
    values = (rows.get(one.register.id) for one in oracles[:2])
    pair = tuple(known[0] if known and known[1] >= day else None for known in values)
    return set() if pair == (None, None) else {pair}


def compare(release, on, rows, oracles):
    """Read a release on every day on which it may change, and on days between and long after."""
    limits = {limit for _, limit in rows.values()}
    days = {on, on + timedelta(days=4000), *limits, *(limit + timedelta(days=1) for limit in limits)}
    with closing(open_release(release.parent, release.name).connection) as connection:
        for day in sorted(days):
            read_as_on(connection, day)
            shown = connection.execute(f"select indicator_code, value, count(*) from {LONG} group by all").fetchall()
            assert {(code, value) for code, value, _ in shown} == {
                (code, value) for code, (value, limit) in rows.items() if limit >= day
            }, f"made on {on}, read on {day}"
            assert {count for *_, count in shown} <= {4}
            pairs = connection.execute(f"select {', '.join(SHOWN)} from {WIDE}").fetchall()
            assert set(pairs) == side_by_side(rows, oracles, day), f"made on {on}, read on {day}"
            assert len(pairs) in (0, 4)
            told = dict(connection.execute("select feed, is_withheld from freshness").fetchall())
            feeds = [one.register.id for one in oracles]
            assert told == {feed: feed not in rows or rows[feed][1] < day for feed in feeds}


def play(plan, home, suppliers):
    """Play a plan to its end, and compare every release on every day that matters; gives the number of releases."""
    installation = Installation(home, plan, suppliers)
    oracles = [Oracle(register) for register in plan.registers]
    releases = 0
    for number, day in enumerate(plan.days, start=1):
        events = tuple(one.fitting(event, day) for one, event in zip(oracles, day.events, strict=True))
        last_files = [party.last_file for party in installation.parties]
        release = installation.run(replace(day, events=events), number)
        for one, event, last_file in zip(oracles, events, last_files, strict=True):
            one.play(event, number, day, last_file)
        for one, store in zip(oracles, installation.stores, strict=True):
            assert not one.is_odd or store.state().remarks, f"{one.register.id} on {day} is not named"
        rows = expected(oracles, day.on)
        workspace = replace(installation.workspace, now=morning_of(day.on))
        states = {feed.feed: feed.state == "withheld" for feed in read_status(workspace).feeds}
        assert states == {one.register.id: one.register.id not in rows for one in oracles}, day
        assert (release is not None) == (day.is_released and bool(rows)), day
        if release:
            releases += 1
            told = json.loads((release / "release.json").read_text())["remarks"]
            assert {one.register.id for one in oracles if one.is_odd} <= told.keys(), day
            compare(release, day.on, rows, oracles)
    return releases


@pytest.fixture(scope="module")
def suppliers():
    with service() as opened:
        yield opened


# Plans

ANYWHERE = ("nothing", "nothing", "outage", "text", "few", "to come", "dated again")
AT_AN_ADDRESS = (*ANYWHERE, "old page", "kept", "kept")
IN_A_FOLDER = (*ANYWHERE, "renamed", "older copy")
# Days between two runs: about a month of all lengths, a few days, and weeks without a run.
GAPS = st.sampled_from([1, 2, 5, 13, 14, 15, 20, 27, 28, 29, 30, 31, 32, 45, 90])
STARTS = st.dates(date(2027, 1, 1), date(2028, 3, 1)) | st.sampled_from([date(2027, 1, 31), date(2028, 1, 31)])


@st.composite
def plans(draw):
    registers = tuple(
        Register(
            name,
            is_uploaded=draw(st.booleans()),
            is_dated=draw(st.booleans()),
            binds_period=draw(st.booleans()),
            maximum_age=draw(st.sampled_from(["P1M", "P1M", "P14D", "P3M"])),
        )
        for name in ("births", "deaths", "moves")[: draw(st.integers(2, 3))]
    )
    start = draw(STARTS)
    gaps = draw(st.lists(GAPS, min_size=4, max_size=30))
    moments = [start + timedelta(days=passed) for passed in accumulate(gaps) if timedelta(days=passed) < TWO_YEARS]

    def event(register):
        odd = IN_A_FOLDER if register.is_uploaded else AT_AN_ADDRESS
        what = draw(st.sampled_from(("news", "news", "news", *odd)))
        return Event(what, draw(st.sampled_from([0, 0, 1, 3, 10, 20, 31])))

    days = tuple(
        Day(
            on,
            tuple(event(register) for register in registers),
            is_audited=draw(st.sampled_from([True] * 9 + [False])),
            is_released=draw(st.sampled_from([True, False, False])),
        )
        for on in moments
    )
    return Plan(registers, (*days[:-1], replace(days[-1], is_released=True)))


@pytest.mark.search
@settings(
    max_examples=PLANS,
    deadline=None,
    derandomize="MAANDVERS_TEST_PLANS" not in os.environ,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)
@given(plan=plans())
def test_nothing_stale_shows_and_nothing_fresh_is_withheld(plan, suppliers, tmp_path_factory):
    play(plan, tmp_path_factory.mktemp("plan"), suppliers)


# Mistakes that the comparison sees, each made on purpose

JANUARY = date(2027, 1, 31)
AT_AN_ADDRESS_FOR_A_MONTH = Register("births", is_uploaded=False, is_dated=False, binds_period=False, maximum_age="P1M")
BROUGHT_WITHOUT_A_DAY = replace(AT_AN_ADDRESS_FOR_A_MONTH, name="births", is_uploaded=True)
OTHER = replace(AT_AN_ADDRESS_FOR_A_MONTH, name="deaths", maximum_age="P3M")


def story(register, *events):
    """A plan in which one feed meets these events, and another is asked with them."""
    days = (Day(JANUARY + timedelta(days=day), (Event(what, ago), Event("news", 0))) for day, what, ago in events)
    return Plan((register, OTHER), tuple(days))


CACHE = story(AT_AN_ADDRESS_FOR_A_MONTH, (0, "news", 0), (25, "kept", 25))
LATER_CACHE = story(AT_AN_ADDRESS_FOR_A_MONTH, (0, "news", 0), (20, "nothing", 0), (21, "kept", 21))
COPY = story(BROUGHT_WITHOUT_A_DAY, (0, "news", 0), (10, "news", 0), (25, "older copy", 0))


def by_the_row(mart, table, today):
    """A release that withholds what is fresh along with what is not."""
    return f"SELECT * FROM {table} WHERE fresh_until >= {today}"


MISTAKES = {
    "an answer of a cache is believed": (CACHE, ingest, "oldest", lambda heard, now: now),
    "an old answer takes away what was known": (
        LATER_CACHE,
        ingest,
        "confirmed",
        lambda stored, given_at, **_: stored.model_copy(update={"confirmed_at": stored.known_at or given_at}),
    ),
    "a copy is as young as it looks": (COPY, staleness, "_first_seen", lambda *_: None),
    "a month has 31 days": (CACHE, clocks, "fresh_until", lambda day, _: day + timedelta(days=31)),
    "a month has 28 days": (CACHE, clocks, "fresh_until", lambda day, _: day + timedelta(days=27)),
    "a release knows no day": (CACHE, build, "shown", lambda _, table, __: f"SELECT * FROM {table}"),
    "a row goes as soon as one of its feeds does": (CACHE, build, "shown", by_the_row),
}


# One of what comes in, one of a clock and one of a release are enough for each push.
OFTEN = {"an answer of a cache is believed", "a month has 31 days", "a release knows no day"}


@pytest.mark.parametrize(
    "name", [pytest.param(one, marks=[] if one in OFTEN else pytest.mark.long) for one in MISTAKES]
)
def test_a_mistake_shows(name, suppliers, tmp_path, monkeypatch):
    plan, place, function, mistaken = MISTAKES[name]
    assert play(plan, tmp_path / "sound", suppliers)
    monkeypatch.setattr(place, function, mistaken)
    with pytest.raises(AssertionError):
        play(plan, tmp_path / "mistaken", suppliers)
