"""The freshness report of a release: how fresh every feed and every mart is, who is late, and who acts on it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Literal

from pydantic import BaseModel

from dagster_project.audit.lateness import Kind, Lateness
from dagster_project.audit.outcome import AuditOutcome, FeedVerdict
from dagster_project.contracts.model import Feed
from dagster_project.marts.catalogue import Mart
from dagster_project.release.last_good import LastGood, feeds_in_marts, feeds_of, last_days, last_good

FeedState = Literal["fresh", "last good", "withheld"]


class FeedReport(BaseModel):
    """How fresh a feed is, on the day of the release."""

    feed: str
    supplier: str
    publisher: str
    # Contact for newer figures: the supplier's, or the owner within the municipality.
    write_to: str
    state: FeedState
    checked_on: date | None
    released_on: date | None
    period_end: date | None
    fresh_until: date | None
    # Last day on which the supplier is on time with what comes next.
    expected: date | None
    # Days until the figures may no longer be shown, once these are few.
    expires_in: int | None
    withheld_since: date | None
    reason: str | None
    reason_nl: str | None
    late: list[Lateness]
    # What went wrong when it was last asked, as the data team reads it.
    problems: list[str]
    # Anomalies in its answers or deliveries, which were usable.
    remarks: list[str]
    # Delivery per edition.
    deliveries: dict[str, str]


class MartReport(BaseModel):
    """How fresh a mart is: as fresh as the feeds that it is made from."""

    mart: str
    label_nl: str
    feeds: list[str]
    withheld: list[str]
    last_good: list[LastGood]
    # Until when every feed that is shown in it is fresh; None where it shows none.
    complete_until: date | None


class FreshnessReport(BaseModel):
    """Contents of ``freshness.json``."""

    release_id: str
    municipality_code: str
    is_fictional: bool
    as_of: date
    # Until when nothing more is withheld than now, and the last day on which anything is shown.
    complete_until: date | None
    expires_after: date | None
    feeds: list[FeedReport]
    marts: list[MartReport]
    # Feeds with a contract that are not set up here, or no longer wanted by the settings.
    not_in_use: list[str]
    # Marts that are empty because the ledger of what was published is damaged, by their labels.
    without_ledger: list[str] = []
    # Of these, what was in use before and which day was the first without it.
    no_longer_used_since: dict[str, date] = {}

    def feed(self, name: str) -> FeedReport:
        """The report of one feed. Raises KeyError for a feed that is in no mart."""
        return {feed.feed: feed for feed in self.feeds}[name]

    def in_state(self, state: FeedState) -> list[FeedReport]:
        """The feeds in this state."""
        return [feed for feed in self.feeds if feed.state == state]

    def late_by(self, kind: Kind) -> list[tuple[FeedReport, Lateness]]:
        """Everything that is late in this way, the longest first."""
        found = [(feed, one) for feed in self.feeds for one in feed.late if one.kind == kind]
        return sorted(found, key=lambda pair: -pair[1].days)

    def marts_of(self, feed: str) -> list[MartReport]:
        """The marts that are made from a feed."""
        return [mart for mart in self.marts if feed in mart.feeds]


def freshness_report(
    release_id: str,
    municipality_code: str,
    is_fictional: bool,
    feeds: Sequence[Feed],
    marts: Sequence[Mart],
    outcome: AuditOutcome,
    named: Mapping[str, Collection[str]],
) -> FreshnessReport:
    """Report what the audit found of every mart, and of every feed in use that is in one.

    ``named`` are the feeds that the rows of each mart name.
    """
    limits = last_days(marts, feeds, outcome, named)
    reports = [_mart(mart, feeds, outcome, named[mart.name]) for mart in marts]
    in_marts = feeds_in_marts(marts, feeds, outcome, named)
    return FreshnessReport(
        release_id=release_id,
        municipality_code=municipality_code,
        is_fictional=is_fictional,
        as_of=outcome.as_of,
        complete_until=min(limits, default=None),
        expires_after=max(limits, default=None),
        feeds=[
            _feed(feed, verdict, outcome.as_of)
            for feed, verdict in zip(feeds, outcome.feeds, strict=True)
            if feed.id in in_marts
        ],
        marts=reports,
        not_in_use=sorted(v.clocks.supplier for v in outcome.feeds if not v.clocks.is_in_use),
        no_longer_used_since={v.clocks.supplier: day for v in outcome.feeds if (day := v.clocks.retired_on)},
    )


def _feed(feed: Feed, verdict: FeedVerdict, as_of: date) -> FeedReport:
    clocks = verdict.clocks
    state: FeedState = "fresh"
    if verdict.is_withheld:
        state = "withheld"
    elif verdict.runs_on_last_good:
        state = "last good"
    return FeedReport(
        feed=feed.id,
        supplier=clocks.supplier,
        publisher=feed.delivery.publisher,
        write_to=feed.delivery.contact or feed.delivery.owner,
        state=state,
        checked_on=clocks.date_of("checked"),
        released_on=clocks.date_of("released"),
        period_end=clocks.period_end,
        fresh_until=clocks.fresh_until,
        expected=clocks.expected,
        expires_in=None if verdict.is_withheld else verdict.expires_in,
        withheld_since=verdict.withheld_since(as_of),
        reason=verdict.reason,
        reason_nl=verdict.reason_nl,
        late=verdict.late,
        problems=clocks.problems,
        remarks=clocks.remarks + verdict.warnings,
        deliveries=clocks.deliveries,
    )


def _mart(mart: Mart, feeds: Sequence[Feed], outcome: AuditOutcome, named: Collection[str]) -> MartReport:
    used = feeds_of(mart, feeds, outcome, named)
    limits = [v.clocks.fresh_until for _, v in used if not v.is_withheld and v.clocks.fresh_until]
    return MartReport(
        mart=mart.name,
        label_nl=mart.label_nl,
        feeds=[feed.id for feed, _ in used],
        withheld=[feed.id for feed, verdict in used if verdict.is_withheld],
        last_good=last_good(mart, feeds, outcome, named),
        complete_until=min(limits, default=None),
    )
