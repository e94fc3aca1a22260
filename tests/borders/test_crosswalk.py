"""Series on constant borders: from outlines to weights to counts, by the models' own SQL on made-up and real ground."""

import importlib.util
import json
from dataclasses import dataclass, field
from math import isclose

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import affinity, set_precision
from shapely.geometry import box, mapping, shape

from .real import NEIGHBOURHOODS, REAL, features, needs_real_data
from .rendering import load, make, python_model

_spec = importlib.util.spec_from_file_location("overlaps_model", python_model("int_regions__overlaps"))
model = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(model)

LISTED = {
    "region_code": "varchar", "region_vintage": "integer", "region_level": "varchar", "region_name": "varchar",
    "municipality_name": "varchar", "boundary_change_code": "varchar", "most_common_postcode": "varchar",
    "population_count": "bigint", "urbanity_class": "integer",
}  # fmt: skip
PROVINCES = {"municipality_code": "varchar", "province_nl": "varchar"}
BASE = {
    "region_code": "varchar", "region_vintage": "integer", "region_level": "varchar", "indicator_code": "varchar",
    "edition_year": "integer", "period_type": "varchar", "period": "varchar", "period_start_date": "date",
    "period_end_date": "date", "value": "double", "feed": "varchar", "delivery_id": "varchar",
    "is_complete_period": "boolean",
}  # fmt: skip
DICTIONARY = [
    ("people", "sum", None, None, None, "count"),
    ("poor", "sum", None, None, None, "count"),
    ("poor_pct", "weighted_mean", "poor", "people", 100, "pct"),
    ("income", "weighted_mean", None, None, None, "keur"),
]


@dataclass
class Town:
    """Neighbourhoods per year: name, change code, outline (west, south, east, north in hundredths of a degree)."""

    years: dict[int, dict[str, tuple]]
    people: dict[tuple[str, int], float | None] = field(default_factory=dict)
    poor: dict[tuple[str, int], float | None] = field(default_factory=dict)
    has_outlines: bool = True

    def __post_init__(self):
        self.connection = duckdb.connect()
        known = [(code, year, *region) for year, regions in self.years.items() for code, region in regions.items()]
        listed = [(code, year, "neighbourhood", name, "Stad", old, *[None] * 3) for code, year, name, old, _ in known]
        load(self.connection, "int_regions__listed", LISTED, listed)
        load(self.connection, "municipality_provinces", PROVINCES, [("GM0001", "Utrecht")])
        outlines = [
            (code, year, outline_of(ground))
            for year, regions in self.years.items()
            for code, (_, _, ground) in regions.items()
            if ground is not None and self.has_outlines
        ]
        borders = {"region_code": "varchar", "region_vintage": "integer", "geometry": "varchar"}
        load(self.connection, "drawn", borders, outlines)
        self.connection.execute(
            "create table stg_pdok__borders as select *, 'neighbourhood' as region_level, false as is_water from drawn"
        )
        model.model(Dbt(self.connection), self.connection).create("int_regions__overlaps")
        newest = max(self.years)
        load(
            self.connection,
            "stg_cbs__key_figures",
            {"region_code": "varchar", "edition_year": "integer", "population_count": "bigint"},
            [(code, newest, self.people.get((code, newest))) for code in self.years[newest]],
        )
        load(
            self.connection,
            "int_indicators__dictionary",
            {"indicator_code": "varchar", "aggregation": "varchar", "numerator": "varchar", "denominator": "varchar",
             "factor": "integer", "unit": "varchar"},
            DICTIONARY,
        )  # fmt: skip
        figures = [
            (code, year, "neighbourhood", indicator, year, "year", str(year), None, None, value, "cbs", "d", True)
            for indicator, values in (("people", self.people), ("poor", self.poor))
            for (code, year), value in values.items()
        ]
        load(self.connection, "int_indicators__unioned", BASE, figures)
        received = {
            "feed": "varchar",
            "edition_year": "integer",
            "delivery_id": "varchar",
            "released_at": "timestamptz",
        }
        load(self.connection, "stg_maandvers__deliveries", received, [("cbs", newest, "d", "2026-01-01 00:00:00+00")])
        town = "GM" + min(self.years[newest])[2:6]
        models = ("int_regions__vintages", "int_regions__crosswalk", "int_indicators__constant_borders")
        make(self.connection, *models, municipality_code=town)

    def ask(self, query: str) -> list[tuple]:
        return self.connection.execute(query).fetchall()

    def crosswalk(self, year: int) -> dict[tuple[str, str | None], tuple]:
        rows = self.ask(
            "select from_code, to_code, round(weight, 6), change, quality from int_regions__crosswalk"
            f" where from_vintage = {year}"
        )
        return {(old, new): (weight, change, quality) for old, new, weight, change, quality in rows}

    def figures(self, indicator: str, year: int) -> dict[str, tuple]:
        rows = self.ask(
            "select region_code, value, quality from int_indicators__constant_borders"
            f" where indicator_code = '{indicator}' and edition_year = {year}"
        )
        return {code: (value, quality) for code, value, quality in rows}


@dataclass
class Dbt:
    """The arguments that dbt gives a Python model."""

    connection: duckdb.DuckDBPyConnection

    def config(self, **_) -> None: ...

    def ref(self, name: str) -> duckdb.DuckDBPyRelation:
        return self.connection.table(name)


def outline_of(ground) -> str:
    if isinstance(ground, str):
        return ground
    west, south, east, north = ground
    return json.dumps(mapping(box(5 + west / 100, 52 + south / 100, 5 + east / 100, 52 + north / 100)))


A, B, C, D = "BU00010001", "BU00010002", "BU00010003", "BU00010004"
WEST, EAST, WHOLE = (0, 0, 1, 1), (1, 0, 2, 1), (0, 0, 2, 1)
FAR = (5, 5, 6, 6)


def test_what_cbs_calls_unchanged_is_the_same_whatever_the_outlines_say():
    town = Town(
        {
            2024: {A: ("Oud", "1", WEST), B: ("B", "1", EAST)},
            2025: {A: ("Nieuw", "1", (0, 0, 1.3, 1)), B: ("B", "1", EAST)},
        },
        people={(A, 2024): 10, (B, 2024): 20, (A, 2025): 11, (B, 2025): 21},
    )
    assert town.crosswalk(2024) == {(A, A): (1, "renamed", "exact"), (B, B): (1, "unchanged", "exact")}
    assert town.figures("people", 2024) == {A: (10, "exact"), B: (20, "exact")}
    assert town.figures("people", 2025) == {A: (11, "exact"), B: (21, "exact")}


def test_a_merge_adds_up_exactly():
    town = Town(
        {2024: {A: ("A", "1", WEST), B: ("B", "1", EAST)}, 2025: {A: ("A", "3", WHOLE)}},
        people={(A, 2024): 10, (B, 2024): 21, (A, 2025): 30},
        poor={(A, 2024): 1, (B, 2024): None},
    )
    assert town.crosswalk(2024) == {(A, A): (1, "merged", "exact"), (B, A): (1, "merged", "exact")}
    assert town.figures("people", 2024) == {A: (31, "exact")}
    # One part that is not known leaves the whole unknown, and the ratio with it.
    assert town.figures("poor", 2024) == {A: (None, "exact")}
    assert town.figures("poor_pct", 2024) == {A: (None, "exact")}


def test_a_split_is_shared_out_by_people_and_not_by_ground():
    town = Town(
        {2024: {A: ("A", "1", WHOLE)}, 2025: {A: ("A", "3", WEST), B: ("B", "2", EAST)}},
        people={(A, 2024): 101, (A, 2025): 90, (B, 2025): 30},
        poor={(A, 2024): 10},
    )
    assert town.crosswalk(2024) == {(A, A): (0.75, "split", "estimated"), (A, B): (0.25, "split", "estimated")}
    # 75.75 and 25.25 people: whole, and together what they were.
    assert town.figures("people", 2024) == {A: (76, "estimated"), B: (25, "estimated")}
    assert town.figures("poor", 2024) == {A: (8, "estimated"), B: (2, "estimated")}
    (ratio,) = (value for code, (value, _) in town.figures("poor_pct", 2024).items() if code == A)
    assert isclose(ratio, 100 * 8 / 76)
    assert "income" not in {code for (code,) in town.ask("select indicator_code from int_indicators__constant_borders")}


def test_where_nobody_is_known_to_live_ground_counts():
    for people in (0, None):
        town = Town(
            {2024: {A: ("A", "1", (0, 0, 4, 1))}, 2025: {A: ("A", "3", WEST), B: ("B", "2", (1, 0, 4, 1))}},
            people={(A, 2024): 8, (A, 2025): people, (B, 2025): people},
        )
        assert town.figures("people", 2024) == {A: (2, "estimated"), B: (6, "estimated")}


def test_a_border_that_moved_takes_its_people_along():
    town = Town(
        {
            2024: {A: ("A", "1", WEST), B: ("B", "1", EAST)},
            2025: {A: ("A", "3", (0, 0, 1.5, 1)), B: ("B", "3", (1.5, 0, 2, 1))},
        },
        people={(A, 2024): 100, (B, 2024): 100, (A, 2025): 150, (B, 2025): 50},
    )
    assert town.crosswalk(2024) == {
        (A, A): (1, "moved", "exact"), (B, A): (0.5, "moved", "estimated"), (B, B): (0.5, "moved", "estimated"),
    }  # fmt: skip
    assert town.figures("people", 2024) == {A: (150, "estimated"), B: (50, "estimated")}


def test_another_code_for_the_same_ground_is_the_same_neighbourhood():
    town = Town({2024: {A: ("A", "1", WEST)}, 2025: {B: ("A", "2", WEST)}}, people={(A, 2024): 7, (B, 2025): 8})
    assert town.crosswalk(2024) == {(A, B): (1, "renamed", "exact")}
    assert town.figures("people", 2024) == {B: (7, "exact")}


@pytest.mark.parametrize("change", ["2", "3"])
def test_a_code_that_was_reused_is_not_joined_to_its_predecessor(change):
    town = Town(
        {2024: {A: ("A", "1", WEST), B: ("B", "1", EAST)}, 2025: {A: ("Elders", change, FAR), B: ("B", "3", WHOLE)}},
        people={(A, 2024): 10, (B, 2024): 20, (A, 2025): 99, (B, 2025): 30},
    )
    assert town.crosswalk(2024) == {(A, B): (1, "reused", "exact"), (B, B): (1, "merged", "exact")}
    assert town.figures("people", 2024) == {A: (None, "not_converted"), B: (30, "exact")}


def test_a_sliver_is_no_change():
    town = Town(
        {
            2024: {A: ("A", "1", WEST), B: ("B", "1", EAST)},
            2025: {A: ("A", "3", (0, 0, 1.09, 1)), B: ("B", "3", (1.09, 0, 2, 1))},
        },
        people={(A, 2024): 10, (B, 2024): 20, (A, 2025): 10, (B, 2025): 20},
    )
    assert town.crosswalk(2024) == {(A, A): (1, "unchanged", "exact"), (B, B): (1, "unchanged", "exact")}


def test_without_outlines_only_what_cbs_calls_unchanged_is_converted_and_the_rest_says_so():
    town = Town(
        {
            2024: {A: ("A", "1", WEST), B: ("B", "1", EAST)},
            2025: {A: ("A", "1", WEST), B: ("B", "3", EAST), C: ("C", "2", FAR)},
        },
        people={(A, 2024): 10, (B, 2024): 20, (A, 2025): 10, (B, 2025): 20, (C, 2025): 5},
        has_outlines=False,
    )
    assert town.crosswalk(2024) == {(A, A): (1, "unchanged", "exact"), (B, None): (None, "unknown", "not_converted")}
    assert town.figures("people", 2024) == {
        A: (10, "exact"), B: (None, "not_converted"), C: (None, "not_converted"),
    }  # fmt: skip


def test_over_a_year_that_is_not_held_an_equal_code_and_name_are_taken_for_the_same():
    regions = {A: ("A", "1", None), B: ("B", "1", None), C: ("C", "1", None)}
    later = {A: ("A", "1", None), B: ("Anders", "1", None), C: ("C", "3", None)}
    town = Town({2022: regions, 2025: later}, people={(code, 2022): 10 for code in regions})
    assert town.crosswalk(2022) == {
        (A, A): (1, "unchanged", "assumed"),
        (B, None): (None, "unknown", "not_converted"),
        (C, None): (None, "unknown", "not_converted"),
    }
    assert town.figures("people", 2022)[A] == (10, "assumed")


def test_a_year_without_outlines_borrows_those_of_the_first_year_until_which_nothing_changed():
    undrawn, drawn = ({A: ("A", "1", west), B: ("B", "1", east)} for west, east in ((None, None), (WEST, EAST)))
    newest = {A: ("A", "3", (0, 0, 1.5, 1)), B: ("B", "3", (1.5, 0, 2, 1))}
    people = {(A, 2022): 80, (B, 2022): 60, (A, 2024): 100, (B, 2024): 100, (A, 2025): 150, (B, 2025): 50}
    town = Town({2022: undrawn, 2023: undrawn, 2024: drawn, 2025: newest}, people=people)
    assert town.crosswalk(2022) == town.crosswalk(2023) == town.crosswalk(2024)
    assert town.figures("people", 2022) == {A: (110, "estimated"), B: (30, "estimated")}


def test_of_a_year_without_outlines_only_a_whole_neighbourhood_is_converted():
    """C is another one since 2023, so the rest of the newest neighbourhood is unknown for the year before."""
    undrawn, drawn = {A: ("A", "1", None), C: ("C", "1", None)}, {A: ("A", "1", WEST), B: ("B", "2", EAST)}
    people = {(A, 2022): 10, (C, 2022): 20, (A, 2023): 10, (B, 2023): 20, (A, 2025): 30}
    town = Town({2022: undrawn, 2023: drawn, 2025: {A: ("A", "3", WHOLE)}}, people=people)
    assert town.figures("people", 2023) == {A: (30, "exact")}
    assert town.crosswalk(2022)[A, A] == (1, "moved", "not_converted")
    assert town.figures("people", 2022) == {A: (None, "not_converted")}


def test_a_neighbourhood_that_went_to_a_municipality_that_is_not_held_is_not_converted():
    town = Town(
        {2024: {A: ("A", "1", WEST), B: ("B", "1", FAR)}, 2025: {A: ("A", "3", WEST)}},
        people={(A, 2024): 10, (B, 2024): 20, (A, 2025): 10},
    )
    assert town.crosswalk(2024)[B, None] == (None, "unknown", "not_converted")
    assert town.figures("people", 2024) == {A: (10, "exact")}


def test_a_village_that_joined_from_another_municipality_is_counted_in_and_others_stay_out():
    village, elsewhere = "BU00020001", "BU00030001"
    town = Town(
        {
            2024: {A: ("A", "1", WEST), village: ("V", "1", EAST), elsewhere: ("E", "1", FAR)},
            2025: {A: ("A", "3", WHOLE), elsewhere: ("E", "1", FAR)},
        },
        people={(A, 2024): 10, (village, 2024): 5, (elsewhere, 2024): 7, (A, 2025): 15, (elsewhere, 2025): 7},
    )
    assert town.figures("people", 2024) == {A: (15, "exact")}


def strips(cuts: list[float], codes: list[str]) -> dict[str, tuple]:
    """A town one degree hundredth high and ten long, cut from south to north."""
    edges = [0, *cuts, 10]
    return {code: (code, "3", (west, 0, east, 1)) for code, west, east in zip(codes, edges, edges[1:], strict=False)}


CUTS = st.lists(st.integers(1, 19).map(lambda half: half / 2), max_size=5, unique=True).map(sorted)
COUNTS = st.lists(st.integers(0, 5000), min_size=6, max_size=6)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(before=CUTS, after=CUTS, old_people=COUNTS, new_people=COUNTS)
def test_weights_add_up_to_1_and_totals_stay_whole_whatever_moves(before, after, old_people, new_people):
    codes = [f"BU000100{number:02}" for number in range(6)]
    old, new = strips(before, codes), strips(after, codes)
    people = {(code, 2024): count for code, count in zip(old, old_people, strict=False)}
    people |= {(code, 2025): count for code, count in zip(new, new_people, strict=False)}
    town = Town({2024: old, 2025: new}, people=people)
    weights = town.ask("select sum(weight) from int_regions__crosswalk group by from_code, from_vintage")
    assert all(isclose(weight, 1) for (weight,) in weights)
    converted = [value for value, _ in town.figures("people", 2024).values() if value is not None]
    assert all(value == int(value) for value in converted)
    assert sum(converted) == sum(people[code, 2024] for code in old)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(cuts=CUTS, counts=COUNTS)
def test_there_and_back_again_gives_what_it_was(cuts, counts):
    """Split and merged again: every total comes back; merged and split again by the same people: every part does."""
    codes = [f"BU000100{number:02}" for number in range(6)]
    parts, whole = strips(cuts, codes), strips([], ["BU00010099"])
    total = sum(counts[: len(parts)])
    people = {(code, 2025): count for code, count in zip(parts, counts, strict=False)}
    split = Town({2024: whole, 2025: parts}, people={**people, ("BU00010099", 2024): total})
    there = {code: value for code, (value, _) in split.figures("people", 2024).items()}
    if total:
        assert there == {code: count for (code, _), count in people.items()}
    merged = Town(
        {2024: parts, 2025: whole},
        people={**{(code, 2024): value for code, value in there.items()}, ("BU00010099", 2025): total},
    )
    assert merged.figures("people", 2024) == {"BU00010099": (total, "exact")}


# Real ground


def waalwijk(change: str = "3", moved: float = 0) -> dict[str, tuple]:
    """The 23 neighbourhoods of Waalwijk, drawn on another grid of about 22 m when ``moved``."""
    found = {}
    for feature in features(NEIGHBOURHOODS):
        outline = shape(feature["geometry"])
        if moved:
            outline = set_precision(affinity.translate(outline, moved, moved), 0.0003, mode="valid_output")
        place = feature["properties"]
        found[place["buurtcode"]] = (place["buurtnaam"], change, json.dumps(mapping(outline)))
    return found


@needs_real_data
def test_real_outlines_drawn_anew_are_the_same_neighbourhoods():
    town = Town({2023: waalwijk(), 2024: waalwijk(moved=0.0001)})
    found = town.crosswalk(2023)
    assert len(found) == 23
    assert set(found.values()) == {(1, "unchanged", "exact")}


@needs_real_data
def test_the_23_neighbourhoods_of_waalwijk_are_unchanged_from_2017_to_2024():
    codes_2017 = REAL / "cbs_83765NED_v4_meta/cbs.v4.83765NED_WijkenEnBuurtenCodes.parquet"
    codes_2020 = REAL / "cbs_84799NED_v3/cbs.v3.84799NED_WijkenEnBuurten.parquet"
    by_year = {}
    for year, file, code, change in ((2017, codes_2017, "Identifier", None), (2020, codes_2020, "Key", "1")):
        rows = duckdb.sql(f"select trim({code}), trim(Title) from '{file}' where {code} like 'BU0867%'").fetchall()
        by_year[year] = {region: (name, change, None) for region, name in rows}
    town = Town({**by_year, 2024: {code: (name, None, ground) for code, (name, _, ground) in waalwijk().items()}})
    for year in (2017, 2020):
        found = town.crosswalk(year)
        assert {old for old, _ in found} == set(waalwijk())
        assert all(old == new and change == "unchanged" for (old, new), (_, change, _) in found.items())


@needs_real_data
def test_a_real_merge_and_split_keep_every_total():
    old = waalwijk()
    first, second = sorted(old)[:2]
    merged = shape(json.loads(old[first][2])).union(shape(json.loads(old[second][2])))
    new = {code: place for code, place in old.items() if code != second}
    new[first] = (new[first][0], "3", json.dumps(mapping(merged)))
    people = {(code, 2023): 101 + number for number, code in enumerate(sorted(old))}
    people |= {(code, 2024): 100 for code in new}
    town = Town({2023: old, 2024: new}, people=people)
    figures = town.figures("people", 2023)
    assert figures[first] == (101 + 102, "exact")
    assert sum(value for value, _ in figures.values()) == sum(people[code, 2023] for code in old)
    back = Town(
        {2023: new, 2024: old},
        people={**{(code, 2023): value for code, (value, _) in figures.items()}, **{(c, 2024): 100 for c in old}},
    ).figures("people", 2023)
    assert back[first][0] + back[second][0] == 203
    assert sum(value for value, _ in back.values()) == sum(people[code, 2023] for code in old)
