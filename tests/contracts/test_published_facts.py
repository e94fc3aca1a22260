"""Facts of suppliers that no answer of theirs shows: moments, definitions, first years, lags, as they publish them."""

import csv

import pytest

from dagster_project.contracts.load import load_feeds
from dagster_project.extract.odata.columns import SupplierColumn, fitting_columns
from dagster_project.installation.settings import DBT_PROJECT, PROJECT


@pytest.fixture(scope="module")
def indicators():
    found = {}
    for file in (PROJECT / "seeds/indicators").glob("*.csv"):
        with file.open(encoding="utf-8", newline="") as rows:
            found |= {row["indicator_code"]: row for row in csv.DictReader(rows)}
    return found


def test_benefits_of_the_key_figures_are_of_the_last_known_quarter(indicators):
    """84799NED has March 2020 and not December: each refill moves the quarter."""
    codes = [f"{kind}_benefit_recipients_count" for kind in ("disability", "unemployment")]
    moments = {indicators[code]["reference_moment"] for code in ("welfare_recipients_count", *codes)}
    assert moments == {"laatst bekende kwartaal"}
    assert indicators["welfare_recipients_quarter_count"]["reference_moment"] == "laatste dag van het kwartaal"


def test_distances_are_of_the_first_of_january_and_come_twenty_months_later(indicators):
    distances = {row["reference_moment"] for code, row in indicators.items() if code.startswith("distance_to_")}
    assert distances == {"1 januari"}
    (proximity,) = (feed for feed in load_feeds(DBT_PROJECT / "models") if feed.id == "cbs.proximity")
    assert proximity.delivery.publication_lag.months == 20


def test_columns_of_the_key_figures_of_2018_are_read_from_that_edition():
    (feed,) = (feed for feed in load_feeds(DBT_PROJECT / "models") if feed.id == "cbs.key_figures")
    first = {column.name: column.meta.first_edition for column in feed.tables[0].columns}
    names = ["net_labour_participation_pct", "youth_care_recipients_count", "wmo_clients_count", "wmo_clients_per_1000"]
    assert {first[name] for name in names} == {2018}


def test_groups_of_the_regional_key_figures_are_those_of_the_key_figures():
    """Both are counted on 1 January, so that the one goes on where the other begins."""
    feeds = {feed.id: feed for feed in load_feeds(DBT_PROJECT / "models")}
    regional, key_figures = (
        {column.name: column.meta.supplier_name for column in feeds[f"cbs.{name}"].tables[0].columns}
        for name in ("regional_key_figures", "key_figures")
    )
    names = [f"population_{ages}_count" for ages in ("0_14", "15_24", "25_44", "45_64")]
    assert [regional[name] for name in names] == [key_figures[name] for name in names]


def test_ages_of_the_regional_key_figures_are_found_wherever_cbs_puts_them():
    """In July 2026 the groups under 65 changed; persons and shares keep the same names, in groups of their own."""
    (feed,) = (feed for feed in load_feeds(DBT_PROJECT / "models") if feed.id == "cbs.regional_key_figures")
    above = ("Bevolking", "Bevolkingssamenstelling op 1 januari", "Leeftijd")
    for oldest, as_share in (("k_80JaarOfOuder_12", "k_80JaarOfOuder_21"), ("k_80JaarOfOuder_9", "k_80JaarOfOuder_15")):
        offered = [
            SupplierColumn(oldest, (*above, "Leeftijdsgroepen"), is_dimension=False),
            SupplierColumn(as_share, (*above, "Leeftijdsgroepen, relatief"), is_dimension=False),
        ]
        (column,) = (column for column in feed.tables[0].columns if column.name == "population_80_plus_count")
        assert [found.key for found in fitting_columns(column, offered)] == [oldest]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("business_establishment_count", "zonder overheid, onderwijs en zorg"),
        ("average_income_per_inhabitant_thousand_eur", "over alle inwoners in particuliere huishoudens"),
        ("youth_care_recipients_count", "op het adres van de ouder met gezag"),
        ("youth_care_recipients_count", "houdt 0 tot en met 7 geheim"),
        ("wmo_clients_count", "houdt 0 tot en met 7 geheim"),
        ("area_water_ha", "de delen tellen niet op tot het geheel"),
        ("household_below_social_minimum_pct", "Zonder studenten en huishoudens met een onvolledig jaarinkomen"),
        ("social_minimum_120_household_count", "Zonder studenten en huishoudens met een onvolledig jaarinkomen"),
        ("crimes_count", "Reeksbreuk: sinds juli 2018"),
    ],
)
def test_a_definition_is_that_of_the_supplier(indicators, code, words):
    assert words in indicators[code]["definition_nl"]
