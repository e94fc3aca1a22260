"""Dutch days and periods, for every period type of the marts."""

from datetime import UTC, date, datetime

import pytest

from dashboard.words import periods
from dashboard.words.numbers import NBSP

SCHOOL_YEAR = date(2026, 7, 31)


@pytest.mark.parametrize(
    ("period_type", "code", "end", "sentence", "row", "axis"),
    [
        ("month", "2025-12", None, "december 2025", "december 2025", "dec ’25"),
        ("month", "2026-05", None, "mei 2026", "mei 2026", "mei ’26"),
        ("quarter", "2025-Q4", None, "vierde kwartaal 2025", "4e kwartaal 2025", "4e kw. ’25"),
        ("quarter", "2026-Q1", None, "eerste kwartaal 2026", "1e kwartaal 2026", "1e kw. ’26"),
        ("year", "2024", date(2024, 12, 31), "2024", "2024", "2024"),
        ("year", "2025", SCHOOL_YEAR, "schooljaar 2025/2026", "schooljaar 2025/2026", "’25/’26"),
        ("year", "1999", date(2000, 7, 31), "schooljaar 1999/2000", "schooljaar 1999/2000", "’99/’00"),
    ],
)
def test_periods_in_sentences_rows_and_axes(period_type, code, end, sentence, row, axis):
    assert periods.period(period_type, code, end).replace(NBSP, " ") == sentence
    assert periods.period_row(period_type, code, end).replace(NBSP, " ") == row
    assert periods.period_axis(period_type, code, end).replace(NBSP, " ") == axis


def test_a_quarter_after_sinds_has_its_article():
    assert periods.since("quarter", "2023-Q1").replace(NBSP, " ") == "het eerste kwartaal van 2023"
    assert periods.since("year", "2013") == "2013"


def test_a_moment_falls_on_its_day_in_the_netherlands():
    assert periods.day(datetime(2026, 11, 14, 23, 0, tzinfo=UTC)) == "15-11-2026"
    assert periods.day(date(2026, 1, 2)) == "02-01-2026"


def test_unbroken_text_is_escaped():
    assert periods.unbroken("<b>") == '<span class="n">&lt;b&gt;</span>'


@pytest.mark.parametrize(
    ("text", "start"), [("eerste kwartaal", "Eerste kwartaal"), ("één buurt", "Eén buurt"), ("", "")]
)
def test_a_sentence_starts_with_a_capital(text, start):
    assert periods.sentence_start(text) == start


@pytest.mark.parametrize(
    ("names", "text"), [([], ""), (["a"], "a"), (["a", "b"], "a en b"), (["a", "b", "c"], "a, b en c")]
)
def test_enumerations(names, text):
    assert periods.enumeration(names) == text
