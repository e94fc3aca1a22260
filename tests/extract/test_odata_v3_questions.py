"""Queries on tables with several dimensions: codes by their exact keys, in one query or one per code."""

import re
from contextlib import contextmanager
from datetime import date
from itertools import product
from urllib.parse import unquote_plus

import pytest
from landing.receiving import desk as feed_desk
from starlette.applications import Starlette
from suppliers import faults
from suppliers.running import running

from dagster_project.extract.extractors import extractor_for
from dagster_project.extract.odata.query import Query
from dagster_project.installation.settings import SupplierSettings
from dagster_project.sample.open_data.cbs_tables import Dimension, Topic, cbs_table, periods
from dagster_project.sample.servers.odata_v3_server import odata_v3_routes

from .files import column, contract, desk

KINDS = ("0.0.0", "2.6.1", "2.6.10")
REGIONS = ("NL00", "GM9999", "WK999900", "BU99990000", "BU99980000")
MONTHS = ("2026MM08", "2026MM09", "2026JJ00")


def kinds_table(width=6, region_width=10):
    """A table of kinds, regions and months; the figure names its cell."""
    cells = list(product(KINDS, REGIONS, MONTHS))
    return cbs_table(
        "1NED",
        "Kinds",
        date(2026, 11, 1),
        False,
        [
            Dimension("Soort", "Soort", "Dimension", {kind.ljust(width): f"kind {kind}" for kind in KINDS}),
            Dimension("WijkenEnBuurten", "Regio", "GeoDetail", {code.ljust(region_width): code for code in REGIONS}),
            periods({month: f"{month}*" for month in MONTHS}),
        ],
        [Topic("Aantal", "Aantal")],
        (
            ((kind.ljust(width), region.ljust(region_width), month), {"Aantal": number})
            for number, (kind, region, month) in enumerate(cells)
        ),
    )


@contextmanager
def asking(tmp_path, *tables, page_size=10_000, scope="municipality", **parameters):
    """A desk that asks a service with these tables by a contract with these parameters."""
    columns = [
        column("kind_code", "Soort"),
        column("kind_name", "Title", code_list="Soort"),
        column("region_code", "WijkenEnBuurten"),
        column("period_code", "Perioden"),
        column("period_name", "Title", code_list="Perioden"),
        column("number", "Aantal", "bigint"),
    ]
    key = ("kind_code", "region_code", "period_code")
    with running(Starlette(routes=odata_v3_routes(tables or [kinds_table()], page_size))) as service:
        given = {
            "base_url": service.cbs_url,
            "table_id": "1NED",
            "region_dimension": "WijkenEnBuurten",
            **parameters,
        }
        feed = contract(columns, key, protocol="odata_v3", parameters=given)
        yield desk(tmp_path, feed, scope=scope), service


def rows_of(given):
    given.receive_and_admit()
    return given.rows("select kind_code, region_code, period_code, number from data order by number")


def questions(given):
    """The filters that were asked, without the paging."""
    urls = [unquote_plus(file.url) for file in given.manifest().payload if "/TypedDataSet" in file.url]
    found = [re.search(r"\$filter=([^&]*)", url) for url in urls]
    return [match[1] if match else "" for match in found]


# Which codes


@pytest.mark.parametrize("width", [6, 8, 9, 10])
def test_keys_are_requested_with_the_padding_of_their_own_list(tmp_path, width):
    tables = kinds_table(width, region_width=width + 2)
    with asking(tmp_path, tables, selection={"Soort": ["2.6.1"]}) as (given, _):
        rows = rows_of(given)
        assert {row[0] for row in rows} == {"2.6.1"}
        assert {row[1] for row in rows} == {"NL00", "GM9999", "WK999900", "BU99990000"}
        assert f"Soort eq '{'2.6.1'.ljust(width)}'" in questions(given)[0]


def test_a_code_is_not_the_longer_one_that_begins_with_it(tmp_path):
    with asking(tmp_path, selection={"Soort": ["2.6.1"]}) as (given, _):
        assert {kind for kind, *_ in rows_of(given)} == {"2.6.1"}
    with asking(tmp_path / "other", selection={"Soort": ["2.6.10", "0.0.0"]}) as (given, _):
        assert {kind for kind, *_ in rows_of(given)} == {"2.6.10", "0.0.0"}


def test_periods_are_named_one_by_one_so_that_no_year_comes_along_with_its_months(tmp_path):
    with asking(tmp_path, selection={"Perioden": ["2026MM08", "2026MM09"]}) as (given, _):
        assert {period for _, _, period, _ in rows_of(given)} == {"2026MM08", "2026MM09"}
        assert not re.search(r"\b(ge|gt|le|lt)\b", questions(given)[0])


def test_a_code_that_the_list_lacks_is_reported_and_nothing_is_asked(tmp_path):
    with asking(tmp_path, selection={"Soort": ["2.6.1", "9.9.9"]}) as (given, service):
        message = given.problem()
        assert "table 1NED lists no 9.9.9 under 'Soort'" in message
        assert "came: 0.0.0, 2.6.1, 2.6.10" in message
        assert not [path for _, path in service.requests if path.endswith("TypedDataSet")]


def test_a_dimension_that_the_table_lacks_is_reported(tmp_path):
    with asking(tmp_path, selection={"Leeftijd": ["20300"]}) as (given, _):
        assert "offers no 'Leeftijd'" in given.problem()


# Which columns


@pytest.mark.parametrize("is_own_columns_only", [False, True])
def test_of_a_wide_table_the_columns_of_the_contract_alone_are_requested(tmp_path, is_own_columns_only):
    with asking(tmp_path, page_size=4, is_own_columns_only=is_own_columns_only) as (given, _):
        assert len(rows_of(given)) == len(KINDS) * 4 * len(MONTHS)
        urls = [unquote_plus(file.url) for file in given.manifest().payload if "/TypedDataSet" in file.url]
        assert len(urls) > 1
        selected = "$select=ID,Soort,WijkenEnBuurten,Perioden,Aantal_1"
        assert all((selected in url) == is_own_columns_only for url in urls)


# One query or several


@pytest.mark.parametrize("dimension", ["Soort", "Perioden"])
@pytest.mark.parametrize("selection", [{}, {"Soort": ["0.0.0", "2.6.10"]}])
def test_a_question_per_code_gives_the_rows_of_one_query(tmp_path, dimension, selection):
    with asking(tmp_path / "whole", selection=selection) as (given, _):
        whole = rows_of(given)
        assert len(questions(given)) == 1
    with asking(tmp_path / "parts", selection=selection, partition_by=dimension) as (given, _):
        assert rows_of(given) == whole
        codes = len(selection.get(dimension, KINDS if dimension == "Soort" else MONTHS))
        assert len(questions(given)) == codes


def test_a_question_longer_than_a_page_goes_on_before_the_next_is_asked(tmp_path):
    with asking(tmp_path, page_size=2, partition_by="Soort") as (given, _):
        assert len(rows_of(given)) == 3 * 4 * 3
        asked = questions(given)
        assert [kind for kind in KINDS for _ in range(6)] == [re.search(r"Soort eq '([\d.]+)", one)[1] for one in asked]


def test_the_same_contract_asks_the_same_questions_in_the_same_order():
    keys = {"Leeftijd": ["20300"], "Marges": ["MW00000", "MOG0095"]}
    query = Query("WijkenEnBuurten", ["GM9999"], keys, partition_by="Marges")
    regions = " or ".join(f"startswith(WijkenEnBuurten,'{code}')" for code in ("NL", "GM9999", "WK9999", "BU9999"))
    assert query.filters() == [
        f"({regions}) and (Leeftijd eq '20300') and (Marges eq '{margin}')" for margin in ("MW00000", "MOG0095")
    ]
    assert Query(None).filters() == [""]
    # Beside all municipalities the own one asks for its parts; a delivery of before is read again by its own question.
    among_others = Query("WijkenEnBuurten", ["GM9999"], keys, partition_by="Marges", is_among_others=True)
    assert among_others.filters() == [one.replace("'GM9999'", "'GM'") for one in query.filters()]
    assert [among_others.includes(code) for code in ("NL00", "GM0867", "BU99990001", "BU08670001")] == [
        True, True, True, False,
    ]  # fmt: skip


def test_a_part_that_comes_twice_is_seen(tmp_path):
    with asking(tmp_path, partition_by="Soort", scope="country") as (given, service):
        # A service that leaves a filter aside answers everything to every query.
        service.faults.set("TypedDataSet", faults._on_records(lambda _: list(kinds_table().rows)))
        assert "has duplicate rows" in given.problem()


# How many rows


def test_a_table_requested_whole_has_as_many_rows_as_its_supplier_counts(tmp_path):
    with asking(tmp_path, scope="country") as (given, service):
        service.faults.set("TypedDataSet", faults.half_the_rows())
        assert "expected: 45 rows by the supplier's own count" in given.problem()
        service.faults.clear()
        assert len(rows_of(given)) == 45


def test_a_table_requested_whole_in_parts_is_counted_as_well(tmp_path):
    with asking(tmp_path, scope="country", partition_by="Soort") as (given, service):
        service.faults.set(r"TypedDataSet.*2\.6\.10", faults.half_the_rows())
        assert "expected: 45 rows by the supplier's own count" in given.problem()


def test_a_selection_has_no_expected_count(tmp_path):
    with asking(tmp_path, scope="country", selection={"Soort": ["2.6.1"]}) as (given, _):
        assert len(rows_of(given)) == 15


# When again


def test_a_table_without_editions_is_fetched_again_only_when_it_changed(tmp_path):
    with asking(tmp_path) as (given, service):
        rows_of(given)
        service.requests.clear()
        assert given.a_day_later().receive().confirmed == ["all"]
        assert [path.rpartition("/")[2] for _, path in service.requests] == ["TableInfos"]


def test_other_codes_in_the_contract_need_another_fetch(tmp_path):
    with asking(tmp_path, selection={"Soort": ["2.6.1"]}) as (given, _):
        rows_of(given)
        feed = given.store.feed
        parameters = {**feed.delivery.parameters, "selection": {"Soort": ["2.6.10"]}}
        delivery = feed.delivery.model_copy(update={"parameters": parameters})
        given.store.feed = feed.model_copy(update={"delivery": delivery})
        assert given.receive().received == ["all"]


# The sample's tables, by the contracts that Maandvers comes with


def of_the_sample(tmp_path, suppliers, feed, **settings):
    own = {name: SupplierSettings(base_url=suppliers.cbs_url) for name in ("police", "rivm", "cbs")}
    return feed_desk(tmp_path / "landing", feed, suppliers=own, **settings)


def test_months_are_asked_of_ones_own_municipality_whatever_the_scope(suppliers, tmp_path):
    given = of_the_sample(tmp_path, suppliers, "police.crime_monthly", scope="country")
    given.receive_and_admit()
    assert {code for (code,) in given.rows("select distinct region_code[:6] from data")} == {
        "NL00", "GM9999", "WK9999", "BU9999",
    }  # fmt: skip
    # The newest year is between its months under its own code.
    assert given.rows("select distinct period_code from data where period_code like '%JJ%'") == [("2026JJ00",)]


def test_years_are_asked_of_the_whole_country_when_that_is_the_scope(suppliers, tmp_path):
    given = of_the_sample(tmp_path, suppliers, "police.crime_yearly", scope="country")
    given.receive_and_admit()
    assert given.rows("select count(distinct region_code) from data where region_code like 'GM%'") == [(43,)]
    assert len(questions(given)) == 20


def test_an_asterisk_in_the_list_of_periods_comes_along(suppliers, tmp_path):
    given = of_the_sample(tmp_path, suppliers, "police.crime_yearly")
    given.receive_and_admit()
    names = given.rows("select distinct period_code, period_name from data order by 1")
    assert names[0] == ("2021JJ00", "2021")
    assert names[-2:] == [("2024JJ00", "2024*"), ("2025JJ00", "2025*")]


def test_a_row_that_is_not_there_and_an_empty_one_are_no_zero(suppliers, tmp_path):
    given = of_the_sample(tmp_path, suppliers, "police.crime_yearly")
    given.receive_and_admit()
    ((rows, figures, zeros, cells),) = given.rows(
        "select count(*), count(crime_count), count(*) filter (where crime_count = 0),"
        " count(distinct crime_code) * count(distinct region_code) * count(distinct period_code) from data"
    )
    assert zeros > 0
    assert figures < rows < cells


def test_the_total_is_more_than_the_kinds_that_are_requested(suppliers, tmp_path):
    given = of_the_sample(tmp_path, suppliers, "police.crime_yearly")
    given.receive_and_admit()
    ((total, parts),) = given.rows(
        "select sum(crime_count) filter (where crime_code = '0.0.0'),"
        " sum(crime_count) filter (where crime_code <> '0.0.0')"
        " from data where region_code = 'GM9999' and period_code = '2024JJ00'"
    )
    assert total > parts > 0


def test_the_land_is_found_under_either_code(suppliers, tmp_path):
    for feed, code in (("police.crime_yearly", "NL00"), ("rivm.health", "NL01")):
        given = of_the_sample(tmp_path, suppliers, feed)
        given.receive_and_admit()
        assert given.rows("select distinct region_code from data where region_code like 'NL%'") == [(code,)]


def test_health_comes_from_the_newest_table_and_the_one_before_each_under_its_own_names(suppliers, tmp_path):
    given = of_the_sample(tmp_path, suppliers, "rivm.health")
    with extractor_for(given.store.feed, given.settings) as extractor:
        found = {edition.year: edition.source_id for edition in extractor.editions({})}
    assert found == {2022: "50120NED", 2024: "50150NED"}
    given.receive_and_admit()
    figures = "count(distinct age_code), count(distinct margin_code), count(smokers_pct) > 0, count(weekly_sports_pct)"
    assert given.rows(f"select {figures} from data") == [(1, 3, True, 0)]
    older = given.store.parquet(given.manifests()["2022"].delivery_id, "health")
    assert given.rows(f"select count(smokers_pct) > 0, count(weekly_sports_pct) > 0 from '{older}'") == [(True, True)]
