"""Rows of one prevention plan: near-optimal spreads, the one per head, ranges, losers and who starts first."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zlib import crc32

from dagster_project.analysis.advice.plan_alternatives import near_optimal_plans
from dagster_project.analysis.advice.plan_stability import PlanStability, plan_stability
from dagster_project.analysis.advice.prevention_plan import (
    NoPlanError,
    PreventionPlan,
    PreventionProblem,
    per_head_plan,
)
from dagster_project.analysis.advice.start_waves import start_waves

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

PER_HEAD, ALL_OPTIONS = "per_head", "all"
# Standard error as a part of the effect, where none is given.
UNKNOWN_ERROR = 0.5
RANGE = (10, 90)
DECIMALS = 2

# plan, budget, floor in per cent, neighbourhood, district, municipality, need, spread of its logarithm, inhabitants
Need = tuple[str, float, float, str, str, str, float, float, float]
# plan, option, effect in per cent, its standard error, persons reached, cost, most doses
Option = tuple[str, str, float, float | None, float, float, int]
# plan, alternative, region, level, option, doses, cost, its range, cost per head, avoided, its range, share of the
# draws in per cent, wave, loser
Spread = tuple[
    str, str, str, str, str, float | None, float, float | None, float | None, float | None,
    float, float, float, float | None, int | None, bool | None,
]  # fmt: skip


@dataclass(frozen=True)
class _Advice:
    """A problem with the names of its regions, districts and options, and what is not known of it."""

    plan: str
    regions: tuple[str, ...]
    districts: tuple[str, ...]
    municipality: str
    options: tuple[str, ...]
    problem: PreventionProblem
    stability: PlanStability


def advice_rows(needs: Sequence[Need], options: Sequence[Option]) -> list[Spread]:
    """Rows of one plan by neighbourhood and option, and totals by district and for the municipality.

    None where there is no plan: nothing to choose from, or whole doses for the floors cost more than the budget.
    The same inputs give the same rows: the draws are seeded with the plan's code.
    """
    from numpy import array
    from numpy.random import default_rng

    if not needs or not options:
        return []
    plan, budget, floor = needs[0][:3]
    districts = sorted({need[4] for need in needs})
    problem = PreventionProblem(
        need=array([need[6] for need in needs]),
        inhabitants=array([need[8] for need in needs]),
        district=array([districts.index(need[4]) for need in needs]),
        effect=array([option[2] / 100 for option in options]),
        reach=array([option[4] for option in options]),
        cost=array([option[5] for option in options]),
        most_doses=array([option[6] for option in options]),
        budget=budget,
        floor=floor / 100,
    )
    errors = array([(option[2] * UNKNOWN_ERROR if option[3] is None else option[3]) / 100 for option in options])
    generator = default_rng(crc32(plan.encode()))
    try:
        plans = sorted(near_optimal_plans(problem), key=lambda one: one.doses.tolist())
        stability = plan_stability(problem, errors, array([need[7] for need in needs]), generator)
    except NoPlanError:
        return []
    advice = _Advice(
        plan=plan,
        regions=tuple(need[3] for need in needs),
        districts=tuple(districts),
        municipality=needs[0][5],
        options=tuple(option[1] for option in options),
        problem=problem,
        stability=stability,
    )
    is_ever_chosen = array([one.doses for one in plans]).sum(axis=(0, 2)) > 0
    waves = start_waves(problem.need, is_ever_chosen, generator)
    # Letters, since none of them is the best.
    named = {chr(ord("A") + number): one for number, one in enumerate(plans)}
    rows = [row for name, one in named.items() for row in _by_region(advice, name, one, waves.tolist())]
    for name, one in {**named, PER_HEAD: per_head_plan(problem)}.items():
        rows += _totals(advice, name, one)
    return rows


def _by_region(advice: _Advice, name: str, plan: PreventionPlan, waves: Sequence[int]) -> Iterator[Spread]:
    for place, region in enumerate(advice.regions):
        for number, option in enumerate(advice.options):
            doses, reached = float(plan.doses[place, number]), plan.reached[place, number]
            if doses == 0:
                continue
            lower, upper = _range(reached * advice.stability.effects[:, number])
            yield (
                *(advice.plan, name, region, "neighbourhood", option, doses),
                *(round(float(doses * advice.problem.cost[number]), DECIMALS), None, None, None),
                *(round(float(reached * advice.problem.effect[number]), DECIMALS), lower, upper),
                *(round(100 * float(advice.stability.chosen[place, number]), DECIMALS), waves[place], None),
            )


def _totals(advice: _Advice, name: str, plan: PreventionPlan) -> Iterator[Spread]:
    problem, stability = advice.problem, advice.stability
    money, per_head = plan.money(problem), problem.per_head()
    for number, district in enumerate(advice.districts):
        reached = plan.reached[problem.district == number].sum(axis=0)
        lower, upper = _range(stability.effects @ reached)
        least, most = _range(stability.money[:, number])
        cost, share = round(float(money[number]), DECIMALS), round(float(per_head[number]), DECIMALS)
        yield (
            *(advice.plan, name, district, "district", ALL_OPTIONS, None, cost, least, most, share),
            *(round(float(reached @ problem.effect), DECIMALS), lower, upper, None, None, cost < share),
        )
    lower, upper = _range(stability.effects @ plan.reached.sum(axis=0))
    yield (
        *(advice.plan, name, advice.municipality, "municipality", ALL_OPTIONS, None),
        *(round(float(money.sum()), DECIMALS), None, None, None),
        *(round(plan.avoided(problem.effect), DECIMALS), lower, upper, None, None, None),
    )


def _range(draws: "NDArray[float64]") -> tuple[float, float]:
    from numpy import percentile

    lower, upper = percentile(draws, RANGE)
    return round(float(lower), DECIMALS), round(float(upper), DECIMALS)
