"""The figures of the public edition: each as in the internal release, or computed from the counts that are shown.

Nothing about a figure of persons depends on anything but counts that are shown: neither its bounds and noise, which
inside say how a total divides into its parts, nor the reason for which it is missing, which inside tells a zero from
another small count.
"""

from collections.abc import Mapping, Sequence

import duckdb

from dagster_project.contracts.model import Feed
from dagster_project.errors import SetupError
from dagster_project.installation.public_settings import PublicSettings
from dagster_project.public_edition.public_counts import Fact, PublicCounts, PublicRules
from dagster_project.release.reader import SNAPSHOT
from dagster_project.storage.sql import relation_of
from dagster_project.warehouse.random_rounding import Cell, Shown

ALL = "*"
# How the value of an indicator is found: as it is in the internal release, as a public count, or as a ratio of these.
OPEN, COUNT, RATIO = "open", "count", "ratio"
INSIDE = f"internal.{SNAPSHOT}"
# Decimals of a noise interval: fewer than the rest of a computation that went another way to the same number.
DECIMALS = 6


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
            **dict.fromkeys(("is_counted_above", "is_counted_below", "is_share"), "boolean"),
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
                rules.part_of.get(above, "") == below,
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


def counts_of(connection: duckdb.DuckDBPyConnection, rules: PublicRules, before: Sequence[Fact]) -> PublicCounts:
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
        {Cell(*address): value for *address, value in rows},
        dict(parents),
        {code for (code,) in additive},
        rules,
        before,
    )


def write_figures(connection: duckdb.DuckDBPyConnection, shown: Mapping[Cell, Shown], settings: PublicSettings) -> None:
    """Make the table of public figures, from the public indicators and counts."""
    columns = {
        **dict.fromkeys(("indicator_code", "region_code", "period"), "varchar"),
        **dict.fromkeys(("value", "lower_bound", "upper_bound"), "double"),
    }
    relation_of(connection, columns, ((*cell, *count) for cell, count in shown.items())).create("public_counts")
    connection.execute(_FIGURES.format(level=of_levels(settings)))


def of_levels(settings: PublicSettings) -> str:
    """Return the condition for rows of the chosen levels."""
    return "true" if ALL in settings.levels else f"m.region_level IN {(*settings.levels, '')}"


# The width of an interval is chance and rounding, squared. Inside, rounding is known part by part: what remains
# without it is chance, to which the rounding that outsiders know of is added. Public bounds are never narrower, so that
# an end that was cut off inside, at 0 or 100, is cut off here as well.
_FIGURES = f"""
CREATE TEMP TABLE public_figures AS
WITH parts AS (
    SELECT
        m.indicator_code, m.region_code, m.period, m.denominator_period, m.missing_reason,
        i.kind, i.factor, i.is_counted_below, i.is_share,
        m.value AS inside_value, m.lower_bound AS inside_lower, m.upper_bound AS inside_upper,
        m.noise_lower AS inside_noise_lower, m.noise_upper AS inside_noise_upper,
        own.value AS count, own.lower_bound AS count_lower, own.upper_bound AS count_upper,
        if(i.is_counted_above, above.value, m.numerator) AS numerator,
        if(i.is_counted_above, above.lower_bound, m.numerator) AS numerator_lower,
        if(i.is_counted_above, above.upper_bound, m.numerator) AS numerator_upper,
        if(i.is_counted_below, below.value, m.denominator) AS denominator,
        if(i.is_counted_below, below.lower_bound, coalesce(whole.lower_bound, m.denominator)) AS denominator_lower,
        if(i.is_counted_below, below.upper_bound, coalesce(whole.upper_bound, m.denominator)) AS denominator_upper
    FROM {INSIDE}.fct_indicator_values AS m
    JOIN public_indicators AS i ON m.indicator_code = i.indicator_code
    LEFT JOIN public_counts AS own
        ON m.indicator_code = own.indicator_code AND m.region_code = own.region_code AND m.period = own.period
    LEFT JOIN public_counts AS above
        ON i.numerator = above.indicator_code AND m.region_code = above.region_code AND m.period = above.period
    LEFT JOIN public_counts AS below
        ON i.denominator = below.indicator_code AND m.region_code = below.region_code
            AND m.denominator_period = below.period
    LEFT JOIN {INSIDE}.fct_indicator_values AS whole
        ON i.denominator = whole.indicator_code AND m.region_code = whole.region_code
            AND m.denominator_period = whole.period
    WHERE {{level}} AND (i.kind = '{OPEN}' OR m.region_level <> 'area')
),
computed AS (
    SELECT *,
        CASE kind
            WHEN '{OPEN}' THEN inside_value
            WHEN '{COUNT}' THEN count
            WHEN '{RATIO}' THEN if(inside_value IS NULL, NULL, factor * numerator / nullif(denominator, 0))
        END AS value,
        if(kind = '{COUNT}', count_lower, factor * numerator_lower / nullif(denominator_upper, 0)) AS outside_lower,
        CASE
            WHEN kind = '{COUNT}' THEN count_upper
            WHEN is_share THEN least(factor * numerator_upper / nullif(denominator_lower, 0), factor)
            ELSE factor * numerator_upper / nullif(denominator_lower, 0)
        END AS outside_upper,
        power(inside_value - inside_noise_lower, 2)
            - power(inside_value - coalesce(inside_lower, inside_value), 2) AS chance_lower,
        power(inside_noise_upper - inside_value, 2)
            - power(coalesce(inside_upper, inside_value) - inside_value, 2) AS chance_upper
    FROM parts
),
widened AS (
    SELECT *,
        value - sqrt(greatest(0, chance_lower) + power(value - coalesce(outside_lower, value), 2)) AS lower_end,
        value + sqrt(greatest(0, chance_upper) + power(coalesce(outside_upper, value) - value, 2)) AS upper_end
    FROM computed
)
SELECT
    indicator_code, region_code, period, value,
    if(value IS NULL, NULL, numerator) AS numerator,
    if(value IS NULL, NULL, denominator) AS denominator,
    if(value IS NULL, NULL, denominator_period) AS denominator_period,
    if(value IS NULL, NULL, if(kind = '{OPEN}', inside_lower, outside_lower)) AS lower_bound,
    if(value IS NULL, NULL, if(kind = '{OPEN}', inside_upper, outside_upper)) AS upper_bound,
    CASE
        WHEN kind = '{OPEN}' THEN inside_noise_lower
        WHEN value + chance_lower IS NOT NULL THEN greatest(round(lower_end, {DECIMALS}), 0)
    END AS noise_lower,
    CASE
        WHEN kind = '{OPEN}' THEN inside_noise_upper
        WHEN value + chance_upper IS NULL THEN NULL
        WHEN is_share THEN least(round(upper_end, {DECIMALS}), factor)
        ELSE round(upper_end, {DECIMALS})
    END AS noise_upper,
    CASE
        WHEN kind = '{OPEN}' THEN missing_reason
        WHEN value IS NOT NULL THEN NULL
        WHEN inside_value IS NOT NULL OR (missing_reason = 'impossible' AND is_counted_below) THEN 'suppressed'
        ELSE missing_reason
    END AS missing_reason
FROM widened
"""
