"""Plans for a prevention budget: the conditions under which advice is shown, and the advice itself."""

from dataclasses import dataclass
from datetime import date

from dashboard.reading.board import Board

GATES = "mart_prevention_advice_gates"
PER_HEAD = "per_head"
# A plan has a name and an owner after its figures have expired.
_PLANS = """
    select
        gates.plan_code,
        max(gates.plan_name_nl),
        max(gates.purpose_nl),
        max(gates.owner_nl),
        max(gates.indicator_code),
        min(gates.fresh_until),
        max(advice.expires_on)
    from release.snapshot.mart_prevention_advice_gates as gates
    left join (
        select distinct
            plan_code,
            expires_on
        from release.snapshot.mart_prevention_advice
    ) as advice on gates.plan_code = advice.plan_code
    group by gates.plan_code
    order by gates.plan_code
"""
_GATES = """
    select
        gate_code,
        label_nl,
        is_passed,
        reason_nl,
        action_nl,
        fresh_until
    from mart_prevention_advice_gates
    where plan_code = {plan}
    order by gate_order
"""
_DECISION = """
    select distinct
        horizon_years,
        floor_pct,
        first_decider_nl,
        second_decider_nl,
        decision_reason_nl,
        decided_on,
        expires_on,
        period_end_date,
        status,
        fresh_until
    from mart_prevention_advice
    where plan_code = {plan}
"""
_SPREADS = """
    select
        plan_code,
        alternative_code,
        region_level,
        region_code,
        option_code,
        option_name_nl,
        dose_nl,
        doses_count,
        cost_eur,
        cost_lower_eur,
        cost_upper_eur,
        per_head_cost_eur,
        is_loser,
        avoided_lower,
        avoided_upper,
        budget_eur,
        chosen_pct,
        start_wave,
        fresh_until
    from mart_prevention_advice
    where plan_code = {plan}
    order by alternative_code = 'per_head', alternative_code, region_code, option_code
"""


@dataclass(frozen=True)
class Plan:
    """A plan for a prevention budget, with the last day on which its verdict may be shown."""

    code: str
    name: str
    purpose: str | None
    owner: str | None
    # Users of care that the plan wants fewer of.
    indicator_code: str
    fresh_until: date
    # Last day of the decision to show its advice; None without advice.
    expires_on: date | None


@dataclass(frozen=True)
class Gate:
    """A condition under which advice is shown; why it is not met and how to meet it, where it is not."""

    code: str
    label: str
    is_passed: bool
    reason: str | None
    action: str | None
    fresh_until: date


@dataclass(frozen=True)
class Decision:
    """The terms of a plan, and the decision of two people to show its advice."""

    horizon_years: int
    floor_pct: float
    first_decider: str
    second_decider: str
    reason: str
    decided_on: date
    expires_on: date
    # Last day of the year that the need is projected from.
    period_end: date
    status: str
    fresh_until: date


@dataclass(frozen=True)
class Spread:
    """A part of a spread: an option in a neighbourhood, or the total of a district or the municipality."""

    plan_code: str
    alternative: str
    level: str
    area_code: str
    option_code: str
    option_name: str | None
    dose: str | None
    doses_count: float | None
    cost_eur: float
    # Of a district: money in the best spreads of draws of what is not known, and if the budget were split per head.
    cost_lower_eur: float | None
    cost_upper_eur: float | None
    per_head_cost_eur: float | None
    is_loser: bool | None
    avoided_lower: float
    avoided_upper: float
    # The budget of the plan.
    budget_eur: float
    # Share of the draws in which the option is chosen here.
    chosen_pct: float | None
    start_wave: int | None
    fresh_until: date


def plans(board: Board) -> dict[str, Plan]:
    """Plans by code; none where the release has no such mart."""
    if GATES not in board.release.marts:
        return {}
    return {row[0]: Plan(*row) for row in board.rows(_PLANS)}


def gates(board: Board, plan: Plan) -> list[Gate]:
    """Conditions of a plan in their order; none after their last day."""
    return [Gate(*row) for row in board.rows(_GATES, plan=plan.code)]


def decision(board: Board, plan: Plan) -> Decision | None:
    """The decision to show the advice of a plan; None where no advice is shown."""
    return next((Decision(*row) for row in board.rows(_DECISION, plan=plan.code)), None)


def spreads(board: Board, plan: Plan) -> list[Spread]:
    """Parts and totals of near-optimal spreads, and totals of the one per head; none where no advice is shown."""
    return [Spread(*row) for row in board.rows(_SPREADS, plan=plan.code)]
