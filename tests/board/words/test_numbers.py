"""Dutch numbers: half up, real minus, unbroken between figure and unit."""

import csv
from dataclasses import replace
from pathlib import Path

import pytest
from babel.numbers import format_decimal, parse_decimal
from hypothesis import given
from hypothesis import strategies as st

from dashboard.words import numbers

from .measured import BALANCE, HANDLING, INCOME, LONELY, RATE, SCORE, WELFARE, with_unit

NBSP = numbers.NBSP


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (6801, 0, "6.801"),
        (1234567.89, 1, "1.234.567,9"),
        (48.25, 1, "48,3"),
        (48.35, 1, "48,4"),
        (2.5, 0, "3"),
        (0.5, 0, "1"),
        (-2.5, 0, "−3"),
        (-0.04, 1, "0,0"),
        (0, 0, "0"),
        (1.005, 2, "1,01"),
        (0.1 + 0.2, 1, "0,3"),
    ],
)
def test_numbers_are_dutch_and_round_half_up(value, decimals, text):
    assert numbers.number(value, decimals) == text


@given(st.floats(-1e9, 1e9), st.integers(0, 3))
def test_babel_writes_the_same_number(value, decimals):
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    expected = format_decimal(numbers.rounded(value, decimals), format=pattern, locale="nl_NL")
    assert numbers.number(value, decimals) == expected.replace("-", "−")


@given(st.floats(-1e9, 1e9), st.integers(0, 3))
def test_a_number_read_back_is_within_half_of_its_last_decimal(value, decimals):
    back = parse_decimal(numbers.number(value, decimals).replace("−", "-"), locale="nl_NL")
    assert abs(float(back) - value) <= 0.5 * 10**-decimals * (1 + 1e-6) + 1e-6


@pytest.mark.parametrize(
    ("value", "measured", "text"),
    [
        (1.6, LONELY, "1,6%"),
        (1280, BALANCE, f"€{NBSP}1.280"),
        (-23_051_000, BALANCE, f"€{NBSP}−23,1{NBSP}mln"),
        (999_999.4, BALANCE, f"€{NBSP}999.999"),
        (999_999.6, BALANCE, f"€{NBSP}1,0{NBSP}mln"),
        (32.4, INCOME, f"€{NBSP}32.400"),
        (6.04, HANDLING, "6,0"),
        (0.1234, SCORE, "0,123"),
    ],
)
def test_figures_carry_the_sign_of_their_unit(value, measured, text):
    assert numbers.figure(value, measured) == text


@pytest.mark.parametrize(
    ("value", "measured", "text"),
    [
        (1280, WELFARE, f"1.280{NBSP}inwoners"),
        (1, WELFARE, f"1{NBSP}inwoner"),
        (1.4, WELFARE, f"1{NBSP}inwoner"),
        (0, WELFARE, f"0{NBSP}inwoners"),
        (1, HANDLING, f"1,0{NBSP}dagen"),
        (1, with_unit("days"), f"1{NBSP}dag"),
        (43, RATE, f"43{NBSP}per{NBSP}1.000 inwoners"),
        (4.1, LONELY, "4,1%"),
        (5, with_unit("count"), "5"),
    ],
)
def test_units_follow_unbroken_in_the_right_number(value, measured, text):
    assert numbers.with_unit(value, measured) == text


def test_every_unit_of_an_indicator_has_its_words():
    units = set()
    for seed in (Path(__file__).parents[3] / "seeds" / "indicators").glob("*.csv"):
        with seed.open(encoding="utf-8") as lines:
            units |= {row["unit"] for row in csv.DictReader(lines)}
    assert units == set(numbers._UNIT_WORDS)


def test_every_noun_of_the_dictionary_has_a_singular():
    nouns = set()
    for path in (Path(__file__).parents[3] / "seeds" / "indicators").glob("*.csv"):
        with path.open(encoding="utf-8") as lines:
            nouns |= {row["noun_nl"] for row in csv.DictReader(lines)} - {""}
    assert len(nouns) > 10
    assert nouns - set(numbers._SINGULAR) == set()


@pytest.mark.parametrize(
    ("noise", "change", "measured", "text"),
    [
        (70.7, 20, WELFARE, "70"),
        (103, 20, WELFARE, "100"),
        (103, -102, WELFARE, "110"),
        (12.6, 12, WELFARE, "13"),
        (12.6, 12.5, WELFARE, "13"),
        (9.01, 2, LONELY, "9 procentpunt"),
        (9.01, 9, LONELY, "9,1 procentpunt"),
        (49.2, 20, LONELY, "50 procentpunt"),
        (0.41, 0.2, HANDLING, "0,4 dagen"),
        (0.42, 0.4, HANDLING, "0,5 dagen"),
    ],
)
def test_noise_is_written_to_one_digit_or_two_where_the_change_asks_for_it(noise, change, measured, text):
    assert numbers.about(noise, change, measured).replace(NBSP, " ") == text


@pytest.mark.parametrize(
    ("change", "measured", "beside", "text"),
    [
        (50, WELFARE, 182, f"50{NBSP}meer"),
        (-50, WELFARE, 182, f"50{NBSP}minder"),
        (-1.31, LONELY, 4.4, f"1,3{NBSP}procentpunt{NBSP}lager"),
        (0.61, HANDLING, 6, f"0,6{NBSP}dagen{NBSP}hoger"),
        (-892_807, BALANCE, -22_591_917, f"€{NBSP}0,9{NBSP}mln{NBSP}lager"),
        (-92_807, BALANCE, -22_591_917, f"€{NBSP}92.807{NBSP}lager"),
        (-2_000, BALANCE, 10_000, f"€{NBSP}2.000{NBSP}lager"),
        (2, RATE, 43, f"2{NBSP}hoger"),
        (-0.1, with_unit("km", 1), 1, f"0,1{NBSP}km{NBSP}kleiner"),
        (2, with_unit("ha"), 90, f"2{NBSP}ha{NBSP}meer"),
    ],
)
def test_changes_have_their_sign_in_words(change, measured, beside, text):
    assert numbers.difference(change, measured, beside) == text


@pytest.mark.parametrize(
    ("change", "measured", "visible"),
    [
        (0.04, LONELY, False),
        (0.05, LONELY, True),
        (-0.4, WELFARE, False),
        (0.0004, INCOME, False),
        (0.01, INCOME, True),
    ],
)
def test_a_change_is_visible_from_the_last_decimal_on(change, measured, visible):
    assert numbers.is_visible(change, measured) is visible


@pytest.mark.parametrize(
    ("value", "measured", "text"),
    [
        (80, LONELY, "80%"),
        (2.5, LONELY, "2,5%"),
        (2.55, LONELY, "2,6%"),
        (0, SCORE, "0"),
        (-0.05, SCORE, "−0,05"),
        (1300, WELFARE, "1.300"),
        (30, INCOME, f"€{NBSP}30.000"),
    ],
)
def test_ticks_have_no_idle_decimals(value, measured, text):
    assert numbers.tick(value, measured) == text


@pytest.mark.parametrize(("value", "text"), [(20, "+20"), (0, "0"), (-40, "−40"), (0.4, "0"), (-0.4, "0")])
def test_signed_numbers_sign_all_but_zero(value, text):
    assert numbers.signed(value) == text


@pytest.mark.parametrize(
    ("label", "noun", "shown"),
    [
        ("Meldingen openbare ruimte", "meldingen", ""),
        ("Woninginbraken", "inbraken", ""),
        ("Overlast", "registraties", "registraties"),
    ],
)
def test_a_tile_repeats_no_noun_of_its_label(label, noun, shown):
    assert numbers.unit_beside_label(replace(WELFARE, short_label=label, unit_noun=noun), 12) == shown


@pytest.mark.parametrize(("value", "step", "shown"), [(1352.78, 10, 1350), (1355, 10, 1360), (1352.78, 0, 1352.78)])
def test_noise_is_rounded_as_its_figure(value, step, shown):
    assert numbers.to_step(value, step) == shown
