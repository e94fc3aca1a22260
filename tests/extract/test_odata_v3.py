"""OData v3 against the running suppliers: requests, answers, and every fault."""

import re

import duckdb
import pytest
from landing.receiving import WAALWIJK, every_key_figure, key_figures, one_edition
from starlette.applications import Starlette
from suppliers import faults
from suppliers.fixtures import AS_OF
from suppliers.replay import parquet_of
from suppliers.running import running

from dagster_project.extract.answer import Edition, UnlistedError
from dagster_project.extract.extractors import extractor_for
from dagster_project.installation.settings import FeedSettings
from dagster_project.sample.open_data.key_figures import key_figures_tables
from dagster_project.sample.servers.odata_v3_server import odata_v3_routes
from dagster_project.sample.service import DEFAULT_SEED

NEWEST = "2025"


@pytest.fixture
def desk(suppliers, tmp_path):
    return one_edition(key_figures(tmp_path / "landing", suppliers.cbs_url))


@pytest.fixture
def small_pages():
    """The sample with ten records a page."""
    with running(Starlette(routes=odata_v3_routes(key_figures_tables(AS_OF, DEFAULT_SEED), page_size=10))) as paged:
        yield paged


def parts_asked(suppliers):
    """The last part of every address that was asked for, in order."""
    return [path.rpartition("/")[2] for _, path in suppliers.requests]


def editions(desk, stored=()):
    with extractor_for(desk.store.feed, desk.settings) as extractor:
        return extractor.editions(dict(stored))


# Requests


@pytest.mark.parametrize(
    ("scope", "setting", "first"),
    [("municipality", None, 2013), ("country", None, 2022), ("municipality", 2, 2024), ("country", "all", 2013)],
)
def test_the_newest_editions_are_those_of_the_catalogue_as_many_as_requested(
    suppliers, tmp_path, scope, setting, first
):
    asked = every_key_figure(tmp_path, suppliers.cbs_url, scope=scope)
    if setting:
        asked.settings.suppliers["cbs"].feeds["key_figures"] = FeedSettings(editions=setting)
    assert [edition.year for edition in editions(asked)] == list(range(first, 2026))


def test_all_editions_go_no_further_back_than_the_contract(suppliers, tmp_path):
    older = {"Identifier": "70000NED", "Title": "Kerncijfers wijken en buurten 2008"}
    suppliers.faults.set("ODataCatalog", faults._on_records(lambda records: [older, *records]))
    assert editions(every_key_figure(tmp_path, suppliers.cbs_url))[0] == Edition(2013, "82339NED")


NO_LIST = {
    "silent": (faults.unavailable(), "its catalogue does not answer, so a table of a new year would be missed"),
    "empty": (faults._on_records(lambda _: []), "its catalogue lists no table of this series"),
    "another title": (
        faults._on_records(lambda records: [{**one, "Title": f"Buurten in cijfers {one['Title']}"} for one in records]),
        "its catalogue lists no table of this series",
    ),
}


@pytest.mark.parametrize("listing", NO_LIST)
def test_without_a_list_the_editions_of_the_contract_are_requested_all_the_same(suppliers, tmp_path, listing):
    fault, problem = NO_LIST[listing]
    suppliers.faults.set("ODataCatalog", fault)
    with pytest.raises(UnlistedError) as message:
        editions(key_figures(tmp_path, suppliers.cbs_url))
    assert message.value.known == [Edition(2024, "85984NED"), Edition(2025, "86165NED"), Edition(2026, "86358NED")]
    assert problem in str(message.value)
    assert "expected: titles like 'Kerncijfers wijken en buurten {edition}'" in str(message.value)


@pytest.mark.parametrize("listing", NO_LIST)
def test_without_a_list_a_newer_stored_edition_is_requested(suppliers, tmp_path, listing):
    suppliers.faults.set("ODataCatalog", NO_LIST[listing][0])
    with pytest.raises(UnlistedError) as message:
        editions(key_figures(tmp_path, suppliers.cbs_url), stored={2026: "87000NED"})
    assert [edition.source_id for edition in message.value.known] == ["85984NED", "86165NED", "87000NED"]


def test_an_invalid_catalogue_is_reported_and_stops_nothing_else(suppliers, desk):
    stored = desk.receive_and_admit().current
    suppliers.faults.set("ODataCatalog", faults.empty_body())
    assert "not what the protocol promises" in desk.problem()
    assert desk.state.current == stored


def test_a_catalogue_with_unknown_records_is_reported_as_unforeseen(suppliers, desk):
    suppliers.faults.set("ODataCatalog", faults._on_records(lambda records: [{"Naam": "x"} for _ in records]))
    assert "because of an unexpected error" in desk.problem()


def test_nothing_new_asks_only_whether_there_is_anything_new(suppliers, desk):
    desk.receive_and_admit()
    suppliers.requests.clear()
    assert desk.a_day_later().receive().confirmed == [NEWEST]
    assert parts_asked(suppliers) == ["Tables", "TableInfos"]


def test_another_municipality_makes_everything_new(suppliers, desk):
    desk.receive_and_admit()
    desk.settings = desk.settings.model_copy(update={"municipality_code": "GM9998"})
    assert desk.receive().received == [NEWEST]


def test_one_municipality_gets_its_own_regions_all_municipalities_and_the_country(suppliers, desk):
    desk.receive_and_admit()
    kinds = "select region_code[:2], {}, count(*) from data where {} group by all order by all"
    assert desk.rows(kinds.format("region_code[3:6]", "region_code[:2] <> 'GM'")) == [
        ("BU", "9999", 24), ("NL", "00", 1), ("WK", "9999", 3),
    ]  # fmt: skip
    assert desk.rows(kinds.format("''", "region_code[:2] = 'GM'")) == [("GM", "", 43)]


def test_the_real_table_gives_one_municipality_as_it_is(replay, tmp_path):
    desk = key_figures(tmp_path, replay.cbs_url, municipality_code=WAALWIJK)
    desk.receive_and_admit()
    codes = [code for (code,) in desk.rows("select region_code from data order by 1")]
    expected = duckdb.execute(
        f"select trim(WijkenEnBuurten) code from '{parquet_of('TypedDataSet')}'"
        " where trim(WijkenEnBuurten)[3:6] = '0867' or WijkenEnBuurten[:2] in ('NL', 'GM') order by code"
    ).fetchall()
    assert codes == [code for (code,) in expected]
    assert len([code for code in codes if code[2:6] == "0867"]) == 27


def test_code_lists_and_records_longer_than_a_page_come_whole(small_pages, tmp_path):
    desk = one_edition(key_figures(tmp_path, small_pages.cbs_url))
    desk.receive_and_admit()
    assert desk.rows("select count(*), count(region_name) from data") == [(71, 71)]
    files = {file.name for file in desk.manifest().payload}
    assert {"WijkenEnBuurten-0004.json.gz", "TypedDataSet-0008.json.gz"} <= files


# Faults


def described_as(**values):
    """Other words in TableInfos."""
    return faults._on_records(lambda records: [{**records[0], **values}])


BAD_ANSWERS = {
    "truncated page": ("TypedDataSet", faults.truncated(), "is not what the protocol promises"),
    "truncated description": ("TableInfos", faults.truncated(), "no complete JSON"),
    "web page": ("TypedDataSet", faults.html_page(), "it starts with '<!DOCTYPE html>"),
    "web page as description": ("DataProperties", faults.html_page(), "it starts with '<!DOCTYPE html>"),
    "empty body": ("TypedDataSet", faults.empty_body(), "is not what the protocol promises"),
    "missing column": (
        "DataProperties|TypedDataSet",
        faults.missing_column("AantalInwoners"),
        "column 'AantalInwoners' is missing",
    ),
    "column missing from records": (
        "TypedDataSet",
        faults.missing_column("AantalInwoners"),
        "leaves column AantalInwoners_5 out of its records",
    ),
    "half the rows": ("TypedDataSet", faults.half_the_rows(), "is not complete"),
    "silently cut": ("TypedDataSet", faults.silently_cut(at=10), "is not complete"),
    "page loop": ("TypedDataSet", faults.next_link_loop(), "links its pages in a circle"),
    "another table": (
        "TableInfos",
        described_as(Identifier="1NED"),
        "describes another table",
    ),
    "no records at all": ("TypedDataSet", faults._on_records(lambda _: []), "is not complete"),
}


@pytest.mark.parametrize("bad", BAD_ANSWERS)
def test_a_bad_answer_is_set_aside_and_the_last_good_delivery_stays(suppliers, tmp_path, bad):
    pattern, fault, problem = BAD_ANSWERS[bad]
    desk = one_edition(key_figures(tmp_path / "landing", suppliers.cbs_url))
    good = desk.receive_and_admit()
    suppliers.faults.set("TableInfos", described_as(Modified="2026-11-23T02:00:00"))
    suppliers.faults.set(pattern, fault)
    message = desk.a_day_later().problem()
    assert problem in message
    assert "\n  kept: the delivery of 2026-11-23" in message
    assert "\n  do: " in message
    desk.admit()
    assert desk.state.current == good.current
    assert desk.state.checked_at == good.checked_at
    (aside,) = desk.store.quarantine.iterdir()
    assert (aside / "reason.txt").read_text().startswith(message.splitlines()[0])
    assert not (aside / "scratch").exists()
    assert list(desk.store.incoming.iterdir()) == []


def test_the_same_failure_a_day_later_is_not_kept_a_second_time(suppliers, desk):
    suppliers.faults.set("TypedDataSet", faults.truncated())
    for _ in range(2):
        assert desk.a_day_later().receive().problems
    assert len(list(desk.store.quarantine.iterdir())) == 1


def test_a_feed_that_never_came_says_that_nothing_is_kept(suppliers, desk):
    suppliers.faults.set("TypedDataSet", faults.truncated())
    assert "kept: nothing; there is no earlier delivery" in desk.problem()


def test_one_edition_that_fails_leaves_the_others_going_on(suppliers, tmp_path):
    desk = key_figures(tmp_path, suppliers.cbs_url)
    ids = {edition.key: edition.source_id for edition in editions(desk)}
    suppliers.faults.set(f"{re.escape(ids['2024'])}/TypedDataSet", faults.truncated())
    reception = desk.receive()
    assert reception.received == ["2023", "2025"]
    assert len(reception.problems) == 1
    assert ids["2024"] in reception.problems[0]
    assert {edition: one.confirmed_at for edition, one in desk.state.candidates.items()} == {
        "2023": desk.now,
        "2025": desk.now,
    }


def test_an_unknown_column_is_dropped_and_listed(suppliers, desk):
    suppliers.faults.set("DataProperties|TypedDataSet", faults.extra_column("Nieuw_999"))
    desk.receive_and_admit()
    table = desk.manifest().tables["key_figures"]
    assert "Nieuw_999" in table.dropped_columns
    assert not {"AantalInwoners_5", "WijkenEnBuurten"} & set(table.dropped_columns)
    assert not any("nieuw" in name.lower() for (name, *_) in desk.rows("describe data"))


def test_a_page_that_comes_twice_is_seen(small_pages, tmp_path):
    small_pages.faults.set("TypedDataSet", faults.duplicate_page())
    told = one_edition(key_figures(tmp_path, small_pages.cbs_url)).problem()
    assert "has duplicate rows" in told
    assert "80 rows with 10 different numbers" in told


def test_a_page_cut_at_ten_thousand_without_a_word_is_seen_by_the_suppliers_own_count(replay, tmp_path):
    replay.faults.set("TypedDataSet", faults.silently_cut())
    message = key_figures(tmp_path, replay.cbs_url, scope="country").problem()
    assert "expected: 17,341 rows by the supplier's own count" in message
    assert "came: 10,000 rows" in message
