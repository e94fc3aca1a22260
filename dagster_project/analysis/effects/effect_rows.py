"""From rows of published figures to a case, and from an effect to rows."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

import numpy as np

from dagster_project.analysis.effects.effect_case import EffectCase, Registration, Series, Wording
from dagster_project.analysis.effects.effect_estimation import Effect, estimate_effect
from dagster_project.analysis.effects.effect_sentence import Amount

_COMPARED_NL = {
    "neighbourhood": "buurten",
    "district": "wijken",
    "area": "gebieden",
    "municipality": "gemeenten",
}


class Registered(NamedTuple):
    """A measure as int_effects__registrations has it."""

    measure_code: str
    indicator_code: str
    control_indicator_code: str | None
    region_level: str | None
    end_date: date | None
    window_from: date | None
    window_until: date | None
    lag_months: int
    expected_direction: str | None
    eur_per_case: float | None
    cost_eur: float | None
    unit_nl: str
    decimals: int
    noun_nl: str | None
    factor: int | None
    is_stock: bool
    series_break_date: date | None


class Region(NamedTuple):
    """A region as int_effects__donors has it."""

    region_code: str
    is_donor: bool
    other_measures_nl: str | None


class FigureRow(NamedTuple):
    """A figure as int_effects__figures has it."""

    indicator_code: str
    region_code: str
    period: str
    period_start_date: date
    period_end_date: date
    period_type: str
    value: float | None
    first_value: float | None
    noise: float | None
    denominator: float | None
    missing_reason: str | None
    is_provisional: bool


class ResultRow(NamedTuple):
    """A part of an effect: a number or text of its summary, a check, or a point of a line."""

    part: str
    code: str
    line_code: str | None = None
    period: str | None = None
    value: float | None = None
    lower: float | None = None
    upper: float | None = None
    is_passed: bool | None = None
    text: str | None = None


def effect_rows(
    registered: Registered, starts: Sequence[tuple[str, date]], regions: Sequence[Region], figures: Sequence[FigureRow]
) -> list[ResultRow]:
    """Estimate the effect of a measure from rows, as rows."""
    return [_rounded(row) for row in _rows(estimate_effect(_case(registered, starts, regions, figures)))]


def _case(
    registered: Registered, starts: Sequence[tuple[str, date]], regions: Sequence[Region], figures: Sequence[FigureRow]
) -> EffectCase:
    of = {
        code: [row for row in figures if row.indicator_code == code] for code in {row.indicator_code for row in figures}
    }
    control = of.get(registered.control_indicator_code or "")
    started = {code for code, _ in starts}
    return EffectCase(
        registration=Registration(
            measure_code=registered.measure_code,
            starts=dict(starts),
            lag_months=registered.lag_months,
            end_date=registered.end_date,
            window_from=registered.window_from,
            window_until=registered.window_until,
            expected_direction=registered.expected_direction,
            eur_per_case=registered.eur_per_case,
            cost_eur=registered.cost_eur,
        ),
        series=series_of(
            of.get(registered.indicator_code, []), registered.indicator_code, registered.series_break_date
        ),
        wording=Wording(
            unit_nl=registered.unit_nl,
            decimals=registered.decimals,
            noun_nl=registered.noun_nl,
            factor=registered.factor,
            is_stock=registered.is_stock,
            compared_nl=_COMPARED_NL[registered.region_level or "area"],
        ),
        donors=tuple(region.region_code for region in regions if region.is_donor),
        control=series_of(control, registered.control_indicator_code or "") if control else None,
        excluded=tuple(
            region.region_code for region in regions if region.other_measures_nl and region.region_code not in started
        ),
        competing=tuple(
            region.other_measures_nl for region in regions if region.other_measures_nl and region.region_code in started
        ),
    )


def series_of(figures: Iterable[FigureRow], indicator_code: str, break_date: date | None = None) -> Series:
    """A series from figures in any order; what no row has is missing."""
    rows = sorted(figures, key=lambda row: (row.period_end_date, row.region_code))
    periods = {row.period: (row.period_start_date, row.period_end_date) for row in rows}
    regions = sorted({row.region_code for row in rows})
    at_region = {region: at for at, region in enumerate(regions)}
    at_period = {period: at for at, period in enumerate(periods)}
    shape = (len(regions), len(periods))
    values, first_values, noise, groups = (np.full(shape, np.nan) for _ in range(4))
    reasons = np.full(shape, "unknown", dtype="U32")
    is_provisional = np.zeros(shape, dtype=bool)
    for row in rows:
        at = (at_region[row.region_code], at_period[row.period])
        values[at] = _number(row.value)
        first_values[at] = _number(row.first_value if row.first_value is not None else row.value)
        noise[at], groups[at] = _number(row.noise), _number(row.denominator)
        reasons[at] = row.missing_reason or ""
        is_provisional[at] = row.is_provisional
    return Series(
        indicator_code=indicator_code,
        period_type=rows[0].period_type if rows else "year",
        periods=tuple(periods),
        period_starts=tuple(starts for starts, _ in periods.values()),
        period_ends=tuple(ends for _, ends in periods.values()),
        regions=tuple(regions),
        values=values,
        first_values=first_values,
        noise=noise,
        groups=groups,
        missing_reasons=reasons,
        is_provisional=is_provisional,
        break_date=break_date,
    )


def _number(value: float | None) -> float:
    return float("nan") if value is None else float(value)


def _rounded(row: ResultRow) -> ResultRow:
    """Numbers with the digits that do not depend on how a machine adds up."""
    value, lower, upper = (None if one is None else float(f"{one:.9g}") for one in (row.value, row.lower, row.upper))
    return row._replace(value=value, lower=lower, upper=upper)


def _rows(effect: Effect) -> Iterator[ResultRow]:
    texts = {
        "design": effect.design,
        "grade": effect.evidence.grade,
        "grade_reason_nl": effect.evidence.reason_nl[0].upper() + effect.evidence.reason_nl[1:],
        "verdict": effect.evidence.verdict,
        "sentence_nl": effect.sentence_nl,
        "status": "provisional" if effect.is_provisional else "definitive",
    }
    yield from (ResultRow("summary", code, text=text) for code, text in texts.items())
    yield ResultRow("summary", "started_count", value=float(len(effect.started)))
    yield ResultRow("summary", "compared_count", value=float(len(effect.compared)))
    yield from _numbers(effect)
    yield from (
        ResultRow(
            "check",
            check.code,
            value=check.estimate,
            lower=check.lower,
            upper=check.upper,
            is_passed=check.is_passed,
            text=check.label_nl,
        )
        for check in effect.checks
    )
    yield from (
        ResultRow("point", point.line, point.line_code, point.period, point.value, point.lower, point.upper)
        for point in effect.points
    )


def _numbers(effect: Effect) -> Iterator[ResultRow]:
    found = effect.estimate
    if found is None:
        return
    amounts = {
        "estimate": Amount(found.estimate, found.lower, found.upper),
        "persons": effect.persons,
        "euros": effect.euros,
    }
    for code, amount in amounts.items():
        if amount is not None:
            yield ResultRow("summary", code, value=amount.value, lower=amount.lower, upper=amount.upper)
    numbers = {
        "p_value": found.p_value,
        "pre_trend": found.pre_trend,
        "minimum_detectable_effect": found.minimum_detectable,
        "counterfactual": found.counterfactual,
        "placebo_rank": found.placebo_rank,
        "placebo_count": found.placebo_count,
    }
    yield from (ResultRow("summary", code, value=float(value)) for code, value in numbers.items() if value is not None)
    yield ResultRow("summary", "first_period", text=found.periods[0])
    yield ResultRow("summary", "last_period", text=found.periods[-1])
