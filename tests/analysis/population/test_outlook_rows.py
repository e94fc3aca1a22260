"""Rows in and out, of a world of ten years of editions with two districts and one kind of care."""

from collections import defaultdict
from itertools import pairwise

import numpy as np
import pytest

from dagster_project.analysis.population.age_bands import GROUP_STARTS
from dagster_project.analysis.population.outlook_rows import outlook_rows

from .simulated_world import World, simulated_world

NEIGHBOURHOODS, LAST = 12, 2014
OWN, CARE = "GM9999", "care_count"
BOUNDS = [*GROUP_STARTS, 100]
RATES = np.array([0.02, 0.02, 0.02, 0.02, 0.14])
WORLD = simulated_world(seed=4, neighbourhoods=NEIGHBOURHOODS)
PLACES = [f"BU9999{number // 6:02}{number % 6:02}" for number in range(NEIGHBOURHOODS)]
MEMBERS = [(place, "neighbourhood", place) for place in PLACES] + [
    ("WK" + place[2:8], "district", place) for place in PLACES
]


def figures(first: int = 2003, last: int = LAST, care_last: int = LAST - 1, world: World = WORLD) -> list[tuple]:
    """Inputs as the model reads them: five ages, all ages, dwellings and users of care."""
    rows = []
    for number, year in enumerate(world.years):
        if not first <= year <= last:
            continue
        groups = world.groups()[number]
        users = np.random.default_rng(number).poisson(groups @ RATES)
        columns = [
            (f"age_{start}", "age", f"{start} {end}", groups[:, place])
            for place, (start, end) in enumerate(pairwise(BOUNDS))
        ]
        columns += [
            ("all_ages", "total", "0 100", groups.sum(axis=1)),
            ("dwelling_count", "dwellings", None, world.dwellings[number]),
        ]
        if year <= care_last:
            columns.append((CARE, "care", "0 65 100", users))
        for code, role, ages, values in columns:
            rows.append((OWN, "municipality", code, role, ages, year, float(values.sum())))
            rows += [
                (place, "neighbourhood", code, role, ages, year, float(value))
                for place, value in zip(PLACES, values, strict=True)
            ]
    return rows


def outlook(inputs: list[tuple], assumptions: list[tuple] = (), housing: list[tuple] = ()) -> list[tuple]:
    return outlook_rows(inputs, [], MEMBERS, assumptions, housing)


@pytest.fixture(scope="module")
def rows() -> list[tuple]:
    return outlook(figures())


def test_every_figure_has_a_row_per_year_up_to_fifteen(rows):
    latest = [row for row in rows if row[6]]
    assert {row[3] for row in latest} == {"rates_held", "trend"}
    assert {row[4] for row in latest} == {LAST}
    assert {row[5] for row in latest} == set(range(LAST + 1, LAST + 16))
    regions = NEIGHBOURHOODS + 2 + 1
    assert len(latest) == 2 * 15 * regions * (len(GROUP_STARTS) + 2)
    assert all(row[13] is None for row in latest)


def test_levels_and_ages_add_up(rows):
    sums: dict[tuple, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for region, level, code, scenario, _, year, is_latest, mean, *_ in rows:
        if is_latest:
            sums[(code, scenario, year)][level] += mean
            if code.startswith("age_"):
                sums[("all_ages", scenario, year)]["of_ages_" + level] += mean
            assert region.startswith({"neighbourhood": "BU", "district": "WK", "municipality": "GM"}[level])
    for levels in sums.values():
        assert levels["district"] == pytest.approx(levels["neighbourhood"], abs=0.1)
        # A neighbourhood's ages are rounded to fives, and so do not add up to the rounded municipality.
        assert levels["municipality"] == pytest.approx(levels["district"], rel=0.01)
        if "of_ages_district" in levels:
            assert levels["of_ages_district"] == pytest.approx(levels["district"], abs=0.1)


def test_earlier_editions_are_projected_without_what_came_later(rows):
    tests = [row for row in rows if not row[6] and row[4] == 2010 and row[5] == 2011]
    assert tests
    assert all(row[13] is not None for row in tests)
    changed = [(*row[:6], row[6] * 3 if row[5] > 2010 else row[6]) for row in figures()]
    again = {row[:6]: row[7] for row in outlook(changed) if not row[6]}
    assert {row[:6]: row[7] for row in tests} == {row[:6]: again[row[:6]] for row in tests}


def test_what_is_not_published_is_not_projected_and_counts_in_its_district(rows):
    secret = PLACES[3]
    shown = [row for row in figures() if (row[0], row[2], row[5]) != (secret, CARE, LAST - 1)]
    found = outlook(shown)
    assert [row for row in found if row[0] == secret and row[2] == CARE and row[6]] == []
    assert [row for row in found if row[0] == secret and row[2] == "age_65" and row[6]]
    district = {row[:6]: row[7] for row in found if row[0] == "WK999900" and row[2] == CARE and row[6]}
    whole = {row[:6]: row[7] for row in rows if row[0] == "WK999900" and row[2] == CARE and row[6]}
    assert district.keys() == whole.keys()
    assert all(district[key] == pytest.approx(whole[key], rel=0.1) for key in whole)


def test_a_secret_figure_changes_no_projection():
    """A figure that is not in the input is in no output: what the neighbourhood has is what its municipality says."""
    shown = [row for row in figures() if row[0] != PLACES[3] or row[2] != CARE]
    assert outlook(shown) == outlook(list(reversed(shown)))


def test_a_policy_is_a_scenario_only_where_one_is_stated():
    stated = [("policy", "rate_change_pct", CARE, 2020, -20.0)]
    rows = {(row[3], row[0], row[2], row[5]): row[7] for row in outlook(figures(), stated) if row[6]}
    for year in (2020, 2025):
        assert rows[("policy", OWN, CARE, year)] == pytest.approx(0.8 * rows[("rates_held", OWN, CARE, year)], abs=0.01)
    assert rows[("policy", OWN, "age_65", 2020)] == rows[("rates_held", OWN, "age_65", 2020)]


def test_plans_that_are_not_decided_count_in_the_policy_alone():
    undecided = {row[:6]: row[7] for row in outlook(figures(), housing=[(PLACES[0], 2018, 300.0, 2.0, False)])}
    decided = {row[:6]: row[7] for row in outlook(figures(), housing=[(PLACES[0], 2018, 300.0, 2.0, True)])}
    at = (PLACES[0], "neighbourhood", "all_ages")
    assert undecided[(*at, "policy", LAST, 2019)] > undecided[(*at, "rates_held", LAST, 2019)] + 400
    assert decided[(*at, "rates_held", LAST, 2019)] == undecided[(*at, "policy", LAST, 2019)]


def test_a_total_of_another_forecaster_is_the_control():
    rows = {row[:6]: row[7] for row in outlook(figures(), [(None, "control_total", None, 2024, 20_000.0)])}
    for scenario in ("rates_held", "trend"):
        assert rows[(OWN, "municipality", "all_ages", scenario, LAST, 2024)] == pytest.approx(20_000)


def test_bands_hold_the_population_that_came_as_often_as_they_say():
    """Of five worlds, up to fifteen years on; the municipality is one region, of which few errors are known."""
    covered: dict[tuple[str, int], list[bool]] = defaultdict(list)
    for seed in range(10, 15):
        world = simulated_world(seed, neighbourhoods=NEIGHBOURHOODS)
        truth = {}
        for region, level, code, _, _, year, value in figures(2003, 2033, 0, world):
            truth[(region, code, year)] = value
            if level == "neighbourhood":
                district = ("WK" + region[2:8], code, year)
                truth[district] = truth.get(district, 0) + value
        for region, level, code, scenario, origin, year, is_latest, _, lower, _, _, upper, *_ in outlook(
            figures(2006, 2018, 0, world)
        ):
            if is_latest and scenario == "rates_held" and year - origin in (1, 5, 10, 15):
                covered[(level, year - origin)].append(lower <= truth[(region, code, year)] <= upper)
    shares = {key: float(np.mean(hits)) for key, hits in covered.items()}
    assert all(0.74 <= share <= 0.88 for (level, _), share in shares.items() if level == "neighbourhood"), shares
    assert all(share >= 0.6 for share in shares.values()), shares


def test_first_editions_of_neighbourhoods_are_projected_and_marked():
    """Neighbourhoods are known since 2007; which cohorts they had before is known of the municipality alone."""
    shown = [row for row in figures() if row[1] == "municipality" or row[5] >= 2007]
    found = outlook(shown)
    own = {row[4]: row[14] for row in found}
    assert {origin for origin, is_own in own.items() if not is_own} == {2008, 2009, 2010, 2011}
    first = [row for row in found if row[4] == 2008]
    assert {row[5] for row in first} == set(range(2009, LAST + 1))
    assert {row[1] for row in first} == {"neighbourhood", "district", "municipality"}
    assert all(row[12] is not None and row[13] is not None for row in first)


@pytest.mark.parametrize("first", [2010, 2009])
def test_too_few_editions_give_no_rows(first):
    """Not two that are five years apart, or none from which a projection could be compared with the truth."""
    assert outlook(figures(first=first)) == []


def test_without_figures_of_the_municipality_there_are_no_rows():
    assert outlook([row for row in figures() if row[0] != OWN]) == []
    assert outlook([row for row in figures() if row[2] != "age_65"]) == []
    assert outlook([]) == []
