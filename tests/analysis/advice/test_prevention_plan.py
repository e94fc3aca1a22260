from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from dagster_project.analysis.advice.plan_alternatives import TOLERANCE, near_optimal_plans
from dagster_project.analysis.advice.plan_stability import plan_stability
from dagster_project.analysis.advice.prevention_plan import (
    GAP,
    NoPlanError,
    PreventionPlan,
    PreventionProblem,
    best_plan,
    per_head_plan,
)
from dagster_project.analysis.advice.start_waves import start_waves


def problem(
    seed: int, regions: int = 12, options: int = 3, districts: int = 3, floor: float = 0.5
) -> PreventionProblem:
    generator = np.random.default_rng(seed)
    return PreventionProblem(
        need=generator.uniform(20, 150, regions),
        inhabitants=generator.uniform(500, 3000, regions),
        district=np.arange(regions) * districts // regions,
        effect=generator.uniform(0.03, 0.15, options),
        reach=generator.uniform(10, 80, options),
        cost=np.round(generator.uniform(8_000, 30_000, options)),
        most_doses=np.full(options, 3),
        budget=250_000.0,
        floor=floor,
    )


def best_by_trying_all(of: PreventionProblem) -> float:
    """Care avoided by the best plan; per region the best spread of doses over options is found first."""
    regions, options = of.shape
    best = -1.0
    choices = list(product(*[range(int(most) + 1) for most in of.most_doses]))
    for doses in product(choices, repeat=regions):
        counts = np.array(doses)
        plan = PreventionPlan(counts, np.zeros(counts.shape))
        money = plan.money(of)
        if money.sum() > of.budget or (money < of.floor * of.per_head()).any():
            continue
        avoided = 0.0
        for region in range(regions):
            left = of.need[region]
            # The option that helps most reaches first.
            for option in np.argsort(-of.effect):
                reached = min(left, counts[region, option] * of.reach[option])
                left -= reached
                avoided += reached * of.effect[option]
        best = max(best, avoided)
    assert options
    return best


def assert_allowed(plan: PreventionPlan, of: PreventionProblem) -> None:
    assert plan.money(of).sum() <= of.budget * (1 + 1e-9)
    assert (plan.doses <= of.most_doses).all()
    assert (plan.reached <= plan.doses * of.reach + 1e-6).all()
    assert (plan.reached.sum(axis=1) <= of.need + 1e-6).all()


@pytest.mark.parametrize("seed", range(4))
def test_the_best_plan_is_that_of_trying_all(seed):
    small = replace(
        problem(seed, regions=3, options=2, districts=2, floor=0.3), budget=90_000.0, most_doses=np.array([2, 2])
    )
    plan = best_plan(small)
    assert_allowed(plan, small)
    assert (plan.money(small) >= 0.3 * small.per_head()).all()
    assert plan.avoided(small.effect) == pytest.approx(best_by_trying_all(small), rel=2 * GAP)


@pytest.mark.parametrize("seed", range(3))
def test_each_district_gets_its_floor_and_a_lower_floor_never_avoids_less(seed):
    avoided = []
    for floor in (0.0, 0.5, 0.8):
        asked = problem(seed, floor=floor)
        plan = best_plan(asked)
        assert_allowed(plan, asked)
        assert (plan.money(asked) >= floor * asked.per_head() - 1e-6).all()
        avoided.append(plan.avoided(asked.effect))
    assert avoided[0] * (1 + GAP) >= avoided[1]
    assert avoided[1] * (1 + GAP) >= avoided[2]


def test_a_floor_that_whole_doses_cannot_meet_is_refused():
    asked = replace(problem(1), budget=30_000.0, floor=1.0)
    with pytest.raises(NoPlanError, match=r"^floor_exceeds_budget$"):
        best_plan(asked)


@pytest.mark.parametrize("seed", range(3))
def test_near_optimal_plans_are_as_good_and_differ(seed):
    asked = problem(seed)
    plans = near_optimal_plans(asked)
    assert len(plans) >= 3
    best = best_plan(asked).avoided(asked.effect)
    for number, plan in enumerate(plans):
        assert_allowed(plan, asked)
        assert plan.avoided(asked.effect) >= best * (1 - TOLERANCE) * (1 - 1e-6)
        assert all((plan.doses != other.doses).any() for other in plans[:number])
    used = [plan.doses > 0 for plan in plans]
    assert min((used[0] & other).sum() for other in used[1:]) < used[0].sum()


def test_a_plan_without_alternatives_is_alone():
    """One region, one option: nothing else to spend on."""
    asked = replace(problem(1, regions=1, options=1, districts=1), most_doses=np.array([1]), floor=0.0)
    assert len(near_optimal_plans(asked)) == 1


def test_the_plan_per_head_gives_each_district_its_share():
    asked = replace(problem(2), most_doses=np.full(3, 50), need=np.full(12, 5_000.0))
    plan = per_head_plan(asked)
    np.testing.assert_allclose(plan.money(asked), asked.per_head(), rtol=1e-6)
    assert (
        plan.avoided(asked.effect) <= best_plan(replace(asked, floor=0.0), is_whole=False).avoided(asked.effect) * 1.001
    )


def test_what_is_chosen_is_stable_only_as_far_as_effects_are_known():
    asked = problem(3)
    known = plan_stability(asked, asked.effect * 0.001, np.zeros(12), np.random.default_rng(1))
    unknown = plan_stability(asked, asked.effect * 0.5, np.full(12, 0.1), np.random.default_rng(1))
    assert ((known.chosen > 0.95) | (known.chosen < 0.05)).all()
    assert ((unknown.chosen > 0.05) & (unknown.chosen < 0.95)).mean() > 0.2
    assert known.money.std(axis=0).max() < 0.2 * unknown.money.std(axis=0).max()
    assert (unknown.effects >= 0).all()


def test_of_two_neighbours_in_need_the_lot_says_who_starts_first():
    need = np.array([90.0, 10.0, 80.0, 50.0, 30.0, 70.0, 20.0])
    chosen = np.array([True, True, True, False, True, True, True])
    waves = start_waves(need, chosen, np.random.default_rng(1))
    assert waves[3] == 0
    for pair in ((0, 2), (5, 4), (6, 1)):
        assert sorted(waves[list(pair)]) == [1, 2]
    firsts = [start_waves(need, chosen, np.random.default_rng(seed))[0] == 1 for seed in range(200)]
    assert 0.4 < np.mean(firsts) < 0.6
