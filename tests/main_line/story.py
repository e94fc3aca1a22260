"""One installation through a spring: days that build on each other, each run once for all tests that look at it.

A day that a test asks for is run after all days before it. Its state is kept, because later days move ``latest`` and
the clocks; release folders stay as they are.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property
from pathlib import Path

import orjson
import pytest
from suppliers import faults
from suppliers.faults import Answer, Fault

from dagster_project.audit.outcome import AuditOutcome
from dagster_project.errors import ExitCode
from dagster_project.installation.workspace import LOCAL_TIME, Clock
from dagster_project.landing.store import FeedState
from dagster_project.operations.status import FeedStatus, Status
from dagster_project.run import RunResult
from dagster_project.sample.open_data.key_figures import key_figures_tables
from dagster_project.sample.service import DEFAULT_SEED

from .first_run import FIRST, FirstRun, paged_sample

ZIP = "private/csv"
EVERYTHING = "."
# Identifier of CBS's table per edition, as long as the story lasts.
TABLES = {int(table.title[-4:]): table.id for table in key_figures_tables(FIRST, DEFAULT_SEED)}


@dataclass
class Day:
    """Result of a day's run, and the state that it left."""

    day: date
    result: RunResult
    status: Status
    latest: Path
    states: dict[str, FeedState]
    requests: list[tuple[str, str]]
    quarantined: dict[str, set[str]]
    # When dbt last finished.
    built_at: float

    def feed(self, name: str) -> FeedStatus:
        return next(feed for feed in self.status.feeds if feed.feed == name)

    def why(self, name: str) -> str:
        return "\n".join(self.feed(name).why)


def revised(moment: str = "2026-02-02T02:00:00") -> Fault:
    """The supplier says that it has changed its table."""

    def change(answer: Answer) -> Answer:
        payload = orjson.loads(answer.body)
        for record in payload["value"]:
            record["Modified"] = moment
        return replace(answer, body=orjson.dumps(payload))

    return change


def no_answers() -> dict[str, Fault]:
    return {EVERYTHING: faults.unavailable()}


def records_of(edition: int, also: str = "TypedDataSet") -> str:
    """The pattern of the addresses of an edition's records."""
    return rf"odata/{TABLES[edition]}/(TypedDataSet|{also})"


# CBS revises its three tables; each goes wrong in another way, and so does Signalen's zip.
BAD_DAYS: dict[date, dict[str, Fault]] = {
    date(2026, 2, 3): {
        records_of(2023): faults.truncated(),
        records_of(2024): faults.html_page(),
        records_of(2025): faults.duplicate_page(),
        ZIP: faults.wrong_encoding(),
    },
    date(2026, 2, 4): {
        records_of(2023): faults.half_the_rows(),
        records_of(2024, "DataProperties"): faults.missing_column("AantalInwoners"),
        records_of(2025): faults.next_link_loop(),
        ZIP: faults.zip_without_members(),
    },
}


class Story:
    """The installation and its suppliers, and the days in their order."""

    def __init__(self, first_run: FirstRun, home: Path) -> None:
        self.first_run = first_run
        self.suppliers = first_run.suppliers
        self.installation = first_run.copy(home)

    @cached_property
    def first(self) -> Day:
        """31 January: all is new."""
        printed = orjson.loads(self.first_run.call.output)
        result = RunResult(ExitCode(printed["exit_code"]), printed["released"], None, printed["failures"])
        return self._day(FIRST, lambda: result, {})

    @cached_property
    def same_day_again(self) -> Day:
        """31 January, a second run: nothing is new."""
        return self._after(self.first, FIRST)

    @cached_property
    def bad_days(self) -> list[Day]:
        """3 and 4 February: no supplier sends anything good."""
        before = self.same_day_again
        return [self._after(before, day, {"TableInfos": revised(), **wrong}) for day, wrong in BAD_DAYS.items()]

    @cached_property
    def last_of_february(self) -> Day:
        """One month after 31 January, and no supplier answers; midnight passes as soon as the run has judged."""
        day = date(2026, 2, 28)
        evening = datetime.combine(day, time(23, 59), LOCAL_TIME)

        def clock() -> datetime:
            judged = AuditOutcome.read(self.installation.home / "audit")
            return evening + timedelta(minutes=2 if judged and judged.as_of == day else 0)

        return self._after(self.bad_days[-1], day, no_answers(), clock=clock)

    @cached_property
    def all_silent(self) -> Day:
        """4 March, 32 days after the first."""
        return self._after(self.last_of_february, date(2026, 3, 4), no_answers())

    @cached_property
    def signalen_is_back(self) -> Day:
        """4 March, later: Signalen answers at the second attempt, CBS stays silent."""
        chosen = {"OData": faults.unavailable(), ZIP: faults.too_many_requests(1)}
        return self._after(self.all_silent, date(2026, 3, 4), chosen)

    @cached_property
    def cbs_is_back(self) -> Day:
        """8 April: CBS answers after a refusal, with an unknown column; Signalen's zip lacks one."""
        chosen = {
            "TableInfos": revised(),
            "DataProperties|TypedDataSet": faults.extra_column(),
            "ODataCatalog": faults.too_many_requests(1),
            ZIP: faults.csv_missing_column("sla.csv", "n_days"),
        }
        return self._after(self.signalen_is_back, date(2026, 4, 8), chosen)

    @cached_property
    def all_are_back(self) -> Day:
        """9 April, the last day of the story: Signalen alone is asked, and answers."""
        return self._after(self.cbs_is_back, date(2026, 4, 9), feeds=["signalen"])

    def _after(
        self,
        _before: Day,
        day: date,
        chosen: dict[str, Fault] | None = None,
        feeds: Sequence[str] = (),
        clock: Clock | None = None,
    ) -> Day:
        self.suppliers.app = paged_sample(day)
        return self._day(day, lambda: self.installation.run(day, feeds, clock), chosen or {})

    def _day(self, day: date, happen: Callable[[], RunResult], chosen: dict[str, Fault]) -> Day:
        self.suppliers.faults.chosen = chosen
        asked = len(self.suppliers.requests)
        result = happen()
        self.suppliers.faults.chosen = {}
        stores = self.installation.stores(day)
        return Day(
            day=day,
            result=result,
            status=self.installation.status(day),
            latest=self.installation.latest,
            states={name: store.state() for name, store in stores.items()},
            requests=self.suppliers.requests[asked:],
            quarantined={name: _reasons(store.quarantine) for name, store in stores.items()},
            built_at=(self.installation.home / "dbt" / "results.json").stat().st_mtime,
        )


def _reasons(quarantine: Path) -> set[str]:
    return {reason.read_text() for reason in quarantine.glob("*/reason.txt")}


@pytest.fixture(scope="session")
def story(first_run: FirstRun, tmp_path_factory: pytest.TempPathFactory) -> Story:
    return Story(first_run, tmp_path_factory.mktemp("story") / "home")
