"""Neighbourhoods add up to their district and districts to their municipality, within CBS's rounding."""

import duckdb
import pytest
from landing.receiving import WAALWIJK, copied, key_figures, nationwide, one_edition
from suppliers import faults

from dagster_project.audit.frames import LEVELS, delivery_frames
from dagster_project.storage.checksums import write_checksums

POPULATION = "population_count"


@pytest.fixture(scope="module")
def country(shared_replay, tmp_path_factory):
    return nationwide(tmp_path_factory.getbasetemp(), shared_replay.cbs_url)


@pytest.fixture(scope="module")
def received(shared_replay, tmp_path_factory):
    desk = key_figures(tmp_path_factory.mktemp("waalwijk"), shared_replay.cbs_url, municipality_code=WAALWIJK)
    assert desk.receive().problems == []
    return desk


@pytest.fixture
def waalwijk(received, tmp_path):
    return copied(received, tmp_path)


def rows(desk):
    frames = {frame.suite: frame.rows for frame in delivery_frames([desk.store], desk.settings.scope == "country")}
    return frames["reconciliation"]


def failing(desk):
    return [(row["column"], row["level"]) for row in rows(desk) if row["margin"] is None or row["margin"] < 0]


def rewrite(desk, **expressions):
    """Another figure in the delivery: ``population_count="..."`` in SQL."""
    path = desk.store.parquet(desk.manifest().delivery_id, "key_figures")
    changes = ", ".join(f"{sql} as {name}" for name, sql in expressions.items())
    with duckdb.connect() as connection:
        connection.execute(f"create table changed as select * replace ({changes}) from '{path}'")
        connection.execute(f"copy changed to '{path}' (format parquet)")
    write_checksums(path.parent)


def test_the_real_country_adds_up_at_every_level_with_room_to_spare(country):
    judged = rows(country)
    assert {row["level"] for row in judged} == {level[0] for level in LEVELS}
    assert failing(country) == []
    assert sum(row["regions_outside_rounding"] for row in judged) == 0
    compared = {row["level"]: row["regions_compared"] for row in judged if row["column"] == POPULATION}
    assert compared == {
        "neighbourhood to district": 3_177,
        "district to municipality": 355,
        "municipality to country": 1,
    }


def test_every_municipality_of_the_real_country_could_be_admitted_alone(country):
    """No region anywhere is outside, so the judgement for one municipality, which allows none, passes for each."""
    assert {row["regions_outside_rounding"] for row in rows(country)} == {0}


def test_one_real_municipality_adds_up_and_is_not_compared_with_the_country(waalwijk):
    assert failing(waalwijk) == []
    assert {row["level"] for row in rows(waalwijk)} == {level[0] for level in LEVELS[:-1]}
    compared = {row["level"]: row["regions_compared"] for row in rows(waalwijk) if row["column"] == POPULATION}
    assert compared == {"neighbourhood to district": 3, "district to municipality": 1}


CHANGES = {
    "district": ("WK086701", {"neighbourhood to district", "district to municipality"}),
    "neighbourhood": ("BU08670005", {"neighbourhood to district"}),
    "municipality": ("GM0867", {"district to municipality"}),
}


@pytest.mark.parametrize("changed", CHANGES)
def test_one_region_with_a_thousand_people_more_is_found_at_its_levels(waalwijk, changed):
    region, levels = CHANGES[changed]
    rewrite(waalwijk, population_count=f"population_count + 1000 * (region_code = '{region}')::int")
    assert set(failing(waalwijk)) == {(POPULATION, level) for level in levels}


def test_one_district_with_more_people_is_found_in_the_whole_country(country, tmp_path):
    desk = copied(country, tmp_path)
    rewrite(desk, population_count="population_count + 1000 * (region_code = 'WK086701')::int")
    assert (POPULATION, "district to municipality") in failing(desk)
    desk.admit()
    assert desk.state.current == {}


def test_rounding_alone_is_no_difference(waalwijk):
    rewrite(waalwijk, population_count="population_count + 5 * (region_code[:2] = 'WK')::int")
    assert failing(waalwijk) == []


def test_parts_that_lost_their_whole_are_found(waalwijk):
    rewrite(waalwijk, region_code="replace(region_code, 'WK086701', 'WK086791')")
    assert (POPULATION, "neighbourhood to district") in failing(waalwijk)


def test_a_column_that_was_never_filled_is_not_compared(waalwijk):
    rewrite(waalwijk, welfare_recipients_count="null::bigint")
    assert "welfare_recipients_count" not in {row["column"] for row in rows(waalwijk)}
    waalwijk.admit()
    assert set(waalwijk.state.current) == {"2020"}


def test_a_column_that_is_empty_at_one_level_is_compared_at_the_others(waalwijk):
    rewrite(waalwijk, welfare_recipients_count="if(region_code[:2] = 'BU', null, welfare_recipients_count)")
    levels = {row["level"] for row in rows(waalwijk) if row["column"] == "welfare_recipients_count"}
    assert levels == {"district to municipality"}
    assert failing(waalwijk) == []


def test_a_column_that_was_filled_and_came_back_empty_is_not_passed_over(suppliers, tmp_path):
    desk = one_edition(key_figures(tmp_path, suppliers.cbs_url))
    before = desk.receive_and_admit().current

    def emptied(records):
        keys = {key for key in records[0] if key.startswith("Mannen_")}
        return [{key: None if key in keys else value for key, value in record.items()} for record in records]

    suppliers.faults.set(
        "TableInfos", faults._on_records(lambda rows: [{**rows[0], "Modified": "2026-11-23T02:00:00"}])
    )
    suppliers.faults.set("TypedDataSet", faults._on_records(emptied))
    assert desk.a_day_later().receive().received == ["2025"]
    (compared,) = {row["regions_compared"] for row in rows(desk) if row["column"] == "male_count"}
    assert compared == 0
    failed = [judgement for judgement in desk.admit() if not judgement.passed]
    assert {judgement.suite for judgement in failed} == {"fill_rate", "reconciliation"}
    assert any("no region was compared" in judgement.message for judgement in failed)
    assert desk.state.current == before


def test_the_empty_columns_of_the_real_table_are_left_out(country):
    empty = country.rows("select count(*) from data where welfare_recipients_count is not null")
    assert empty[0][0] > 0
    additive = [column.name for column in country.store.feed.tables[0].columns if column.meta.is_additive]
    judged = {row["column"] for row in rows(country)}
    filled = {name for name in additive if country.rows(f"select count({name}) from data")[0][0]}
    assert judged == filled
