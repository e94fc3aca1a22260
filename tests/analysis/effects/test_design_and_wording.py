"""The design, the grade and the sentence follow from rules."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from dagster_project.analysis.effects.comparison_design import designed
from dagster_project.analysis.effects.donor_weights import simplex_weights
from dagster_project.analysis.effects.effect_case import months_later
from dagster_project.analysis.effects.effect_estimation import estimate_effect
from dagster_project.analysis.effects.effect_sentence import Amount, in_euros, in_persons, number, sentence, span
from dagster_project.analysis.effects.evidence import judged
from dagster_project.analysis.effects.findings import EffectCheck, Estimate
from dagster_project.analysis.effects.staggered_start import interval

from .cases import START, case, levels

ESTIMATE = Estimate(
    design="synthetic_control",
    estimate=-0.5,
    lower=-0.9,
    upper=-0.1,
    p_value=0.10,
    placebo_rank=4,
    placebo_count=38,
    counterfactual=30.0,
    pre_trend=0.0,
    periods=("2025-01",),
    checks=(EffectCheck("pre_trend", "Vóór de start", 0.0, -0.1, 0.1, True),),
    points=(),
)


@pytest.mark.parametrize(
    ("started", "regions", "design"),
    [
        (3, 8, "StaggeredPanel"),
        (3, 7, "InterruptedSeries"),
        (2, 10, "DonorPanel"),
        (1, 9, "DonorPanel"),
        (1, 8, "InterruptedSeries"),
    ],
)
def test_the_design_follows_from_the_regions_with_and_without_the_measure(started, regions, design):
    found = case(levels(regions=regions))
    starts = dict.fromkeys(found.series.regions[:started], START)
    found = replace(
        found, registration=replace(found.registration, starts=starts), donors=found.series.regions[started:]
    )
    assert type(designed(found).design).__name__ == design


def test_periods_that_a_start_or_its_lag_touches_count_neither_as_before_nor_as_after():
    found = case(levels(), starts={"GM9999": date(2025, 1, 15)}, lag_months=3, end_date=date(2025, 9, 30))
    chosen = designed(found)
    assert chosen.design.before == 36
    assert chosen.after == ("2025-04", "2025-05", "2025-06", "2025-07", "2025-08", "2025-09")
    assert months_later(date(2025, 11, 20), 3) == date(2026, 2, 1)


def test_donors_that_begin_later_shorten_the_history_and_donors_with_gaps_or_few_people_go():
    values = levels()
    values[1:, :10] = np.nan
    values[5, 30] = np.nan
    found = case(values)
    found.series.groups[6] = 10_000
    chosen = designed(found)
    assert chosen.design.periods[0] == "2022-11"
    assert len(chosen.compared) == 28
    assert not {"GM9905", "GM9906"} & {*chosen.compared}


def test_weights_are_at_least_zero_and_add_up_to_one():
    donors = np.random.default_rng(0).uniform(0, 500, (20, 12))
    weights = simplex_weights(donors, donors @ np.eye(12)[3])
    assert weights.min() >= 0
    assert weights.sum() == pytest.approx(1, abs=1e-12)
    assert weights[3] == pytest.approx(1, abs=1e-6)


def test_the_interval_leaves_out_what_the_randomisation_test_rejects():
    drawn = np.random.default_rng(0).normal(0, 1, 999)
    lower, upper = interval(5.0, drawn, np.zeros(999))
    assert (lower, upper) == (pytest.approx(5 - 1.28, abs=0.1), pytest.approx(5 + 1.28, abs=0.1))


@pytest.mark.parametrize(
    ("changed", "grade", "reason"),
    [
        ({}, "B", "vergeleken met een mix van 38 gemeenten zonder de maatregel; de controles zijn doorstaan."),
        (
            {"design": "staggered"},
            "A",
            "gefaseerde start, vergeleken met 38 gemeenten zonder de maatregel; de controles",
        ),
        ({"checks": (EffectCheck("leave_one_out", "", is_passed=False),)}, "D", "de uitkomst hangt af van één"),
        ({"checks": (EffectCheck("placebo_in_time", "", is_passed=False),)}, "D", "een verzonnen start vóór de echte"),
        ({"checks": (EffectCheck("sdid", "", is_passed=False),)}, "C", "andere rekenwijzen komen anders uit"),
        (
            {"checks": (EffectCheck("competing", "", is_passed=False),)},
            "C",
            "tegelijk liep hier een andere maatregel: Fictief",
        ),
        ({"counterfactual": 0.5}, "D", "de aantallen zijn te klein"),
    ],
)
def test_the_grade_follows_from_the_design_and_its_checks(changed, grade, reason):
    evidence = judged(replace(ESTIMATE, **changed), replace(case(levels()), competing=("Fictief",)), 38)
    assert evidence.grade == grade
    assert reason in evidence.reason_nl


def written(estimate, is_provisional=False, **registered):
    found = case(levels(), **registered)
    evidence = judged(estimate, found, 38)
    return sentence(estimate, found, evidence, in_persons(estimate, found, 50_000.0, 1), is_provisional)


def test_a_likely_effect_is_written_in_persons_and_euros_with_what_chance_does():
    assert written(ESTIMATE, eur_per_case=17_500, cost_eur=210_000) == (
        "Waarschijnlijk gemiddeld 5 tot 45 minder mensen met bijstand dan zonder de maatregel; het kan ook toeval zijn"
        " (bij 3 van de 38 vergelijkbare gemeenten was het verschil zonder maatregel even groot). Dat scheelt naar"
        " schatting € 88.000 tot € 788.000 per jaar; de maatregel zelf kost in totaal € 210.000."
    )


def test_other_verdicts_have_sentences_of_their_own():
    assert written(replace(ESTIMATE, p_value=0.03, placebo_rank=1), is_provisional=True) == (
        "Sinds de start naar schatting gemiddeld 5 tot 45 minder mensen met bijstand dan zonder de maatregel. Bij"
        " geen van de 38 vergelijkbare gemeenten was het verschil zonder maatregel even groot."
        " De cijfers zijn deels voorlopig."
    )
    assert written(replace(ESTIMATE, upper=0.2), eur_per_case=17_500) == (
        "Niet aantoonbaar: gemiddeld 45 minder tot 10 meer mensen met bijstand dan zonder de maatregel."
        " Pas een verschil van 60 of meer valt hier op."
    )


def test_numbers_are_written_as_dutch_readers_do():
    assert number(1234.56, 1) == "1.234,6"
    assert span(Amount(-3, -5.4, -0.2), "meldingen") == "0 tot 5 minder meldingen"
    assert span(Amount(3, 0.2, 5.4), "meldingen") == "0 tot 5 meer meldingen"
    assert span(Amount(0, -0.2, 0.3), "meldingen") == "vrijwel evenveel meldingen"


def test_cases_that_happen_cost_as_often_as_they_happen_in_a_year():
    found = case(levels(), eur_per_case=100)
    flow = replace(found, wording=replace(found.wording, is_stock=False))
    assert in_euros(Amount(-2, -3, -1), found) == Amount(-200, -300, -100)
    assert in_euros(Amount(-2, -3, -1), flow) == Amount(-2400, -3600, -1200)
    assert in_euros(None, found) is None


def test_an_effect_is_the_same_to_the_last_digit_each_time_and_is_never_called_proven():
    for values in (levels(), levels(effect=-0.15), levels(effect=0.15), np.zeros((31, 54))):
        first, second = (estimate_effect(case(values.copy(), eur_per_case=17_500)) for _ in range(2))
        assert repr(first) == repr(second)
        assert "bewezen" not in first.sentence_nl + first.evidence.reason_nl
