"""Words for the effect of a measure: how strong the evidence is, and whether it may be chance."""

from dataclasses import dataclass

from dashboard.words.numbers import Measured, amount, number
from dashboard.words.periods import sentence_start

_STRENGTHS = {
    "A": (
        "Sterk",
        "De maatregel begon niet overal tegelijk, zodat goed te vergelijken is.",
    ),
    "B": ("Redelijk", "Vergelijkbare plekken zonder de maatregel volgden eerder dezelfde lijn."),
    "C": ("Zwak", "De vergelijking laat ruimte voor andere verklaringen."),
    "D": ("Niet te schatten", "Met deze cijfers is geen effect te schatten."),
}


@dataclass(frozen=True)
class Strength:
    """The grade of a comparison, its name and its meaning."""

    grade: str
    name: str
    meaning: str


def strength(grade: str) -> Strength:
    """Name how strong the comparison of a grade is, A to D."""
    return Strength(grade, *_STRENGTHS[grade])


def parted(sentence: str) -> tuple[str, str]:
    """Part the sentences of an effect into the first claim and what follows it."""
    ends = [place for place in (sentence.find("; "), sentence.find(". ")) if place >= 0]
    if not ends:
        return sentence, ""
    return f"{sentence[: min(ends)]}.", sentence_start(sentence[min(ends) + 2 :])


def chance(rank: int | None, count: int | None) -> str | None:
    """Say in how many places without a measure the difference was as large; None where that is not known."""
    if rank is None or count is None:
        return None
    as_large = rank - 1
    found = "nergens" if as_large == 0 else f"in {places(as_large)}"
    return f"Van {places(count)} zonder maatregel was het verschil {found} even groot."


def places(count: int) -> str:
    """Count places: '1 gebied', '38 gebieden'."""
    return f"{number(count)} {'gebied' if count == 1 else 'gebieden'}"


def change(value: float, measured: Measured) -> str:
    """Write an effect with its direction: '35 minder', '0,5 procentpunt meer'."""
    size = amount(value, measured)
    return size if value == 0 else f"{size} {'meer' if value > 0 else 'minder'}"


def passed(is_passed: bool | None) -> str:
    """Say how a check came out; nothing for one that is shown as a contrast."""
    return "" if is_passed is None else "in orde" if is_passed else "niet in orde"
