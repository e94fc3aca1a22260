"""Rows of figures become a case, and an effect becomes rows with numbers of nine digits."""

from datetime import date

import pytest

from dagster_project.analysis.effects.effect_rows import FigureRow, Region, Registered, effect_rows

from .cases import START, day_before, levels, month

WELFARE = "welfare_recipients_per_1000"
REGISTERED = Registered(
    measure_code="FM-999",
    indicator_code=WELFARE,
    control_indicator_code=None,
    region_level="municipality",
    end_date=None,
    window_from=None,
    window_until=None,
    lag_months=0,
    expected_direction="down",
    eur_per_case=17_500,
    cost_eur=None,
    unit_nl="per 1.000 inwoners",
    decimals=1,
    noun_nl="mensen met bijstand",
    factor=1000,
    is_stock=True,
    series_break_date=None,
)
STARTS = [("GM9999", START)]
REGIONS = [
    Region("GM9999", is_donor=False, other_measures_nl=None),
    *(Region(f"GM{9900 + at}", is_donor=True, other_measures_nl=None) for at in range(1, 30)),
    Region("GM9930", is_donor=False, other_measures_nl="Fictief: elders"),
]


def figures(values):
    return [
        FigureRow(
            WELFARE,
            region.region_code,
            f"{month(at):%Y-%m}",
            month(at),
            day_before(month(at + 1)),
            "month",
            float(value),
            None,
            None,
            50_000.0,
            None,
            is_provisional=at == 53,
        )
        for region, row in zip(REGIONS, values, strict=True)
        for at, value in enumerate(row)
    ]


def by_code(rows, part):
    return {row.code: row for row in rows if row.part == part}


def test_an_effect_has_a_row_per_number_text_check_and_point():
    rows = effect_rows(REGISTERED, STARTS, REGIONS, figures(levels(effect=-0.15)))
    summary, checks = by_code(rows, "summary"), by_code(rows, "check")
    assert (summary["grade"].text, summary["verdict"].text, summary["status"].text) == (
        "B",
        "demonstrated",
        "provisional",
    )
    persons, euros = summary["persons"], summary["euros"]
    assert persons.lower < persons.value < persons.upper < 0
    assert euros.value == pytest.approx(17_500 * persons.value, rel=1e-8)
    assert (summary["first_period"].text, summary["last_period"].text) == ("2025-01", "2026-06")
    assert checks["donors_with_a_measure"].text.endswith("GM9930")
    assert {row.code for row in rows if row.part == "point"} == {"actual", "counterfactual", "placebo"}
    numbers = [number for row in rows for number in (row.value, row.lower, row.upper) if number is not None]
    assert numbers == [float(f"{number:.9g}") for number in numbers]


def test_rows_in_another_order_give_the_same_effect():
    found = figures(levels(effect=-0.15))
    assert effect_rows(REGISTERED, STARTS, REGIONS, found[::-1]) == effect_rows(REGISTERED, STARTS, REGIONS, found)


def test_a_measure_without_figures_is_not_estimable():
    for regions, starts in ((REGIONS, STARTS), ([], [("BU99990001", date(2026, 1, 1))])):
        summary = by_code(effect_rows(REGISTERED, starts, regions, []), "summary")
        assert (summary["grade"].text, summary["design"].text) == ("D", "none")
