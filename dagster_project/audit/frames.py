"""Frames for Great Expectations: a row per feed, table, column or mart, with its limits and margins.

A margin is a whole number that is negative where the limit is broken, and None where there is nothing to compare.
"""

import math
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import duckdb

from dagster_project.audit.clocks import Clocks
from dagster_project.audit.outcome import AuditOutcome
from dagster_project.contracts.calendar import fresh_until
from dagster_project.contracts.model import Column, Feed, Table
from dagster_project.installation.workspace import Workspace
from dagster_project.landing.store import FeedStore, StoredEdition
from dagster_project.marts.catalogue import Mart
from dagster_project.marts.expiry import is_stale
from dagster_project.storage.sql import connect, literal, one_row, parquet
from expectations.judgement import TITLE, Frame

# Persons whose neighbourhood is not known count in the municipality only. CBS rounds up or down at random, so every
# part may be off by a whole step: with half a step, 54 of the 355 municipalities in the real table of 2020 have a
# region outside the margin; with a whole step, none.
MARGIN_SHARE = 0.005
OUTSIDE_SHARE = 0.002
REGION = "region_code"
# Parent of a region, by the digits in its code, and the levels' names.
LEVELS = (
    ("neighbourhood to district", "BU", "'WK' || substr(region_code, 3, 6)", "WK"),
    ("district to municipality", "WK", "'GM' || substr(region_code, 3, 4)", "GM"),
    ("municipality to country", "GM", "'NL00'", "NL"),
)


def delivery_frames(stores: Sequence[FeedStore], has_whole_country: bool) -> list[Frame]:
    """Compute volume, fill rate and reconciliation of candidates and of current deliveries that may still change."""
    volume: list[dict[str, object]] = []
    fill: list[dict[str, object]] = []
    reconciliation: list[dict[str, object]] = []
    levels = LEVELS if has_whole_country else LEVELS[:-1]
    with connect() as connection:
        for store in stores:
            for edition, stored in _to_judge(store):
                for table in store.feed.tables:
                    year = int(edition) if edition.isdigit() else None
                    columns = table.expected_columns(year)
                    volume.append(_volume_row(connection, store, edition, stored, table))
                    fill += _fill_rows(connection, store, edition, stored, table, columns)
                    reconciliation += _reconciliation_rows(connection, store, edition, stored, table, columns, levels)
    titles = {store.feed.id: store.feed.delivery.supplier_label for store in stores}
    for row in (*volume, *fill, *reconciliation):
        row[TITLE] = titles[str(row["feed"])]
    frames = [Frame("volume", volume), Frame("fill_rate", fill), Frame("reconciliation", reconciliation)]
    return [frame for frame in frames if frame.rows]


def freshness_frame(feeds: Sequence[Feed], clocks: Sequence[Clocks], today: date) -> Frame:
    """Count the days left of each binding clock of each feed; None for a clock that was never set."""
    rows: list[dict[str, object]] = []
    for feed, read in zip(feeds, clocks, strict=True):
        for clock in feed.delivery.clocks:
            day = read.date_of(clock)
            limit = fresh_until(day, feed.delivery.maximum_age) if day else None
            rows.append(
                {
                    "feed": feed.id,
                    TITLE: read.supplier,
                    "clock": clock,
                    "deliverer": _deliverer(feed, read) if read.is_from_folder or clock != "checked" else None,
                    "clock_date": day.isoformat() if day else None,
                    "maximum_age": feed.delivery.model_dump(mode="json")["maximum_age"],
                    "fresh_until": limit.isoformat() if limit else None,
                    "as_of": today.isoformat(),
                    "days_old": (today - day).days if day else None,
                    "days_left": (limit - today).days if limit else None,
                }
            )
    return Frame("freshness", rows)


def _deliverer(feed: Feed, clocks: Clocks) -> str:
    """The one to ask for a newer delivery."""
    return feed.delivery.owner if clocks.is_from_folder else feed.delivery.contact or feed.delivery.owner


def mart_frame(workspace: Workspace, marts: Sequence[Mart], outcome: AuditOutcome) -> Frame:
    """Count the rows of each mart, and those past their limit.

    A mart may be empty only when one of its feeds is withheld, when its only sources are seeds, or when its events are
    rare.
    """
    shown = {
        (f"raw_{feed.supplier}", table.name)
        for feed, verdict in zip(workspace.feeds, outcome.feeds, strict=True)
        if not verdict.is_withheld
        for table in feed.tables
    }
    known = {(f"raw_{feed.supplier}", table.name) for feed in workspace.feeds for table in feed.tables}
    rows: list[dict[str, object]] = []
    with workspace.warehouse.connect(read_only=True) as connection:
        for mart in marts:
            stale = is_stale(mart, f"date '{outcome.as_of}'")
            counts = connection.execute(
                f"SELECT count(*), count(*) FILTER (WHERE {stale}) FROM {mart.schema}.{mart.name}"
            ).fetchone()
            assert counts is not None
            minimum = int(bool(mart.sources) and mart.sources & known <= shown and not mart.may_be_empty)
            rows.append(
                {
                    "mart": mart.name,
                    TITLE: mart.label_nl,
                    "row_count": counts[0],
                    "minimum_rows": minimum,
                    "margin": counts[0] - minimum,
                    "stale_row_count": counts[1],
                }
            )
    return Frame("marts", rows)


def _to_judge(store: FeedStore) -> Iterator[tuple[str, StoredEdition]]:
    """Yield the candidate, or else the current delivery, of every edition that has a candidate or is still open.

    Closed editions were judged on arrival and cannot have changed since.
    """
    state = store.state()
    for edition in dict.fromkeys((*store.open_editions(state.shown), *state.candidates)):
        stored = state.candidates.get(edition) or state.current[edition]
        # Corrupted deliveries are not read: they are neither judged nor compared with.
        if not store.damage(stored.delivery_id):
            if stored.previous_id and not _is_comparable(store, stored, stored.previous_id):
                stored = stored.model_copy(update={"previous_id": None})
            yield edition, stored


def _is_comparable(store: FeedStore, stored: StoredEdition, previous_id: str) -> bool:
    """Whether the delivery before is intact and was asked for the same regions: others make another number of rows."""
    if store.damage(previous_id):
        return False
    now, before = (store.manifest(delivery_id).retrieval for delivery_id in (stored.delivery_id, previous_id))
    if now is None or before is None:
        return True
    return (now.municipality, now.is_among_others) == (before.municipality, before.is_among_others)


def _volume_row(
    connection: duckdb.DuckDBPyConnection, store: FeedStore, edition: str, stored: StoredEdition, table: Table
) -> dict[str, object]:
    rows = _own_rows(connection, store, stored.delivery_id, table)
    assert rows is not None
    previous = _own_rows(connection, store, stored.previous_id, table)
    band = store.feed.delivery.volume
    minimum = 1 if previous is None else max(1, math.floor(previous * band.minimum_pct / 100))
    maximum = rows if previous is None else math.ceil(previous * band.maximum_pct / 100)
    return {
        "feed": store.feed.id,
        "table": table.name,
        "edition": edition,
        "row_count": rows,
        "previous_row_count": previous,
        "minimum_rows": minimum,
        "maximum_rows": maximum,
        "margin": min(rows - minimum, maximum - rows),
    }


def _previous_columns(store: FeedStore, stored: StoredEdition, table: Table) -> set[str]:
    if stored.previous_id is None:
        return set()
    known = store.manifest(stored.previous_id).tables.get(table.name)
    return set(known.columns) if known else set()


def _own_rows(
    connection: duckdb.DuckDBPyConnection, store: FeedStore, delivery_id: str | None, table: Table
) -> int | None:
    """Number of rows, without those of other municipalities: these would hide that own neighbourhoods are missing."""
    manifest = store.manifest(delivery_id) if delivery_id else None
    known = manifest.tables.get(table.name) if manifest else None
    if manifest is None or known is None:
        return None
    retrieval = manifest.retrieval
    if not (retrieval and retrieval.is_among_others and REGION in known.columns):
        return known.rows
    condition = f"starts_with({REGION}, 'GM') AND {REGION} <> {literal(retrieval.municipality)}"
    (others,) = one_row(
        connection, f"SELECT count(*) FROM {parquet(store.parquet(manifest.delivery_id, table.name))} WHERE {condition}"
    )
    return known.rows - int(others)


def _fill_rows(
    connection: duckdb.DuckDBPyConnection,
    store: FeedStore,
    edition: str,
    stored: StoredEdition,
    table: Table,
    columns: list[Column],
) -> list[dict[str, object]]:
    now = _fill_of(connection, store.parquet(stored.delivery_id, table.name), columns)
    known = _previous_columns(store, stored, table)
    shared = [column for column in columns if column.name in known]
    before = _fill_of(connection, store.parquet(stored.previous_id or "", table.name), shared)
    drop = store.feed.delivery.fill_drop_points
    rows: list[dict[str, object]] = []
    for column in columns:
        filled = now[column.name]
        minimum = max(column.meta.minimum_fill_pct, round((before.get(column.name) or 0) - drop, 2))
        rows.append(
            {
                "feed": store.feed.id,
                "table": table.name,
                "edition": edition,
                "column": column.name,
                "fill_pct": filled,
                "minimum_fill_pct": minimum,
                # In hundredths of a percentage point, to which shares are rounded.
                "margin": None if filled is None else round(100 * (filled - minimum)),
            }
        )
    return rows


def _fill_of(connection: duckdb.DuckDBPyConnection, file: Path, columns: list[Column]) -> dict[str, float | None]:
    """Compute the percentage of rows with a value per column; None for a table without rows."""
    if not columns:
        return {}
    counts = ", ".join(f"round(100.0 * count({column.name}) / nullif(count(*), 0), 2)" for column in columns)
    row = one_row(connection, f"SELECT {counts} FROM {parquet(file)}")
    return {column.name: share for column, share in zip(columns, row, strict=True)}


def _reconciliation_rows(
    connection: duckdb.DuckDBPyConnection,
    store: FeedStore,
    edition: str,
    stored: StoredEdition,
    table: Table,
    columns: list[Column],
    levels: Sequence[tuple[str, str, str, str]],
) -> list[dict[str, object]]:
    additive = [column for column in columns if column.meta.is_additive]
    if not additive:
        return []
    before = _previous_columns(store, stored, table)
    rows: list[dict[str, object]] = []
    retrieval = store.manifest(stored.delivery_id).retrieval
    only = retrieval.municipality if retrieval and retrieval.is_among_others else None
    for level in levels:
        now = _compared(connection, store.parquet(stored.delivery_id, table.name), additive, level, only)
        then: dict[str, tuple[int, int]] = {}
        if shared := [column for column in additive if column.name in before]:
            then = _compared(connection, store.parquet(stored.previous_id or "", table.name), shared, level, only)
        for column, (compared, outside) in zip(additive, now.values(), strict=True):
            # A column that the supplier never filled cannot be compared; one that it filled before must be.
            if compared or then.get(column.name, (0, 0))[0]:
                allowed = math.floor(OUTSIDE_SHARE * compared)
                rows.append(
                    {
                        "feed": store.feed.id,
                        "edition": edition,
                        "column": column.name,
                        "level": level[0],
                        "regions_compared": compared,
                        "regions_outside_rounding": outside,
                        "allowed_outside": allowed,
                        "margin": allowed - outside if compared else None,
                    }
                )
    return rows


def _compared(
    connection: duckdb.DuckDBPyConnection,
    file: Path,
    columns: list[Column],
    level: tuple[str, str, str, str],
    only: str | None,
) -> dict[str, tuple[int, int]]:
    """Count per column the regions of a level that have comparable parts, and those that differ too much.

    ``only`` is the municipality whose parts were requested, where others came along without theirs.
    """
    _, part, parent, whole = level
    measures = ", ".join(_measures(column) for column in columns)
    sums = ", ".join(f"sum({c.name}) AS {c.name}, count(*) - count({c.name}) AS {c.name}_missing" for c in columns)
    query = f"""
        WITH regions AS (SELECT * FROM {parquet(file)}),
        parts AS (
            SELECT {parent} AS code, count(*) AS part_count, {sums}
            FROM regions WHERE starts_with(region_code, '{part}') GROUP BY 1
        ),
        wholes AS (
            SELECT * FROM regions
            WHERE starts_with(region_code, '{whole}') AND (region_code[:2] <> 'GM' OR {literal(only)} IS NULL
                OR region_code = {literal(only)})
        )
        SELECT {measures}
        FROM wholes LEFT JOIN parts ON parts.code = wholes.region_code
    """
    counts = one_row(connection, query)
    return {column.name: (counts[2 * n], counts[2 * n + 1]) for n, column in enumerate(columns)}


def _measures(column: Column) -> str:
    """Count comparable regions, and those that differ more than rounding and unpublished parts explain.

    A region whose parts are all unpublished is not comparable; one without parts differs.
    """
    name, rounding = column.name, column.meta.rounding or 0
    explained = (
        f"greatest({MARGIN_SHARE} * wholes.{name}, (part_count + 1) * {rounding} + parts.{name}_missing * {rounding})"
    )
    compared = f"count(*) FILTER (WHERE wholes.{name} IS NOT NULL AND (parts.code IS NULL OR parts.{name} IS NOT NULL))"
    differs = f"parts.code IS NULL OR abs(parts.{name} - wholes.{name}) > {explained}"
    return f"{compared}, count(*) FILTER (WHERE wholes.{name} IS NOT NULL AND ({differs}))"
