"""The sample's police, RIVM and sickness absence: the same figures every time, with the suppliers' own habits."""

from collections import defaultdict
from datetime import date

import pytest
from suppliers.fixtures import AS_OF

from dagster_project.sample.municipality import NEIGHBOURHOODS
from dagster_project.sample.open_data.absence_benchmark import absence_tables
from dagster_project.sample.open_data.police import police_tables
from dagster_project.sample.open_data.rivm import rivm_tables

SEED = 1


@pytest.fixture(scope="module")
def police():
    return {table.id: table for table in police_tables(AS_OF, SEED)}


def counts(table, kind, region):
    return {
        row["Perioden"]: row["GeregistreerdeMisdrijven_1"]
        for row in table.rows
        if (row["SoortMisdrijf"].strip(), row["WijkenEnBuurten"].strip()) == (kind, region)
    }


@pytest.mark.parametrize("tables", [police_tables, rivm_tables, absence_tables])
def test_the_same_day_and_seed_give_the_same_tables_and_another_seed_others(tables):
    assert tables(AS_OF, SEED) == tables(AS_OF, SEED)
    assert [table.rows for table in tables(AS_OF, SEED)] != [table.rows for table in tables(AS_OF, SEED + 1)]


@pytest.mark.parametrize("as_of", [date(2026, 1, 1), date(2026, 2, 28), date(2026, 3, 29), AS_OF, date(2026, 12, 31)])
def test_nothing_is_published_before_its_day_and_months_come_four_to_nine_weeks_late(as_of):
    for table in (*police_tables(as_of, SEED), *absence_tables(as_of, SEED)):
        assert table.infos["Modified"] <= as_of.isoformat()
    monthly = police_tables(as_of, SEED)[1]
    newest = max(code for code in (row["Perioden"] for row in monthly.rows) if "MM" in code)
    year, month = int(newest[:4]), int(newest[6:])
    end = date(year + month // 12, month % 12 + 1, 1)
    assert 28 <= (as_of - end).days + 1 <= 63


def test_the_newest_month_is_not_complete(police):
    months = counts(police["47022NED"], "0.0.0", "GM9999")
    newest = max(code for code in months if "MM" in code)
    before = [number for code, number in months.items() if "MM" in code and code != newest]
    assert len(before) == 48
    assert months[newest] < 0.8 * sum(before) / len(before)


def test_a_business_park_has_more_crimes_than_inhabitants_would_explain(police):
    (park,) = (place for place in NEIGHBOURHOODS if place.character == "industrial" and place.code.startswith("BU9999"))
    crimes = counts(police["47018NED"], "0.0.0", park.code)["2025JJ00"]
    assert 1000 * crimes / park.inhabitants > 300


def test_history_is_restated_when_a_border_moves():
    def history(as_of):
        table = police_tables(as_of, SEED)[0]
        return {code: counts(table, "0.0.0", code)["2024JJ00"] for code in moved}

    moved = ("BU99990203", "BU99990204", "BU99990200")
    before, after = history(AS_OF), history(date(2027, 5, 1))
    assert before["BU99990200"] == after["BU99990200"]
    assert before != after


def test_keys_of_the_police_are_padded_and_two_of_them_begin_alike(police):
    keys = {row["SoortMisdrijf"] for row in police["47018NED"].rows}
    assert {"2.6.1 ", "2.6.10", "0.0.0 "} <= keys
    assert {len(key) for key in keys} == {6}


def test_rivm_estimates_lie_within_their_interval_and_small_neighbourhoods_have_none():
    table = rivm_tables(AS_OF, SEED)[1]
    cells = defaultdict(dict)
    for row in table.rows:
        if row["Leeftijd"] == "20300" and row["Perioden"] == "2024JJ00":
            assert len(row["Codering_3"]) == 20
            cells[row["WijkenEnBuurten"].strip()][row["Marges"]] = row["Eenzaam_13"]
    assert "NL01" in cells
    assert cells.pop("BU99990009") == {"MW00000": None, "MOG0095": None, "MBG0095": None}
    known = [cell for cell in cells.values() if cell["MW00000"] is not None]
    assert len(known) > 30
    assert all(0 <= cell["MOG0095"] < cell["MW00000"] < cell["MBG0095"] <= 100 for cell in known)
