"""The contracts of Maandvers can be read without network, settings or heavy libraries."""

import json
import os
import subprocess
import sys
from datetime import date, timedelta
from itertools import pairwise

import pytest

from dagster_project.contracts.calendar import every_year, later, next_publication
from dagster_project.contracts.load import load_feeds
from dagster_project.extract.csv_zip import CsvZipParameters
from dagster_project.extract.odata.v3 import ODataV3Parameters
from dagster_project.installation.settings import DBT_PROJECT

MODELS = DBT_PROJECT / "models"

# Reads the contracts while no address can be reached and every setting is wrong.
CUT_OFF = """
import json, socket, sys

def refuse(*_):
    raise AssertionError("the network was touched")

socket.socket.connect = socket.getaddrinfo = socket.create_connection = refuse
from dagster_project.contracts.load import load_feeds
from dagster_project.landing import ingest
from dagster_project.audit import frames, gate, judging
from dagster_project.installation.settings import DBT_PROJECT
feeds = [feed.id for feed in load_feeds(DBT_PROJECT / "models")]
heavy = {"dagster", "dbt", "great_expectations", "pandas"} & set(sys.modules)
print(json.dumps([feeds, sorted(heavy)]))
"""


@pytest.fixture(scope="module")
def feeds():
    return {feed.id: feed for feed in load_feeds(MODELS)}


def test_reading_them_touches_no_network_no_settings_and_no_heavy_tool():
    wrong = {"MAANDVERS_MUNICIPALITY_CODE": "nowhere", "MAANDVERS_SUPPLIERS": "{broken"}
    message = subprocess.run(
        [sys.executable, "-c", CUT_OFF], env={**os.environ, **wrong}, capture_output=True, text=True, check=True
    )
    feeds, heavy = json.loads(message.stdout)
    assert {"cbs.key_figures", "signalen.reports"} <= set(feeds)
    assert heavy == []


def test_key_figures_know_their_editions_and_their_limit(feeds):
    feed = feeds["cbs.key_figures"]
    assert isinstance(feed.parameters, ODataV3Parameters)
    assert feed.delivery.editions[2020] == "84799NED"
    assert feed.delivery.model_dump(mode="json")["maximum_age"] == "P1M"
    assert feed.delivery.clocks == ("checked",)
    assert str(feed.delivery.licence.url) == "https://creativecommons.org/licenses/by/4.0/"
    assert feed.has_editions


def test_columns_that_the_supplier_stopped_are_not_expected_of_later_editions(feeds):
    (table,) = feeds["cbs.key_figures"].tables
    expected = {year: {column.name for column in table.expected_columns(year)} for year in (2020, 2024, None)}
    assert "vacant_dwelling_pct" in expected[2020]
    assert "vacant_dwelling_pct" not in expected[2024]
    assert expected[None] == {column.name for column in table.columns}


def test_reports_bind_their_period_and_read_nothing_personal(feeds):
    feed = feeds["signalen.reports"]
    assert isinstance(feed.parameters, CsvZipParameters)
    assert feed.period_column == ("signals", "updated_at", "timestamptz")
    assert feed.delivery.personal_data
    assert {table.member for table in feed.tables} == {
        "signals.csv", "statuses.csv", "locations.csv", "categories.csv", "sla.csv",
    }  # fmt: skip
    headings = {column.meta.supplier_name for table in feed.tables for column in table.columns}
    assert not headings & {"text", "text_extra", "user", "email", "phone", "reporter_id", "address", "address_text"}


def test_longitude_and_latitude_are_read_from_the_headings_signalen_swapped(feeds):
    (table,) = (table for table in feeds["signalen.reports"].tables if table.name == "locations")
    names = {column.name: column.meta.supplier_name for column in table.columns}
    assert (names["longitude"], names["latitude"]) == ("lat", "lng")


def test_iv3_is_due_on_the_days_that_follow_from_its_deadlines():
    """Placed 10 and 70 days after the budget, the four quarters and the accounts were to be delivered."""
    (iv3,) = (feed for feed in load_feeds(MODELS) if feed.id == "iv3.accounts")
    deadlines = [(11, 14), (4, 30), (7, 31), (10, 31), (2, 14), (7, 14)]
    placed = {date(2025, *deadline) + timedelta(days=wait) for deadline in deadlines for wait in (10, 70)}
    assert list(iv3.delivery.announced_every_year) == sorted(f"{day:%m-%d}" for day in placed)


def test_iv3_that_comes_just_before_or_on_a_date_is_next_due_on_the_date_after_it():
    (iv3,) = (feed for feed in load_feeds(MODELS) if feed.id == "iv3.accounts")
    days = sorted(every_year(iv3.delivery.announced_every_year, date(2026, 1, 1)))
    for day, following in pairwise(days):
        for published in (day - timedelta(days=days_before) for days_before in (0, 1, 4)):
            expected = next_publication(
                period_end=None,
                published=published,
                cadence=iv3.delivery.cadence,
                publication_lag=iv3.delivery.publication_lag,
                announced=days,
            )
            assert expected == following


def test_a_month_of_the_police_is_due_six_weeks_after_it():
    for feed in load_feeds(MODELS):
        if feed.supplier == "police":
            assert later(date(2026, 10, 31), feed.delivery.publication_lag) == date(2026, 12, 12)


def test_crimes_of_the_police_break_in_july_2018_and_nuisance_does_not():
    breaks = {feed.id: feed.delivery.series_break for feed in load_feeds(MODELS) if feed.supplier == "police"}
    assert breaks == {
        "police.crime_yearly": date(2018, 7, 1),
        "police.crime_monthly": date(2018, 7, 1),
        "police.nuisance_monthly": None,
    }


# As CBS publishes them: the step, and that of other levels and editions; 0 where figures are exact.
PUBLISHED_ROUNDING = {
    "births_count": (5, {"country": 0, "municipality": 0}),
    "deaths_count": (5, {"country": 0, "municipality": 0}),
    "business_establishment_count": (5, {"country": 0, "municipality": 0}),
    "dwelling_count": (5, {"2017": 0}),
    "average_electricity_use_kwh": (10, {"2014": 50}),
    "average_electricity_use_apartment_kwh": (10, {}),
    "average_gas_use_m3": (10, {"2014": 50}),
    "average_gas_use_apartment_m3": (10, {}),
}


def test_roundings_of_key_figures_are_those_that_cbs_publishes():
    feed = next(feed for feed in load_feeds(MODELS) if feed.id == "cbs.key_figures")
    columns = {column.name: column.meta for column in feed.tables[0].columns}
    declared = {name: (columns[name].rounding, columns[name].rounding_in) for name in PUBLISHED_ROUNDING}
    assert declared == PUBLISHED_ROUNDING


def test_households_of_ses_woa_are_in_hundreds():
    feed = next(feed for feed in load_feeds(MODELS) if feed.id == "cbs.ses_woa")
    assert {c.meta.rounding for c in feed.tables[0].columns if c.name == "household_count"} == {100}


@pytest.mark.parametrize("name", ["cbs.key_figures", "cbs.benefits"])
def test_editions_that_cbs_still_revises_in_their_fourth_year_are_read_again(name):
    feed = next(feed for feed in load_feeds(MODELS) if feed.id == name)
    years = range(2017, 2027)
    assert feed.kept_of(years)[0] == 2023
