"""The models of the nowcast on a publication history of seeded delays: rows of now, scored rows, days and reasons."""

import duckdb
import pytest

from .judging import SCHEMA, build
from .test_nowcast import COMPLETE_AFTER, MONTHS, as_rows, triangle


def shown(months: int) -> duckdb.DuckDBPyConnection:
    """Nowcasts of a history of so many months; figures were published on the 28th, and only when they had changed."""
    _, known = triangle(7)
    connection = duckdb.connect()
    connection.execute(f"CREATE SCHEMA {SCHEMA}")
    figures = [one for one in as_rows(known, months - 1) if one.month < months]
    listed = ", ".join(
        f"('{one.region_code}', {12 * 2023 + one.month}, {one.age}, {one.value})"
        for one in figures
        if one.age == 0 or one.value != known[one.age - 1, one.month, int(one.region_code[-2:])]
    )
    connection.execute(
        f"""CREATE TABLE {SCHEMA}.int_nowcasts__known AS
        SELECT *, 'crimes' AS indicator_code, 'neighbourhood' AS region_level, 1 AS step,
            {COMPLETE_AFTER} AS complete_after_months, strftime(period_start_date, '%Y-%m') AS period,
            last_day(period_start_date) AS period_end_date,
            (period_start_date + to_months(age + 1) + INTERVAL 27 DAY)::date AS known_on,
            'police.crime_monthly' AS feed, timestamptz '2026-01-01 00:00:00+00' AS released_at
        FROM (SELECT *, make_date(month_number // 12, month_number % 12 + 1, 1) AS period_start_date
            FROM (VALUES {listed}) AS figures (region_code, month_number, age, value))"""
    )
    build(connection, "int_nowcasts__expected", "int_nowcasts__shown")
    return connection


@pytest.fixture(scope="module")
def long_history():
    return shown(MONTHS)


def test_the_newest_months_are_expected_to_grow(long_history):
    query = f"""SELECT period, months_after, sum(reported_value) / sum(expected_value), bool_and(final_value IS NULL),
            count(reason_nl)
        FROM {SCHEMA}.int_nowcasts__shown WHERE is_latest GROUP BY ALL ORDER BY ALL"""
    found = long_history.execute(query).fetchall()
    assert [(period, age, is_open, reasons) for period, age, _, is_open, reasons in found] == [
        ("2025-04", 2, True, 0),
        ("2025-05", 1, True, 0),
        ("2025-06", 0, True, 0),
    ]
    assert [share for _, _, share, *_ in found] == pytest.approx([0.96, 0.85, 0.6], abs=0.06)


def test_earlier_nowcasts_are_scored_with_the_figure_that_came(long_history):
    query = f"""SELECT avg(is_within_80::integer), avg(abs(expected_value - final_value)),
            avg(abs(reported_value - final_value)), count(*)
        FROM {SCHEMA}.int_nowcasts__shown WHERE final_value IS NOT NULL AND expected_value IS NOT NULL"""
    ((inside, error, missing, count),) = long_history.execute(query).fetchall()
    assert count > 500
    assert 0.75 <= inside <= 0.95
    assert error < 0.7 * missing


def test_a_nowcast_is_of_the_day_on_which_the_figure_was_known(long_history):
    query = f"""SELECT DISTINCT months_after, date_diff('month', period_start_date, known_on) - 1, day(known_on)
        FROM {SCHEMA}.int_nowcasts__shown WHERE months_after = 0"""
    assert long_history.execute(query).fetchall() == [(0, 0, 28)]


def test_with_a_short_history_there_is_a_reason():
    query = f"SELECT expected_value, count(reason_nl) = count(*) FROM {SCHEMA}.int_nowcasts__shown GROUP BY ALL"
    assert shown(8).execute(query).fetchall() == [(None, True)]
