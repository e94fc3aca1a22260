"""Sentences about what is expected: a range instead of one number, and whether the method did better than repeating."""

from dataclasses import dataclass

from dashboard.words.numbers import Measured, figure, number, to_step, unit_word
from dashboard.words.periods import sentence_start

# How often of ten times a figure falls within a band.
_OF_TEN = {50: "5 van de 10 keer", 80: "8 van de 10 keer"}


@dataclass(frozen=True)
class Range:
    """The least and the most that is expected, rounded as the figures of the indicator are."""

    lower: float
    upper: float

    def rounded(self, step: int) -> "Range":
        """The range in multiples of ``step``; 0 keeps it."""
        return Range(to_step(self.lower, step), to_step(self.upper, step))


def between(expected: Range, measured: Measured) -> str:
    """Write a range: '40 tot 65'; a single number where both ends read the same."""
    lower, upper = figure(expected.lower, measured), figure(expected.upper, measured)
    return lower if lower == upper else f"{lower} tot {upper}"


def expected(span: Range, measured: Measured, period: str) -> str:
    """Write what is expected in a period: 'In oktober 2027 waarschijnlijk 40 tot 65 meldingen'."""
    word = unit_word(measured, span.upper)
    return f"In {period} waarschijnlijk {between(span, measured)}{f' {word}' if word else ''}"


def verdict(beats_naive: bool | None, *, is_long: bool = False) -> str:
    """Say whether a forecast did better than repeating the year before, or of years than a fixed share."""
    if beats_naive is None:
        return "Er is nog niet genoeg verleden om te zien hoe goed deze verwachting is."
    simple = "een vast aandeel van de gemeente" if is_long else "vorig jaar herhalen"
    return f"Deze verwachting was tot nu toe {'' if beats_naive else 'niet '}beter dan {simple}."


def error(wape_year_pct: float | None, naive_wape_pct: float | None, simple: str = "vorig jaar herhalen") -> str:
    """Say how far a year's sum was off, beside that of repeating; empty where it is not known."""
    if wape_year_pct is None:
        return ""
    beside = f"; {simple} {share(naive_wape_pct)}" if naive_wape_pct is not None else ""
    return f"Over een heel jaar zat ze er gemiddeld {share(wape_year_pct)} naast{beside}."


def after_ten_years(origin: str, period: str, wape_pct: float, naive_wape_pct: float | None, where: str) -> str:
    """Say how far an old projection was off in the end, beside a constant share."""
    beside = f" (een vast aandeel van de gemeente: {share(naive_wape_pct)})" if naive_wape_pct is not None else ""
    return f"Met de cijfers van {origin} zat de verwachting voor {period} er {where} {share(wape_pct)} naast{beside}."


def share(percent: float) -> str:
    """Write an error in percent: with a decimal as long as it is small."""
    return f"{number(percent, 0 if percent >= 10 else 1)}%"


def fell_within(right: int, of: int, coverage: int = 80) -> str:
    """Say how many figures fell within a band, and how many should."""
    return f"{right} van de {of} cijfers vielen in de band. Verwacht: {_OF_TEN[coverage]}."


def waiting(months: str, count: int) -> str:
    """Say that months are not reported in full, where nothing is known yet of how much still comes."""
    return f"{sentence_start(months)} {'is' if count == 1 else 'zijn'} nog niet compleet: er komen nog cijfers bij."


def incomplete(reported: float, span: Range, measured: Measured, period: str) -> str:
    """Say what a month that is not reported in full is expected to become."""
    return (
        f"{sentence_start(period)} is nog niet compleet: {figure(reported, measured)} gemeld,"
        f" waarschijnlijk worden het er {between(span, measured)}."
    )
