"""A line is broken where its source began to count in another way, and the sentences say so."""

from dataclasses import replace
from datetime import date

import pytest
from main_line.first_run import SAMPLE_DAY

from dashboard.presentation.graphs import course, series_of
from dashboard.reading.board import open_board
from dashboard.reading.series import series

CODE = "crimes_count"


@pytest.fixture(scope="module")
def crimes(release):
    board = open_board(release, SAMPLE_DAY, "")
    return board.indicators[CODE], series(board, CODE, ["GM9999"])["GM9999"]


def test_the_break_of_the_police_reaches_the_board(crimes):
    assert crimes[0].series_break == date(2018, 7, 1)


def test_a_break_within_the_line_leaves_a_gap_and_a_sentence(crimes):
    indicator, figures = crimes
    broken = replace(indicator, series_break=figures[2].period_start)
    values = [point.value for point in series_of(broken, "", figures).points]
    assert values == [figures[0].value, figures[1].value, None, *(figure.value for figure in figures[2:])]
    drawn = course(broken, "Maandrecht", figures)
    assert "telt de bron anders" in drawn.caption
    assert figures[0].period not in drawn.title


@pytest.mark.parametrize("day", [date(2000, 1, 1), date(2099, 1, 1)])
def test_a_break_outside_the_line_changes_nothing(crimes, day):
    indicator, figures = crimes
    other = replace(indicator, series_break=day)
    whole = replace(indicator, series_break=None)
    assert series_of(other, "", figures) == series_of(whole, "", figures)
    assert course(other, "Maandrecht", figures) == course(whole, "Maandrecht", figures)
