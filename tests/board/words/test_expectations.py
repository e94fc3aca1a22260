"""Sentences about what is expected: a range, never one number of a small group; no claim without a test of the past."""

from dataclasses import replace

import pytest

from dashboard.words.expectations import Range, between, error, expected, fell_within, incomplete, verdict

from .measured import BALANCE, HANDLING, REPORTS, WELFARE


@pytest.mark.parametrize(
    ("span", "measured", "text"),
    [
        (Range(40, 65), WELFARE, "40 tot 65"),
        (Range(0.4, 0.2), WELFARE, "0"),
        (Range(4.25, 6.8), HANDLING, "4,3 tot 6,8"),
        (Range(-23_094_000.0, -20_000_000.0), BALANCE, "€ −23,1 mln tot € −20,0 mln"),
    ],
)
def test_a_range_is_written_as_its_figures_are(span, measured, text):
    assert between(span, measured).replace("\u00a0", " ") == text


def test_counts_of_persons_are_expected_in_fives():
    assert Range(41.2, 63.9).rounded(5) == Range(40, 65)
    assert Range(41.2, 63.9).rounded(0) == Range(41.2, 63.9)


def test_what_is_expected_has_its_period_and_unit():
    assert expected(Range(40, 65), WELFARE, "oktober 2027") == "In oktober 2027 waarschijnlijk 40 tot 65 inwoners"
    assert expected(Range(1, 1), REPORTS, "mei 2027") == "In mei 2027 waarschijnlijk 1 melding"
    assert expected(Range(40, 65), replace(WELFARE, unit_noun=None), "2030") == "In 2030 waarschijnlijk 40 tot 65"


def test_a_forecast_that_loses_is_marked():
    assert "niet beter dan vorig jaar herhalen" in verdict(False)
    assert "was tot nu toe beter dan vorig jaar herhalen" in verdict(True)
    assert "nog niet genoeg" in verdict(None)


def test_errors_stand_beside_those_of_repeating():
    assert error(12.4, 18.0) == "Over een heel jaar zat ze er gemiddeld 12% naast; vorig jaar herhalen 18%."
    assert error(12.4, None) == "Over een heel jaar zat ze er gemiddeld 12% naast."
    assert error(None, 18.0) == ""


def test_what_came_is_counted_beside_what_should():
    assert fell_within(10, 12) == "10 van de 12 cijfers vielen in de band. Verwacht: 8 van de 10 keer."


def test_an_incomplete_month_is_no_drop():
    text = incomplete(40, Range(48, 55), REPORTS, "oktober 2026")
    assert text == "Oktober 2026 is nog niet compleet: 40 gemeld, waarschijnlijk worden het er 48 tot 55."
