"""Computing the small frames that Great Expectations judges: a row per feed, table, column or mart, limits included."""

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb

from dagster_project.audit.clocks import Clocks
from dagster_project.audit.outcome import AuditOutcome
from dagster_project.contracts.model import Column, Feed, Table
from dagster_project.landing.store import FeedStore, HeldEdition
from dagster_project.release.marts import Mart
from dagster_project.release.silence import is_stale
from dagster_project.workspace import Workspace
from expectations.frames import TITLE, Frame

# Persons whose neighbourhood is not known are in the municipality and in none of its parts. CBS rounds up or down at
# random, so every part may be off by a whole step: with half a step 54 of the 355 municipalities of the real table of
# 2020 would have a region outside, with a whole step none has.
MARGIN_SHARE = 0.005
OUTSIDE_SHARE = 0.002
# Parent of a region, by the digits in its code, and the levels' names.
LEVELS = (
    ("neighbourhood to district", "BU", "'WK' || substr(region_code, 3, 6)", "WK"),
    ("district to municipality", "WK", "'GM' || substr(region_code, 3, 4)", "GM"),
    ("municipality to country", "GM", "'NL00'", "NL"),
)


def delivery_frames(stores: Sequence[FeedStore], has_whole_country: bool) -> list[Frame]:
    """Volume, fill rate and reconciliation of the deliveries that are, or are about to be, current."""
    volume: list[dict[str, object]] = []
    fill: list[dict[str, object]] = []
    reconciliation: list[dict[str, object]] = []
    for store in stores:
        for edition, held in _to_judge(store):
            for table in store.feed.tables:
                year = int(edition) if edition.isdigit() else None
                columns = table.expected_columns(year)
                volume.append(_volume_row(store, edition, held, table))
                fill += _fill_rows(store, edition, held, table, columns)
                reconciliation += _reconciliation_rows(store, edition, held, table, columns, has_whole_country)
    titles = {store.feed.id: store.feed.delivery.supplier_label for store in stores}
    for row in (*volume, *fill, *reconciliation):
        row[TITLE] = titles[str(row["feed"])]
    frames = [Frame("volume", volume), Frame("fill_rate", fill), Frame("reconciliation", reconciliation)]
    return [frame for frame in frames if frame.rows]


def freshness_frame(feeds: Sequence[Feed], clocks: Sequence[Clocks]) -> Frame:
    """A row per feed and binding clock."""
    rows: list[dict[str, object]] = []
    for feed, read in zip(feeds, clocks, strict=True):
        for clock in feed.delivery.clocks:
            day = read.date_of(clock)
            rows.append(
                {
                    "feed": feed.id,
                    TITLE: read.supplier,
                    "clock": clock,
                    "clock_date": day.isoformat() if day else None,
                    "maximum_age": feed.delivery.model_dump(mode="json")["maximum_age"],
                    "is_binding": True,
                }
            )
    return Frame("freshness", rows)


def mart_frame(workspace: Workspace, marts: Sequence[Mart], outcome: AuditOutcome) -> Frame:
    """A row per mart: how much it holds, and how much of that should not be there.

    A mart may be empty only when one of its feeds is withheld, when it holds no feed but what people write down, or
    when what it tells of need not have happened.
    """
    shown = {
        (f"raw_{feed.supplier}", table.name)
        for feed, verdict in zip(workspace.feeds, outcome.feeds, strict=True)
        if not verdict.is_withheld
        for table in feed.tables
    }
    known = {(f"raw_{feed.supplier}", table.name) for feed in workspace.feeds for table in feed.tables}
    rows: list[dict[str, object]] = []
    with duckdb.connect(str(workspace.warehouse), read_only=True) as connection:
        for mart in marts:
            stale = is_stale(mart, f"date '{outcome.as_of}'")
            counts = connection.execute(
                f"SELECT count(*), count(*) FILTER (WHERE {stale}) FROM {mart.schema}.{mart.name}"
            ).fetchone()
            assert counts is not None
            needs_rows = mart.sources and mart.sources & known <= shown and not mart.may_be_empty
            rows.append(
                {
                    "mart": mart.name,
                    TITLE: mart.label_nl,
                    "row_count": counts[0],
                    "minimum_rows": 1 if needs_rows else 0,
                    "stale_violation_count": counts[1],
                }
            )
    return Frame("marts", rows)


def _to_judge(store: FeedStore) -> Iterator[tuple[str, HeldEdition]]:
    """What came in and waits, else what is current, for every edition that waits or is still refilled.

    What is settled was judged when it came, and cannot have changed since.
    """
    state = store.state()
    for edition in dict.fromkeys((*store.refilled(state.shown), *state.candidates)):
        held = state.candidates.get(edition) or state.current[edition]
        # What was damaged is not read; without it there is nothing to judge, or to compare with.
        if not store.damage(held.delivery_id):
            if held.previous_id and store.damage(held.previous_id):
                held = held.model_copy(update={"previous_id": None})
            yield edition, held


def _volume_row(store: FeedStore, edition: str, held: HeldEdition, table: Table) -> dict[str, object]:
    rows = store.manifest(held.delivery_id).tables[table.name].rows
    previous = _previous_rows(store, held, table)
    band = store.feed.delivery.volume
    return {
        "feed": store.feed.id,
        "table": table.name,
        "edition": edition,
        "row_count": rows,
        "previous_row_count": previous,
        "minimum_rows": 1 if previous is None else max(1, math.floor(previous * band.minimum_pct / 100)),
        "maximum_rows": rows if previous is None else math.ceil(previous * band.maximum_pct / 100),
    }


def _previous_columns(store: FeedStore, held: HeldEdition, table: Table) -> set[str]:
    if held.previous_id is None:
        return set()
    known = store.manifest(held.previous_id).tables.get(table.name)
    return set(known.columns) if known else set()


def _previous_rows(store: FeedStore, held: HeldEdition, table: Table) -> int | None:
    if held.previous_id is None:
        return None
    known = store.manifest(held.previous_id).tables.get(table.name)
    return known.rows if known else None


def _fill_rows(
    store: FeedStore, edition: str, held: HeldEdition, table: Table, columns: list[Column]
) -> list[dict[str, object]]:
    now = _fill_of(store.parquet(held.delivery_id, table.name), columns)
    known = _previous_columns(store, held, table)
    shared = [column for column in columns if column.name in known]
    before = _fill_of(store.parquet(held.previous_id or "", table.name), shared)
    drop = store.feed.delivery.fill_drop_points
    return [
        {
            "feed": store.feed.id,
            "table": table.name,
            "edition": edition,
            "column": column.name,
            "fill_pct": now[column.name],
            "minimum_fill_pct": max(column.meta.minimum_fill_pct, round(before.get(column.name, 0) - drop, 2)),
        }
        for column in columns
    ]


def _fill_of(parquet: Path, columns: list[Column]) -> dict[str, float]:
    """Percentage of rows with a value, per column."""
    if not columns:
        return {}
    counts = ", ".join(f"round(100.0 * count({column.name}) / count(*), 2)" for column in columns)
    row = _one(f"SELECT {counts} FROM {_reading(parquet)}")
    return {column.name: float(share) for column, share in zip(columns, row, strict=True)}


def _reconciliation_rows(
    store: FeedStore,
    edition: str,
    held: HeldEdition,
    table: Table,
    columns: list[Column],
    has_whole_country: bool,
) -> list[dict[str, object]]:
    additive = [column for column in columns if column.meta.is_additive]
    if not additive:
        return []
    before = _previous_columns(store, held, table)
    rows: list[dict[str, object]] = []
    for level in LEVELS if has_whole_country else LEVELS[:-1]:
        now = _compared(store.parquet(held.delivery_id, table.name), additive, level)
        then: dict[str, tuple[int, int]] = {}
        if shared := [column for column in additive if column.name in before]:
            then = _compared(store.parquet(held.previous_id or "", table.name), shared, level)
        rows += [
            {
                "feed": store.feed.id,
                "edition": edition,
                "column": column.name,
                "level": level[0],
                "regions_compared": compared,
                "regions_outside_rounding": outside,
                "allowed_outside": math.floor(OUTSIDE_SHARE * compared),
            }
            for column, (compared, outside) in zip(additive, now.values(), strict=True)
            # What the supplier never filled yet cannot be compared; what it filled before must be.
            if compared or then.get(column.name, (0, 0))[0]
        ]
    return rows


def _compared(parquet: Path, columns: list[Column], level: tuple[str, str, str, str]) -> dict[str, tuple[int, int]]:
    """Per column the regions of a level that can be compared with their parts, and those that differ too much."""
    _, part, parent, whole = level
    measures = ", ".join(_measures(column) for column in columns)
    sums = ", ".join(f"sum({c.name}) AS {c.name}, count(*) - count({c.name}) AS {c.name}_missing" for c in columns)
    counts = _one(f"""
        WITH regions AS (SELECT * FROM {_reading(parquet)}),
        parts AS (
            SELECT {parent} AS code, count(*) AS part_count, {sums}
            FROM regions WHERE starts_with(region_code, '{part}') GROUP BY 1
        ),
        wholes AS (SELECT * FROM regions WHERE starts_with(region_code, '{whole}'))
        SELECT {measures}
        FROM wholes LEFT JOIN parts ON parts.code = wholes.region_code
    """)
    return {column.name: (counts[2 * n], counts[2 * n + 1]) for n, column in enumerate(columns)}


def _measures(column: Column) -> str:
    """Count the regions that can be compared, and those that differ more than rounding and left-out parts explain.

    A region without any part that is published cannot be compared; one without parts at all lacks them.
    """
    name, rounding = column.name, column.meta.rounding or 0
    explained = (
        f"greatest({MARGIN_SHARE} * wholes.{name}, (part_count + 1) * {rounding} + parts.{name}_missing * {rounding})"
    )
    compared = f"count(*) FILTER (WHERE wholes.{name} IS NOT NULL AND (parts.code IS NULL OR parts.{name} IS NOT NULL))"
    differs = f"parts.code IS NULL OR abs(parts.{name} - wholes.{name}) > {explained}"
    return f"{compared}, count(*) FILTER (WHERE wholes.{name} IS NOT NULL AND ({differs}))"


def _reading(parquet: Path) -> str:
    path = str(parquet).replace("'", "''")
    return f"read_parquet('{path}')"


def _one(query: str) -> tuple[Any, ...]:
    row = duckdb.execute(query).fetchone()
    assert row is not None
    return row
