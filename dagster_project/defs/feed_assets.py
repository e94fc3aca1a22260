"""An asset per raw table, made from the delivery contracts: ask the supplier and land its deliveries."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

import dagster as dg
import isodate

from dagster_project.contracts.calendar import lengths
from dagster_project.contracts.model import Feed, Table
from dagster_project.defs.resources import WorkspaceResource
from dagster_project.errors import SetupError
from dagster_project.extract.extractors import extractor_for
from dagster_project.landing.ingest import receive, retire
from dagster_project.landing.shared_landing import landed_once
from dagster_project.landing.store import FeedStore

# Between winter and summer a month is an hour shorter, or longer, than its days.
CLOCK_CHANGE = timedelta(hours=1)
# Each request has attempts of its own, seconds apart; this is the later one, when every other supplier was asked.
RETRIES = 1


def raw_key(feed: Feed, table: Table) -> dg.AssetKey:
    """Return the key of a raw table, which dbt and the warehouse use as well."""
    return dg.AssetKey([f"raw_{feed.supplier}", table.name])


def freshness_policy(maximum_age: isodate.Duration) -> dg.FreshnessPolicy:
    """Return Dagster's early warning that asking has stopped, from the limit of the contract.

    Dagster counts hours since the last run and knows no months. So it passes only figures that are fresh in any month,
    fails only figures that are withheld in any month, and warns on the days between, on which the audit decides.
    """
    shortest, longest = lengths(maximum_age)
    return dg.FreshnessPolicy.time_window(
        warn_window=timedelta(days=shortest) - CLOCK_CHANGE,
        # Asked in the morning, figures may be shown until the end of their last day.
        fail_window=timedelta(days=longest + 1) + CLOCK_CHANGE,
    )


def feed_assets(feeds: Sequence[Feed], retry_delay: float) -> list[dg.AssetsDefinition]:
    """Define the assets of every raw table, in one step per supplier; any table may be selected alone.

    ``retry_delay`` is in seconds. Other suppliers are asked during the wait.
    """
    suppliers = dict.fromkeys(feed.supplier for feed in feeds)
    return [
        _supplier_assets(supplier, [feed for feed in feeds if feed.supplier == supplier], retry_delay)
        for supplier in suppliers
    ]


def _supplier_assets(supplier: str, feeds: Sequence[Feed], retry_delay: float) -> dg.AssetsDefinition:
    @dg.multi_asset(
        name=f"ask_{supplier}",
        specs=[spec for feed in feeds for spec in _specs(feed)],
        can_subset=True,
        retry_policy=dg.RetryPolicy(max_retries=RETRIES, delay=retry_delay),
    )
    def ask(context: dg.AssetExecutionContext, workspace: WorkspaceResource) -> Iterator[dg.MaterializeResult]:
        opened = workspace.open
        chosen = {
            feed.id: [table for table in feed.tables if raw_key(feed, table) in context.selected_asset_keys]
            for feed in feeds
        }
        receptions = []
        for feed in feeds:
            store = FeedStore(opened.landing, feed)
            if not chosen[feed.id]:
                continue
            try:
                if workspace.asks_for(feed):
                    with extractor_for(feed, workspace.settings, opened.secret) as extractor:
                        source = landed_once(extractor, opened.settings, opened.now)
                        receptions.append(receive(store, source, opened.now))
                elif not opened.point_in_time and not opened.uses(feed):
                    retire(store, opened.now())
            except SetupError as error:
                # A person has to act first.
                raise dg.Failure(str(error), allow_retries=False) from error
        is_silent = bool(receptions) and all(reception.is_unreachable for reception in receptions)
        if is_silent and context.retry_number < RETRIES:
            # After the last attempt the problem stands in the feeds' state, and the run goes on with what is there.
            raise dg.Failure(
                f"{supplier} gave no usable answer for any of its feeds; it is asked once more in this run"
            )
        for feed in feeds:
            for table in chosen[feed.id]:
                yield dg.MaterializeResult(
                    raw_key(feed, table), metadata=_facts(FeedStore(opened.landing, feed), table)
                )

    return ask


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
    """Return rows, deliveries and clocks after asking."""
    state = store.state()
    stored = {**state.current, **state.candidates}
    ids = (stored[edition].delivery_id for edition in dict.fromkeys([*state.shown, *state.candidates]))
    manifests = [manifest for delivery_id in ids if (manifest := store.written_manifest(delivery_id))]
    rows = sum(manifest.tables[table.name].rows for manifest in manifests)
    return {
        "dagster/row_count": rows,
        "deliveries": dg.MetadataValue.json({edition: stored[edition].delivery_id for edition in sorted(stored)}),
        "waiting_for_audit": ", ".join(sorted(state.candidates)) or "none",
        "checked_at": state.checked_at.isoformat() if state.checked_at else "never",
        "asked_at": state.attempted_at.isoformat() if state.attempted_at else "never",
        "remarks": dg.MetadataValue.text("\n\n".join(state.remarks) or "none"),
        "problems": dg.MetadataValue.text("\n\n".join(state.problems) or "none"),
    }
