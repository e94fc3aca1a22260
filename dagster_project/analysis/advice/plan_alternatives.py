"""Plans that differ as much as possible and avoid nearly as much care as the best one."""

from typing import TYPE_CHECKING

from dagster_project.analysis.advice.prevention_plan import (
    NoPlanError,
    PreventionPlan,
    PreventionProblem,
    best_plan,
    furthest_plan,
)

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

# Part of the avoided care that may be given up. Effects have a standard error of many times this.
TOLERANCE = 0.02
WANTED = 5


def near_optimal_plans(problem: PreventionProblem, wanted: int = WANTED) -> tuple[PreventionPlan, ...]:
    """At most ``wanted`` different plans within 2 % of the best, in no order of merit; the first is the best found.

    Modelling to generate alternatives (Brill, Chang and Hopkins 1982, Management Science 28:221): each next plan uses
    as little as possible of what the ones before it use.
    """
    best = best_plan(problem)
    least = best.avoided(problem.effect) * (1 - TOLERANCE)
    plans, used = [best], best.doses > 0
    counts: NDArray[float64] = used.astype(float)
    while len(plans) < wanted:
        try:
            plan = furthest_plan(problem, counts, least)
        except NoPlanError:
            break
        if any((plan.doses == other.doses).all() for other in plans):
            break
        plans.append(plan)
        counts = counts + (plan.doses > 0)
    return tuple(plans)
