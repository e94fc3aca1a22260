"""A plan of two years, and the suppliers that play it: over HTTP, or as people who put files in a folder."""

import csv
import hashlib
import io
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from dagster_project.installation.workspace import LOCAL_TIME
from dagster_project.sample.servers.serving import serve

HEADING = ["Gebied", "Aantal", "Peildatum"]
REGIONS = ["BU99990000", "BU99990001", "BU99990002", "BU99990003"]


@dataclass(frozen=True)
class Register:
    """One feed: how it comes in, and what binds it."""

    name: str
    # In a folder, as files that a person puts there; else at an address.
    is_uploaded: bool
    # The day of a file stands in its name.
    is_dated: bool
    binds_period: bool
    maximum_age: str

    @property
    def id(self) -> str:
        return f"own.{self.name}"


@dataclass(frozen=True)
class Event:
    """What happens to one feed on the day of a run, and so many days before it."""

    what: str
    days: int


@dataclass(frozen=True)
class Day:
    """A day on which the line runs."""

    on: date
    # One per feed.
    events: tuple[Event, ...]
    # Whether the audit of deliveries can be done.
    is_audited: bool = True
    is_released: bool = True


@dataclass(frozen=True)
class Plan:
    """Everything that happens."""

    registers: tuple[Register, ...]
    days: tuple[Day, ...]


@dataclass(frozen=True)
class Version:
    """Figures of one feed: every row holds the number of the version."""

    number: int
    period: date
    day: date
    moment: datetime
    rows: Sequence[list[object]]

    @property
    def content(self) -> bytes:
        text = io.StringIO(newline="")
        csv.writer(text, delimiter=";").writerows([HEADING, *self.rows])
        return text.getvalue().encode()


def version(number: int, period: date, moment: datetime) -> Version:
    rows: list[list[object]] = [[region, number, period.isoformat()] for region in REGIONS]
    return Version(number, period, moment.astimezone(LOCAL_TIME).date(), moment, rows)


def wrong(what: str, number: int, day: date, moment: datetime) -> Version:
    """A delivery that must not get in: a text for a number, most rows gone, or a day that has yet to come."""
    made = version(number, day, moment)
    rows = [list(row) for row in made.rows]
    if what == "text":
        rows[2][1] = "veel"
    elif what == "few":
        rows = rows[:1]
    else:
        rows[3][2] = "2062-01-01"
    return replace(made, rows=rows)


WRONG = frozenset({"text", "few", "to come"})


class Address:
    """A supplier that answers over HTTP; what it publishes stays, what goes wrong lasts for one run."""

    last_file = date.min

    def __init__(self) -> None:
        self.published: list[Version] = []
        self.modified = datetime(2000, 1, 1, tzinfo=UTC)
        self.shown: Version | None = None
        self.headers: dict[str, str] = {}
        self.status = 200

    def play(self, event: Event, number: int, day: date, now: datetime) -> None:
        moment = now - timedelta(hours=1)
        if event.what == "news":
            self.published.append(version(number, day - timedelta(days=event.days), moment))
            self.modified = moment
        if event.what == "dated again":
            self.modified = moment
        self.shown = self.published[-1] if self.published else None
        self.headers = {"last-modified": format_datetime(self.modified, usegmt=True)}
        self.status = 503 if event.what == "outage" else 200
        if event.what in WRONG:
            self.shown = wrong(event.what, number, day, moment)
            self.headers = {"last-modified": format_datetime(moment, usegmt=True)}
        elif event.what == "old page" and len(self.published) > 1:
            self.shown = self.published[-2]
            self.headers = {"last-modified": format_datetime(self.shown.moment, usegmt=True)}
        elif event.what == "kept" and self.published:
            kept = min(timedelta(days=event.days), now - self.modified)
            self.headers |= {"age": str(int(kept.total_seconds()))}

    def tidy(self) -> None:
        """Nothing stays behind at an address."""

    def answer(self, request: Request) -> Response:
        if self.status != 200 or self.shown is None:
            return Response(status_code=self.status if self.shown else 404)
        tag = hashlib.sha256(self.shown.content).hexdigest()
        headers = {**self.headers, "etag": tag}
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        return Response(self.shown.content, headers=headers)


class Folder:
    """A department that puts files in a folder; what is wrong is taken away after the run."""

    def __init__(self, path: Path, register: Register) -> None:
        self.path = path
        self.is_dated = register.is_dated
        self.files: list[tuple[Version, Path]] = []
        self.passing: Path | None = None
        self.away = path.with_name(path.name + ".away")
        path.mkdir(parents=True)

    @property
    def last_file(self) -> date:
        """Day of the newest file."""
        return max((_day_of(file) for _, file in self.files), default=date(2000, 1, 1))

    def play(self, event: Event, number: int, day: date, now: datetime) -> None:
        last = self.files[-1][1] if self.files else None
        if event.what == "news":
            made = max(self.last_file + timedelta(days=1), day - timedelta(days=event.days))
            self._put(version(number, made - timedelta(days=event.days // 2), _night(made)), made)
        elif event.what in WRONG:
            self.passing = self._put(wrong(event.what, number, day, _night(day)), day, is_kept=False)
        elif event.what == "dated again" and last:
            self._touch(last, day)
        elif event.what == "renamed" and last:
            self._put(self.files[-1][0], day)
        elif event.what == "older copy" and len(self.files) > 1:
            self._put(self.files[-2][0], day)
        elif event.what == "outage":
            self.path.rename(self.away)

    def tidy(self) -> None:
        if self.passing:
            self.passing.unlink()
            self.passing = None
        if self.away.exists():
            self.away.rename(self.path)

    def _put(self, what: Version, day: date, *, is_kept: bool = True) -> Path:
        name = f"{day.isoformat()}.csv" if self.is_dated else f"{len(list(self.path.iterdir()))} van mij.csv"
        file = self.path / name
        file.write_bytes(what.content)
        self._touch(file, day)
        if is_kept:
            self.files.append((what, file))
        return file

    def _touch(self, file: Path, day: date) -> None:
        stamp = _night(day).timestamp()
        os.utime(file, (stamp, stamp))


def _night(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 2, tzinfo=LOCAL_TIME)


def _day_of(file: Path) -> date:
    return datetime.fromtimestamp(file.stat().st_mtime, LOCAL_TIME).date()


@dataclass
class Service:
    """The web address of every supplier that has one."""

    addresses: dict[str, Address] = field(default_factory=dict)
    url: str = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        response = self.addresses[request.url.path.strip("/").removesuffix(".csv")].answer(request)
        await response(scope, receive, send)


@contextmanager
def service() -> Iterator[Service]:
    """One web server for all plans."""
    opened = Service()
    with serve(opened) as opened.url:
        yield opened
