"""Shapes of OData v4 observations for landing: unchanged, or with a column per measure."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import duckdb

from dagster_project.contracts.model import Column, Feed
from dagster_project.errors import DeliveryError
from dagster_project.extract.answer import Edition, Lookup, Records
from dagster_project.extract.odata.columns import SupplierColumn, match_columns
from dagster_project.extract.odata.v4_forms import ROW_NUMBER, Observations
from dagster_project.storage.sql import connect, identifier, literal, one_row

MEASURE = "Measure"
VALUE = "Value"
TEXT_VALUE = "StringValue"
# Columns of observations apart from their dimensions.
LONG_COLUMNS = (ROW_NUMBER, MEASURE, "ValueAttribute", VALUE, TEXT_VALUE)


def as_dimensions(names: Iterable[str]) -> list[SupplierColumn]:
    """Columns that are known by their names alone."""
    return [SupplierColumn(name, (), is_dimension=True) for name in sorted(names)]


class Shape(Protocol):
    """One shape for one edition of a feed."""

    def write(
        self, observations: Observations, measures: list[SupplierColumn], expected: int | None, scratch: Path
    ) -> Records:
        """Write the observations for landing; ``expected`` is the supplier's own count."""
        ...


@dataclass
class LongShape:
    """A row per observation, with the code of its measure."""

    feed: Feed
    edition: Edition
    columns: list[Column]

    def write(
        self, observations: Observations, measures: list[SupplierColumn], expected: int | None, scratch: Path
    ) -> Records:
        """Write the observations unchanged, in the order of their numbers."""
        # A table without texts has no column for them.
        offered = as_dimensions({*observations.columns, TEXT_VALUE})
        direct = [column for column in self.columns if column.meta.code_list is None]
        names = match_columns(self.feed, self.edition, direct, offered)
        select = ", ".join(identifier(name) for name in sorted(observations.columns))
        if TEXT_VALUE not in observations.columns:
            select += f", NULL AS {TEXT_VALUE}"
        query = f"SELECT {select} FROM source WHERE {observations.wanted} ORDER BY {ROW_NUMBER}::BIGINT"
        file = _write(self.feed, self.edition, observations, measures, expected, query, scratch)
        return Records([file], "csv", names, row_number=ROW_NUMBER)


@dataclass
class WideShape:
    """A row per combination of dimensions, with the measures as columns."""

    feed: Feed
    edition: Edition
    columns: list[Column]
    dimensions: list[str]

    def write(
        self, observations: Observations, measures: list[SupplierColumn], expected: int | None, scratch: Path
    ) -> Records:
        """Combine the observations of each combination of dimensions into one row."""
        offered = [*as_dimensions(self.dimensions), *measures]
        direct = [column for column in self.columns if column.meta.code_list is None]
        left_out = [column for column in direct if _is_left_out(column, offered)]
        found = [column for column in direct if column not in left_out]
        names = match_columns(self.feed, self.edition, found, offered)
        text = TEXT_VALUE if TEXT_VALUE in observations.columns else "NULL"
        values = [
            f"max(coalesce({VALUE}, {text})) FILTER ({MEASURE} = {literal(code)}) AS {identifier(code)}"
            for code in sorted({*names.values()} - {*self.dimensions})
        ]
        values += [f"NULL AS {identifier(column.meta.supplier_name)}" for column in left_out]
        keys = ", ".join(identifier(name) for name in self.dimensions)
        query = (
            f"SELECT {', '.join([keys, *values])} FROM source WHERE {observations.wanted}"
            f" GROUP BY {keys} ORDER BY min({ROW_NUMBER}::BIGINT)"
        )
        file = _write(self.feed, self.edition, observations, measures, expected, query, scratch, keys)
        names |= {column.name: column.meta.supplier_name for column in left_out}
        return Records([file], "csv", names)


def write_code_list(scratch: Path, base: str, rows: list[dict[str, Any]], value: str) -> Lookup:
    """Write a code list for landing's lookup."""
    file = scratch / f"{base}Codes.json"
    file.write_text(json.dumps(rows), encoding="utf-8")
    return Lookup(file, "Identifier", value, on=base)


def _is_left_out(column: Column, offered: list[SupplierColumn]) -> bool:
    """Whether a column is a text that OData v4 omits from older editions, since texts are no measures."""
    names = {column.meta.supplier_name, *column.meta.supplier_aliases}
    is_known = any(other.name in names or other.key in column.meta.supplier_codes for other in offered)
    return column.data_type == "varchar" and not is_known


def _write(
    feed: Feed,
    edition: Edition,
    observations: Observations,
    measures: list[SupplierColumn],
    expected: int | None,
    query: str,
    scratch: Path,
    keys: str = "",
) -> Path:
    """Write the result of a query on ``source``, the observations; raises DeliveryError if these are incomplete."""
    target = scratch / f"{edition.source_id}.csv"
    needed = {ROW_NUMBER, MEASURE, VALUE}
    if missing := sorted(needed - observations.columns):
        raise _broken(feed, edition, f"column {', '.join(missing)}", ", ".join(sorted(observations.columns)))
    with connect(spill_to=scratch / "spilled") as connection:
        try:
            connection.execute(f"CREATE TEMP TABLE source AS SELECT * FROM {observations.reader}")
            rows, numbers = one_row(connection, f"SELECT count(*), count(DISTINCT {ROW_NUMBER}) FROM source")
            if numbers != rows:
                raise _broken(feed, edition, "every number once", f"{rows:,} with {numbers:,} different numbers")
            if expected is not None and rows != expected:
                raise _broken(feed, edition, f"{expected:,} by the supplier's own count", f"{rows:,} observations")
            listed = ", ".join(literal(measure.key) for measure in measures)
            unknown, example = one_row(
                connection,
                f"SELECT count(*), any_value({MEASURE}) FROM source WHERE {MEASURE} NOT IN ({listed or 'NULL'})",
            )
            if unknown:
                raise _broken(feed, edition, "measures that MeasureCodes lists", f"{unknown:,} of measure '{example}'")
            if keys:
                (twice,) = one_row(
                    connection,
                    f"SELECT count(*) FROM (SELECT 1 FROM source GROUP BY {MEASURE}, {keys} HAVING count(*) > 1)",
                )
                if twice:
                    raise _broken(feed, edition, "one per measure and combination of dimensions", f"{twice:,} repeat")
            connection.execute(f"COPY ({query}) TO {literal(target)} (FORMAT csv, HEADER true)")
        except duckdb.Error as error:
            raise _broken(feed, edition, "observations that can be read", str(error)) from error
    return target


def _broken(feed: Feed, edition: Edition, expected: str, came: str) -> DeliveryError:
    return DeliveryError(
        feed.id,
        problem=f"the observations of table {edition.source_id} are incomplete or inconsistent",
        expected=expected,
        came=came[:300],
        do=f"compare the payload in quarantine with {feed.file}; one that was cut off is complete in a later run",
    )
