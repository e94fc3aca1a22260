"""One asset per raw table, made from the delivery contracts: asking the supplier and landing what comes."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

import dagster as dg
import isodate

from dagster_project.contracts.calendar import lengths
from dagster_project.contracts.model import Feed, Table
from dagster_project.defs.resources import WorkspaceResource
from dagster_project.extract.extractors import extractor_for
from dagster_project.landing.ingest import receive, retire
from dagster_project.landing.store import FeedStore
from dagster_project.sample.service import within_reach

# Between winter and summer a month is an hour shorter, or longer, than its days.
CLOCK_CHANGE = timedelta(hours=1)


def raw_key(feed: Feed, table: Table) -> dg.AssetKey:
    """The name of a raw table: the same for Dagster, dbt and the warehouse."""
    return dg.AssetKey([f"raw_{feed.supplier}", table.name])


def freshness_policy(maximum_age: isodate.Duration) -> dg.FreshnessPolicy:
    """Dagster's early warning that nobody asks any more, from the limit of the contract.

    Dagster counts hours since the last run and knows no months. So it passes only what is fresh whichever month it is,
    fails only what is withheld whichever month it is, and warns on the days between, on which the audit decides.
    """
    shortest, longest = lengths(maximum_age)
    return dg.FreshnessPolicy.time_window(
        warn_window=timedelta(days=shortest) - CLOCK_CHANGE,
        # Asked in the morning, figures may be shown until the end of their last day.
        fail_window=timedelta(days=longest + 1) + CLOCK_CHANGE,
    )


def feed_assets(feeds: Sequence[Feed]) -> dg.AssetsDefinition:
    """The assets of every raw table, any of which may be asked for alone.

    One step for all feeds: each keeps its own troubles to itself, and a step apiece costs Dagster more than the asking.
    """

    @dg.multi_asset(specs=[spec for feed in feeds for spec in _specs(feed)], can_subset=True)
    def ask_suppliers(
        context: dg.AssetExecutionContext, workspace: WorkspaceResource
    ) -> Iterator[dg.MaterializeResult]:
        opened = workspace.open
        with within_reach(opened) as settings:
            for feed in feeds:
                chosen = [table for table in feed.tables if raw_key(feed, table) in context.selected_asset_keys]
                if not chosen:
                    continue
                store = FeedStore(opened.landing, feed)
                if workspace.asks_for(feed, settings):
                    with extractor_for(feed, settings) as extractor:
                        receive(store, extractor, opened.now)
                elif not opened.uses(feed):
                    retire(store, opened.now())
                for table in chosen:
                    yield dg.MaterializeResult(raw_key(feed, table), metadata=_facts(store, table))

    return ask_suppliers


def _specs(feed: Feed) -> list[dg.AssetSpec]:
    delivery = feed.delivery
    return [
        dg.AssetSpec(
            raw_key(feed, table),
            group_name=feed.supplier,
            tags={"maandvers/layer": "landing"},
            kinds={delivery.protocol.replace("_", ""), "parquet"},
            description=f"{delivery.supplier_label}: landed as received, current deliveries only.",
            freshness_policy=freshness_policy(delivery.maximum_age),
            metadata={
                "publisher": delivery.publisher,
                "owner": delivery.owner,
                "licence": dg.MetadataValue.url(str(delivery.licence.url)),
                "maximum_age": delivery.model_dump(mode="json")["maximum_age"],
                "binding_clocks": ", ".join(delivery.clocks),
            },
        )
        for table in feed.tables
    ]


def _facts(store: FeedStore, table: Table) -> dict[str, dg.MetadataValue | str | int]:
    """Rows, deliveries and clocks, as they stand after asking."""
    state = store.state()
    held = {**state.current, **state.candidates}
    ids = (held[edition].delivery_id for edition in dict.fromkeys([*state.shown, *state.candidates]))
    manifests = [manifest for delivery_id in ids if (manifest := store.written_manifest(delivery_id))]
    rows = sum(manifest.tables[table.name].rows for manifest in manifests)
    return {
        "dagster/row_count": rows,
        "deliveries": dg.MetadataValue.json({edition: held[edition].delivery_id for edition in sorted(held)}),
        "waiting_for_audit": ", ".join(sorted(state.candidates)) or "none",
        "checked_at": state.checked_at.isoformat() if state.checked_at else "never",
        "asked_at": state.attempted_at.isoformat() if state.attempted_at else "never",
        "remarks": dg.MetadataValue.md("\n\n".join(state.remarks) or "none"),
        "problems": dg.MetadataValue.md("\n\n".join(state.problems) or "none"),
    }
