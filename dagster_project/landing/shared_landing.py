"""Public feeds of the installation that lands them once for all municipalities, which this one only reads."""

from collections.abc import Iterator

from dagster_project.contracts.model import Feed
from dagster_project.errors import DeliveryError
from dagster_project.extract.answer import Edition
from dagster_project.extract.extractors import Extractor
from dagster_project.extract.shared_feed import Landed, LandedEdition, SharedFeed, SharedParameters
from dagster_project.installation.settings import FeedSettings, Settings
from dagster_project.installation.workspace import LANDING, Clock
from dagster_project.landing.edition import contract_version
from dagster_project.landing.store import FeedStore, StoredEdition


def is_shared(feed: Feed, settings: Settings) -> bool:
    """Whether a feed is read from the shared installation, unless the settings say where it is asked for instead."""
    supplier = settings.supplier(feed.supplier)
    own = supplier.feeds.get(feed.name, FeedSettings())
    is_elsewhere = any((supplier.location, own.location, own.protocol))
    return settings.shared_landing is not None and feed.is_shareable and not is_elsewhere


def landed_once(extractor: Extractor, settings: Settings, now: Clock) -> Extractor:
    """Return the extractor that takes the own rows of a shared feed; of any other feed the given one."""
    if settings.shared_landing is None or not is_shared(extractor.feed, settings):
        return extractor
    store = FeedStore(settings.shared_landing.resolve() / LANDING, extractor.feed)
    rows = {table.name: extractor.rows_of_municipality(table) for table in extractor.feed.tables}
    return SharedFeed(
        extractor.feed,
        SharedParameters(),
        extractor.http,
        extractor.access,
        read=lambda: _landed(store),
        now=now,
        regions={name: own for name, own in rows.items() if own},
    )


def _landed(store: FeedStore) -> Landed:
    """The state of a feed in the shared installation. Raises DeliveryError where this account cannot read it."""
    try:
        state = store.state()
        return Landed(
            asked_at=state.attempted_at,
            window=state.window,
            editions=dict(_editions(store, {**state.current, **state.candidates})),
            problems=state.problems,
        )
    except OSError as error:
        raise DeliveryError(
            store.feed.id,
            problem="cannot be read in the shared installation",
            expected=f"files in {store.landing} that this account can read",
            came=str(error),
            do="correct shared_landing in maandvers.toml, or let this account read there: release_readers of the shared"
            " installation says who can",
            is_quarantined=False,
        ) from error


def _editions(store: FeedStore, landed: dict[str, StoredEdition]) -> Iterator[tuple[str, LandedEdition]]:
    for key, stored in landed.items():
        fault = store.damage(stored.delivery_id)
        manifest = store.written_manifest(stored.delivery_id)
        if manifest is None:
            yield key, LandedEdition(stored.delivery_id, key, "", None, None, {}, {}, {}, {}, {}, fault)
            continue
        edition = Edition(int(key) if key.isdigit() else None, manifest.source_id)
        if stored.contract_version != contract_version(store.feed, edition):
            fault = "it was landed by another version of the contract, and is asked for again at the next landing"
        yield (
            key,
            LandedEdition(
                delivery_id=stored.delivery_id,
                source_id=manifest.source_id,
                url=manifest.url,
                released_at=manifest.released_at,
                confirmed_at=stored.confirmed_at,
                facts=manifest.facts,
                headers=manifest.headers,
                tables={name: store.parquet(stored.delivery_id, name) for name in manifest.tables},
                columns={name: table.columns for name, table in manifest.tables.items()},
                dropped_columns={name: table.dropped_columns for name, table in manifest.tables.items()},
                fault=fault,
                served=manifest.retrieval.served,
            ),
        )
