"""The figures of a page, and what is wrong with them beside the marts they come from."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from html import unescape

import duckdb

Key = tuple[str, str, str]
_DATA = re.compile(r'<data value="([^"]*)" data-i="([^"]*)" data-a="([^"]*)" data-p="([^"]*)">(.*?)</data>', re.S)
_TAG = re.compile(r"<[^>]*>")
_FIGURE = re.compile(r"^€? ?([−]?)([\d.]+)(?:,(\d+))?(%| mln)?$")
_TRUTH = """
    select indicator_code, region_code, period, value, fresh_until
    from snapshot.fct_indicator_values
"""


@dataclass(frozen=True)
class Cell:
    """A figure of the long mart with its last day."""

    value: float | None
    fresh_until: date | None


Truth = Mapping[Key, Cell]


def truth_of(database: str) -> Truth:
    """Every figure of a release, expired or not, read apart from the board."""
    with duckdb.connect(database, read_only=True) as connection:
        return {(i, a, p): Cell(value, until) for i, a, p, value, until in connection.execute(_TRUTH).fetchall()}


@dataclass(frozen=True)
class ShownFigure:
    """A figure of a page: of what it is, the value for machines and the text for people."""

    key: Key
    value: float
    text: str


def figures(page: str) -> list[ShownFigure]:
    """All figures of a page that name their indicator, area and period."""
    return [
        ShownFigure((i, a, p), float(value), unescape(_TAG.sub("", text)).replace("\u00a0", " ").strip())
        for value, i, a, p, text in _DATA.findall(page)
    ]


def faults(shown: Collection[ShownFigure], truth: Truth, today: date) -> Iterator[str]:
    """Every figure that is not that of its mart, that may not be shown today, or whose text says something else."""
    for one in shown:
        cell = truth.get(one.key)
        if cell is None or cell.value is None:
            yield f"{one.key}: shows {one.value}, which the mart withholds"
        elif cell.fresh_until is None or cell.fresh_until < today:
            yield f"{one.key}: shows {one.value} after {cell.fresh_until}"
        elif cell.value != one.value:
            yield f"{one.key}: shows {one.value}, is {cell.value}"
        elif not _says(one.text, one.value):
            yield f"{one.key}: says {one.text!r} of {one.value}"


def missing(shown: Collection[ShownFigure], truth: Truth, today: date, indicator: str, area: str) -> list[Key]:
    """Figures of an indicator and an area that may be shown and are not."""
    there = {one.key for one in shown}
    return [
        key
        for key, cell in truth.items()
        if key[:2] == (indicator, area)
        and cell.value is not None
        and cell.fresh_until is not None
        and cell.fresh_until >= today
        and key not in there
    ]


def _says(text: str, value: float) -> bool:
    """Whether a Dutch text is this value, rounded to the decimals it has."""
    match = _FIGURE.match(text)
    if match is None:
        return False
    sign, whole, decimals, unit = match.groups()
    number = float(whole.replace(".", "") + "." + (decimals or "0")) * (-1 if sign else 1)
    half = 0.5 * 10.0 ** -len(decimals or "")
    # Amounts are kept in euros or in thousands of them.
    scales = (1e6, 1e3) if unit == " mln" else (1.0, 1e-3) if text.startswith("€") else (1.0,)
    return any(abs(number - value / scale) <= half * (1 + 1e-9) for scale in scales)
