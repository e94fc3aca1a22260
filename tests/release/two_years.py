"""Two years of a small installation: a plan of events, the suppliers that play it, and the line that copes with them.

Suppliers answer over HTTP or put files in folders; landing, audit, clocks, real marts and the release writer are those
of Maandvers. Of the great middle, dbt's other models, stands one table of figures.
"""

import csv
import hashlib
import io
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import yaml
from jinja2 import Template
from landing.receiving import IMPATIENT, judge_by_rules
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from dagster_project.audit.deliveries import judge_deliveries, judge_freshness
from dagster_project.audit.outcome import AuditOutcome
from dagster_project.dbt import current_manifest
from dagster_project.extract.extractors import extractor_for
from dagster_project.landing.history import remember
from dagster_project.landing.receive import receive
from dagster_project.landing.store import FeedStore
from dagster_project.release.build import build_release
from dagster_project.release.marts import Mart, read_marts
from dagster_project.sample.serving import serve
from dagster_project.settings import DBT_PROJECT, Settings
from dagster_project.warehouse import open_warehouse, raw_layer, write_freshness, write_raw
from dagster_project.workspace import LOCAL_TIME, Workspace, morning_of

HEADING = ["Gebied", "Aantal", "Peildatum"]
REGIONS = ["BU99990000", "BU99990001", "BU99990002", "BU99990003"]
# A mart with a row per figure, and one with a group of columns per feed.
LONG, WIDE = "fct_indicator_values", "mart_vacancy"
PLACES = {LONG: "marts/core", WIDE: "marts/themes", "stg_maandvers__freshness": "staging/maandvers"}


@dataclass(frozen=True)
class Register:
    """One feed: how it comes in, and what binds it."""

    name: str
    # In a folder, as files that a person puts there; else at an address.
    is_brought: bool
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
        if event.what == "dated anew":
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
        elif event.what == "dated anew" and last:
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


class Installation:
    """The line, day by day."""

    def __init__(self, home: Path, plan: Plan, suppliers: Service) -> None:
        self.plan = plan
        self.home = home
        self.parties: list[Address | Folder] = []
        suppliers.addresses.clear()
        for register in plan.registers:
            if register.is_brought:
                self.parties.append(Folder(home / "drops" / register.id, register))
            else:
                suppliers.addresses[register.name] = address = Address()
                self.parties.append(address)
        _write_contracts(home / "models", plan.registers, suppliers.url)
        settings = Settings(municipality_code="GM9999", home=home, http=IMPATIENT)
        self.workspace = Workspace(settings, models=home / "models")
        self.stores = [FeedStore(self.workspace.landing, feed) for feed in self.workspace.feeds]
        self.pages = home / "pages"
        self.pages.mkdir()

    def run(self, day: Day, number: int) -> Path | None:
        """One run; the folder of its release, where it made one."""
        workspace = replace(self.workspace, now=morning_of(day.on))
        for party, store, event in zip(self.parties, self.stores, day.events, strict=True):
            party.play(event, number, day.on, workspace.now())
            with extractor_for(store.feed, workspace.settings) as extractor:
                receive(store, extractor, workspace.now)
            party.tidy()
        judge = judge_by_rules(workspace.today)
        judgements = judge_deliveries(self.stores, False, judge if day.is_audited else lambda *_: [])
        fresh, verdicts = judge_freshness(self.stores, workspace.today, judge)
        outcome = AuditOutcome(
            as_of=workspace.today, judged_at=workspace.now(), feeds=verdicts, judgements=judgements + fresh
        )
        for store in self.stores:
            remember(store, outcome.judged_at)
        if not day.is_released or all(verdict.is_withheld for verdict in verdicts):
            return None
        with open_warehouse(workspace.warehouse) as connection:
            write_raw(connection, raw_layer(self.stores, verdicts))
            write_freshness(connection, workspace.feeds, verdicts)
            for statement in _models(self.plan.registers):
                connection.execute(statement)
        note = build_release(workspace, marts(), outcome, self.pages)
        return workspace.releases / note.release_id


def marts() -> list[Mart]:
    """The marts of Maandvers that a plan fills."""
    return [mart for mart in read_marts(current_manifest()) if mart.name in (LONG, WIDE)]


def _models(registers: Sequence[Register]) -> Iterator[str]:
    """The figures of every feed, the share of the first in the second, and the real models behind them."""
    yield "CREATE SCHEMA IF NOT EXISTS models"
    long, wide = marts()
    first, second, *_ = registers
    parts = [
        _figures(long, f"raw_own.{one.name} AS a", one, value="a.amount", denominator_feed="null") for one in registers
    ]
    both = f"raw_own.{first.name} AS a JOIN raw_own.{second.name} AS b USING (region_code)"
    parts.append(_figures(long, both, first, value="1000 * a.amount + b.amount", denominator_feed=f"'{second.id}'"))
    yield f"CREATE OR REPLACE TABLE models.int_indicators__values AS {' UNION ALL '.join(parts)}"
    yield f"CREATE OR REPLACE TABLE models.int_vacancy__wide AS {_side_by_side(wide, first, second)}"
    for name in ("stg_maandvers__freshness", LONG, WIDE):
        yield f"CREATE OR REPLACE VIEW models.{name} AS {_model(name)}"
    for mart in (long, wide):
        yield f"CREATE SCHEMA IF NOT EXISTS {mart.schema}"
        yield f"CREATE OR REPLACE VIEW {mart.schema}.{mart.name} AS SELECT * FROM warehouse.models.{mart.name}"


def _figures(long: Mart, tables: str, register: Register, *, value: str, denominator_feed: str) -> str:
    known = {
        "region_code": "region_code",
        "indicator_code": f"'{register.id}' || coalesce(' in ' || {denominator_feed}::varchar, '')",
        "value": value,
        "feed": f"'{register.id}'",
        "denominator_feed": denominator_feed,
    }
    columns = [
        f"({known.get(column.name, 'null')})::{column.data_type} AS {column.name}"
        for column in long.columns
        if column.name not in ("checked_at", "fresh_until")
    ]
    return f"SELECT {', '.join(columns)}, null::timestamptz AS denominator_released_at FROM {tables}"


def _side_by_side(wide: Mart, first: Register, second: Register) -> str:
    """A row per region with a group of columns per feed, as the model below the wide mart reads it."""
    known = {
        "region_code": "coalesce(a.region_code, b.region_code)",
        "shop_count": "a.amount",
        "premises_feed": f"CASE WHEN a.amount IS NOT NULL THEN '{first.id}' END",
        "vacant_dwelling_pct": "b.amount",
        "key_figures_feed": f"CASE WHEN b.amount IS NOT NULL THEN '{second.id}' END",
    }
    types = {column.name: column.data_type for column in wide.columns}
    names = sorted(set(re.findall(r"\bfigures\.(\w+)", _model(WIDE))))
    columns = [f"({known.get(name, 'null')})::{types.get(name, 'varchar')} AS {name}" for name in names]
    tables = f"raw_own.{first.name} AS a FULL JOIN raw_own.{second.name} AS b USING (region_code)"
    return f"SELECT {', '.join(columns)} FROM {tables}"


def _model(name: str) -> str:
    """A model of Maandvers as dbt would make it, on the tables of the plan."""
    text = (DBT_PROJECT / "models" / PLACES[name] / f"{name}.sql").read_text("utf-8")
    return Template(text).render(
        config=lambda **_: "",
        ref=lambda model: f"warehouse.models.{model}",
        source=lambda schema, table: f"warehouse.{schema}.{table}",
    )


def _write_contracts(models: Path, registers: Sequence[Register], url: str) -> None:
    """A contract per feed, as the real ones are written."""
    tables = []
    for register in registers:
        location = None if register.is_brought else f"{url}/{register.name}.csv"
        delivery = {
            "supplier_label": register.name,
            "protocol": "file",
            "parameters": {"location": location} if location else {},
            "owner": "Team Cijfers",
            "publisher": "Eigen gemeente",
            "licence": {"name": "CC BY 4.0", "url": "https://creativecommons.org/licenses/by/4.0/"},
            "cadence": "P1M",
            "publication_lag": "P7D",
            "clocks": ["checked", "period"] if register.binds_period else ["checked"],
            "period_column": f"{register.name}.measured_on",
            "maximum_age": register.maximum_age,
            "region_level": "neighbourhood",
            "personal_data": False,
            "volume": {"minimum_pct": 50, "maximum_pct": 200},
            "fill_drop_points": 50,
        }
        columns = [
            _column("region_code", "varchar", "Gebied"),
            _column("amount", "bigint", "Aantal"),
            _column("measured_on", "date", "Peildatum"),
        ]
        meta = {"key": ["region_code"], "delivery": delivery}
        tables.append({"name": register.name, "config": {"meta": meta}, "columns": columns})
    file = models / "staging" / "own" / "_own__sources.yml"
    shutil.rmtree(models, ignore_errors=True)
    file.parent.mkdir(parents=True)
    file.write_text(yaml.safe_dump({"sources": [{"name": "raw_own", "tables": tables}]}), "utf-8")


def _column(name: str, data_type: str, heading: str) -> dict[str, object]:
    meta = {"supplier_name": heading}
    return {"name": name, "data_type": data_type, "description": f"{heading}.", "config": {"meta": meta}}
