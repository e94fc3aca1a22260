"""Absence of every department beside the national figure, on the page of the organisation."""

import re
from datetime import timedelta

import pytest
from main_line.first_run import SAMPLE_DAY
from reader import reader

PAGE = "/t/organisatie"
ROW = re.compile(r'<tr><th scope="row">(.*?)</th><td>(.*?)</td></tr>')


def page_on(releases, day):
    return reader(releases, day).get(PAGE).text


@pytest.fixture(scope="module")
def page(sample_releases):
    return page_on(sample_releases, SAMPLE_DAY)


def test_departments_have_the_figures_of_the_mart(page, cursor):
    stored = cursor.execute(
        """
        select department_name, sickness_absence_12_months_pct from mart_staff_absence
        where period = (select max(period) from mart_staff_absence where is_complete_period)
        """
    ).fetchall()

    shown = dict(ROW.findall(page))
    assert len(stored) > 5
    assert set(shown) == {name for name, _ in stored}
    for name, value in stored:
        if value is None:
            assert "Te weinig personen om te tonen" in shown[name]
        else:
            assert abs(float(shown[name].rstrip("%").replace(",", ".")) - value) <= 0.05 + 1e-9
    assert {value is None for _, value in stored} == {True, False}


def test_national_figure_stands_beside_them(page, cursor):
    (value,) = cursor.execute(
        "select public_administration_sickness_absence_12_months_pct from mart_staff_absence"
        " where public_administration_sickness_absence_12_months_pct is not null order by period desc limit 1"
    ).fetchone()

    shown = re.search(r"openbaar bestuur in Nederland: ([\d,]+)% over twaalf maanden", page)
    assert shown
    assert abs(float(shown[1].replace(",", ".")) - value) <= 0.05 + 1e-9


def test_departments_go_when_their_sources_expire(sample_releases, cursor):
    (until,) = cursor.execute(
        "select min(least(staff_fresh_until, absence_fresh_until)) from mart_staff_absence"
    ).fetchone()

    assert ROW.search(page_on(sample_releases, until))
    assert not ROW.search(page_on(sample_releases, until + timedelta(days=1)))
