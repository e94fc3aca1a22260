"""The best spread of a prevention budget over neighbourhoods, as an integer programme."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from numpy import float64, int64
    from numpy.typing import NDArray

# A plan this close to the best possible one is as good: effects are known far less precisely.
GAP = 0.001
# How different a plan is from others need not be known as well.
GAP_OF_DIFFERENCE = 0.05
# Where many neighbourhoods are alike the proof that a plan is the best takes long, and the plan itself is found early.
MOST_NODES = 50
# Status of scipy.optimize.milp.
INFEASIBLE = 2


class NoPlanError(ValueError):
    """Why there is no plan; the message is a code."""


@dataclass(frozen=True)
class PreventionProblem:
    """Need, options and what is asked of a plan.

    ``need`` (regions,) persons expected to use care; ``inhabitants`` (regions,); ``district`` (regions,) numbers from
    0. Per option: ``effect``, the share of those reached that needs no care any more; ``reach``, persons that one dose
    reaches; ``cost`` of one dose in euro; ``most_doses`` in one region. ``budget`` in euro. ``floor``: each district
    gets at least this part of the money that it would have per head.
    """

    need: "NDArray[float64]"
    inhabitants: "NDArray[float64]"
    district: "NDArray[int64]"
    effect: "NDArray[float64]"
    reach: "NDArray[float64]"
    cost: "NDArray[float64]"
    most_doses: "NDArray[int64]"
    budget: float
    floor: float

    @property
    def shape(self) -> tuple[int, int]:
        """Regions and options."""
        return len(self.need), len(self.effect)

    def per_head(self) -> "NDArray[float64]":
        """Money per district (districts,) in euro if the budget were split per head."""
        from numpy import bincount

        return self.budget * bincount(self.district, self.inhabitants) / self.inhabitants.sum()


@dataclass(frozen=True)
class PreventionPlan:
    """Doses and persons reached, both (regions, options)."""

    doses: "NDArray[float64]"
    reached: "NDArray[float64]"

    def avoided(self, effect: "NDArray[float64]") -> float:
        """Users of care fewer than without the plan, by effects per option (options,)."""
        return float((self.reached * effect).sum())

    def money(self, problem: PreventionProblem) -> "NDArray[float64]":
        """Euro per district (districts,)."""
        from numpy import bincount

        spent = (self.doses * problem.cost).sum(axis=1)
        money: NDArray[float64] = bincount(problem.district, spent, minlength=len(problem.per_head())).astype(float)
        return money


@dataclass(frozen=True)
class _Asked:
    """Goal (2 x regions x options,) to minimise, and rows of coefficients with their lower and upper ends."""

    goal: "NDArray[float64]"
    gap: float = GAP
    is_whole: bool = True
    has_floor: bool = True
    rows: list["NDArray[float64]"] = field(default_factory=list)
    ends: list[tuple[float, float]] = field(default_factory=list)


def best_plan(problem: PreventionProblem, *, is_whole: bool = True) -> PreventionPlan:
    """The plan, of whole doses or of parts, that avoids most care within the budget and above each district's floor.

    Raises NoPlanError ``floor_exceeds_budget`` where whole doses for every district cost more than there is.
    """
    return _solved(problem, _Asked(_with_reach(problem, -_value(problem)), is_whole=is_whole))


def per_head_plan(problem: PreventionProblem) -> PreventionPlan:
    """The plan to compare with: every district spends its money per head as well as it can, also on parts of doses."""
    asked = _Asked(_with_reach(problem, -_value(problem)), is_whole=False, has_floor=False)
    for district, money in enumerate(problem.per_head()):
        asked.rows.append(_cost_row(problem, problem.district == district))
        asked.ends.append((0.0, float(money)))
    return _solved(problem, asked)


def furthest_plan(problem: PreventionProblem, used: "NDArray[float64]", least_avoided: float) -> PreventionPlan:
    """The plan that uses least of what other plans use, among those that avoid at least so much.

    ``used`` (regions, options): how often other plans give a dose there.
    """
    from numpy import concatenate, inf, zeros_like

    asked = _Asked(concatenate([used.ravel(), zeros_like(used).ravel()]), gap=GAP_OF_DIFFERENCE)
    asked.rows.append(_with_reach(problem, _value(problem)))
    asked.ends.append((least_avoided, inf))
    return _solved(problem, asked)


def _value(problem: PreventionProblem) -> "NDArray[float64]":
    from numpy import broadcast_to

    return broadcast_to(problem.effect, problem.shape)


def _with_reach(problem: PreventionProblem, of_reach: "NDArray[float64]") -> "NDArray[float64]":
    """Coefficients of doses (none) and of persons reached."""
    from numpy import concatenate, zeros

    return concatenate([zeros(of_reach.size), of_reach.ravel()])


def _cost_row(problem: PreventionProblem, regions: "NDArray[float64]") -> "NDArray[float64]":
    """Coefficients that add up the money of some regions."""
    from numpy import concatenate, zeros

    costs = regions[:, None] * problem.cost
    return concatenate([costs.ravel(), zeros(costs.size)])


def _solved(problem: PreventionProblem, asked: _Asked) -> PreventionPlan:
    from numpy import array, concatenate, inf, repeat, round, tile, vstack, zeros
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array, diags_array, hstack, kron

    regions, options = problem.shape
    count = regions * options
    # No dose reaches more than so many, and options do not reach one person twice.
    within_reach = hstack([diags_array(-tile(problem.reach, regions)), diags_array([1.0] * count)])
    each_once = hstack(
        [csr_array((regions, count)), kron(diags_array([1.0] * regions), csr_array(array([[1.0] * options])))]
    )
    rows = [*asked.rows, _cost_row(problem, array([1.0] * regions))]
    ends = [*asked.ends, (0.0, problem.budget)]
    if asked.has_floor:
        for district, money in enumerate(_floors(problem)):
            rows.append(_cost_row(problem, problem.district == district))
            ends.append((float(money), inf))
    result = milp(
        asked.goal,
        integrality=concatenate([array([int(asked.is_whole)] * count), zeros(count)]),
        bounds=Bounds(0.0, concatenate([tile(problem.most_doses, regions), repeat(problem.need, options)])),
        constraints=[
            LinearConstraint(within_reach, -inf, 0.0),
            LinearConstraint(each_once, -inf, problem.need),
            LinearConstraint(csr_array(vstack(rows)), *zip(*ends, strict=True)),
        ],
        options={"mip_rel_gap": asked.gap, "node_limit": MOST_NODES},
    )
    if result.x is None:
        raise NoPlanError("floor_exceeds_budget" if result.status == INFEASIBLE else "no_plan_found")
    doses, reached = result.x.reshape(2, regions, options)
    return PreventionPlan(round(doses) if asked.is_whole else doses, reached.clip(min=0.0))


def _floors(problem: PreventionProblem) -> "NDArray[float64]":
    """Least money per district: part of that per head, but no more than can be spent there."""
    from numpy import bincount, minimum

    most = bincount(problem.district, [float((problem.most_doses * problem.cost).sum())] * len(problem.need))
    return minimum(problem.floor * problem.per_head(), most)
