"""Raw rows behind a figure, selected by delivery, region, key and period, and the cell of a figure as delivered.

The rows are those that the contract's columns relate to the figure; which of them a model counted, its SQL shows.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import orjson
from pydantic import BaseModel

from dagster_project.contracts.calendar import last_period_end
from dagster_project.contracts.model import Feed, Table
from dagster_project.lineage.graph import Lineage
from dagster_project.lineage.question import Dependencies, Question, Row, is_same
from dagster_project.lineage.replay import COLUMNS
from dagster_project.release.provenance import delivery_folder
from dagster_project.storage.sql import literal, one_row, rows_of

# Columns of marts that show the value of an indicator itself.
OWN_VALUES = frozenset({"value", "numerator", "denominator"})
REGIONS = ("region_code", "neighbourhood_code")
# A period with more codes or days than these is no useful filter.
MOST_PERIODS = 40


class RawRows(BaseModel):
    """Rows of a raw table that fit the figure, with the condition that selects them."""

    feed: str
    table: str
    row_count: int
    condition: str


class DeliveredCell(BaseModel):
    """The cell of a figure that is published as its supplier delivered it."""

    feed: str
    delivery_id: str
    table: str
    # The supplier's name for the column in this delivery, and our key of the row.
    column: str
    key: dict[str, Any]
    value: Any


def find_rows(
    connection: duckdb.DuckDBPyConnection,
    lineage: Lineage,
    feeds: Mapping[str, Feed],
    question: Question,
    row: Row,
    dependencies: Dependencies,
) -> Iterator[RawRows]:
    """Select the rows in every raw table of the feeds that a figure depends on."""
    ancestors = lineage.ancestor_tables(question.mart)
    figures = [*dependencies.parts.values()] or [row.values]
    for feed_id, deliveries in sorted(dependencies.deliveries.items()):
        feed = feeds[feed_id]
        for table in (one for one in feed.tables if f"raw_{feed.supplier}.{one.name}" in ancestors):
            found = [
                rows
                for values in figures
                if (values.get("feed") or feed_id) == feed_id
                and (rows := _rows(connection, feed, table, row.key | values, _delivery_of(values) or deliveries))
            ]
            yield from {rows.condition: rows for rows in found}.values()


def find_cells(
    connection: duckdb.DuckDBPyConnection,
    scratch: Path,
    feeds: Mapping[str, Feed],
    question: Question,
    row: Row,
    dependencies: Dependencies,
) -> Iterator[DeliveredCell]:
    """Find the cells whose column the contract gives the name of the figure, and whose value is that of the figure."""
    if question.column not in OWN_VALUES | dependencies.indicators:
        return
    for indicator, values in dependencies.parts.items():
        feed = feeds.get(values["feed"])
        for table in feed.tables if feed else ():
            if feed is None or indicator not in {column.name for column in table.columns}:
                continue
            condition = _condition(connection, feed, table, row.key | values, _delivery_of(values))
            rows = rows_of(connection, f"SELECT * FROM {_raw(feed, table)} WHERE {condition} LIMIT 2")
            if len(rows) == 1 and is_same(values["value"], rows[0][indicator]):
                shown = [c.name for c in table.columns if c.name in table.key and not c.meta.is_pseudonymised]
                yield DeliveredCell(
                    feed=feed.id,
                    delivery_id=rows[0]["delivery_id"],
                    table=table.name,
                    column=_supplier_column(scratch, feed, table, rows[0]["delivery_id"], indicator),
                    key={name: rows[0][name] for name in shown},
                    value=rows[0][indicator],
                )


def _rows(
    connection: duckdb.DuckDBPyConnection,
    feed: Feed,
    table: Table,
    values: Mapping[str, Any],
    deliveries: Collection[str],
) -> RawRows | None:
    """Count the rows that fit a figure; if none has its region, as for an area made of others, those of any region."""
    for with_region in (True, False):
        condition = _condition(connection, feed, table, values, deliveries, with_region)
        (count,) = one_row(connection, f"SELECT count(*) FROM {_raw(feed, table)} WHERE {condition}")
        if count:
            return RawRows(feed=feed.id, table=table.name, row_count=count, condition=condition)
    return None


def _condition(
    connection: duckdb.DuckDBPyConnection,
    feed: Feed,
    table: Table,
    values: Mapping[str, Any],
    deliveries: Collection[str],
    with_region: bool = True,
) -> str:
    """Write the condition of the rows of a raw table that share delivery, region, key and period with a figure."""
    columns = {column.name: column.data_type for column in table.columns}
    wanted: dict[str, Collection[Any]] = {"delivery_id": sorted(deliveries)} if deliveries else {}
    region = str(values.get("region_code") or values.get("neighbourhood_code") or "")
    regions = [name for name in REGIONS if name in columns and (name == "region_code" or region.startswith("BU"))]
    if region and with_region:
        wanted |= {name: [region] for name in regions[:1]}
    # Texts that both have by the same name, such as a task field or a department.
    texts = [name for name in columns if columns[name] == "varchar" and name not in REGIONS]
    wanted |= {name: [values[name]] for name in texts if name in table.key and isinstance(values.get(name), str)}
    wanted |= _period(connection, feed, table, values)
    return (
        " AND ".join(_is_one_of(name, [literal(str(one)) for one in ones]) for name, ones in wanted.items()) or "true"
    )


def _is_one_of(column: str, values: Sequence[str]) -> str:
    return f"{column} = {values[0]}" if len(values) == 1 else f"{column} IN ({', '.join(values)})"


def _period(
    connection: duckdb.DuckDBPyConnection, feed: Feed, table: Table, values: Mapping[str, Any]
) -> dict[str, Collection[Any]]:
    """Find the codes or days of a figure's period in the column that the contract names for it."""
    first, last = values.get("period_start_date"), values.get("period_end_date")
    name, column, data_type = feed.period_column or ("", "", "")
    # A moment shows when a row last changed, and not of which period it is.
    if not first or not last or name != table.name or data_type == "timestamptz":
        return {}
    query = f"SELECT DISTINCT {column} FROM {_raw(feed, table)} WHERE {column} IS NOT NULL"
    known = [one for (one,) in connection.execute(query).fetchall()]
    if data_type == "varchar":
        fitting = [code for code in known if last_period_end([code]) == last]
    else:
        fitting = [day for day in known if isinstance(day, date) and first <= day <= last]
    return {column: sorted(fitting)} if 0 < len(fitting) <= MOST_PERIODS else {}


def _supplier_column(scratch: Path, feed: Feed, table: Table, delivery_id: str, column: str) -> str:
    names = orjson.loads((scratch / delivery_folder(feed.id, delivery_id) / COLUMNS).read_bytes())
    return str(names[table.name].get(column, column))


def _delivery_of(values: Mapping[str, Any]) -> list[str]:
    return [values["delivery_id"]] if values.get("delivery_id") else []


def _raw(feed: Feed, table: Table) -> str:
    return f"raw_{feed.supplier}.{table.name}"
