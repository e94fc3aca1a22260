"""The rows of each public mart, selected from the internal release.

A figure that derives from counts of persons is computed from the public counts, or withheld. A mart without a query
here cannot be public.
"""

from collections.abc import Mapping, Sequence

import duckdb

from dagster_project.contracts.model import Feed
from dagster_project.errors import SetupError
from dagster_project.installation.public_settings import PublicSettings
from dagster_project.marts.catalogue import Mart
from dagster_project.public_edition.public_counts import PublicCounts, PublicRules
from dagster_project.release.reader import SNAPSHOT
from dagster_project.storage.sql import relation_of
from dagster_project.warehouse.random_rounding import Cell

ALL = "*"
# How the value of an indicator is found: as it is in the internal release, as a public count, or as a ratio of these.
OPEN, COUNT, RATIO = "open", "count", "ratio"
INSIDE = f"internal.{SNAPSHOT}"

_SUPPRESSED = "CASE WHEN m.value IS NOT NULL AND {value} IS NULL THEN 'suppressed' ELSE m.missing_reason END"
_COUNTED = "(CASE i.kind WHEN 'open' THEN m.value WHEN 'count' THEN own.value ELSE {ratio} END)"
_ABOVE = "(CASE WHEN i.is_counted_above THEN above.value ELSE m.numerator END)"
_BELOW = "(CASE WHEN i.is_counted_below THEN below.value ELSE m.denominator END)"
_VALUE = _COUNTED.format(ratio=f"CASE WHEN m.value IS NOT NULL THEN i.factor * {_ABOVE} / nullif({_BELOW}, 0) END")
_IF_SHOWN = f"CASE WHEN {_VALUE} IS NOT NULL THEN m.{{column}} END"
_FIGURES: dict[str, str] = {
    "numerator": f"CASE WHEN {_VALUE} IS NOT NULL THEN {_ABOVE} END",
    "denominator": f"CASE WHEN {_VALUE} IS NOT NULL THEN {_BELOW} END",
    "value": _VALUE,
    **{
        column: _IF_SHOWN.format(column=column)
        for column in ("denominator_period", "lower_bound", "upper_bound", "noise_lower", "noise_upper")
    },
    "missing_reason": _SUPPRESSED.format(value=_VALUE),
}
# Columns that compare a count or ratio of persons with others; places among others would say where withheld ones lie.
_COMPARISONS = (
    *("year_before_value", "change", "is_change_outside_noise", "district_value", "municipality_value"),
    *("country_value", "class_peers_value", "class_peers_count", "chosen_peers_value", "chosen_peers_count"),
    *("first_rank", "last_rank", "ranked_count"),
)


def indicators_of(
    connection: duckdb.DuckDBPyConnection, feeds: Sequence[Feed], settings: PublicSettings, rules: PublicRules
) -> None:
    """Make the table of public indicators: of feeds and themes that may be public, and of no hidden count of persons.

    Raises SetupError for a theme or level that does not exist.
    """
    rows = connection.execute(
        "SELECT indicator_code, theme_code, numerator, denominator, weight, source_feed, factor"
        f" FROM {INSIDE}.dim_indicator WHERE theme_code IS NOT NULL ORDER BY indicator_code"
    ).fetchall()
    _check("themes", settings.themes, {row[1] for row in rows})
    levels = connection.execute(f"SELECT DISTINCT region_level FROM {INSIDE}.fct_indicator_values").fetchall()
    _check("levels", settings.levels, {level for (level,) in levels})
    public_feeds = {feed.id for feed in feeds if feed.delivery.is_public}
    feed_of = {row[0]: row[5] for row in rows}
    hidden = {
        code
        for code, theme, *parts, _, _ in rows
        if any(not rules.is_public.get(one, True) for one in (code, *parts) if one)
        or not {feed_of.get(one) for one in (code, *parts) if one} <= public_feeds
        or not {theme, ALL} & {*settings.themes}
    }
    # A ratio of a hidden figure is hidden as well.
    chosen = [
        row
        for row in rows
        if row[0] not in hidden and not {row[2], row[3]} & (hidden - _of_other_themes(rows, settings))
    ]
    counts = rules.counts
    relation = relation_of(
        connection,
        {
            **dict.fromkeys(("indicator_code", "kind", "numerator", "denominator"), "varchar"),
            "factor": "double",
            **dict.fromkeys(("is_counted_above", "is_counted_below"), "boolean"),
        },
        [
            (
                code,
                COUNT if code in counts else RATIO if {above, below} & counts else OPEN,
                above,
                below,
                factor,
                above in counts,
                below in counts,
            )
            for code, _, above, below, _, _, factor in chosen
        ],
    )
    relation.create("public_indicators")


def _of_other_themes(rows: Sequence[tuple[str, ...]], settings: PublicSettings) -> set[str]:
    """Indicators of themes that were not chosen; a population below the line need not be shown itself."""
    return {row[0] for row in rows if not {row[1], ALL} & {*settings.themes}}


def _check(setting: str, chosen: Sequence[str], known: set[str]) -> None:
    if unknown := sorted({*chosen} - known - {ALL}):
        raise SetupError(
            f"public.{setting}: {', '.join(unknown)} does not exist\n  do: choose from {', '.join(sorted(known))}, or *"
        )


def counts_of(connection: duckdb.DuckDBPyConnection, rules: PublicRules) -> PublicCounts:
    """Read the counts of persons in the internal release, as multiples of five; own areas are sums of others."""
    rows = connection.execute(
        f"SELECT indicator_code, region_code, period, value::integer FROM {INSIDE}.fct_indicator_values"
        f" WHERE indicator_code IN {(*sorted(rules.counts), '')} AND value IS NOT NULL"
        " AND region_level IN ('municipality', 'district', 'neighbourhood')"
    ).fetchall()
    parents = connection.execute(
        f"SELECT region_code, parent_region_code FROM {INSIDE}.dim_region"
        " WHERE is_newest_vintage AND region_level IN ('neighbourhood', 'district')"
    ).fetchall()
    additive = connection.execute(
        f"SELECT indicator_code FROM {INSIDE}.dim_indicator WHERE aggregation = 'sum'"
    ).fetchall()
    return PublicCounts(
        {Cell(*address): value for *address, value in rows}, dict(parents), {code for (code,) in additive}, rules
    )


def write_counts(connection: duckdb.DuckDBPyConnection, shown: Mapping[Cell, int]) -> None:
    """Make the table of public counts."""
    columns = {**dict.fromkeys(("indicator_code", "region_code", "period"), "varchar"), "value": "double"}
    relation_of(connection, columns, ((*cell, value) for cell, value in shown.items())).create("public_counts")


def rows_of(mart: Mart, settings: PublicSettings) -> str:
    """The query for the rows of a public mart.

    Raises SetupError for a mart that has public columns and no rule for its rows.
    """
    if mart.name not in _QUERIES:
        raise SetupError(
            f"{mart.name}: has public_columns, and no rule says which of its rows may be public\n"
            "  do: add one to dagster_project/public_edition/public_rows.py"
        )
    replaced, source = _QUERIES[mart.name]
    columns = ", ".join(
        f"({replaced.get(one.name, f'm.{one.name}')})::{one.data_type} AS {one.name}" for one in mart.columns
    )
    level = "true" if ALL in settings.levels else f"m.region_level IN {(*settings.levels, '')}"
    order = ", ".join(f"m.{name}" for name in mart.key)
    return f"SELECT {columns} FROM {INSIDE}.{mart.name} AS m {source.format(level=level)} ORDER BY {order}"


def _counts(name: str, indicator: str, period: str) -> str:
    return (
        f" LEFT JOIN public_counts AS {name} ON {name}.indicator_code = {indicator}"
        f" AND {name}.region_code = m.region_code AND {name}.period = {period}"
    )


def _public(name: str, region: str, period: str) -> str:
    """Join the public figure of the same indicator, from the mart of all figures that was written before."""
    return (
        f" LEFT JOIN release.{SNAPSHOT}.fct_indicator_values AS {name} ON {name}.indicator_code = m.indicator_code"
        f" AND {name}.region_code = {region} AND {name}.period = {period}"
    )


_OF_PUBLIC = "JOIN public_indicators AS i ON m.indicator_code = i.indicator_code"
# Per mart the columns that are not those of the internal release, and the rows.
_QUERIES: dict[str, tuple[Mapping[str, str], str]] = {
    "fct_indicator_values": (
        _FIGURES,
        _OF_PUBLIC
        + _counts("own", "m.indicator_code", "m.period")
        + _counts("above", "i.numerator", "m.period")
        + _counts("below", "i.denominator", "m.denominator_period")
        + " WHERE {level} AND (i.kind = 'open' OR m.region_level <> 'area')",
    ),
    "mart_kpi": (
        {
            "value": "own.value",
            "previous_value": "previous.value",
            "year_before_value": "before.value",
            "change": "own.value - before.value",
            "trend": "CASE WHEN before.value IS NOT NULL THEN m.trend END",
        },
        _OF_PUBLIC
        + _public("own", "m.municipality_code", "m.period")
        + _public("previous", "m.municipality_code", "m.previous_period")
        + _public("before", "m.municipality_code", "m.year_before_period")
        + " WHERE own.value IS NOT NULL",
    ),
    "mart_neighbourhood_profile": (
        {
            "value": "own.value",
            "noise_lower": "own.noise_lower",
            "noise_upper": "own.noise_upper",
            "missing_reason": _SUPPRESSED.format(value="own.value"),
            **{column: f"CASE WHEN i.kind = 'open' THEN m.{column} END" for column in _COMPARISONS},
        },
        _OF_PUBLIC + _public("own", "m.neighbourhood_code", "m.period") + " WHERE own.indicator_code IS NOT NULL",
    ),
    "mart_municipality_profile": ({}, _OF_PUBLIC + " WHERE i.kind = 'open'"),
    "dim_indicator": ({}, _OF_PUBLIC),
    "dim_region": ({}, ""),
    "dim_region_outline": ({}, ""),
    "dim_region_crosswalk": ({}, ""),
}
