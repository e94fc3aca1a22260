"""Planted traps: each is refused, or graded D, for the right reason; without the trap the same case has an estimate."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from dagster_project.analysis.effects.donor_weights import PoorFitError, require_fit, synthetic_control
from dagster_project.analysis.effects.effect_estimation import estimate_effect

from . import worlds
from .cases import START, TREATED, case, levels, monthly, with_values

EFFECT = -0.15


def refused(found):
    """The reason of a refusal, of which nothing but the outcome itself is shown."""
    effect = estimate_effect(found)
    assert (effect.evidence.grade, effect.evidence.verdict) == ("D", "not_estimable")
    assert (effect.estimate, effect.persons, effect.euros) == (None, None, None)
    assert {point.line for point in effect.points} <= {"actual"}
    assert effect.sentence_nl == f"Het effect is niet te schatten: {effect.evidence.reason_nl}"
    return effect.evidence.reason_nl


def test_without_a_trap_the_effect_is_found():
    effect = estimate_effect(case(levels(effect=EFFECT)))
    assert (effect.design, effect.evidence.grade, effect.evidence.verdict) == ("synthetic_control", "B", "demonstrated")
    assert effect.estimate.lower <= EFFECT * 30 <= effect.estimate.upper


def test_one_neighbourhood_of_small_counts_is_too_small():
    world = worlds.staggered(3, EFFECT, regions=24, months=54)
    counts = world.design.values
    counts[0] = np.random.default_rng(3).poisson(0.3, 54)
    wording = replace(case(counts).wording, factor=1, noun_nl="meldingen")
    reason = refused(case(counts, wording=wording, series=monthly(counts, groups=np.nan, noise=0.6)))
    assert reason == "de aantallen zijn te klein: pas een verandering van meer dan 100% zou opvallen."


def test_three_months_of_history_are_too_few():
    values = levels(effect=EFFECT)
    reason = refused(case(values, window_from=date(2024, 10, 1)))
    assert reason == "er zijn 3 maanden met cijfers vóór de start; nodig zijn er 12."
    assert refused(case(values[:, :36])) == "er zijn geen cijfers van na de start."
    assert refused(case(values[:, :37])) == "er is 1 maand met cijfers na de start; nodig zijn er 3."


def test_another_way_of_counting_from_the_start_on_leaves_no_history():
    series = replace(monthly(levels(effect=EFFECT)), break_date=START)
    reason = refused(case(None, series=series))
    assert (
        reason
        == "er zijn 0 maanden met cijfers vóór de start sinds de bron anders telt (01-01-2025); nodig zijn er 12."
    )
    # Long before the start it only shortens the history; long after it, what follows does not count.
    for break_date in (date(2023, 1, 1), date(2026, 1, 1)):
        effect = estimate_effect(case(None, series=replace(series, break_date=break_date)))
        assert effect.evidence.grade == "B"
    assert effect.estimate.periods[-1] == "2025-12"


def test_figures_that_were_revised_from_the_start_on_are_no_effect():
    values = levels()
    revised = values.copy()
    revised[0, 36:] *= 1 + EFFECT
    series = replace(monthly(revised), first_values=values)
    assert refused(case(None, series=series)) == "het verschil komt door cijfers die na publicatie zijn herzien."
    # The same revision of all figures of the region changes nothing.
    revised = levels(effect=EFFECT)
    series = replace(monthly(revised), first_values=revised * 1.001)
    assert estimate_effect(case(None, series=series)).evidence.grade == "B"


@pytest.mark.parametrize("slope", [-0.25, 0.25])
def test_a_trend_before_the_start_that_no_donor_shares_is_refused(slope):
    values = levels()
    values[0] += slope * np.arange(values.shape[1])
    assert refused(case(values)) in {
        "geen mix van andere gebieden leek vóór de start genoeg op dit gebied.",
        "vóór de start ontwikkelde dit gebied zich al anders dan de vergelijking.",
        "een verzonnen start vóór de echte geeft ook een verschil.",
    }


def test_a_trend_before_a_phased_start_is_refused():
    world = worlds.staggered(11, 0.0)
    values = world.design.values
    started = world.design.starts >= 0
    values[started] += 0.05 * np.arange(60)
    regions = tuple(f"BU{number:08}" for number in range(200))
    starts = {
        regions[at]: date(2022 + start // 12, start % 12 + 1, 1)
        for at, start in enumerate(world.design.starts)
        if start >= 0
    }
    phased = case(None, series=monthly(values, regions=regions), starts=starts)
    assert refused(phased) == "vóór de start ontwikkelde dit gebied zich al anders dan de vergelijking."
    values[started] -= 0.05 * np.arange(60)
    assert estimate_effect(with_values(phased, values)).evidence.grade == "A"


def test_a_donor_with_a_measure_of_its_own_carries_no_estimate():
    values = levels(effect=0.0)
    values[0] = values[1] + np.random.default_rng(1).normal(0, 0.2, values.shape[1])
    values[1, 36:] *= 1 + 2 * EFFECT
    # Its measure is not registered: leaving it out changes the outcome.
    assert refused(case(values)) == "de uitkomst hangt af van één vergelijkingsgebied."
    # It is registered: it is no donor, and the checks say so.
    known = case(values, donors=tuple(f"GM{9900 + at}" for at in range(2, 31)))
    effect = estimate_effect(replace(known, excluded=("GM9901",)))
    assert "GM9901" not in effect.compared
    (label,) = [check.label_nl for check in effect.checks if check.code == "donors_with_a_measure"]
    assert label == "Niet vergeleken met gebieden met een eigen maatregel: GM9901"
    assert effect.estimate is None or effect.estimate.lower < 0 < effect.estimate.upper


def test_a_suppressed_series_is_refused():
    values = levels(effect=EFFECT)
    values[0] = np.nan
    series = monthly(values)
    series.missing_reasons[0] = "suppressed"
    assert refused(case(None, series=series)).startswith("de cijfers van dit gebied zijn afgeschermd")
    series.missing_reasons[0] = "unknown"
    assert refused(case(None, series=series)) == "er zijn geen cijfers van dit gebied."


def test_a_series_of_zeros_is_refused():
    values = levels()
    values[0] = 0
    assert refused(case(values)) == "de cijfers van dit gebied zijn alle nul, dus er kon niets veranderen."


def test_a_region_unlike_all_others_is_refused_loudly():
    values = levels()
    values[0] += 40
    with pytest.raises(PoorFitError, match="of the standard deviation"):
        require_fit(synthetic_control(values[0], values[1:], slice(0, 36), (36, 37)), values, slice(0, 36))
    assert refused(case(values)) == "geen mix van andere gebieden leek vóór de start genoeg op dit gebied."


def steady(seed, effect=0.0):
    """A region without trend or drift."""
    values = np.random.default_rng(seed).normal(30, 0.5, (1, 54))
    values[0, 36:] *= 1 + effect
    return monthly(values, regions=(TREATED,))


def test_before_and_after_alone_is_never_shown_as_an_effect():
    alone = case(None, series=steady(2, EFFECT), donors=())
    assert refused(alone) == "er is niets om mee te vergelijken; alleen vóór en na zegt te weinig."
    effect = estimate_effect(replace(alone, control=steady(3)))
    assert (effect.design, effect.evidence.grade, effect.evidence.verdict) == ("interrupted_series", "C", "likely")
    reason = refused(replace(alone, control=steady(3, 2 * EFFECT)))
    assert reason == "ook een uitkomst die de maatregel niet kan raken, veranderde na de start."
