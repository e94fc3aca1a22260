"""The pocket book holds the figures of the marts and expires like them."""

import gzip
from datetime import date, timedelta

import orjson
from main_line.first_run import SAMPLE_DAY

from dashboard.pocket_book import outlines, pocket_book
from dashboard.reading.board import open_board

# The whole book comes with the first visit.
LARGEST_KB = 40


def figures_of(book):
    for indicator, area, period, value, before, _, reason, day in book["figures"]:
        key = (book["indicators"][indicator][0], book["areas"][area][0], book["periods"][period])
        yield key, value, before, reason, date.fromisoformat(book["days"][day])


def test_every_board_indicator_of_every_area_equals_the_mart(opened, cursor):
    book = pocket_book(opened)
    stored = cursor.execute(
        """
        select indicator_code, region_code, period, round(value, decimals), missing_reason, fresh_until
        from fct_indicator_values inner join dim_indicator using (indicator_code)
        where is_current and (indicator_code in (select indicator_code from mart_kpi) or region_code = 'GM9999')
        """
    ).fetchall()

    assert len(stored) > 700
    assert {(key, value, reason, day) for key, value, _, reason, day in figures_of(book)} == {
        ((indicator, area, period), value, reason, day) for indicator, area, period, value, reason, day in stored
    }
    assert len(gzip.compress(orjson.dumps(book))) <= LARGEST_KB * 1024


def test_no_figure_is_in_it_once_it_has_expired(opened, release):
    days = sorted({day for *_, day in figures_of(pocket_book(opened))})
    after_first = pocket_book(open_board(release, days[0] + timedelta(days=1), ""))

    assert {day for *_, day in figures_of(after_first)} == set(days[1:])
    assert pocket_book(open_board(release, days[-1] + timedelta(days=1), ""))["figures"] == []


def test_outlines_are_of_the_own_neighbourhoods_and_expire(opened, cursor, release):
    drawn = outlines(opened)["features"]
    own = cursor.execute(
        "select count(*) from dim_region where is_newest_vintage and region_level = 'neighbourhood'"
    ).fetchone()[0]

    assert len(drawn) == own
    assert {feature["geometry"]["type"] for feature in drawn} <= {"Polygon", "MultiPolygon"}
    assert outlines(open_board(release, SAMPLE_DAY + timedelta(days=400), ""))["features"] == []
