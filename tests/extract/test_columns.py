"""Finding our columns by name and group, whatever number the supplier put behind them this year."""

import pytest
from landing.receiving import contract
from suppliers.replay import ABSENT, REAL_TABLE, ParquetRows, parquet_of

from dagster_project.errors import DeliveryError
from dagster_project.extract.answer import Edition
from dagster_project.extract.odata.columns import SupplierColumn, match_columns, supplier_columns

FEED = contract("cbs.key_figures")
EDITION = Edition(2020, "84799NED")


def ours(*names, **meta):
    columns = {column.name: column for column in FEED.tables[0].columns}
    return [columns[name].model_copy(update={"meta": columns[name].meta.model_copy(update=meta)}) for name in names]


def offered(*keys, groups=()):
    return [SupplierColumn(key, tuple(groups), is_dimension=False) for key in keys]


def match(columns, offers):
    return match_columns(FEED, EDITION, columns, offers)


def refused(columns, offers):
    with pytest.raises(DeliveryError) as error:
        match(columns, offers)
    return str(error.value)


@pytest.mark.parametrize("key", ["AantalInwoners_5", "AantalInwoners_117", "AantalInwoners"])
def test_a_column_is_found_whatever_its_number(key):
    assert match(ours("population_count"), offered("Mannen_6", key)) == {"population_count": key}


def test_a_number_that_belongs_to_the_name_of_a_dimension_stays():
    dimension = SupplierColumn("Regio_2", (), is_dimension=True)
    assert dimension.name == "Regio_2"


def test_a_column_is_found_under_the_name_it_got_later():
    columns = ours("average_property_value_thousand_eur")
    assert match(columns, offered("GemiddeldeWOZWaardeVanWoningen_39")) == {
        "average_property_value_thousand_eur": "GemiddeldeWOZWaardeVanWoningen_39"
    }


def test_a_missing_column_is_reported_with_the_nearest_name_and_the_remedy():
    message = refused(ours("population_count"), offered("AantalInwonersTotaal_5", "Mannen_6"))
    assert "cbs / key_figures: column 'AantalInwoners' is missing from table 84799NED" in message
    assert "nearest: AantalInwonersTotaal" in message
    assert "add the new name to 'supplier_aliases' of 'population_count'" in message
    assert "models/staging/cbs/_cbs__sources.yml" in message


def test_a_missing_column_that_resembles_nothing_is_reported_so():
    assert "nearest: none" in refused(ours("population_count"), offered("Xyz_1"))


def test_an_ambiguous_name_is_refused():
    message = refused(ours("population_count"), offered("AantalInwoners_5", "AantalInwoners_50"))
    assert "more than once" in message
    assert "AantalInwoners_5, AantalInwoners_50" in message
    assert "'supplier_group' of column 'population_count'" in message


def test_a_column_in_another_group_is_not_ours():
    columns = ours("population_count", supplier_group=("Bevolking",))
    assert match(columns, offered("AantalInwoners_5", groups=["Bevolking"])) == {"population_count": "AantalInwoners_5"}
    assert "is missing" in refused(columns, offered("AantalInwoners_5", groups=["Wonen"]))


def test_groups_are_the_titles_of_everything_above_a_column():
    rows = [
        {"ID": 0, "ParentID": None, "Type": "TopicGroup", "Key": "", "Title": "Energie "},
        {"ID": 1, "ParentID": 0, "Type": "TopicGroup", "Key": "", "Title": "Gas"},
        {"ID": 2, "ParentID": 1, "Type": "Topic", "Key": "Appartement_56 ", "Title": "Appartement"},
        {"ID": 3, "ParentID": None, "Type": "GeoDetail", "Key": "WijkenEnBuurten", "Title": "Wijken"},
    ]
    assert supplier_columns(rows) == [
        SupplierColumn("Appartement_56", ("Energie", "Gas"), is_dimension=False),
        SupplierColumn("WijkenEnBuurten", (), is_dimension=True),
    ]


@pytest.mark.skipif(not REAL_TABLE.exists(), reason=ABSENT)
def test_every_column_of_the_contract_is_in_the_real_table_once():
    columns = [c for c in FEED.tables[0].expected_columns(2020) if c.meta.code_list is None]
    found = match(columns, supplier_columns(ParquetRows(parquet_of("DataProperties"))))
    assert found["average_electricity_use_apartment_kwh"] == "Appartement_48"
    assert found["average_gas_use_apartment_m3"] == "Appartement_56"
    assert (found["region_code"], found["population_count"]) == ("WijkenEnBuurten", "AantalInwoners_5")
    assert len(set(found.values())) == len(columns)
