"""A value that its column cannot hold is reported with column and row; nothing is rounded, guessed or lost."""

import json

import duckdb
import pytest
from suppliers import faults

from dagster_project.errors import DeliveryError
from dagster_project.extract.answer import Edition, Records
from dagster_project.landing.parquet import write_parquet

from .receiving import contract, key_figures, one_edition

FEED = contract("cbs.key_figures")
NAMES = {
    "region_code": "WijkenEnBuurten",
    "population_count": "AantalInwoners_5",
    "average_household_size": "GemiddeldeHuishoudensgrootte_32",
}


def write(folder, records, **more):
    """A page of records through the parser; gives what landed."""
    page, target = folder / "page.json", folder / "out.parquet"
    page.write_text(json.dumps(records))
    (table,) = FEED.tables
    small = table.model_copy(update={"columns": tuple(c for c in table.columns if c.name in NAMES)})
    write_parquet(FEED, Edition(2020, "1NED"), small, Records([page], "json", NAMES, **more), folder, target)
    return duckdb.sql(f"select population_count, average_household_size from '{target}'").fetchall()


def records(count=5, row=3, **changed):
    rows = [
        {"ID": n, "WijkenEnBuurten": f"BU{n:08}", "AantalInwoners_5": n, "GemiddeldeHuishoudensgrootte_32": 2.1}
        for n in range(count)
    ]
    rows[row] |= changed
    return rows


def refused(folder, given, **more):
    with pytest.raises(DeliveryError) as error:
        write(folder, given, **more)
    return str(error.value)


@pytest.mark.parametrize(
    "value", [12.5, "12.5", "12,5", "many", ".", "<5", "1e400", "nan", "inf", "9" * 30, True, [5], {"n": 5}, "0x10"]
)
def test_what_is_no_whole_number_is_told_with_column_and_row(tmp_path, value):
    told = refused(tmp_path, records(AantalInwoners_5=value))
    assert "in column 'AantalInwoners_5', row 4" in told
    assert "expected: a whole number" in told
    assert "(1 such values)" in told


@pytest.mark.parametrize("value", ["about 3", "nan", "-inf", "3,5"])
def test_what_is_no_number_is_told_with_column_and_row(tmp_path, value):
    told = refused(tmp_path, records(GemiddeldeHuishoudensgrootte_32=value))
    assert "in column 'GemiddeldeHuishoudensgrootte_32', row 4" in told
    assert "expected: a number" in told


@pytest.mark.parametrize(
    ("value", "landed"), [(None, None), ("", None), ("   ", None), ("  120", 120), (120.0, 120), (-99997, -99997)]
)
def test_what_is_a_whole_number_or_nothing_lands_as_that(tmp_path, value, landed):
    assert write(tmp_path, records(AantalInwoners_5=value))[3] == (landed, 2.1)


@pytest.mark.parametrize(
    ("given", "more", "problem"),
    [
        (records(WijkenEnBuurten="BU00000001  "), {}, "repeats its key (region_code)"),
        (records(ID=1), {"row_number": "ID"}, "5 rows with 4 different numbers"),
        (records(), {"expected_rows": 17_341}, "17,341 rows by the supplier's own count"),
        ([], {}, "is empty"),
    ],
)
def test_rows_that_are_double_or_missing_are_told(tmp_path, given, more, problem):
    assert problem in refused(tmp_path, given, **more)


def test_a_wrong_value_in_an_answer_is_told_with_what_is_kept(suppliers, tmp_path):
    def half_a_person(rows):
        return [{**rows[0], "AantalInwoners_5": 12.5}, *rows[1:]]

    suppliers.faults.set("TypedDataSet", faults._on_records(half_a_person))
    desk = one_edition(key_figures(tmp_path, suppliers.cbs_url))
    told = desk.problem()
    assert "in column 'AantalInwoners_5', row 1" in told
    assert "came: '12.5' (1 such values)" in told
    assert "kept: nothing" in told
    assert "compare the payload in quarantine" in told
    (aside,) = desk.store.quarantine.iterdir()
    assert (aside / "payload" / "TypedDataSet-0001.json.gz").exists()
