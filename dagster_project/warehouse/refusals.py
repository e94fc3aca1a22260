"""Search for the new deliveries that the models or marts refuse, by building without some of them.

A delivery is new if the last release does not derive from it. Without all new ones the warehouse is that of the last
release; by halves, each delivery is found with which a build fails. It is quarantined, its last good delivery takes its
place, and everything else is released.
"""

import json
import logging
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from dagster_project.audit.frames import mart_frame
from dagster_project.audit.gate import quarantine_refused, verdict_after_refusal
from dagster_project.audit.outcome import AuditOutcome
from dagster_project.errors import MaandversError
from dagster_project.installation.workspace import Workspace
from dagster_project.landing.history import past_states
from dagster_project.landing.store import TOGETHER, FeedStore, StoredEdition
from dagster_project.marts.catalogue import Mart
from dagster_project.warehouse.build_plan import BuildPlan, build, move_clocks, plan
from dagster_project.warehouse.data_tests import feeds_behind, record_warnings, results_of, warnings_per_feed
from dagster_project.warehouse.dbt import DbtError
from dagster_project.warehouse.raw_layer import audited

logger = logging.getLogger(__name__)

# As many other deliveries as a message names.
MOST_NAMED = 5
# Deliveries per feed and edition, as a release names them.
Deliveries = Mapping[str, Mapping[str, str]]


class MartRefusedError(MaandversError):
    """Marts that the checks before a release would refuse."""


@dataclass(frozen=True)
class NewDelivery:
    """A delivery that no release derives from, and the last good one of its edition."""

    feed: str
    edition: str
    last_good: str | None


@dataclass
class Search:
    """Builds of one run, with and without some of its new deliveries."""

    workspace: Workspace
    marts: Sequence[Mart]
    outcome: AuditOutcome
    # Names of the models, tests and marts that failed in the last build that did.
    failed: list[str] = field(default_factory=list)
    # Rows of each mart in the last build; none where nothing was built.
    mart_rows: list[dict[str, object]] = field(default_factory=list)

    def build_without(self, left_out: Collection[NewDelivery]) -> tuple[BuildPlan, dict[str, float]]:
        """Build with the last good delivery in the place of some. Raises DbtError or MartRefusedError."""
        outcome = _without(self.outcome, left_out)
        planned = plan(self.workspace, outcome.feeds)
        results = results_of(self.workspace)
        if planned.is_needed:
            results.unlink(missing_ok=True)
        try:
            seconds = build(self.workspace, planned)
        except DbtError:
            nodes = json.loads(results.read_bytes()) if results.exists() else []
            self.failed = [node["unique_id"] for node in nodes if node["status"] in ("error", "fail")]
            raise
        if seconds:
            record_warnings(self.workspace, is_full=planned.is_full)
            self.mart_rows = mart_frame(self.workspace, self.marts, outcome).rows
            refused = [
                str(row["mart"]) for row in self.mart_rows if int(str(row["margin"])) < 0 or row["stale_row_count"]
            ]
            if refused:
                self.failed = refused
                raise MartRefusedError(f"the marts {', '.join(refused)} lack rows or have stale ones")
        return planned, seconds

    def passes_without(self, left_out: Collection[NewDelivery]) -> bool:
        """Whether a build succeeds without some deliveries."""
        try:
            self.build_without(left_out)
        except (DbtError, MartRefusedError):
            return False
        return True

    def culprits(self, new: Sequence[NewDelivery]) -> Iterator[tuple[NewDelivery, str]]:
        """Yield each new delivery with which a build fails, and what failed; the build without all of them passes."""
        pending, found = [*new], list[NewDelivery]()
        failed = ", ".join(self.failed)
        while True:
            passing, failing = 0, len(pending)
            while failing - passing > 1:
                middle = (passing + failing) // 2
                if self.passes_without([*found, *pending[middle:]]):
                    passing = middle
                else:
                    failing, failed = middle, ", ".join(self.failed)
            others = pending[: failing - 1]
            found.append(pending.pop(failing - 1))
            # It may be good, and a build fail with it and another together only.
            if others and self.passes_without([*(one for one in new if one != found[-1])]):
                named = ", ".join(f"{one.feed} {one.edition}" for one in others[:MOST_NAMED])
                failed += f"; {TOGETHER} {named}"
            logger.warning("warehouse: %s %s is refused by %s", found[-1].feed, found[-1].edition, failed)
            yield found[-1], failed
            if self.passes_without(found):
                return
            failed = ", ".join(self.failed)


def build_what_passes(
    workspace: Workspace, marts: Sequence[Mart], released: Deliveries
) -> tuple[BuildPlan, dict[str, float]]:
    """Build the warehouse; if that fails, quarantine the new deliveries that it fails with and build without them.

    ``released`` are the deliveries of the last release. Raises DbtError or MartRefusedError if no new delivery is the
    cause.
    """
    search = Search(workspace, marts, audited(workspace))
    try:
        built = search.build_without([])
        _complete(search)
        return built
    except (DbtError, MartRefusedError):
        new = _new_deliveries(search, released)
        # A past day is rebuilt from what was known on it, and nothing of it is changed.
        if workspace.point_in_time or not new or not search.passes_without(new):
            raise
    stores = {feed.id: FeedStore(workspace.landing, feed) for feed in workspace.feeds}
    for one, failed in [*search.culprits(new)]:
        store = stores[one.feed]
        quarantine_refused(store, one.edition, _last_good(store, one), failed, search.outcome.judged_at)
        search.outcome = search.outcome.model_copy(
            update={
                "feeds": [
                    verdict_after_refusal(store, verdict, search.outcome.as_of)
                    if verdict.clocks.feed == one.feed
                    else verdict
                    for verdict in search.outcome.feeds
                ]
            }
        )
    search.outcome.write(workspace.audit)
    move_clocks(workspace)
    built = search.build_without([])
    _complete(search)
    return built


def _complete(search: Search) -> None:
    """Add the data tests that warn to the verdicts of the feeds that they look at, and the rows of the marts."""
    warnings = warnings_per_feed(search.workspace)
    feeds = [one.model_copy(update={"warnings": warnings.get(one.clocks.feed, [])}) for one in search.outcome.feeds]
    search.outcome.model_copy(update={"feeds": feeds, "mart_rows": search.mart_rows}).write(search.workspace.audit)


def _without(outcome: AuditOutcome, left_out: Collection[NewDelivery]) -> AuditOutcome:
    """The outcome of an audit that admitted the last good deliveries in the place of some."""
    feeds = []
    for verdict in outcome.feeds:
        deliveries = {**verdict.clocks.deliveries}
        for one in left_out:
            if one.feed == verdict.clocks.feed:
                del deliveries[one.edition]
                deliveries |= {one.edition: one.last_good} if one.last_good else {}
        clocks = verdict.clocks.model_copy(update={"deliveries": deliveries})
        changes = {"clocks": clocks, "is_withheld": verdict.is_withheld or not deliveries}
        feeds.append(verdict.model_copy(update=changes))
    return outcome.model_copy(update={"feeds": feeds})


def _new_deliveries(search: Search, released: Deliveries) -> list[NewDelivery]:
    """The deliveries that the last release does not derive from, of the feeds that what failed is made from."""
    marts = {f"model.maandvers.{name}" for name in search.failed}
    feeds = feeds_behind({*search.failed} | marts, search.workspace.feeds)
    return [
        NewDelivery(verdict.clocks.feed, edition, before.get(edition))
        for verdict in search.outcome.feeds
        if not verdict.is_withheld and (not feeds or verdict.clocks.feed in feeds)
        for before in [released.get(verdict.clocks.feed, {})]
        for edition, delivery_id in verdict.clocks.deliveries.items()
        if before.get(edition) != delivery_id
    ]


def _last_good(store: FeedStore, one: NewDelivery) -> StoredEdition | None:
    """The last good delivery of an edition as it was current, with its clock."""
    states = [past.state for past in past_states(store, store.event_log.intact())]
    stored = (state.current.get(one.edition) for state in reversed(states))
    return next((each for each in stored if each and each.delivery_id == one.last_good), None)
