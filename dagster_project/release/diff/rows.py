"""Comparing the rows of one mart in two releases; DuckDB does it, on the Parquet files of both."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from dagster_project.errors import MaandversError
from dagster_project.marts.catalogue import Mart
from dagster_project.release.diff.changes import FigureChange, FigureSummary, MartDiff, Problem, Revision
from dagster_project.storage.checksums import is_as_written

# When and from where a figure came is told apart from what it says.
CLOCKS = ("checked_at", "released_at", "fresh_until")
PROVENANCE = "delivery_id"
FIGURE_TYPES = ("DOUBLE", "BIGINT", "HUGEINT")
# Sums in another order differ in their last digits.
SAME_WITHIN = 1e-9
REGIONS = ("region_code", "neighbourhood_code")
SHOWN = 10
# Of a row that stands for the newest figure there is: which period that is of. Another period is no revision.
PERIODS = ("period", "period_end_date", "edition_year")


class NotComparableError(MaandversError):
    """Two releases, or one mart of them, that cannot be laid beside each other."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.english)
        self.problem = problem


@dataclass(frozen=True)
class Sides:
    """A mart's Parquet file in both releases, with their columns and types."""

    before: str
    after: str
    types_before: dict[str, str]
    types_after: dict[str, str]

    @property
    def shared(self) -> list[str]:
        """Columns of both with values that can be compared."""
        return [name for name, kind in self.types_after.items() if self.types_before.get(name) == kind]


def parquet_of(release: Path, mart: str) -> str:
    """A mart in a release as SQL reads it.

    Raises NotComparableError when the file is not there, or not as it was written.
    """
    name = f"parquet/{mart}.parquet"
    if not is_as_written(release, name):
        raise not_as_written(release, name)
    return reading(release / name)


def not_as_written(release: Path, name: str) -> NotComparableError:
    """That a file of a release is gone or damaged."""
    return NotComparableError(
        Problem(
            english=f"{name} of {release.name} is not as it was written; maandvers verify tells more",
            dutch=f"de vorige uitgave ({release.name}) is beschadigd: {name} is niet meer zoals het is geschreven",
        )
    )


def reading(parquet: Path) -> str:
    """A Parquet file as SQL reads it."""
    path = str(parquet).replace("'", "''")
    return f"read_parquet('{path}')"


def compare_rows(connection: duckdb.DuckDBPyConnection, mart: Mart, before: str, after: str) -> MartDiff:
    """What happened to a mart's rows, columns and figures; leaves what ``revisions`` reads.

    Raises NotComparableError when the release before has no such key.
    """
    sides = Sides(before, after, _types(connection, before), _types(connection, after))
    if unknown := set(mart.key) - set(sides.shared):
        raise NotComparableError(
            Problem(
                english=f"its key has changed: {', '.join(sorted(unknown))} is new, or of another type",
                dutch=f"de sleutel is gewijzigd: {', '.join(sorted(unknown))} is nieuw of van een ander type",
            )
        )
    content = [name for name in sides.shared if name not in mart.key and _is_content(name)]
    found = _beside(connection, mart, sides)
    if _pair_rows(connection, mart, sides, content):
        _pair_figures(connection, mart, sides, content)
        found.added, found.gone, found.changed, *per_column = _one(connection, _count_changes(sides, content))
        found.changed_columns = {name: count for name, count in zip(content, per_column, strict=True) if count}
        found.figures = _summaries(connection)
        found.largest = _largest(connection, mart, sides)
    found.state = "changed" if found.has_other_rows or found.has_other_columns else "same"
    return found


def revisions(connection: duckdb.DuckDBPyConnection) -> list[Revision]:
    """Of the mart compared last, which says of each figure the delivery it came from: what each delivery changed."""
    query = """
        SELECT b.feed AS feed, b.delivery_id AS delivery_before, a.delivery_id AS delivery_after,
            count(*) FILTER (news = 'changed') AS changed, count(*) FILTER (times_band > 1) AS outside_band,
            count(*) FILTER (news = 'filled') AS filled, count(*) FILTER (news = 'emptied') AS emptied,
            count(*) FILTER (a.status = 'definitive' AND b.status = 'provisional') AS became_definitive
        FROM pairs LEFT JOIN figures USING (pair)
        WHERE was_there AND is_there AND b.feed = a.feed
        GROUP BY ALL ORDER BY feed, delivery_before, delivery_after
    """
    found = [Revision.model_validate(row) for row in _rows(connection, query)]
    return [one for one in found if one.changed or one.filled or one.emptied or one.became_definitive]


def _types(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    rows = connection.execute(f"SELECT column_name, column_type FROM (DESCRIBE FROM {table})").fetchall()
    return dict(rows)


def _beside(connection: duckdb.DuckDBPyConnection, mart: Mart, sides: Sides) -> MartDiff:
    """Rows and columns of both, before any row is looked at."""
    totals = f"SELECT (SELECT count(*) FROM {sides.before}), (SELECT count(*) FROM {sides.after})"
    rows_before, rows_after = _one(connection, totals)
    return MartDiff(
        mart=mart.name,
        label_nl=mart.label_nl,
        state="same",
        rows_before=rows_before,
        rows_after=rows_after,
        new_columns=[name for name in sides.types_after if name not in sides.types_before],
        gone_columns=[name for name in sides.types_before if name not in sides.types_after],
        retyped_columns={
            name: (kind, sides.types_after[name])
            for name, kind in sides.types_before.items()
            if sides.types_after.get(name, kind) != kind
        },
    )


def _is_content(column: str) -> bool:
    return not column.endswith((*CLOCKS, PROVENANCE))


def _pair_rows(connection: duckdb.DuckDBPyConnection, mart: Mart, sides: Sides, content: Sequence[str]) -> int:
    """Lay the rows that are not equal beside each other: ``pairs`` has them as ``b`` and ``a``; returns how many.

    Keys and a hash find them: whole rows of the nationwide fact would not fit beside each other in memory.
    """
    key = ", ".join(mart.key)
    said = ", ".join(content) or "1"
    met = " AND ".join(f"b.{name} IS NOT DISTINCT FROM a.{name}" for name in mart.key)
    found = ", ".join(f"coalesce(b.{name}, a.{name}) AS {name}" for name in mart.key)
    side = " AND ".join(f"keys.{name} IS NOT DISTINCT FROM {{side}}.{name}" for name in mart.key)
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE unequal AS
        WITH before AS (SELECT {key}, hash({said}) AS said FROM {sides.before}),
        after AS (SELECT {key}, hash({said}) AS said FROM {sides.after})
        SELECT {found}, b.said IS NOT NULL AS was_there, a.said IS NOT NULL AS is_there
        FROM before AS b FULL JOIN after AS a ON {met} WHERE b.said IS DISTINCT FROM a.said
    """)
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE pairs AS
        SELECT row_number() OVER () AS pair, was_there, is_there, b, a
        FROM unequal AS keys
        LEFT JOIN {sides.before} AS b ON {side.format(side="b")}
        LEFT JOIN {sides.after} AS a ON {side.format(side="a")}
    """)
    return _one(connection, "SELECT count(*) FROM pairs")[0]


def _pair_figures(connection: duckdb.DuckDBPyConnection, mart: Mart, sides: Sides, content: Sequence[str]) -> None:
    """Make ``figures``: a row per figure that changed, came or went in a row that both releases have of one period.

    A mart with a row per indicator has one figure a row; in any other each column with numbers is a figure.
    """
    if "indicator_code" in sides.shared and "value" in content:
        cells = "[{figure: a.indicator_code, before: b.value, after: a.value}]"
    else:
        columns = [name for name in content if sides.types_after[name] in FIGURE_TYPES]
        cell = "{{figure: '{0}', before: b.{0}::double, after: a.{0}::double}}"
        cells = "[" + ", ".join(cell.format(name) for name in columns) + "]"
    if cells == "[]":
        cells = "[]::struct(figure varchar, before double, after double)[]"
    periods = [] if "period" in mart.key else [name for name in content if name.endswith(PERIODS)]
    same_period = " AND ".join(f"b.{name} IS NOT DISTINCT FROM a.{name}" for name in periods) or "true"
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE figures AS
        WITH cells AS (
            SELECT pair, unnest({cells}, recursive := true) FROM pairs WHERE was_there AND is_there AND {same_period}
        ),
        unequal AS (
            SELECT pair, figure, before, after,
                CASE WHEN before IS NULL THEN 'filled' WHEN after IS NULL THEN 'emptied' ELSE 'changed' END AS news
            FROM cells WHERE {_differs("before", "after", "DOUBLE")}
        ),
        bands_of_figures AS (
            SELECT names.figure, arg_max(bands, length(bands.name_ending)) AS band
            FROM (SELECT DISTINCT figure FROM unequal) AS names
            JOIN bands ON ends_with(names.figure, bands.name_ending)
            GROUP BY names.figure
        )
        SELECT unequal.*,
            abs(after - before) / greatest(band.share_pct / 100 * abs(before), band.at_least) AS times_band
        FROM unequal LEFT JOIN bands_of_figures USING (figure)
    """)


def _count_changes(sides: Sides, content: Sequence[str]) -> str:
    """Counts rows that came, went and changed, and those that changed per column."""
    differing = [_differs(f"b.{name}", f"a.{name}", sides.types_after[name]) for name in content]
    either = " OR ".join(differing) or "false"
    conditions = ["NOT was_there", "NOT is_there"]
    conditions += [f"was_there AND is_there AND ({differs})" for differs in (either, *differing)]
    return f"SELECT {', '.join(f'count(*) FILTER ({one})' for one in conditions)} FROM pairs"


def _differs(before: str, after: str, kind: str) -> str:
    differs = f"{before} IS DISTINCT FROM {after}"
    if kind != "DOUBLE":
        return differs
    apart = f"abs({before} - {after}) > {SAME_WITHIN} * greatest(abs({before}), abs({after}))"
    return f"({differs} AND coalesce({apart}, true))"


def _summaries(connection: duckdb.DuckDBPyConnection) -> list[FigureSummary]:
    query = """
        SELECT figure, coalesce(label_nl, figure) AS label_nl,
            count(*) FILTER (news = 'changed') AS changed, count(*) FILTER (times_band > 1) AS outside_band,
            count(*) FILTER (news = 'filled') AS filled, count(*) FILTER (news = 'emptied') AS emptied
        FROM figures LEFT JOIN indicators ON figures.figure = indicators.indicator_code
        GROUP BY ALL ORDER BY outside_band DESC, changed DESC, figure
    """
    return [FigureSummary.model_validate(row) for row in _rows(connection, query)]


def _largest(connection: duckdb.DuckDBPyConnection, mart: Mart, sides: Sides) -> list[FigureChange]:
    """Of each figure the row that moved most, measured by its band; those that moved most first."""
    key = ", ".join(f"{name}: coalesce(a.{name}::varchar, '')" for name in mart.key)
    region = next((f"a.{name}" for name in mart.key if name in REGIONS), "NULL::varchar")
    provisional = "b.status = 'provisional'" if "status" in sides.shared else "NULL::boolean"
    query = f"""
        WITH largest AS (
            SELECT figure, before, after, times_band, {{{key}}} AS key, {region} AS region_code,
                {provisional} AS was_provisional, count(*) OVER (PARTITION BY figure) - 1 AS others
            FROM figures JOIN pairs USING (pair)
            WHERE times_band > 1
            QUALIFY row_number() OVER (PARTITION BY figure ORDER BY times_band DESC, key) = 1
            ORDER BY times_band DESC, figure LIMIT {SHOWN}
        )
        SELECT largest.*, coalesce(label_nl, figure) AS label_nl, unit_nl, coalesce(decimals, 1) AS decimals,
            region_name
        FROM largest
        LEFT JOIN indicators ON largest.figure = indicators.indicator_code
        LEFT JOIN regions USING (region_code)
        ORDER BY times_band DESC, figure
    """
    return [FigureChange.model_validate(row) for row in _rows(connection, query)]


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    found = connection.execute(query)
    names = [name for name, *_ in found.description or []]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _one(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[int, ...]:
    row = connection.execute(query).fetchone()
    assert row is not None
    return row
