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
from dagster_project.lineage.counterfactual import Target, WhatIf
from dagster_project.lineage.graph import Lineage
from dagster_project.lineage.payload import PayloadReader, Place
from dagster_project.lineage.question import FIGURES, Ground, Question, Row, is_same, row_with_key, rows_of
from dagster_project.lineage.recompute import Scratch

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
    """What a figure was seen to stand on, or else why no cell or row is named."""

    cells: list[RawCell] = []
    rows: list[RawRows] = []
    why_none: str | None = None


def find_cells(
    connection: duckdb.DuckDBPyConnection, scratch: Scratch, home: Path, question: Question, row: Row, ground: Ground
) -> Found:
    """What the figure stands on, of every feed under it; ``connection`` is one to the scratch warehouse."""
    if why := _why_none(scratch.lineage, question, row, ground):
        return Found(why_none=why)
    found, trials = Found(), Trials(MOST_TRIALS)
    for target, values in _targets(connection, scratch, question, row, ground):
        for feed_id, deliveries in ground.deliveries.items():
            feed = scratch.feeds[feed_id]
            tables = {f"raw_{feed.supplier}.{table.name}": table for table in feed.tables}
            if target.node_id in scratch.lineage.over(tables, scratch.lineage.nodes):
                # Rows of the other tables say more of those of the first, and come and go with them.
                name, table = next(iter(tables.items()))
                with WhatIf.opened(scratch.warehouse, scratch.lineage, target, [name]) as what_if:
                    _Search(what_if, scratch, home, feed, name, table, values, deliveries, trials).add_to(found)
    if not found.cells and not found.rows:
        found.why_none = "nothing was counted, others say the same, or it is made of the figures of several regions"
    return found


def _why_none(lineage: Lineage, question: Question, row: Row, ground: Ground) -> str | None:
    """Why no cell is looked for, if none is."""
    if question.mart.startswith("dim_"):
        return "it is a definition"
    if row.values[question.column] is None:
        return "what is missing would not change with the cells below it"
    is_own = bool(ground.indicators) and question.column in OWN_VALUES | ground.indicators
    if not is_own and (ground.indicators or lineage.holds_indicators(question.mart)):
        return "it tells of a figure, or follows from many"
    return None


def _targets(
    connection: duckdb.DuckDBPyConnection, scratch: Scratch, question: Question, row: Row, ground: Ground
) -> Iterator[tuple[Target, Mapping[str, Any]]]:
    """Where the figure first becomes a value, and what its row says; of a ratio, both of its parts."""
    lineage = scratch.lineage
    above = lineage.above(FIGURES)
    is_told = False
    for indicator, period in sorted(ground.periods.items()):
        key = {"indicator_code": indicator, "region_code": row.region, "period": period}
        line, node_id = row_with_key(connection, f"marts.{FIGURES}", key), lineage.filling(above, indicator)
        is_told |= line is not None
        # Figures of own areas are only made of others, further on.
        if line and node_id and row_with_key(connection, lineage.nodes[node_id].table, key):
            yield Target(node_id, "value", key), line
    # A mart of all figures is computed too slowly for trials.
    if not is_told and not lineage.holds_indicators(question.mart):
        yield Target(f"model.maandvers.{question.mart}", question.column, row.key), row.values


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
        mattering = ((rows, same) for rows, same in self._candidates() if rows and self._rows_matter(rows))
        candidates, same = next(mattering, ([], []))
        if not candidates:
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

    def _candidates(self) -> Iterator[tuple[list[int], list[str]]]:
        """Rows that have in common with the figure what the table tells of it, and then those that have less."""
        tried = []
        for dropped in ((), ("delivery",), ("delivery", "key"), ("delivery", "key", "region")):
            wanted: dict[str, Collection[Any]] = {}
            for trait, own in self._traits.items():
                wanted |= {} if trait in dropped else own
            if wanted not in tried:
                tried.append(wanted)
                conditions = [f"{name} IN ({', '.join('?' * len(values))})" for name, values in wanted.items()]
                query = f"SELECT row_id FROM {self._kept} WHERE {' AND '.join(conditions) or 'true'} ORDER BY row_id"
                given = [value for values in wanted.values() for value in values]
                yield [row["row_id"] for row in rows_of(self.what_if.connection, query, given)], sorted(wanted)

    @cached_property
    def _traits(self) -> dict[str, dict[str, Collection[Any]]]:
        """What the table tells of the figure: the values of its columns, by what kind of thing they say."""
        columns = {column.name: column.data_type for column in self.table.columns}
        region = self.values.get("region_code") or self.values.get("neighbourhood_code")
        regions: dict[str, Collection[Any]] = {}
        if region and "region_code" in columns:
            regions["region_code"] = [region]
        elif "neighbourhood_code" in columns and str(region).startswith("BU"):
            regions["neighbourhood_code"] = [region]
        # A text that both have by the same name, such as a task field or a department.
        key: dict[str, Collection[Any]] = {
            name: [value]
            for name, value in self.what_if.target.key.items()
            if columns.get(name) == "varchar" and isinstance(value, str) and name not in regions
        }
        return {
            "delivery": {"delivery_id": self.deliveries} if self.deliveries else {},
            "key": key,
            "region": regions,
            "period": self._period(),
        }

    def _period(self) -> dict[str, Collection[Any]]:
        """What the table says of the figure's own period, in the column that tells it; nothing where that is much."""
        first, last = self.values.get("period_start_date"), self.values.get("period_end_date")
        table, column, data_type = self.feed.period_column or ("", "", "")
        # A moment tells when a row last changed, and not of which period it is.
        if not first or not last or table != self.table.name or data_type == "timestamptz":
            return {}
        query = f"SELECT DISTINCT {column} AS told FROM {self._kept} WHERE {column} IS NOT NULL"
        told = [row["told"] for row in rows_of(self.what_if.connection, query, [])]
        if data_type == "varchar":
            fitting = [code for code in told if last_period_end([code]) == last]
        else:
            fitting = [day for day in told if isinstance(day, date) and first <= day <= last]
        return {column: fitting} if 0 < len(fitting) <= MOST_PERIODS else {}

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
