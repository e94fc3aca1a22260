"""Conversion of a column's values to one form: numbers with a point, ISO dates, true and false.

A number such as 1.234 is over a thousand in a Dutch export and just over one in an English one. One value is ambiguous,
but a column rarely is: its form is the one in which each value is a number. If both forms fit and give different
numbers, the file is refused and its author asked.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from math import isfinite
from typing import Literal

from dagster_project.contracts.model import Column
from dagster_project.contracts.personal import masked
from dagster_project.extract.files.sheet_rows import Cell, OddCell, is_empty
from dagster_project.extract.pseudonyms import pseudonyms
from dagster_project.installation.workspace import LOCAL_TIME

EXPECTED: dict[str, str] = {
    "bigint": "a whole number, such as 12",
    "integer": "a whole number, such as 12",
    "double": "a number, such as 12,5",
    "boolean": "ja or nee",
    "date": "a date, such as 31-12-2025",
    "timestamptz": "a moment, such as 31-12-2025 14:05",
    "varchar": "a text",
}
NUMBERS = ("bigint", "integer", "double")
YES = {"ja", "j", "true", "waar", "t", "yes", "y", "1"}
NO = {"nee", "n", "false", "onwaar", "f", "no", "0"}
DAY = re.compile(
    r"(?:(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})|(?P<d>\d{1,2})(?P<mark>[-/.])(?P<m>\d{1,2})(?P=mark)"
    r"(?P<y>\d{4}))"
    r"(?:[T ]+(?P<time>\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)(?P<zone>Z|[+-]\d{2}(?::?\d{2})?)?)?"
)
# Digits in groups of three after one to three that do not start with 0, or without groups.
DUTCH = re.compile(r"(?:[1-9]\d{0,2}(?:\.\d{3})+|[1-9]\d{0,2}(?: \d{3})+|\d+)(?:,\d+)?")
ENGLISH = re.compile(r"(?:[1-9]\d{0,2}(?:,\d{3})+|[1-9]\d{0,2}(?: \d{3})+|\d+)(?:\.\d+)?")
SIGNED = re.compile(r"(?P<before>[-+]?) ?(?P<digits>\d[\d., ]*?)(?P<exponent>[eE][-+]?\d{1,2})? ?(?P<after>-?)")
EURO = re.compile(r"€|(?<![a-z])eur(?:o|o's)?(?![a-z])", re.IGNORECASE)
BRACKETED = re.compile(r"\( ?(\d.*?) ?\)")
# 1.234,- is an amount of whole euros; the hyphen is no sign.
WHOLE_EUROS = re.compile(r"(?<=\d),(?:--?|=)$")
DASHES = str.maketrans("−–‐‑", "----")
MONTHS = 12


@dataclass(frozen=True)
class WrongValue:
    """An invalid value: its place in the column, and what is expected."""

    position: int
    expected: str
    came: str
    do: str
    # Number of such values in the column.
    count: int = 1


@dataclass(frozen=True)
class ColumnReader:
    """Reader of the values of one column."""

    column: Column
    missing: frozenset[str]
    decimal_mark: str | None
    # Values of an own register are not repeated in errors, which end up in logs.
    shows_values: bool
    # Of the pseudonyms in one delivery; None for the fictional examples of a template.
    pseudonym_key: bytes | None
    # Accepted values, by the words of the file for them.
    translations: Mapping[str, str] = field(default_factory=dict)

    def read(self, cells: Sequence[Cell]) -> list[str] | WrongValue:
        """The values in the form that landing reads; or the first that is wrong."""
        values = [self._tidy(cell) for cell in cells]
        if self.column.data_type in NUMBERS:
            ambiguous, text_to_number = self._number_reader(values)
            if ambiguous:
                return ambiguous
        else:
            text_to_number = {}
        order = self._day_order(values) if self.column.data_type in ("date", "timestamptz") else "day"
        if isinstance(order, WrongValue):
            return order
        texts, wrong = [], []
        for position, value in enumerate(values):
            text = self._converted(value, text_to_number, order)
            if isinstance(text, OddCell):
                wrong.append((position, text))
            else:
                texts.append(text)
        if wrong:
            position, odd = wrong[0]
            return WrongValue(position, odd.expected, odd.came, odd.do, len(wrong))
        return texts

    def _tidy(self, cell: Cell) -> Cell:
        return " ".join(cell.split("\u00a0")).strip() if isinstance(cell, str) else cell

    def _converted(self, value: Cell, numbers: dict[str, str | None], order: str) -> str | OddCell:
        if isinstance(value, OddCell):
            return value
        if is_empty(value):
            if self.column.meta.minimum_fill_pct < 100:
                return ""
            return self._wrong(value, "fill it in, or leave out a row that is no data")
        if isinstance(value, str) and value in self.missing:
            return value
        match self.column.data_type:
            case "bigint" | "integer" | "double":
                text = numbers.get(value) if isinstance(value, str) else _number_in_cell(value, self.column)
            case "boolean":
                text = _boolean(value)
            case "date":
                text = _day(value, order)
            case "timestamptz":
                text = _moment(value, order)
            case _:
                text = _text(value)
        if text is None:
            return self._wrong(value, "correct the value, or format the column for this kind of value")
        return self._accepted(text, value)

    def _accepted(self, text: str, value: Cell) -> str | OddCell:
        accepted = self.column.meta.accepted_values
        if accepted:
            text = next((ours for theirs, ours in self.translations.items() if _is_same(theirs, text)), text)
            same = next((known for known in accepted if _is_same(known, text)), None)
            if same is None:
                return OddCell(
                    f"one of {', '.join(accepted)}",
                    self._shown(value),
                    "choose one of these values, or name the file's word for it in maandvers.toml, below 'values' of "
                    "the feed",
                )
            text = same
        if self.column.meta.is_pseudonymised and self.pseudonym_key:
            return pseudonyms(self.pseudonym_key, self.column.data_type)(text)
        return text

    def _wrong(self, value: Cell, do: str) -> OddCell:
        return OddCell(EXPECTED[self.column.data_type], self._shown(value), do)

    def _shown(self, value: Cell) -> str:
        kind = _kind(value)
        if is_empty(value):
            return "nothing"
        if self.shows_values and not self.column.meta.is_pseudonymised:
            text = masked(str(value)) if self.column.data_type == "varchar" else str(value)
            return f"{kind}: {text[:60]!r}"
        return f"{kind} of {len(str(value))} characters"

    def _day_order(self, values: Sequence[Cell]) -> Literal["day", "month"] | WrongValue:
        """Which of day and month comes first in dates with slashes; or the reason why that is ambiguous."""
        dates = [(n, match) for n, value in enumerate(values) if (match := _slashed(value))]
        day_first = [n for n, match in dates if int(match["d"]) > MONTHS]
        month_first = [n for n, match in dates if int(match["m"]) > MONTHS]
        differing = [n for n, match in dates if int(match["d"]) != int(match["m"])]
        if not differing or bool(day_first) != bool(month_first):
            return "month" if month_first else "day"
        came = self._shown(values[differing[0]])
        if day_first:
            came = f"{self._shown(values[day_first[0]])} and, in this column too, {self._shown(values[month_first[0]])}"
        do = "write dates as 31-12-2025 or 2025-12-31, or format the column as a date"
        expected = "dates that show whether the day or the month comes first"
        return WrongValue(differing[0], expected, came, do, len(differing))

    def _number_reader(self, values: Sequence[Cell]) -> tuple[WrongValue | None, dict[str, str | None]]:
        """Each text of the column as a number, None for other texts; or the reason why the form is ambiguous."""
        texts = {
            value: position
            for position, value in reversed(list(enumerate(values)))
            if isinstance(value, str) and value and value not in self.missing
        }
        is_whole = self.column.data_type != "double"
        dutch = {text: _number(text, DUTCH, ".", ",", is_whole) for text in texts}
        english = {text: _number(text, ENGLISH, ",", ".", is_whole) for text in texts}
        if self.decimal_mark is not None:
            return None, dutch if self.decimal_mark == "," else english
        # A text that is a number in neither form says nothing about the form, and is reported later.
        numbers = [text for text in texts if dutch[text] is not None or english[text] is not None]
        only_dutch = [text for text in numbers if english[text] is None]
        only_english = [text for text in numbers if dutch[text] is None]
        differing = [text for text in numbers if dutch[text] != english[text]]
        if only_dutch and only_english:
            return self._undecided(texts, only_dutch, only_english), {}
        if not only_dutch and not only_english and differing:
            return self._undecided(texts, differing, []), {}
        return None, english if only_english else dutch

    def _undecided(self, places: dict[str, int], some: list[str], others: list[str]) -> WrongValue:
        first = min(some, key=lambda text: places[text])
        shown = self._shown(first)
        if others:
            expected = "numbers written in one form: decimals behind a comma, or behind a point"
            came = (
                f"both forms in one column, such as {shown} here and {self._shown(min(others, key=places.__getitem__))}"
            )
        else:
            expected = "numbers in which the meaning of point and comma is clear"
            came = f"{shown}, and no other value shows whether its separator marks thousands or decimals"
        do = "write numbers without separators for thousands, or set decimal_mark in the contract"
        return WrongValue(places[first], expected, came, do, len(some))


def _number(text: str, form: re.Pattern[str], thousands: str, decimals: str, is_whole: bool) -> str | None:
    """A number of a form, written with a point; None for any other text."""
    whole = text.translate(DASHES)
    bare = " ".join(EURO.sub(" ", whole, count=1).split())
    if EURO.search(whole):
        # Excel's formats for amounts show a debt in brackets, and zero as a dash.
        bare = BRACKETED.sub(r"-\1", bare) if bare != "-" else "0"
    match = SIGNED.fullmatch(WHOLE_EUROS.sub("", bare))
    if match is None or (match["before"] and match["after"]) or not form.fullmatch(match["digits"]):
        return None
    plain = match["digits"].replace(" ", "").replace(thousands, "").replace(decimals, ".")
    sign = "-" if "-" in (match["before"], match["after"]) else ""
    number = f"{sign}{plain}{match['exponent'] or ''}"
    if not is_whole:
        return number
    value = Decimal(number)
    return f"{value:.0f}" if value == value.to_integral_value() else None


def _number_in_cell(value: Cell, column: Column) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        return None
    if column.data_type == "double":
        return repr(value)
    return str(int(value)) if value == int(value) else None


def _is_same(one: str, other: str) -> bool:
    return one.strip().casefold() == other.casefold()


def _boolean(value: Cell) -> str | None:
    text = str(value).casefold()
    return "true" if text in YES else "false" if text in NO else None


def _day(value: Cell, order: str) -> str | None:
    """A day. A time of day is dropped only if it is midnight, which programs append to a date."""
    moment = _clock(value, order)
    if moment is None or moment.time().replace(microsecond=0).isoformat() != "00:00:00":
        return None
    return moment.date().isoformat()


def _moment(value: Cell, order: str) -> str | None:
    moment = _clock(value, order)
    if moment is None:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=LOCAL_TIME)).isoformat()


def _slashed(value: Cell) -> re.Match[str] | None:
    """A date with slashes, which Americans write with the month first."""
    match = DAY.fullmatch(value) if isinstance(value, str) else None
    return match if match and match["mark"] == "/" else None


def _clock(value: Cell, order: str) -> datetime | None:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time())
    match = DAY.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return None
    year, month, day = (match[one] or match[other] for one, other in (("year", "y"), ("month", "m"), ("day", "d")))
    if order == "month" and match["mark"] == "/":
        month, day = day, month
    hour, _, rest = (match["time"] or "00:00").partition(":")
    try:
        return datetime.fromisoformat(f"{year}-{month:0>2}-{day:0>2}T{hour:0>2}:{rest}{match['zone'] or ''}")
    except ValueError:
        return None


def _text(value: Cell) -> str | None:
    """A text, unchanged. Excel drops the trailing zero of a code such as 6.10, so a fraction is no text."""
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


def _kind(value: Cell) -> str:
    match value:
        case bool():
            return "a truth value"
        case int() | float():
            return "a number"
        case date():
            return "a date"
        case _:
            return "a text"
