"""How far a plan depends on what is not known: the best plan again for many draws of effect and need."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dagster_project.analysis.advice.prevention_plan import PreventionProblem, best_plan

if TYPE_CHECKING:
    from numpy import float64
    from numpy.random import Generator
    from numpy.typing import NDArray

DRAWS = 100
# From this part of a dose on, a draw chooses it.
CHOSEN = 0.5


@dataclass(frozen=True)
class PlanStability:
    """Over draws: ``chosen``, share of the draws with a dose (regions, options); ``money`` (draws, districts) in euro;
    ``effects`` (draws, options), those that were drawn.
    """

    chosen: "NDArray[float64]"
    money: "NDArray[float64]"
    effects: "NDArray[float64]"


def plan_stability(
    problem: PreventionProblem,
    effect_error: "NDArray[float64]",
    need_spread: "NDArray[float64]",
    generator: "Generator",
    draws: int = DRAWS,
) -> PlanStability:
    """Draw effects (normal, standard error per option, none below zero) and needs (log-normal, spread per region).

    Parts of doses are allowed, since the question is where the money goes. An option has one effect in all regions of
    a draw: that is what is not known of it.
    """
    from numpy import array, exp, maximum

    effects = maximum(generator.normal(problem.effect, effect_error, (draws, len(problem.effect))), 0.0)
    needs = problem.need * exp(generator.normal(0.0, need_spread, (draws, len(problem.need))))
    plans = [
        best_plan(replace(problem, effect=effect, need=need), is_whole=False)
        for effect, need in zip(effects, needs, strict=True)
    ]
    return PlanStability(
        chosen=array([plan.doses >= CHOSEN for plan in plans]).mean(axis=0),
        money=array([plan.money(problem) for plan in plans]),
        effects=effects,
    )
