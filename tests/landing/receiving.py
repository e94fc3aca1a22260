"""Receiving feeds in tests: the real contracts, running suppliers, an impatient client, and a fast judge."""

import gzip
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import duckdb

from dagster_project.audit.gate import judge_deliveries
from dagster_project.contracts.load import load_feeds
from dagster_project.contracts.model import Feed
from dagster_project.extract.extractors import extractor_for
from dagster_project.extract.pseudonyms import lasting_key, pseudonyms
from dagster_project.installation.settings import DBT_PROJECT, HttpSettings, Settings, SupplierSettings
from dagster_project.landing.ingest import Reception, receive
from dagster_project.landing.store import FeedState, FeedStore, Manifest
from expectations.judge import Findings, judgements_on
from expectations.judgement import Frame, Judgement
from expectations.suites import SUITES

NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
IMPATIENT = HttpSettings(timeout=20, attempts=3, first_wait=0.01, longest_wait=0.02, file_wait=0.001)
SAMPLE_TOWN = "GM9999"
SECRET = "of an installation in a test"
WAALWIJK = "GM0867"


def report_id(number: int) -> int:
    """The pseudonym of a report's number in Signalen."""
    return int(pseudonyms(lasting_key(SECRET, "signalen.reports"), "bigint")(str(number)))


@cache
def contract(feed: str) -> Feed:
    (found,) = (known for known in load_feeds(DBT_PROJECT / "models") if known.id == feed)
    return found


@dataclass
class Desk:
    """One feed of one installation, at a moment: asks its supplier and keeps what comes."""

    store: FeedStore
    settings: Settings
    now: datetime = NOW
    secret: str = SECRET

    def receive(self) -> Reception:
        with extractor_for(self.store.feed, self.settings, self.secret) as extractor:
            return receive(self.store, extractor, lambda: self.now)

    def admit(self) -> list[Judgement]:
        """Judge the candidates; those that pass become current."""
        whole_country = self.settings.scope == "country"
        return judge_deliveries([self.store], whole_country, judge_by_rules, self.now)

    def receive_and_admit(self) -> FeedState:
        reception = self.receive()
        assert reception.problems == []
        failed = [judgement.message for judgement in self.admit() if not judgement.passed]
        assert failed == []
        return self.state

    def a_day_later(self) -> "Desk":
        self.now += timedelta(days=1)
        return self

    @property
    def state(self) -> FeedState:
        return self.store.state()

    def manifests(self) -> dict[str, Manifest]:
        """Manifests of what waits, or else is current, per edition."""
        stored = {**self.state.current, **self.state.candidates}
        return {edition: self.store.manifest(one.delivery_id) for edition, one in stored.items()}

    def manifest(self) -> Manifest:
        """The manifest of the newest edition."""
        manifests = self.manifests()
        return manifests[max(manifests)]

    def rows(self, query: str, table: str | None = None) -> list[tuple]:
        """The answer of a query on ``data``, the Parquet file of the newest edition."""
        path = self.store.parquet(self.manifest().delivery_id, table or self.store.feed.tables[0].name)
        with duckdb.connect() as connection:
            connection.execute("SET TimeZone = 'UTC'")
            connection.read_parquet(str(path)).create_view("data")
            return connection.execute(query).fetchall()

    def problem(self) -> str:
        """Ask for the feed; return the one problem that is reported."""
        (told,) = self.receive().problems
        return told


def desk(landing: Path, feed: str, **settings: object) -> Desk:
    values = {"municipality_code": SAMPLE_TOWN, "scope": "municipality", "http": IMPATIENT, "suppliers": {}, **settings}
    return Desk(FeedStore(landing, contract(feed)), Settings(**values))


def key_figures(landing: Path, url: str, **settings: object) -> Desk:
    """Of the three newest years, which is four times as fast as all of them."""
    given = every_key_figure(landing, url, **settings)
    given.store.feed = given.store.feed.keeping(3)
    return given


def every_key_figure(landing: Path, url: str, **settings: object) -> Desk:
    return desk(landing, "cbs.key_figures", suppliers={"cbs": SupplierSettings(base_url=url)}, **settings)


def nationwide(session: Path, url: str) -> Desk:
    """The real table of the whole country, received once for all tests; they may read it, not change it."""
    desk = key_figures(session / "nationwide", url, scope="country")
    if not desk.state.current:
        desk.receive_and_admit()
    return desk


def copied(desk: Desk, landing: Path) -> Desk:
    """The same feed in another landing, its deliveries waiting to be judged."""
    feed = desk.store.feed
    shutil.copytree(desk.store.folder, landing / feed.supplier / feed.name)
    copy = Desk(FeedStore(landing, feed), desk.settings, desk.now)
    state = desk.state
    waiting = {**state.current, **state.candidates}
    copy.store.record(FeedState(candidates=waiting, window=state.window), copy.now)
    return copy


def reports(landing: Path, location: str | Path | None, **settings: object) -> Desk:
    suppliers = {"signalen": SupplierSettings(location=None if location is None else str(location))}
    return desk(landing, "signalen.reports", suppliers=suppliers, **settings)


def one_edition(given: Desk) -> Desk:
    """The same desk for a feed that keeps its newest edition only, which is three times as fast."""
    feed = given.store.feed.keeping(1)
    # The sample has no table of a later year, which the contract may know.
    editions = {year: table for year, table in feed.delivery.editions.items() if year <= 2025}
    given.store.feed = feed.model_copy(update={"delivery": feed.delivery.model_copy(update={"editions": editions})})
    return given


def judge_by_rules(frames: Sequence[Frame]) -> list[Judgement]:
    """Judge as Great Expectations does, without the seconds that it takes to start; ``test_judge`` compares the two."""
    return [judgement for frame in frames for judgement in judgements_on(frame, _findings(frame))]


def _findings(frame: Frame) -> Findings:
    found = Findings(len(frame.rows), failed={}, unchecked={}, problem=None)
    expectations = [expected.model_dump() for expected in SUITES[frame.suite].expectations]
    for position, row in enumerate(frame.rows):
        values = [(row[expected["column"]], expected) for expected in expectations]
        if any(value is None for value, _ in values):
            found.unchecked[position] = row
        elif not all(_is_allowed(value, expected) for value, expected in values):
            found.failed[position] = row
    return found


def _is_allowed(value, expected) -> bool:
    return value >= expected.get("min_value", value) and value in expected.get("value_set", [value])


def every_file(folder: Path) -> dict[str, bytes]:
    """Each file below a folder with its content, unpacked where it is packed."""
    return {
        path.relative_to(folder).as_posix(): gzip.decompress(path.read_bytes())
        if path.suffix == ".gz"
        else path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
