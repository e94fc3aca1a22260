"""The rows and columns of a mart that a rule of access lets through, as SQL over a release in any database.

A rule lets pairs of theme and level through. A figure has the theme of its indicator and the level of its region; one
that is about no region, such as a line of the accounts, is of the municipality. A column that is named after an
indicator has its theme. Any other number of a theme mart is of all its themes together.
"""

import hashlib
import threading
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

import duckdb

from dagster_project.access import LEVELS, Allowed
from dagster_project.release.reader import PublishedMart, Release
from dagster_project.storage.sql import identifier, insert, literal

_MUNICIPALITY, _NEIGHBOURHOOD = "municipality", "neighbourhood"
# Statistics Netherlands begins the code of a region with its level; other codes are of own areas.
_OF_CODE = (
    "CASE left(region_code, 2) WHEN 'BU' THEN 'neighbourhood' WHEN 'WK' THEN 'district' WHEN 'GM' THEN 'municipality'"
    " WHEN 'NL' THEN 'country' ELSE 'area' END"
)
_NUMBERS = {"number", "integer"}
_DEFINITIONS, _EFFECTS = "dim_", "mart_policy_effects"
# Names indicators and has no figure.
_DICTIONARY = "dim_indicator"


@dataclass
class RestrictedMarts:
    """Views of a release on a day, made once for all readers who may see the same."""

    release: Release
    day: date
    # The theme of each indicator.
    themes: Mapping[str, str]
    _schemas: dict[Allowed, str] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def cursor(self, allowed: Allowed) -> duckdb.DuckDBPyConnection:
        """Open a connection in which unqualified names are the marts that these readers see."""
        with self._lock:
            if allowed not in self._schemas:
                self._schemas[allowed] = self._made(allowed)
        cursor = self.release.connection.cursor()
        cursor.execute(f"USE {self._schemas[allowed]}")
        return cursor

    def _made(self, allowed: Allowed) -> str:
        cursor = self.release.shown_on(self.day)
        (shown,) = cursor.execute("SELECT current_schema()").fetchall()[0]
        digest = hashlib.sha256(repr(sorted(allowed)).encode()).hexdigest()[:16]
        schema = f"memory.{identifier(f'{shown}_{digest}')}"
        # Memory is shared by all connections to the release, and so by a board of it that was opened earlier.
        cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
        pairs = f"{schema}.readable_pairs"
        cursor.begin()
        cursor.execute(f"CREATE OR REPLACE TABLE {pairs} (indicator_code VARCHAR, region_level VARCHAR)")
        insert(cursor, pairs, readable_pairs(allowed, self.themes))
        for mart in self.release.marts.values():
            query = readable_rows(mart, allowed, self.themes, f"memory.{identifier(shown)}", pairs)
            cursor.execute(f"CREATE OR REPLACE VIEW {schema}.{identifier(mart.name)} AS {query}")
        cursor.commit()
        cursor.close()
        return schema


def readable_pairs(allowed: Allowed, themes: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    """Pairs of indicator and level that may be seen; ``themes`` has the theme of each indicator."""
    return ((code, level) for code, theme in themes.items() for level in LEVELS if (theme, level) in allowed)


def readable_rows(mart: PublishedMart, allowed: Allowed, themes: Mapping[str, str], schema: str, pairs: str) -> str:
    """The query for a mart of a schema, of which ``pairs`` names the table (indicator_code, region_level) of pairs."""
    columns = [column.name for column in mart.columns]
    table = f"{schema}.{identifier(mart.name)}"
    if "indicator_code" in columns and mart.name != _DICTIONARY:
        selected = ", ".join(_of_level(name, pairs) for name in columns)
        return f"SELECT {selected} FROM {table} WHERE {_is_readable(_level(columns), pairs)}"
    if "measure_code" in columns:
        effects = f"SELECT measure_code FROM {schema}.{_EFFECTS} WHERE {_is_readable('region_level', pairs)}"
        return f"SELECT {_listed(columns)} FROM {table} WHERE measure_code IN ({effects})"
    return _theme_mart(mart, columns, allowed, themes, table)


def _theme_mart(
    mart: PublishedMart, names: Collection[str], allowed: Allowed, themes: Mapping[str, str], table: str
) -> str:
    """A mart with a column per figure; definitions, such as the regions, are for every reader.

    A mart of other figures, whose theme is not known, is for none of these readers.
    """
    if mart.name.startswith(_DEFINITIONS):
        return f"SELECT {_listed(names)} FROM {table}"
    own = {themes[name] for name in names if name in themes and name not in mart.key}
    level = _level(names)
    columns = []
    for column in mart.columns:
        needed = {themes[column.name]} if column.name in themes else own
        is_figure = column.type in _NUMBERS and column.name not in mart.key and column.name != "region_vintage"
        columns.append(_case(column.name, level, _levels(needed, allowed)) if is_figure else identifier(column.name))
    some = {one for theme in own for one in _levels({theme}, allowed)}
    return f"SELECT {', '.join(columns)} FROM {table} WHERE {_is_of(level, some)}"


def _level(names: Collection[str]) -> str:
    """The expression for the level of a row."""
    if "region_level" in names:
        return "region_level"
    if "neighbourhood_code" in names:
        return literal(_NEIGHBOURHOOD)
    return _OF_CODE if "region_code" in names else literal(_MUNICIPALITY)


def _levels(themes: Collection[str], allowed: Allowed) -> set[str]:
    """The levels at which all of these themes may be seen."""
    return {level for level in LEVELS if all((theme, level) in allowed for theme in themes)}


def _is_of(level: str, levels: Collection[str]) -> str:
    return f"{level} IN ({', '.join(map(literal, sorted(levels)))})" if levels else "false"


def _case(name: str, level: str, levels: Collection[str]) -> str:
    """A column where the level of the row is one of these."""
    if len(levels) == len(LEVELS):
        return identifier(name)
    return f"CASE WHEN {_is_of(level, levels)} THEN {identifier(name)} END AS {identifier(name)}"


def _of_level(name: str, pairs: str) -> str:
    """A column; a figure to compare with, such as ``country_value``, where its own level may be seen."""
    level = name.removesuffix("_value")
    if name == level or level not in LEVELS:
        return identifier(name)
    return f"CASE WHEN {_is_readable(literal(level), pairs)} THEN {identifier(name)} END AS {identifier(name)}"


def _is_readable(level: str, pairs: str) -> str:
    return f"(indicator_code, {level}) IN (SELECT indicator_code, region_level FROM {pairs})"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(map(identifier, names))
