"""Advice on a prevention budget: all plans with their verdict, and one plan."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from markupsafe import Markup

from dashboard.charts.icons import clock, light
from dashboard.pages.looking_ahead.spreads import Spreads, in_words, money, persons, span
from dashboard.presentation.lookups import refuse_unless_open
from dashboard.presentation.page_rendering import render
from dashboard.presentation.route import NotFoundError, Query, Rendered
from dashboard.presentation.shown import address, earliest
from dashboard.reading.board import Board
from dashboard.reading.figure import DISTRICT, MUNICIPALITY, NEIGHBOURHOOD, Indicator
from dashboard.reading.prevention_plans import PER_HEAD, Decision, Gate, Plan, Spread, decision, gates, plans, spreads
from dashboard.words import numbers, periods, states

# A plan is about all of these together.
_LEVELS = (MUNICIPALITY, DISTRICT, NEIGHBOURHOOD)
# Rows of a table before its fold.
_FIRST_PARTS = 9
_JUDGED = Markup("{} verdelingen van {} zijn ongeveer even goed. Geen ervan is de beste.")
_AVOIDED = Markup(
    "Over {} jaar zijn er dan waarschijnlijk {} zorggebruikers minder dan zonder het plan."
    " Bij verdeling per inwoner: {}."
)
_OUTDATED = (
    "Dit advies is niet meer geldig sinds {}: het besluit is ouder dan zes maanden. Er is een nieuw besluit nodig."
)


@dataclass(frozen=True)
class Verdict:
    """Whether the advice of a plan is shown, and why not."""

    plan: Plan
    passed: Sequence[Gate]
    failed: Sequence[Gate]
    # None where no advice is shown.
    decision: Decision | None
    # Why there is no verdict, or no advice although every condition was met.
    absence: Markup | None
    sentence: str
    until: date | None


@dataclass(frozen=True)
class Terms:
    """The terms of a plan in words."""

    budget: Markup
    floor: str
    basis: str
    decided: str
    valid: str


@dataclass(frozen=True)
class AdviceSheet:
    """All that is said about a plan."""

    verdict: Verdict
    plan: Plan
    indicator: Indicator
    href: str
    judged: Markup | None
    avoided: Markup | None
    terms: Terms | None
    spreads: Spreads | None
    soon: Markup | None
    until: date | None


def advice(board: Board, query: Query) -> Rendered:
    """Show a plan: its advice, or the conditions that are not met."""
    sheet = advice_sheet(board, query.path["plan"])
    icons = {"met": light("green"), "unmet": light("red")}
    values = {**vars(sheet), **icons, "first_parts": _FIRST_PARTS}
    return render("advice.html", board, "/t", sheet.until, values, {sheet.indicator.theme_code})


def all_advice(board: Board, query: Query) -> Rendered:
    """List the plans of the municipality with their verdict."""
    verdicts = [
        _verdict(board, one)
        for one in plans(board).values()
        if all(board.may_see(one.indicator_code, level) for level in _LEVELS)
    ]
    until = min((one.until for one in verdicts if one.until), default=None)
    themes = {board.indicators[one.plan.indicator_code].theme_code for one in verdicts}
    return render("plans.html", board, "/t", until, {"verdicts": verdicts}, themes)


def advice_sheet(board: Board, code: str) -> AdviceSheet:
    """Say all about a plan. Raises NotFoundError and ForbiddenError."""
    plan = plans(board).get(code)
    if plan is None:
        raise NotFoundError("Dit plan bestaat niet (meer). Kies een plan uit de lijst.")
    chosen = board.indicators[plan.indicator_code]
    refuse_unless_open(board, chosen.theme_code, *_LEVELS)
    verdict = _verdict(board, plan)
    found = spreads(board, plan) if verdict.decision else []
    until = earliest(*verdict.passed, *verdict.failed, *found)
    return AdviceSheet(
        verdict=verdict,
        plan=plan,
        indicator=chosen,
        href=address(chosen, board.municipality),
        judged=_judged(found) if found else None,
        avoided=_avoided(found, verdict.decision, chosen) if verdict.decision else None,
        terms=_terms(found[0], verdict.decision) if verdict.decision else None,
        spreads=in_words(found, chosen, lambda area: _name(board, area)) if found else None,
        soon=states.expires_soon(until, board.today) if found and until else None,
        until=until,
    )


def _verdict(board: Board, plan: Plan) -> Verdict:
    known = gates(board, plan)
    failed = [one for one in known if not one.is_passed]
    decided = decision(board, plan) if known and not failed else None
    return Verdict(
        plan=plan,
        passed=[one for one in known if one.is_passed],
        failed=failed,
        decision=decided,
        absence=_absence(board, plan, known, failed) if decided is None else None,
        sentence=_sentence(known, failed),
        until=earliest(*known, decided),
    )


def _sentence(known: Sequence[Gate], failed: Sequence[Gate]) -> str:
    """Say how many conditions are not met."""
    verb = "is" if len(failed) == 1 else "zijn"
    return f"Van de {len(known)} voorwaarden {verb} er {len(failed)} niet vervuld."


def _absence(board: Board, plan: Plan, known: Sequence[Gate], failed: Sequence[Gate]) -> Markup | None:
    if not known:
        return clock() + states.expired(plan.fresh_until).text
    if failed:
        return None
    if plan.expires_on is None or plan.expires_on >= board.today:
        return Markup("Van dit plan is nu geen advies te tonen.")
    return clock() + _OUTDATED.format(periods.day(plan.expires_on + timedelta(days=1)))


def _judged(found: Sequence[Spread]) -> Markup:
    near = {one.alternative for one in found} - {PER_HEAD}
    return _JUDGED.format(len(near), money(found[0], "budget_eur"))


def _avoided(found: Sequence[Spread], decided: Decision, chosen: Indicator) -> Markup:
    """Say how many users of care fewer the spreads give, and how many the one per head."""
    totals = [one for one in found if one.level == MUNICIPALITY]
    near = [one for one in totals if one.alternative != PER_HEAD]
    (per_head,) = (one for one in totals if one.alternative == PER_HEAD)
    lowest = min(near, key=lambda one: one.avoided_lower)
    highest = max(near, key=lambda one: one.avoided_upper)
    return _AVOIDED.format(
        decided.horizon_years,
        span(persons(lowest, "avoided_lower", chosen), persons(highest, "avoided_upper", chosen)),
        span(persons(per_head, "avoided_lower", chosen), persons(per_head, "avoided_upper", chosen)),
    )


def _terms(first: Spread, decided: Decision) -> Terms:
    status = ", voorlopig" if decided.status == "provisional" else ""
    return Terms(
        budget=money(first, "budget_eur"),
        floor=f"Elke wijk krijgt minstens {numbers.number(decided.floor_pct)}% van wat ze per inwoner zou krijgen.",
        basis=f"Verwacht over {decided.horizon_years} jaar, op cijfers tot en met {decided.period_end.year}{status}.",
        decided=f"{decided.first_decider} en {decided.second_decider}, op {periods.day(decided.decided_on)}.",
        valid=f"Tot en met {periods.day(decided.expires_on)}.",
    )


def _name(board: Board, area: str) -> str:
    return board.areas[area].name if area in board.areas else area
