"""Rows of Python models that look ahead: taken over from an earlier build of the same inputs, or computed."""

import logging
from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from typing import Any, Protocol

from duckdb import DuckDBPyConnection, DuckDBPyRelation

from dagster_project.storage.sql import identifier, literal, relation_of

LOG = logging.getLogger(__name__)
FINGERPRINT = "input_fingerprint"
# Significant digits of a fraction that count: engines, and sums in another order, differ in the last of its sixteen.
DIGITS = 9


class OwnTable(Protocol):
    """The address of a model's own table."""

    schema: str
    identifier: str


def fingerprint_of(*inputs: object) -> str:
    """Digest of what rows are computed from; the same on every engine."""
    return sha256(repr(_rounded(inputs)).encode()).hexdigest()


def known_fingerprints(session: DuckDBPyConnection, table: OwnTable, columns: Mapping[str, str]) -> set[str]:
    """Fingerprints in the table of an earlier build; none where it has other columns."""
    # Written out: a bound parameter would make DuckDB import pandas.
    stored = session.execute(
        "select column_name, lower(data_type) from duckdb_columns() "
        f"where schema_name = {literal(table.schema)} and table_name = {literal(table.identifier)}"
    ).fetchall()
    if dict(stored) != dict(columns):
        return set()
    found = session.execute(f"select distinct {FINGERPRINT} from {_address(table)}").fetchall()
    return {fingerprint for (fingerprint,) in found}


def computed(subject: str, rows: Callable[[], list[tuple[Any, ...]]]) -> list[tuple[Any, ...]]:
    """Compute the rows of a subject; none where the method fails on its figures.

    Figures that are known go out, whatever is wrong with what is derived from them. The message names no value.
    """
    try:
        return rows()
    except Exception as error:
        LOG.warning("nothing is computed of %s: %s", subject, type(error).__name__)
        return []


def united_rows(
    session: DuckDBPyConnection,
    table: OwnTable,
    columns: Mapping[str, str],
    kept: Iterable[str],
    rows: Iterable[tuple[Any, ...]],
) -> DuckDBPyRelation:
    """The earlier rows with a kept fingerprint and the new ones, in one order, with these columns and types."""
    made = relation_of(session, columns, rows)
    listed = ", ".join(literal(fingerprint) for fingerprint in sorted(kept))
    if listed:
        names = ", ".join(columns)
        made = made.union(session.sql(f"select {names} from {_address(table)} where {FINGERPRINT} in ({listed})"))
    return made.order("all")


def _rounded(value: object) -> object:
    if isinstance(value, float):
        return f"{value:.{DIGITS}g}"
    if isinstance(value, Mapping):
        return [*map(_rounded, value.items())]
    if isinstance(value, list | tuple):
        return [*map(_rounded, value)]
    return value


def _address(table: OwnTable) -> str:
    return f"{identifier(table.schema)}.{identifier(table.identifier)}"
