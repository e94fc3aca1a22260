"""Citizen reports per category, on the page of public space."""

import re

import pytest
from main_line.first_run import SAMPLE_DAY
from reader import reader

PAGE = "/t/openbare-ruimte"
ROW = re.compile(r'<tr><th scope="row">(.*?)</th><td>(.*?)</td><td>(.*?)</td><td>(.*?)</td><td>(.*?)</td></tr>')
_MONTH = "is_complete_period and period = (select max(period) from mart_report_categories where is_complete_period)"


@pytest.fixture(scope="module")
def rows(sample_releases):
    page = reader(sample_releases, SAMPLE_DAY).get(PAGE).text
    return {name: cells for name, *cells in ROW.findall(page)}


def test_categories_have_the_figures_of_the_mart(rows, cursor):
    stored = cursor.execute(
        "select main_category, reports_received_count, reports_handling_days_median from mart_report_categories"
        f" where {_MONTH}"
    ).fetchall()

    assert len(stored) > 3
    assert len(rows) == len(stored)
    for name, received, days in stored:
        cells = rows[name.replace("&", "&amp;")]
        assert cells[0] == str(received)
        if days is None:
            assert cells[2] == "Minder dan 5 afgehandeld"
        else:
            assert abs(float(cells[2].split("\N{NO-BREAK SPACE}")[0].replace(",", ".")) - days) <= 0.05 + 1e-9


def test_categories_add_up_to_the_figure_of_the_municipality(cursor):
    (whole,) = cursor.execute(
        "select value from fct_indicator_values where is_current and indicator_code = 'reports_received_count'"
        " and region_code = 'GM9999'"
    ).fetchone()
    (parts,) = cursor.execute(
        f"select sum(reports_received_count) from mart_report_categories where {_MONTH}"
    ).fetchone()
    assert parts == whole


def test_an_expired_table_is_gone(sample_releases):
    page = reader(sample_releases, SAMPLE_DAY.replace(year=2027)).get(PAGE).text
    assert "Meldingen per soort" not in page
