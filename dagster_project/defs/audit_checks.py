"""Asset checks from the judgements of Great Expectations: deliveries before dbt, marts before the release.

A failed check of one feed warns, and withholds that feed where its suites failed; late feeds are still shown. The run
stops only when nothing is left to publish.
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
from dagster_project.landing.staleness import refuse_a_wrong_clock, refuse_unknown_municipality
from dagster_project.landing.store import FeedStore
from dagster_project.marts.catalogue import Mart
from dagster_project.warehouse.raw_layer import METADATA_SCHEMA, audited
from expectations.judgement import Frame, Judgement
from expectations.suites import SUITES

# One check per table with every suite in it: each check costs Dagster three events, and those cost more than judging.
DELIVERY_CHECK = "fit_to_show"
MART_CHECK = "fit_to_publish"


def delivery_checks(feeds: Sequence[Feed]) -> dg.AssetChecksDefinition:
    """Define the checks of each feed's deliveries and clocks, judged together; those of one supplier may run alone."""
    specs = [
        dg.AssetCheckSpec(
            DELIVERY_CHECK,
            asset=raw_key(feed, table),
            blocking=True,
            description=" ".join(
                [*(SUITES[suite].rule.en for suite in _suites_of(table)), "Not late, not about to expire."]
            ),
        )
        for feed in feeds
        for table in feed.tables
    ]

    @dg.multi_asset_check(name="judge_deliveries", specs=specs, can_subset=True)
    def judge(context: dg.AssetCheckExecutionContext, workspace: WorkspaceResource) -> Iterator[dg.AssetCheckResult]:
        opened = workspace.open
        # What has landed is safe, and no other machine runs, before anything is made of it.
        workspace.save()
        chosen = {key.asset_key for key in context.selected_asset_check_keys}
        stores = [FeedStore(opened.landing, feed) for feed in feeds]
        # Read once, because midnight may pass before the release.
        now = opened.now()
        today = local_day(now)
        refuse_a_wrong_clock(stores, now)
        refuse_unknown_municipality(stores)
        call = partial(judge_frames, today, opened.audit)
        asked = [store for store in stores if any(raw_key(store.feed, table) in chosen for table in store.feed.tables)]
        judgements = judge_deliveries(asked, opened.settings.is_country, call, now)
        # Clocks run for every feed, and the marts need all of them.
        fresh, verdicts = judge_freshness(stores, today, call)
        judgements += fresh
        outcome = AuditOutcome(as_of=today, judged_at=now, feeds=verdicts, judgements=judgements)
        outcome.write(opened.audit)
        nothing_left = all(verdict.is_withheld for verdict in verdicts)
        severity = dg.AssetCheckSeverity.ERROR if nothing_left else dg.AssetCheckSeverity.WARN
        for feed, verdict in zip(feeds, verdicts, strict=True):
            warnings = [str(late) for late in verdict.late]
            if verdict.expires_in is not None:
                warnings.append(f"days left until the figures are withheld: {verdict.expires_in}")
            for table in (table for table in feed.tables if raw_key(feed, table) in chosen):
                own = {
                    suite: [j for j in judgements if _concerns(j, feed, table, suite)] for suite in _suites_of(table)
                }
                if verdict.clocks.is_in_use:
                    yield _result(raw_key(feed, table), DELIVERY_CHECK, own, severity, warnings)
                else:
                    # Without a delivery to show there is nothing to fail, and a skipped check would block the models.
                    yield dg.AssetCheckResult(
                        passed=True,
                        asset_key=raw_key(feed, table),
                        check_name=DELIVERY_CHECK,
                        metadata={"message": "not in use"},
                    )

    return judge


def mart_checks(marts: Sequence[Mart]) -> dg.AssetChecksDefinition:
    """Define the checks of every mart; a mart that fails stops the release."""
    specs = [
        dg.AssetCheckSpec(
            MART_CHECK,
            asset=mart_key(mart),
            blocking=True,
            # A mart is judged by the clocks of this run; by older clocks all of it would be past its limit.
            additional_deps=[dg.AssetKey([METADATA_SCHEMA, "freshness"])],
            description=SUITES["marts"].rule.en,
        )
        for mart in marts
    ]

    @dg.multi_asset_check(name="judge_marts", specs=specs)
    def judge(workspace: WorkspaceResource) -> Iterator[dg.AssetCheckResult]:
        opened = workspace.open
        outcome = audited(opened)
        frame = Frame("marts", outcome.mart_rows) if outcome.mart_rows else mart_frame(opened, marts, outcome)
        judgements = judge_frames(outcome.as_of, opened.audit, [frame])
        outcome.judgements += judgements
        outcome.mart_rows = []
        outcome.write(opened.audit)
        for mart in marts:
            own = {"marts": [j for j in judgements if j.subject == mart.name]}
            yield _result(mart_key(mart), MART_CHECK, own, dg.AssetCheckSeverity.ERROR)

    return judge


def _suites_of(table: Table) -> list[str]:
    has_parts = any(column.meta.is_additive for column in table.columns)
    return ["freshness", "volume", "fill_rate", *(["reconciliation"] if has_parts else [])]


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
    messages = [f"{suite}: could not be checked" for suite, own in judgements.items() if not own]
    messages += [judgement.message for own in judgements.values() for judgement in own if not judgement.passed]
    messages += warnings
    counts = {
        suite: f"{sum(not judgement.passed for judgement in own)} of {len(own)} judgements failed"
        for suite, own in judgements.items()
    }
    return dg.AssetCheckResult(
        passed=not messages,
        asset_key=key,
        check_name=name,
        severity=severity,
        metadata={**counts, "message": dg.MetadataValue.md("\n\n".join(messages[:20]) or "all passed")},
    )
