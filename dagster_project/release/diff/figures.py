"""Comparison of the figures of two releases, in their long mart, by indicator, region and period."""

from collections.abc import Sequence
from datetime import date

import duckdb

from dagster_project.release.diff.changes import Band, IndicatorDiff
from dagster_project.release.reader import SNAPSHOT
from dagster_project.storage.sql import insert, one_row, rows_of

FIGURES, INDICATORS, REGIONS = "fct_indicator_values", "dim_indicator", "dim_region"
# Sums in another order differ in their last digits.
SAME_WITHIN = 1e-9
# Release days are days in the Netherlands.
TIME_ZONE = "Europe/Amsterdam"


def compare_figures(connection: duckdb.DuckDBPyConnection, bands: Sequence[Band]) -> None:
    """Write the table ``differences`` with every figure of ``before`` and ``after`` that is not the same in both.

    A row is a figure if it has a value. One that grows with its period is outside no band. ``feed`` is that of the
    delivery that changed, null if none did.
    """
    connection.execute("CREATE TABLE bands (name_ending varchar, share_pct double, at_least double)")
    insert(connection, "bands", [(band.name_ending, band.share_pct, band.at_least) for band in bands])
    connection.execute(f"""
        CREATE TABLE differences AS
        WITH b AS ({_figures_of(connection, "before")}),
        a AS ({_figures_of(connection, "after")}),
        figures AS (
            SELECT indicator_code, region_code, period, b.value AS before, a.value AS after,
                CASE
                    WHEN b.value IS NULL THEN 'new'
                    WHEN a.value IS NULL THEN 'vanished'
                    WHEN abs(a.value - b.value) > {SAME_WITHIN} * greatest(abs(a.value), abs(b.value)) THEN 'changed'
                END AS news,
                CASE
                    WHEN b.delivery_id IS DISTINCT FROM a.delivery_id THEN coalesce(a.feed, b.feed)
                    WHEN b.denominator_delivery_id IS DISTINCT FROM a.denominator_delivery_id
                        THEN coalesce(a.denominator_feed, b.denominator_feed)
                END AS feed,
                coalesce(b.status = 'provisional', false) AS was_provisional,
                b.is_complete_period AND a.is_complete_period AS is_comparable,
                coalesce(b.status = 'provisional' AND a.status = 'definitive', false) AS became_definitive
            FROM b FULL JOIN a USING (indicator_code, region_code, period)
        ),
        bands_of_indicators AS (
            SELECT indicator_code, arg_max(bands, length(name_ending)) AS band
            FROM (SELECT DISTINCT indicator_code FROM figures WHERE news = 'changed')
            JOIN bands ON ends_with(indicator_code, name_ending)
            GROUP BY indicator_code
        )
        SELECT figures.*, CASE WHEN news = 'changed' AND is_comparable
            THEN abs(after - before) / greatest(band.share_pct / 100 * abs(before), band.at_least) END AS times_band
        FROM figures LEFT JOIN bands_of_indicators USING (indicator_code)
        WHERE news IS NOT NULL OR became_definitive
    """)


def _figures_of(connection: duckdb.DuckDBPyConnection, side: str) -> str:
    """Select the figures of one side; an earlier version does not say which of them grow with their period."""
    query = f"SELECT count(*) FROM (DESCRIBE {side}.{SNAPSHOT}.{FIGURES}) WHERE column_name = 'is_complete_period'"
    (is_told,) = one_row(connection, query)
    return f"""
        SELECT indicator_code, region_code, period, value, status, feed, delivery_id, denominator_feed,
            denominator_delivery_id, {"is_complete_period" if is_told else "true AS is_complete_period"}
        FROM {side}.{SNAPSHOT}.{FIGURES} WHERE value IS NOT NULL
    """


COUNTS = """
    count(*) FILTER (news = 'changed') AS changed, count(*) FILTER (times_band > 1) AS outside_band,
    count(*) FILTER (news = 'new') AS new, count(*) FILTER (news = 'vanished') AS vanished
"""


def indicator_changes(connection: duckdb.DuckDBPyConnection) -> list[IndicatorDiff]:
    """Summarise ``differences`` per indicator, with the labels of the newest release that defines it."""
    definition = "indicator_code, label_nl, theme_label_nl, unit_nl, decimals, source_feed"
    rows = rows_of(
        connection,
        f"""
        WITH definitions AS (
            SELECT {definition}, true AS is_after FROM after.{SNAPSHOT}.{INDICATORS}
            UNION ALL
            SELECT {definition}, false FROM before.{SNAPSHOT}.{INDICATORS}
        ),
        known AS (
            SELECT *, count(*) OVER (PARTITION BY indicator_code) = 1 AS is_definition_changed FROM definitions
            QUALIFY row_number() OVER (PARTITION BY indicator_code ORDER BY is_after DESC) = 1
        ),
        regions AS (
            SELECT region_code, arg_max(region_name, region_vintage) AS region_name
            FROM after.{SNAPSHOT}.{REGIONS} GROUP BY region_code
        ),
        b AS (SELECT indicator_code, count(value) AS figures FROM before.{SNAPSHOT}.{FIGURES} GROUP BY 1),
        a AS (SELECT indicator_code, count(value) AS figures FROM after.{SNAPSHOT}.{FIGURES} GROUP BY 1),
        changes AS (
            SELECT indicator_code, {COUNTS},
                first({{
                    region_code: region_code, region_name: region_name, period: period, before: before, after: after,
                    was_provisional: was_provisional, times_band: times_band
                }} ORDER BY times_band DESC, region_code, period) FILTER (times_band > 1) AS largest
            FROM differences LEFT JOIN regions USING (region_code)
            WHERE news IS NOT NULL GROUP BY indicator_code
        )
        SELECT changes.*, coalesce(label_nl, indicator_code) AS label_nl, coalesce(theme_label_nl, '') AS theme_nl,
            coalesce(unit_nl, '') AS unit_nl, coalesce(decimals, 1) AS decimals, coalesce(source_feed, '') AS feed,
            coalesce(b.figures, 0) AS figures_before, coalesce(a.figures, 0) AS figures_after,
            coalesce(is_definition_changed, true) AS is_definition_changed
        FROM changes
        LEFT JOIN known USING (indicator_code) LEFT JOIN b USING (indicator_code) LEFT JOIN a USING (indicator_code)
        ORDER BY largest.times_band DESC NULLS LAST, changed DESC, indicator_code
        """,
    )
    return [IndicatorDiff.model_validate(row) for row in rows]


def changes_per_feed(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, int]]:
    """Count ``differences`` per feed whose delivery changed."""
    query = f"""
        SELECT feed, {COUNTS}, count(*) FILTER (became_definitive) AS became_definitive
        FROM differences WHERE feed IS NOT NULL GROUP BY feed
    """
    return {row.pop("feed"): row for row in rows_of(connection, query)}


def count_changed_by_models(connection: duckdb.DuckDBPyConnection) -> int:
    """Count the changed figures of unchanged deliveries."""
    (count,) = one_row(connection, "SELECT count(*) FROM differences WHERE news = 'changed' AND feed IS NULL")
    return int(count)


def release_days(connection: duckdb.DuckDBPyConnection) -> dict[str, date]:
    """Look up the day on which each delivery with figures was released by its supplier."""
    side = f"SELECT delivery_id, released_at FROM {{}}.{SNAPSHOT}.{FIGURES} WHERE delivery_id IS NOT NULL"
    query = f"""
        SELECT delivery_id, max(released_at::timestamptz AT TIME ZONE '{TIME_ZONE}')::date
        FROM ({side.format("before")} UNION ALL {side.format("after")}) GROUP BY 1
    """
    return {delivery_id: day for delivery_id, day in connection.execute(query).fetchall() if day}
