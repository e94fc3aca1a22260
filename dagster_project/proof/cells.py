"""The raw rows and cells that a figure stands on.

Rows of the figure's region and period are tried: those without which the figure would be another are what it stands on,
and so are their cells. Where more than a few rows count, as in a register, they are told together.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import duckdb
from pydantic import BaseModel

from dagster_project.contracts.calendar import last_period_end
from dagster_project.contracts.model import Feed, Table
from dagster_project.proof.figure import FIGURES, Ground, Question, Row, is_same, row_with_key, rows_of
from dagster_project.proof.payload import PayloadReader, Place
from dagster_project.proof.scratch import Scratch
from dagster_project.proof.whatif import Target, WhatIf

# Columns of marts that show a figure of an indicator itself, and not what follows from many.
OWN_VALUES = frozenset({"value", "numerator", "denominator", "lower_bound", "upper_bound"})
# A figure that stands on more rows than this is a count or a sum over them, and so is one that may stand on many.
MOST_ROWS = 4
MOST_CANDIDATES = 100
# So many times a figure may be computed anew, to tell which of its rows and cells it stands on.
MOST_TRIALS = 30
EXAMPLES = 3
# A period that is told by more codes or days than these is none.
MOST_PERIODS = 40

Part = TypeVar("Part", int, str)


class RawCell(BaseModel):
    """A cell without which the figure would be another."""

    feed: str
    place: Place
    # The supplier's name for the column, the text as it came, and the row's key.
    column: str
    text: str | None
    key: dict[str, Any]


class RawRows(BaseModel):
    """Rows without which the figure would be another, and the first of them."""

    feed: str
    table: str
    row_count: int
    # What they have in common.
    same: list[str]
    first: list[Place]


class Found(BaseModel):
    """What a figure was seen to stand on."""

    cells: list[RawCell] = []
    rows: list[RawRows] = []


def find_cells(
    connection: duckdb.DuckDBPyConnection, scratch: Scratch, home: Path, question: Question, row: Row, ground: Ground
) -> Found:
    """What the figure stands on, of every feed under it; ``connection`` is one to the scratch warehouse."""
    found, trials = Found(), Trials(MOST_TRIALS)
    for target, values in _targets(connection, scratch, question, row, ground):
        for feed_id, deliveries in ground.deliveries.items():
            feed = scratch.feeds[feed_id]
            tables = {f"raw_{feed.supplier}.{table.name}": table for table in feed.tables}
            # Tables that belong together are joined row by row: too many to try.
            if target.node_id in scratch.lineage.over(tables, scratch.lineage.nodes) and len(tables) == 1:
                with WhatIf.opened(scratch.warehouse, scratch.lineage, target, tables) as what_if:
                    ((name, table),) = tables.items()
                    _Search(what_if, scratch, home, feed, name, table, values, deliveries, trials).add_to(found)
    return found


def _targets(
    connection: duckdb.DuckDBPyConnection, scratch: Scratch, question: Question, row: Row, ground: Ground
) -> Iterator[tuple[Target, Mapping[str, Any]]]:
    """Where the figure first becomes a value, and what its row says; of a ratio, both of its parts."""
    lineage, values = scratch.lineage, row.values
    if not ground.indicators:
        # Definitions are no figures, and what stands beside the columns of indicators follows from many.
        if question.mart.startswith("dim_") or lineage.holds_indicators(question.mart):
            return
        yield Target(f"model.maandvers.{question.mart}", question.column, row.key), values
        return
    if question.column not in OWN_VALUES | ground.indicators:
        return
    # What is not there, such as a secret ratio or the bounds of a count, would not change with the cells below it.
    if values.get(question.column) is None:
        return
    above = lineage.above(FIGURES)
    for indicator in sorted(ground.parts):
        node_id = lineage.filling(above, indicator)
        # A ratio whose denominator comes from another feed may divide by that of another period.
        lines = rows_of(
            connection,
            f"SELECT * FROM marts.{FIGURES} WHERE indicator_code = ? AND region_code = ? AND period = ?",
            [indicator, row.region, ground.periods.get(indicator, values.get("period"))],
        )
        for line in lines:
            key = {name: line[name] for name in ("indicator_code", "region_code", "period")}
            if node_id and row_with_key(connection, lineage.nodes[node_id].table, key):
                yield Target(node_id, "value", key), line


@dataclass
class Trials:
    """How often a figure may still be computed anew."""

    left: int

    def halve(self, parts: Sequence[Part], matter: Callable[[Collection[Part]], bool]) -> list[Part]:
        """The parts that matter, each seen to do so by itself; none where that takes more trials than are left."""
        found: list[Part] = []
        waiting = [list(parts)]
        while waiting:
            some = waiting.pop(0)
            if not self.left:
                return []
            self.left -= 1
            if not matter(some):
                continue
            if len(some) == 1:
                found += some
            else:
                waiting += [some[: len(some) // 2], some[len(some) // 2 :]]
        return found


@dataclass
class _Search:
    """The search for what one target stands on in one raw table."""

    what_if: WhatIf
    scratch: Scratch
    home: Path
    feed: Feed
    name: str
    table: Table
    values: Mapping[str, Any]
    # Those that are named for the figure; any, where none is.
    deliveries: Collection[str]
    trials: Trials

    def add_to(self, found: Found) -> None:
        """Find the rows, and of a few rows the cells."""
        candidates, same = self._candidates()
        if not candidates or not self._rows_matter(candidates):
            return
        rows = self.trials.halve(candidates, self._rows_matter) if len(candidates) <= MOST_CANDIDATES else []
        if 0 < len(rows) <= MOST_ROWS:
            found.cells += [cell for row in rows for cell in self._cells(row)]
            return
        first = [place for row in candidates[:EXAMPLES] if (place := self._reader(row).place(self._position(row)))]
        found.rows.append(
            RawRows(feed=self.feed.id, table=self.table.name, row_count=len(candidates), same=same, first=first)
        )

    @cached_property
    def _own(self) -> object:
        return self.what_if.value()

    def _rows_matter(self, rows: Collection[int]) -> bool:
        return not is_same(self.what_if.without_rows(self.name, rows), self._own)

    def _cells(self, row: int) -> Iterator[RawCell]:
        def matter(columns: Collection[str]) -> bool:
            return not is_same(self.what_if.without_cells(self.name, row, columns), self._own)

        others = [column.name for column in self.table.columns if column.name not in self.table.key]
        for column in self.trials.halve(others, matter):
            cell = self._reader(row).cell(self._position(row), column, self._key(row))
            if cell:
                place, name, text = cell
                yield RawCell(feed=self.feed.id, place=place, column=name, text=text, key=self._key(row))

    def _candidates(self) -> tuple[list[int], list[str]]:
        """Rows of the figure's own deliveries, region and period, as far as the table tells these."""
        wanted: dict[str, Collection[Any]] = {}
        if self.deliveries:
            wanted["delivery_id"] = self.deliveries
        columns = {column.name for column in self.table.columns}
        region = str(self.values.get("region_code") or self.values.get("neighbourhood_code"))
        if "region_code" in columns:
            wanted["region_code"] = [region]
        elif "neighbourhood_code" in columns and region.startswith("BU"):
            wanted["neighbourhood_code"] = [region]
        if periods := self._periods():
            wanted[periods[0]] = periods[1]
        conditions = [f"{name} IN ({', '.join('?' * len(values))})" for name, values in wanted.items()]
        query = f"SELECT row_id FROM {self._kept} WHERE {' AND '.join(conditions) or 'true'} ORDER BY row_id"
        given = [value for values in wanted.values() for value in values]
        return [row["row_id"] for row in rows_of(self.what_if.connection, query, given)], sorted(wanted)

    def _periods(self) -> tuple[str, list[Any]] | None:
        """The column that tells the period, and what it says of the figure's own."""
        first, last = self.values.get("period_start_date"), self.values.get("period_end_date")
        if not first or not last or not self.feed.period_column:
            return None
        _, column, data_type = self.feed.period_column
        query = f"SELECT DISTINCT {column} AS told FROM {self._kept} WHERE {column} IS NOT NULL"
        told = [row["told"] for row in rows_of(self.what_if.connection, query, [])]
        if data_type == "varchar":
            fitting = [code for code in told if last_period_end([code]) == last]
        else:
            fitting = [day for day in told if isinstance(day, date) and first <= day <= last]
        return (column, fitting) if 0 < len(fitting) <= MOST_PERIODS else None

    @property
    def _kept(self) -> str:
        schema, _, name = self.name.partition(".")
        return f"{schema}.kept_{name}"

    @cached_property
    def _starts(self) -> dict[str, int]:
        """The number of the first row of each delivery."""
        query = f"SELECT delivery_id, min(row_id) AS start FROM {self._kept} GROUP BY delivery_id"
        return {row["delivery_id"]: row["start"] for row in rows_of(self.what_if.connection, query, [])}

    @cached_property
    def _readers(self) -> dict[str, PayloadReader]:
        again = self.scratch.folder
        return {one: PayloadReader(self.home, again, self.feed, self.table, one) for one in self._starts}

    def _row(self, row: int) -> dict[str, Any]:
        (line,) = rows_of(self.what_if.connection, f"SELECT * FROM {self._kept} WHERE row_id = ?", [row])
        return line

    def _reader(self, row: int) -> PayloadReader:
        return self._readers[self._row(row)["delivery_id"]]

    def _position(self, row: int) -> int:
        return row - self._starts[self._row(row)["delivery_id"]]

    def _key(self, row: int) -> dict[str, Any]:
        """What tells the row from others, without the keys of persons."""
        shown = [c.name for c in self.table.columns if c.name in self.table.key and not c.meta.is_pseudonymised]
        line = self._row(row)
        return {name: line[name] for name in shown}
