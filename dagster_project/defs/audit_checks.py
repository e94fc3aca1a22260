"""Great Expectations' judgements as asset checks: of the deliveries before dbt, of the marts before the release.

A failed check of one feed warns, and withholds that feed where its suites failed; who is only late is still shown. The
run is stopped only when nothing is left to publish.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

import dagster as dg

from dagster_project.audit.frames import mart_frame
from dagster_project.audit.gate import judge_deliveries, judge_freshness
from dagster_project.audit.judging import judge_frames
from dagster_project.audit.outcome import AuditOutcome
from dagster_project.contracts.model import Feed, Table
from dagster_project.defs.feed_assets import raw_key
from dagster_project.defs.release_asset import mart_key
from dagster_project.defs.resources import WorkspaceResource
from dagster_project.installation.workspace import local_day
from dagster_project.landing.staleness import refuse_a_wrong_clock
from dagster_project.landing.store import FeedStore
from dagster_project.marts.catalogue import Mart
from dagster_project.warehouse.raw_layer import METADATA_SCHEMA, audited
from expectations.frames import Judgement

# One check per table with every suite in it: each check costs Dagster three events, and those cost more than judging.
DELIVERY_CHECK = "fit_to_show"
MART_CHECK = "fit_to_publish"


def delivery_checks(feeds: Sequence[Feed]) -> dg.AssetChecksDefinition:
    """The checks of every feed's deliveries and clocks, judged together."""
    specs = [
        dg.AssetCheckSpec(
            DELIVERY_CHECK,
            asset=raw_key(feed, table),
            blocking=True,
            description=" ".join([*_suites_of(feed, table).values(), "Nobody is late and nothing about to expire."]),
        )
        for feed in feeds
        for table in feed.tables
    ]

    @dg.multi_asset_check(name="judge_deliveries", specs=specs)
    def judge(workspace: WorkspaceResource) -> Iterator[dg.AssetCheckResult]:
        opened = workspace.open
        stores = [FeedStore(opened.landing, feed) for feed in feeds]
        # The one moment of the run: midnight may pass before what is judged here is released.
        now = opened.now()
        today = local_day(now)
        refuse_a_wrong_clock(stores, now)
        call = partial(judge_frames, today, opened.audit)
        judgements = judge_deliveries(stores, opened.settings.scope == "country", call, now)
        fresh, verdicts = judge_freshness(stores, today, call)
        judgements += fresh
        outcome = AuditOutcome(as_of=today, judged_at=now, feeds=verdicts, judgements=judgements)
        outcome.write(opened.audit)
        nothing_left = all(verdict.is_withheld for verdict in verdicts)
        severity = dg.AssetCheckSeverity.ERROR if nothing_left else dg.AssetCheckSeverity.WARN
        for feed, verdict in zip(feeds, verdicts, strict=True):
            warnings = [str(late) for late in verdict.late]
            if verdict.expires_in is not None:
                warnings.append(f"{verdict.expires_in} days left until the figures are withheld")
            for table in feed.tables:
                own = {
                    suite: [j for j in judgements if _concerns(j, feed, table, suite)]
                    for suite in _suites_of(feed, table)
                }
                yield _result(raw_key(feed, table), DELIVERY_CHECK, own, severity, warnings)

    return judge


def mart_checks(marts: Sequence[Mart]) -> dg.AssetChecksDefinition:
    """The checks of every mart; a mart that fails stops the release."""
    specs = [
        dg.AssetCheckSpec(
            MART_CHECK,
            asset=mart_key(mart),
            blocking=True,
            # A mart is judged by the clocks of this run; by those of a run of long ago all of it is past its limit.
            additional_deps=[dg.AssetKey([METADATA_SCHEMA, "freshness"])],
            description="Complete, and nothing in it past its limit.",
        )
        for mart in marts
    ]

    @dg.multi_asset_check(name="judge_marts", specs=specs, pool="duckdb")
    def judge(workspace: WorkspaceResource) -> Iterator[dg.AssetCheckResult]:
        opened = workspace.open
        outcome = audited(opened)
        frame = mart_frame(opened, marts, outcome)
        judgements = judge_frames(outcome.as_of, opened.audit, [frame], False)
        outcome.judgements += judgements
        outcome.write(opened.audit)
        for mart in marts:
            own = {"marts": [j for j in judgements if j.subject == mart.name]}
            yield _result(mart_key(mart), MART_CHECK, own, dg.AssetCheckSeverity.ERROR)

    return judge


def _suites_of(feed: Feed, table: Table) -> dict[str, str]:
    suites = {
        "freshness": f"Every binding clock is at most {feed.delivery.model_dump(mode='json')['maximum_age']} old.",
        "volume": "The number of rows stays within the band around the delivery before.",
        "fill_rate": "Every column is filled as promised, and hardly less than in the delivery before.",
    }
    if any(column.meta.rounding for column in table.columns):
        suites["reconciliation"] = "Parts add up to their whole within the supplier's rounding."
    return suites


def _concerns(judgement: Judgement, feed: Feed, table: Table, suite: str) -> bool:
    return (
        judgement.suite == suite
        and judgement.subject in (feed.id, judgement.suite)
        and judgement.row.get("table", table.name) == table.name
    )


def _result(
    key: dg.AssetKey,
    name: str,
    judgements: Mapping[str, Sequence[Judgement]],
    severity: dg.AssetCheckSeverity,
    warnings: Sequence[str] = (),
) -> dg.AssetCheckResult:
    """One check's result over its suites; a suite without any judgement could not be checked, and so has failed."""
    told = [f"{suite}: could not be checked" for suite, own in judgements.items() if not own]
    told += [judgement.message for own in judgements.values() for judgement in own if not judgement.passed]
    told += warnings
    counts = {
        suite: f"{sum(not judgement.passed for judgement in own)} of {len(own)} judgements failed"
        for suite, own in judgements.items()
    }
    return dg.AssetCheckResult(
        passed=not told,
        asset_key=key,
        check_name=name,
        severity=severity,
        metadata={**counts, "message": dg.MetadataValue.md("\n\n".join(told[:20]) or "all passed")},
    )
