"""Readers find the figures of the release, as shown on the day, and none that expired."""

from datetime import timedelta

import psycopg
import pytest
from main_line.first_run import SAMPLE_DAY

from dagster_project.storage.sql import identifier


def contents(database, release, mart, day):
    """Count rows and filled columns of a mart in Postgres, and in the release as shown on that day."""
    columns = [column.name for column in mart.columns]
    filled = ", ".join(f"count({identifier(column)})" for column in columns)
    query = f"SELECT count(*), {filled} FROM {identifier(mart.name)}"
    cursor = release.shown_on(day)
    return database.ask(query), cursor.execute(query).fetchall()


@pytest.fixture
def on_another_day(published):
    yield published.set_day
    published.set_day(SAMPLE_DAY)


def test_every_figure_is_that_of_the_release(published, release):
    cursor = release.shown_on(SAMPLE_DAY)
    for mart in release.marts.values():
        found, expected = contents(published, release, mart, SAMPLE_DAY)
        assert found == expected, mart.name
        numbers = [f"sum({column.name})" for column in mart.columns if column.type == "number"]
        query = f"SELECT count(*), {', '.join(numbers) or 0} FROM {identifier(mart.name)}"
        assert published.ask(query)[0] == pytest.approx(cursor.execute(query).fetchall()[0]), mart.name


def test_texts_arrive_as_they_are(published, release):
    query = "SELECT md5(string_agg({}, '|' ORDER BY indicator_code)) FROM dim_indicator"
    text = "indicator_code || definition_nl || short_label_nl"
    assert published.ask(query.format(text)) == release.cursor().execute(query.format(text)).fetchall()


def test_rows_are_found_by_each_of_their_foreign_keys(published, release):
    """Of every table; which index a question takes depends on how many rows there are."""
    query = """
        SELECT relname, attname FROM pg_index
        JOIN pg_class ON pg_class.oid = indrelid JOIN pg_namespace ON pg_namespace.oid = relnamespace
        JOIN pg_attribute ON attrelid = indrelid AND attnum = indkey[0]
        WHERE starts_with(nspname, 'maandvers_rows_')
    """
    with psycopg.connect(published.address) as connection:
        indexed = {*connection.execute(query).fetchall()}
    assert indexed == {
        *((mart.name, key.columns[0]) for mart in release.marts.values() for key in mart.foreign_keys),
        *((mart.name, mart.key[0]) for mart in release.marts.values()),
        *(("release", "release_id"), ("freshness", "feed")),
    }


@pytest.mark.parametrize("later", [10, 40])
def test_figures_expire_as_they_do_in_the_file(published, release, on_another_day, later):
    day = SAMPLE_DAY + timedelta(later)
    on_another_day(day)
    for mart in release.marts.values():
        found, expected = contents(published, release, mart, day)
        assert found == expected, mart.name
    if later > 31:
        assert published.ask("SELECT count(*) FROM fct_indicator_values") == [(0,)]


def test_no_choice_of_a_reader_brings_expired_figures_back(published, on_another_day):
    on_another_day(SAMPLE_DAY + timedelta(40))
    for choice in ("timezone = '-167:59'", "row_security = on", "search_path = maandvers_rows_1, maandvers"):
        with psycopg.connect(published.as_reader, autocommit=True) as connection:
            connection.execute(f"SET {choice}")
            assert connection.execute("SELECT count(*) FROM fct_indicator_values").fetchone() == (0,)
