"""Iv3 over OData v3: padded keys, two placements, a municipality that did not deliver, and the catalogue's titles."""

import csv
from fnmatch import fnmatchcase
from itertools import product

import pytest
from landing.receiving import desk, one_edition
from suppliers import faults

from dagster_project.contracts.load import load_feeds
from dagster_project.extract.answer import Edition, UnlistedError
from dagster_project.extract.extractors import extractor_for
from dagster_project.extract.odata.query import Query
from dagster_project.installation.settings import DBT_PROJECT, SupplierSettings
from dagster_project.sample.servers.odata_filter import parse_filter


def iv3(suppliers, landing, **settings):
    return desk(landing, "iv3.accounts", suppliers={"iv3": SupplierSettings(base_url=suppliers.cbs_url)}, **settings)


def editions(given):
    with extractor_for(given.store.feed, given.settings) as extractor:
        return [(edition.year, edition.source_id) for edition in extractor.editions({})]


@pytest.fixture
def newest(suppliers, tmp_path):
    return one_edition(iv3(suppliers, tmp_path / "landing"))


def test_the_catalogue_identifies_the_municipalities_tables_by_title(suppliers, tmp_path):
    assert editions(iv3(suppliers, tmp_path)) == [(2024, "45067NED"), (2025, "45071NED"), (2026, "45078NED")]
    suppliers.faults.set("ODataCatalog", faults.unavailable())
    with pytest.raises(UnlistedError) as message:
        editions(iv3(suppliers, tmp_path))
    assert message.value.known[-1] == Edition(2026, "45078NED")


@pytest.mark.parametrize("scope", ["municipality", "country"])
def test_the_own_municipality_comes_and_of_others_the_expense_of_youth_care_alone(suppliers, tmp_path, scope):
    given = one_edition(iv3(suppliers, tmp_path / "landing", scope=scope))
    given.receive_and_admit()
    accounts = given.rows("""
        select distinct report_code, substr(task_field_code, 1, 3), substr(category_code, 1, 1) from data
        where region_code <> 'GM9999' order by all
    """)
    assert {report for report, *_ in accounts} == {"2026X005"}
    assert {field for _, field, _ in accounts} == {"6.7", "6.8"}
    assert {kind for *_, kind in accounts} == {"L"}
    per_region = given.rows("select region_code = 'GM9999', count(distinct region_code), count(*) from data group by 1")
    (others, regions, rows), (own, one, whole) = sorted(per_region)
    assert (others, own, one, regions) == (False, True, 1, 42)
    # Rows of the own municipality come once.
    key = "report_code, task_field_code, category_code, region_code"
    assert given.rows(f"select count(*) = count(distinct ({key})) from data") == [(True,)]
    assert rows / regions < whole / 50
    longest = "max(length(category_code)), max(length(task_field_code)), max(length(region_code))"
    assert given.rows(f"select {longest} from data") == [(6, 5, 6)]


def test_both_placements_land_and_a_missing_one_is_empty_and_not_zero(newest):
    newest.receive_and_admit()
    placed = newest.rows("""
        select report_code[5:], count(first_placement_thousand_eur) > 0, count(second_placement_thousand_eur) > 0
        from data group by all order by all
    """)
    assert placed == [
        ("X000", True, True),
        ("X001", True, True),
        ("X002", True, True),
        ("X003", True, False),
        ("X004", False, False),
        ("X005", False, False),
    ]
    mended = newest.rows("""
        select distinct second_placement_thousand_eur - first_placement_thousand_eur from data
        where report_code = '2026X001' and task_field_code = '0.4' and category_code = 'L1.1'
    """)
    assert mended == [(12.0,)]


def test_a_municipality_that_did_not_deliver_is_missing_and_not_zero(suppliers, tmp_path):
    silent = one_edition(iv3(suppliers, tmp_path / "landing", municipality_code="GM9997"))
    silent.receive_and_admit()
    rows = "select count(*) > 0, count(first_placement_thousand_eur) from data where report_code = '2026X002'"
    assert silent.rows(rows) == [(True, 0)]


def test_reserves_are_not_taken_for_the_task_field_that_looks_like_the_same_number(newest):
    newest.receive_and_admit()
    codes = newest.rows("select distinct task_field_code from data where task_field_code like '0.1%' order by all")
    assert codes == [("0.1",), ("0.10",), ("0.11",)]


def test_a_placement_that_is_missing_is_reported_by_the_name_of_its_column(suppliers, newest):
    suppliers.faults.set("DataProperties", faults.missing_column("k_1ePlaatsing"))
    assert "column 'k_1ePlaatsing' is missing from table 45078NED" in newest.problem()


def test_of_others_the_task_fields_of_youth_care_are_requested_and_no_other():
    (feed,) = (feed for feed in load_feeds(DBT_PROJECT / "models") if feed.id == "iv3.accounts")
    patterns = feed.delivery.parameters["of_others"]["TaakveldBalanspost"]
    with (DBT_PROJECT.parent / "seeds" / "taakvelden.csv").open(encoding="utf-8") as file:
        youth_care = {row["task_field_code"]: row["is_youth_care"] == "true" for row in csv.DictReader(file)}
    requested = {code: any(fnmatchcase(code, pattern) for pattern in patterns) for code in youth_care}
    assert requested == youth_care
    assert any(youth_care.values())


def test_others_have_a_request_of_their_own_that_is_short_and_repeats_no_own_row():
    codes = {"TaakveldBalanspost": ["6.75*", "6.792 "], "Categorie": ["L*"]}
    own, others = Query("Gemeenten", ["GM9999"], of_others=codes).filters()
    assert "startswith(Gemeenten,'GM9999')" in own
    assert others == (
        "(startswith(Gemeenten,'GM')) and (not startswith(Gemeenten,'GM9999'))"
        " and (startswith(TaakveldBalanspost,'6.75') or TaakveldBalanspost eq '6.792 ') and (startswith(Categorie,'L'))"
    )


@pytest.mark.parametrize("count", [1, 2, 10, 25])
def test_each_wanted_row_is_in_one_request_and_no_other_row_in_any(count):
    municipalities = [f"GM{number:04}" for number in range(1, 30)]
    own = municipalities[:count]
    codes = {"TaakveldBalanspost": ["6.75*"], "Categorie": ["L*", "T1"]}
    query = Query("Gemeenten", own, {"Verslagsoort": ["X1", "X2"]}, "Verslagsoort", of_others=codes)
    asked = [parse_filter(one) for one in query.filters()]
    assert len(asked) == 2 * -(-count // 10) + 1
    assert max(map(len, query.filters())) < 1500
    for region, task, category, report in product(
        ["NL01", *municipalities, "PV20"], ["6.75A", "0.1"], ["L1.1", "T1", "T2"], ["X1", "X2"]
    ):
        row = {"Gemeenten": region, "TaakveldBalanspost": task, "Categorie": category, "Verslagsoort": report}
        is_of_others = region[:2] == "GM" and task == "6.75A" and category != "T2"
        is_wanted = region == "NL01" or region in own or is_of_others
        assert sum(one.matches(row) for one in asked) == is_wanted, row


def test_a_table_without_the_codes_has_no_request_for_others():
    assert len(Query("Gemeenten", ["GM9999"], of_others={"Categorie": []}).filters()) == 1
