"""Persons of 80 and older of a municipality, of which cohorts are known, and care by their rates."""

from dataclasses import replace

import numpy as np
import pytest

from dagster_project.analysis.population.outlook_rows import outlook_rows
from dagster_project.analysis.population.population_outlook import (
    PopulationHistory,
    project_population,
    with_oldest,
)

from .simulated_world import World, simulated_world
from .test_outlook_rows import CARE, MEMBERS, OWN, WORLD, figures

# One region gives few errors to make bands from: of these years enough.
ORIGIN = LAST = 2018
OLDEST = "oldest_count"


def oldest_of(world: World) -> np.ndarray:
    return world.persons[..., 80:].sum(axis=(1, 2)).astype(float)


def history_of(world: World, until: int = ORIGIN) -> PopulationHistory:
    history = world.history(until)
    return replace(history, oldest=oldest_of(world)[: len(history.years)] / history.municipality[:, -1])


def figures_with_oldest(care_ages: str = "0 65 80 100", first_known: int = 2003) -> list[tuple]:
    """The figures, with persons of 80 and older of the municipality, and care by their rates."""
    rows = [(*row[:4], care_ages, *row[5:]) if row[3] == "care" else row for row in known_figures()]
    return rows + [
        (OWN, "municipality", OLDEST, "oldest", "80 100", year, value)
        for year, value in zip(WORLD.years, oldest_of(WORLD), strict=True)
        if first_known <= year <= LAST
    ]


def known_figures() -> list[tuple]:
    return figures(last=LAST, care_last=LAST - 1)


def outlook(inputs: list[tuple], peers: list[tuple] = (), assumptions: list[tuple] = ()) -> list[tuple]:
    return outlook_rows(inputs, peers, MEMBERS, assumptions, [])


@pytest.fixture(scope="module")
def rows() -> list[tuple]:
    return outlook(figures_with_oldest())


@pytest.fixture(scope="module")
def without() -> list[tuple]:
    return outlook(known_figures())


@pytest.mark.parametrize(("years", "part"), [(5, 0.95), (10, 0.85), (15, 0.65)])
def test_cohorts_say_more_than_the_share_of_today(years, part):
    """Six worlds: the number that came, beside that of the projection and of an unchanged share of 65 and older."""
    errors = []
    for seed in range(6):
        world = simulated_world(seed)
        history = history_of(world)
        outlook = project_population(history, ORIGIN)
        truth, older = oldest_of(world)[history.years.index(ORIGIN) + years], outlook.municipality[years - 1, -1]
        shares = (outlook.oldest[years - 1], history.oldest[-1])
        errors.append([abs(share * older - truth) / truth for share in shares])
    own, unchanged = np.mean(errors, axis=0)
    assert own < 0.06
    assert own < part * unchanged


def test_the_oldest_are_part_of_those_of_65_and_older(rows):
    found = {(row[2], row[3], row[4], row[5]): row[7] for row in rows if row[1] == "municipality"}
    oldest = {key[1:]: value for key, value in found.items() if key[0] == OLDEST}
    assert len([key for key in oldest if key[1] == LAST]) == 2 * 15
    assert all(0 < value < found[("age_65", *key)] for key, value in oldest.items())


def test_only_the_municipality_has_them(rows):
    assert {row[:2] for row in rows if row[2] == OLDEST} == {(OWN, "municipality")}


def test_every_other_number_of_persons_stays_as_it_is_without_them(rows, without):
    def persons(found):
        return [row for row in found if row[2] not in (OLDEST, CARE)]

    assert persons(rows) == persons(without)


def test_earlier_editions_know_nothing_of_later_numbers(rows):
    early = [row for row in rows if row[2] == OLDEST and row[4] == 2014]
    assert early
    changed = [
        (*row[:6], row[6] * 2 if row[2] == OLDEST and row[5] > 2014 else row[6]) for row in figures_with_oldest()
    ]
    again = {row[:6]: row[7] for row in outlook(changed)}
    assert {row[:6]: row[7] for row in early} == {row[:6]: again[row[:6]] for row in early}


def test_a_total_of_another_forecaster_counts_for_them_too(rows):
    def found(of):
        return next(row[7] for row in of if row[2:6] == (OLDEST, "rates_held", LAST, 2028))

    inhabitants = next(row[7] for row in rows if row[1:6] == ("municipality", "all_ages", "rates_held", LAST, 2028))
    more = outlook(figures_with_oldest(), assumptions=[(None, "control_total", None, 2028, 1.1 * inhabitants)])
    assert found(more) == pytest.approx(1.1 * found(rows), rel=1e-3)


def peers_whose_oldest_use_care(places: int = 200) -> list[tuple]:
    """Municipalities of which persons of 80 and older alone use care, half of them."""
    generator = np.random.default_rng(1)
    found = []
    for number in range(places):
        region, groups = f"GM{number:04}", generator.uniform(1000, 5000, 5).round()
        oldest = round(groups[-1] * generator.uniform(0.1, 0.5))
        values = [(f"age_{start}", "age", f"{start} {end}", value) for start, end, value in zip(
            (0, 15, 25, 45, 65), (15, 25, 45, 65, 100), groups, strict=True)]  # fmt: skip
        values += [(OLDEST, "oldest", "80 100", oldest), (CARE, "care", "0 65 80 100", 0.5 * oldest)]
        found += [(region, code, role, ages, LAST - 1, float(value)) for code, role, ages, value in values]
    return found


def test_care_of_the_oldest_grows_with_them():
    """With rates of 65 and older alone it grows as slowly as those."""
    peers = peers_whose_oldest_use_care()

    def growth(found, code):
        own = {row[5]: row[7] for row in found if row[:4] == (OWN, "municipality", code, "rates_held") and row[6]}
        return own[LAST + 15] / own[LAST + 1]

    by_oldest = outlook(figures_with_oldest(), peers)
    by_older = outlook(figures_with_oldest(care_ages="0 65 100"), peers)
    assert abs(growth(by_oldest, CARE) - growth(by_oldest, OLDEST)) < abs(
        growth(by_older, CARE) - growth(by_oldest, OLDEST)
    )


def test_without_their_first_years_care_is_by_65_and_older(without):
    """Those are needed to know how cohorts change: nothing is missing but their own figure."""
    found = outlook(figures_with_oldest(first_known=2006))
    assert {row[2] for row in found} == {row[2] for row in without}
    two = {row[:6]: row[7] for row in without if row[6]}
    assert all(row[7] == pytest.approx(two[row[:6]], rel=0.02) for row in found if row[6])


def test_a_year_that_is_not_published_yet_has_the_share_of_the_year_before():
    known = figures_with_oldest()
    found = outlook([row for row in known if (row[2], row[5]) != (OLDEST, LAST)])
    assert {row[5] for row in found if row[2] == OLDEST and row[6]} == set(range(LAST + 1, LAST + 16))


def test_groups_with_the_oldest_add_up_to_those_without():
    groups = np.array([[[10.0, 20, 30, 40, 50]], [[1, 2, 3, 4, 0]]])
    np.testing.assert_allclose(with_oldest(groups, np.array([0.2, 0.5]))[0, 0], [10, 20, 30, 40, 40, 10])
    np.testing.assert_allclose(with_oldest(groups, None)[..., -1], 0)
    np.testing.assert_allclose(with_oldest(groups, np.array([0.2, 0.5])).sum(axis=-1), groups.sum(axis=-1))


def test_a_place_without_anyone_of_65_and_older_breaks_nothing():
    rows = [(*row[:6], 0.0 if row[2] in ("age_65", OLDEST) else row[6]) for row in figures_with_oldest()]
    found = outlook(rows)
    assert all(np.isfinite(row[7]) for row in found)
    assert {row[7] for row in found if row[2] == OLDEST} == {0.0}
