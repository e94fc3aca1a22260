"""CBS's regional key figures, from the supplier through landing: a wide table, of which six columns are wanted."""

from urllib.parse import unquote_plus

import pytest
from landing.receiving import Desk, desk
from suppliers import faults

from dagster_project.contracts.model import ColumnMeta
from dagster_project.installation.settings import SupplierSettings

FEED = "cbs.regional_key_figures"


def at(landing, suppliers, **settings: object) -> Desk:
    return desk(landing, FEED, suppliers={"cbs": SupplierSettings(base_url=suppliers.cbs_url)}, **settings)


def renamed(before: str, after: str):
    """A table of which keys and titles are other ones."""
    return faults._on_records(lambda records: [
        {name.replace(before, after): value.replace(before, after) if isinstance(value, str) else value
         for name, value in row.items()} for row in records
    ])  # fmt: skip


def test_persons_and_not_their_share_land_of_every_municipality_and_year(suppliers, tmp_path):
    one = at(tmp_path, suppliers)
    one.receive_and_admit()
    ((oldest, older),) = one.rows(
        "select population_80_plus_count, population_65_79_count from data"
        " where region_code = 'GM9999' and period_code = '2025JJ00'"
    )
    assert 1000 < oldest < older
    # Ages of long before the first key figures of neighbourhoods.
    assert one.rows(
        "select min(period_code), min(population_0_14_count) > 1000, min(population_45_64_count) > 1000 from data"
        " where region_code = 'GM9999' and period_code < '2013JJ00'"
    ) == [("1995JJ00", True, True)]
    codes = {code for (code,) in one.rows("select distinct region_code from data")}
    assert {"NL01", "GM9999", "GM9940"} <= codes
    assert "PV99" not in codes
    # A municipality that is no more, and the year that CBS has not filled yet.
    assert one.rows("select count(*) > 0, count(population_80_plus_count) from data where region_code = 'GM9996'") == [
        (True, 0)
    ]
    assert one.rows("select max(period_code) from data") == [("2026JJ00",)]
    (url,) = (unquote_plus(file.url) for file in one.manifest().payload if "/TypedDataSet" in file.url)
    ages = "k_0Tot15Jaar_4,k_15Tot25Jaar_5,k_25Tot45Jaar_6,k_45Tot65Jaar_7,k_65Tot80Jaar_8,k_80JaarOfOuder_9"
    assert f"$select=ID,RegioS,Perioden,{ages}&" in url


def test_another_column_in_the_contract_needs_another_fetch(suppliers, tmp_path):
    one = at(tmp_path, suppliers)
    one.receive_and_admit()
    first = one.manifest().delivery_id
    assert one.a_day_later().receive_and_admit().candidates == {}
    assert one.manifest().delivery_id == first
    (table,) = one.store.feed.tables
    men = table.columns[-1].model_copy(update={"name": "male_count", "meta": ColumnMeta(supplier_name="Mannen")})
    wider = table.model_copy(update={"columns": (*table.columns, men)})
    one.store.feed = one.store.feed.model_copy(update={"tables": (wider,)})
    one.a_day_later().receive_and_admit()
    assert one.manifest().delivery_id != first
    assert one.rows(
        "select male_count > 10000 from data where region_code = 'GM9999' and period_code = '2025JJ00'"
    ) == [(True,)]


def test_the_whole_country_brings_provinces_and_nothing_counts_twice(suppliers, tmp_path):
    one = at(tmp_path, suppliers, scope="country")
    one.receive_and_admit()
    assert one.rows("select count(*) = count(distinct (region_code, period_code)) from data") == [(True,)]
    assert one.rows("select count(*) > 0 from data where region_code = 'PV99'") == [(True,)]


@pytest.mark.parametrize(
    ("before", "after", "nearest"),
    [("k_80JaarOfOuder", "k_80JaarEnOuder", "k_80JaarEnOuder"), ("Leeftijdsgroepen", "Leeftijd", "k_0Tot15Jaar")],
)
def test_a_renamed_column_or_group_is_reported_with_the_nearest(suppliers, tmp_path, before, after, nearest):
    suppliers.faults.set("70072ned/DataProperties", renamed(before, after))
    one = at(tmp_path, suppliers)
    message = one.problem()
    assert f"nearest: {nearest}" in message
    assert "_cbs_regional__sources.yml" in message
    assert one.state.current == {}
