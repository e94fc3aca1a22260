"""Finance of other municipalities: the expense of youth care in their accounts, and no other amount of Iv3."""

from collections import Counter

import pytest

from dagster_project.sample.open_data.iv3 import iv3_tables
from dagster_project.sample.service import DEFAULT_SEED

from .first_run import SAMPLE_DAY
from .installation import ask

YOUTH_CARE = ("6.72", "6.73", "6.74", "6.75", "6.76", "6.792", "6.82")


@pytest.fixture(scope="module")
def release(sample_home):
    return (sample_home / "releases" / "latest").resolve()


def reported(year):
    """Euro of youth care per municipality in the accounts of a year, as Iv3 publishes them."""
    table = next(one for one in iv3_tables(SAMPLE_DAY, DEFAULT_SEED) if str(year) in one.infos["Title"])
    amounts = Counter()
    for row in table.rows:
        is_expense = row["Categorie"].startswith("L") and row["TaakveldBalanspost"].startswith(YOUTH_CARE)
        if is_expense and row["Verslagsoort"] == f"{year}X005":
            placed = row["k_2ePlaatsing_2"] if row["k_2ePlaatsing_2"] is not None else row["k_1ePlaatsing_1"]
            amounts[row["Gemeenten"].strip()] += 1000 * placed
    return dict(amounts)


def test_youth_care_of_every_municipality_is_that_of_its_accounts(release):
    rows = ask(
        release,
        "select municipality_code, period, value from mart_municipality_profile"
        " where indicator_code = 'youth_care_accounts_expense_eur'",
    )
    assert {period for _, period, _ in rows} == {"2025"}
    assert {code: value for code, _, value in rows} == reported(2025)
    assert len(rows) == 43


def test_the_municipality_stands_beside_those_of_its_size(release):
    query = """
        select value, class_peers_value, class_peers_count from mart_municipality_profile
        where indicator_code = 'youth_care_accounts_expense_per_inhabitant_eur' and is_own
    """
    ((own, peers, count),) = ask(release, query)
    assert 0.5 < own / peers < 2
    assert count > 5


def test_no_other_amount_of_iv3_is_known_of_them(release):
    query = """
        select distinct indicator_code from mart_municipality_profile
        where indicator_code in (select indicator_code from dim_indicator where source_feed = 'iv3.accounts')
    """
    assert {code for (code,) in ask(release, query)} == {
        "youth_care_accounts_expense_eur",
        "youth_care_accounts_expense_per_inhabitant_eur",
    }
