"""CBS's tables of benefits, proximity, youth care, Wmo and provisions: from the supplier through landing."""

from datetime import date

import pytest
from landing.receiving import Desk, contract, desk, one_edition
from suppliers import faults
from suppliers.fixtures import AS_OF

from dagster_project.extract.extractors import extractor_for
from dagster_project.installation.settings import SupplierSettings
from dagster_project.landing.rules import missing_columns
from dagster_project.sample.open_data.benefits import benefits_tables
from dagster_project.sample.open_data.social_statistics import social_statistics_tables
from dagster_project.sample.service import DEFAULT_SEED

FEEDS = ["cbs.benefits", "cbs.proximity", "cbs.youth_care", "cbs.wmo", "cbs.provisions"]


def at(landing, feed: str, suppliers) -> Desk:
    return desk(landing, feed, suppliers={"cbs": SupplierSettings(base_url=suppliers.cbs_url)})


@pytest.fixture(scope="module")
def desks(shared_sample, tmp_path_factory):
    """Every feed with all of its editions, received once; tests may read them, not change them."""
    folder = tmp_path_factory.mktemp("landing")
    received = {feed: at(folder, feed, shared_sample) for feed in FEEDS}
    for one in received.values():
        one.receive_and_admit()
    return received


def reported(one: Desk) -> str:
    """A small table without a column is refused; of a large one, that column lands empty."""
    problems = one.receive().problems
    return "\n".join(
        [*problems, *(remark for each in one.manifests().values() for remark in missing_columns(one.store.feed, each))]
    )


def editions(one: Desk) -> list[str]:
    with extractor_for(one.store.feed, one.settings) as extractor:
        return [edition.source_id for edition in extractor.editions({})]


@pytest.mark.parametrize(
    ("feed", "expected"),
    [
        ("cbs.benefits", ["85586NED", "86003NED", "86113NED", "82026NED"]),
        ("cbs.proximity", ["85830NED", "86134NED", "86270NED"]),
        ("cbs.youth_care", ["612024NED", "86204NED", "612026NED"]),
        ("cbs.wmo", ["622024NED", "86158NED", "622026NED"]),
        ("cbs.provisions", ["85994NED", "632025NED", "632026NED"]),
    ],
)
def test_the_newest_editions_are_found_however_their_title_is_written(suppliers, tmp_path, feed, expected):
    assert editions(at(tmp_path, feed, suppliers)) == expected


def test_of_two_tables_of_one_year_the_later_one_is_taken(suppliers, tmp_path):
    title = "Wmo-cliënten; type maatwerkvoorziening, regio, wijken, 2026"
    again = {"Identifier": "623000NED", "Title": title}
    suppliers.faults.set("ODataCatalog", faults._on_records(lambda records: [again, *records]))
    assert editions(at(tmp_path, "cbs.wmo", suppliers))[-1] == "623000NED"


@pytest.mark.parametrize("feed", FEEDS)
def test_every_row_is_of_the_own_municipality_another_one_or_the_country(desks, feed):
    regions = {code for (code,) in desks[feed].rows("select distinct region_code from data")}
    assert {code for code in regions if not code.startswith("NL")} >= {"GM9999", "WK999900"}
    assert {code[2:6] for code in regions if code[:2] in ("WK", "BU")} == {"9999"}
    assert len([code for code in regions if code.startswith("GM")]) == 43


def test_benefits_come_per_quarter_in_tens_with_the_count_and_not_the_share(desks):
    one = desks["cbs.benefits"]
    assert one.rows("select distinct period_code, period_name from data") == [("2026KW01", "2026 maart*")]
    counts = "welfare_recipients_count, state_pension_recipients_count, population_15_to_pension_age_count"
    (row,) = one.rows(f"select {counts} from data where region_code = 'GM9999'")
    assert all(count % 10 == 0 for count in row)
    assert row[0] > 100


def test_the_country_with_and_without_abroad_are_two_rows(desks):
    rows = dict(
        desks["cbs.benefits"].rows(
            "select region_code, welfare_recipients_count from data where region_code like 'NL%'"
        )
    )
    assert rows["NL00"] > rows["NL01"] > rows["NL98"]


def test_a_neighbourhood_without_inhabitants_has_no_figure(desks):
    rows = desks["cbs.benefits"].rows(
        "select region_code, population_15_plus_count from data where welfare_recipients_count is null"
    )
    assert sorted(rows) == [("BU99990009", 40), ("BU99990107", 20)]


@pytest.mark.parametrize("feed", ["cbs.youth_care", "cbs.wmo", "cbs.provisions"])
def test_care_is_published_down_to_districts(desks, feed):
    kinds = {kind for (kind,) in desks[feed].rows("select distinct region_code[:2] from data")}
    assert kinds <= {"NL", "GM", "WK"}


def test_forms_are_named_whatever_their_dimension_is_called(suppliers, desks):
    named = {}
    for edition, manifest in desks["cbs.youth_care"].manifests().items():
        named[edition] = manifest.tables["youth_care"].rows
    assert set(named) == {"2024", "2025", "2026"}
    forms = {form for (form,) in desks["cbs.youth_care"].rows("select distinct form_name from data")}
    assert {"Totaal alle jeugdzorg in natura", "Jeugdbescherming"} <= forms
    asked = [path for _, path in suppliers.requests]
    assert not [path for path in asked if path.endswith("612024NED/Vormen")]


def test_a_young_person_with_two_forms_is_in_the_total_once(desks):
    (total, forms) = desks["cbs.youth_care"].rows(
        "select max(young_people_count) filter (where form_name like 'Totaal alle%'),"
        " sum(young_people_count) filter (where form_name not like 'Totaal%')"
        " from data where region_code = 'GM9999' and period_code = '2026HJ01'"
    )[0]
    assert forms > total


def test_a_half_year_is_there_before_the_year_is(desks):
    assert desks["cbs.wmo"].rows("select distinct period_code from data") == [("2026HJ01",)]


def test_halves_of_a_year_are_more_than_the_year(suppliers, tmp_path):
    (table,) = (t for t in social_statistics_tables(AS_OF, DEFAULT_SEED) if t.id == "86158NED")
    clients = {
        row["Perioden"]: row["WmoClienten_5"]
        for row in table.rows
        if row["Wijken"] == "GM9999    " and row["TypeMaatwerkvoorziening"] == "T001024"
    }
    assert clients["2025HJ01"] + clients["2025HJ02"] > clients["2025JJ00"]


def test_only_counts_of_clients_are_read_where_shares_have_the_same_name(desks):
    (clients,) = desks["cbs.provisions"].rows(
        "select clients_count from data where region_code = 'GM9999' and number_name = 'Totaal'"
        " and law_combination_name = 'Totaal'"
    )[0]
    assert clients > 1000


def test_of_three_kinds_of_school_under_one_name_the_one_of_its_group_is_found(desks):
    """The sample's primary schools are 0.7 km away, its secondary schools 2.4 and those for havo and vwo 3.1."""
    ((secondary, hospital),) = desks["cbs.proximity"].rows(
        "select distance_to_secondary_school_km, distance_to_hospital_km from data where region_code = 'GM9999'"
    )
    assert secondary == pytest.approx(2.4, abs=0.3)
    assert hospital > 1


def test_a_renamed_group_is_reported(suppliers, tmp_path):
    def renamed(records):
        return [{**row, "Title": row["Title"].replace("Voortgezet onderwijs", "Middelbaar")} for row in records]

    suppliers.faults.set("DataProperties", faults._on_records(renamed))
    message = reported(one_edition(at(tmp_path, "cbs.proximity", suppliers)))
    assert "column 'AfstandTotSchool' is missing from table 86270NED" in message
    assert "supplier_aliases" in message
    assert "_cbs_proximity__sources.yml" in message


@pytest.mark.parametrize(
    ("feed", "column"),
    [
        ("cbs.benefits", "InwonersVanaf15JrTotAOWLeeftijd"),
        ("cbs.youth_care", "TotaalJongerenMetJeugdzorgInNatur"),
        ("cbs.wmo", "WmoClienten"),
        ("cbs.provisions", "ClientenMetVoorzieningen"),
    ],
)
def test_a_column_that_is_missing_is_reported(suppliers, tmp_path, feed, column):
    suppliers.faults.set("DataProperties", faults.missing_column(column))
    one = one_edition(at(tmp_path, feed, suppliers))
    assert f"column '{column}' is missing" in reported(one)
    assert one.state.current == {}


def test_provisional_quarters_are_marked_and_become_definitive():
    def names(as_of):
        tables = benefits_tables(as_of, DEFAULT_SEED)
        return {row["Key"]: row["Title"] for table in tables for row in table.code_lists["Perioden"]}

    assert names(date(2026, 11, 23))["2025KW04"] == "2025 december*"
    assert names(date(2027, 11, 23))["2025KW04"] == "2025 december"


def test_benefits_of_quarters_are_rounded_and_never_additive_in_the_contract():
    columns = contract("cbs.benefits").tables[0].columns
    assert [column.name for column in columns if column.meta.rounding]
    assert not [column.name for column in columns if column.meta.is_additive]
