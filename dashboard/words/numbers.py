"""Dutch numbers with their units, by Babel's nl_NL."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from math import ceil, floor, log10
from typing import Protocol

from babel.numbers import get_decimal_symbol, get_group_symbol

LOCALE = "nl_NL"
NBSP = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"
# The signs of the locale, applied by str.translate: a tenth of the time of format_decimal, which a test compares.
_SIGNS = str.maketrans({",": get_group_symbol(LOCALE), ".": get_decimal_symbol(LOCALE), "-": MINUS})
_MILLION = 1_000_000
_UNIT_WORDS = {
    "class": "",
    "count": "",
    "days": "dagen",
    "eur": "",
    "eur_per_inhabitant": "per inwoner",
    "fte": "fte",
    "ha": "ha",
    "hours": "uren",
    "keur": "",
    "km": "km",
    "kwh": "kWh",
    "m2": "m²",
    "m3": "m³",
    "pct": "",
    "per_1000": f"per{NBSP}1.000 inwoners",
    "per_1000_of_group": f"per{NBSP}1.000",
    "per_household": "per huishouden",
    "per_km2": "per km²",
    "per_year": "per medewerker per jaar",
    "persons": "personen",
    "pupils": "leerlingen",
    "score": "",
    "years": "jaren",
}
# Nouns of units and of counts (noun_nl in seeds/indicators), as they stand after exactly 1.
_SINGULAR = {
    "accommodaties": "accommodatie",
    "auto's": "auto",
    "cliënten": "cliënt",
    "dagen": "dag",
    "diefstallen": "diefstal",
    "geboorten": "geboorte",
    "huishoudens": "huishouden",
    "inbraken": "inbraak",
    "inwoners": "inwoner",
    "jaren": "jaar",
    "jongeren": "jongere",
    "kantoren": "kantoor",
    "kinderen": "kind",
    "leden": "lid",
    "leerlingen": "leerling",
    "mannen": "man",
    "medewerkers": "medewerker",
    "meldingen": "melding",
    "misdrijven": "misdrijf",
    "personen": "persoon",
    "peuters": "peuter",
    "praktijken": "praktijk",
    "registraties": "registratie",
    "restaurants": "restaurant",
    "ruimten": "ruimte",
    "scholen": "school",
    "sterfgevallen": "sterfgeval",
    "toewijzingen": "toewijzing",
    "trajecten": "traject",
    "uren": "uur",
    "verblijven": "verblijf",
    "verenigingen": "vereniging",
    "vernielingen": "vernieling",
    "vestigingen": "vestiging",
    "vrouwen": "vrouw",
    "winkels": "winkel",
    "woningen": "woning",
    "ziekmeldingen": "ziekmelding",
}
# Units that stay with a figure in a running sentence.
_WITH_UNIT = {"days", "hours", "km", "kwh", "m2", "m3", "ha", "fte", "years"}
# What grows and shrinks rather than rises and falls.
_MORE_OR_LESS = {"count", "ha", "m2", "hours", "fte", "years"}


class Measured(Protocol):
    """The parts of an indicator that its figures are written with."""

    @property
    def label(self) -> str:
        """The name of the indicator in full."""

    @property
    def short_label(self) -> str:
        """The name on tiles and in rows."""

    @property
    def unit(self) -> str:
        """The code of the unit, from seeds/units.csv."""

    @property
    def unit_noun(self) -> str | None:
        """The noun that a count counts, in the plural: 'inwoners'."""

    @property
    def decimals(self) -> int:
        """The number of decimals that its figures are shown with."""

    @property
    def direction(self) -> str:
        """One of 'higher_is_better', 'lower_is_better' and 'neutral'."""


@dataclass(frozen=True)
class Parts:
    """A figure with its unit apart, for the pages that set them in two sizes."""

    figure: str
    unit: str

    def __str__(self) -> str:
        """Return both, unbroken between figure and unit."""
        return f"{self.figure}{NBSP}{self.unit}" if self.unit else self.figure


def rounded(value: float, decimals: int = 0) -> Decimal:
    """Round half up, away from zero; binary noise beyond 15 digits does not count."""
    result = Decimal(f"{value:.15g}").quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    return abs(result) if result.is_zero() else result


def to_step(value: float, step: int) -> float:
    """Round half up to a multiple of a step, so that bounds have the precision of their figure; 0 keeps the value."""
    return float(rounded(value / step)) * step if step else value


def number(value: float, decimals: int = 0) -> str:
    """Write a number: 6.801 and 48,3, with a real minus sign."""
    return f"{rounded(value, decimals):,.{decimals}f}".translate(_SIGNS)


def euros(value: float, decimals: int = 0) -> str:
    """Write an amount: € 1.280, and € −23,1 mln from a million up."""
    if abs(rounded(value)) >= _MILLION:
        return f"€{NBSP}{number(value / _MILLION, 1)}{NBSP}mln"
    return f"€{NBSP}{number(value, decimals)}"


def figure(value: float, measured: Measured) -> str:
    """Write a value as the indicator asks, without its unit word: 1.280, 1,6% or € −23,1 mln."""
    return _figure(value, measured.unit, measured.decimals)


def _figure(value: float, unit: str, decimals: int) -> str:
    match unit:
        case "pct":
            return f"{number(value, decimals)}%"
        case "eur" | "eur_per_inhabitant":
            return euros(value, decimals)
        case "keur":
            return euros(value * 1000)
        case _:
            return number(value, decimals)


def tick(value: float, measured: Measured) -> str:
    """Write a value along an axis or in a legend: a figure without idle decimals, '80' and '2,5%'."""
    exact = rounded(value, measured.decimals)
    least = next(places for places in range(measured.decimals + 1) if rounded(value, places) == exact)
    return _figure(value, measured.unit, least)


def unit_word(measured: Measured, value: float | None = None) -> str:
    """Return the word after a figure, in the singular after exactly 1; empty where the sign in the figure says it."""
    word = measured.unit_noun or "" if measured.unit == "count" else _UNIT_WORDS.get(measured.unit, "")
    if value is not None and measured.decimals == 0 and rounded(value) == 1:
        return _SINGULAR.get(word, word)
    return word


def unit_beside_label(measured: Measured, value: float | None = None) -> str:
    """Return the word after a figure that stands under its label: empty where the label says it already."""
    word = unit_word(measured)
    return "" if word.replace(NBSP, " ").lower() in measured.short_label.lower() else unit_word(measured, value)


def parts(value: float, measured: Measured) -> Parts:
    """Split a value into its figure and its unit word."""
    return Parts(figure(value, measured), unit_word(measured, value))


def with_unit(value: float, measured: Measured) -> str:
    """Write a value with its unit, unbroken: '6,0 dagen'."""
    return str(parts(value, measured))


def short_unit(value: float, measured: Measured) -> str:
    """Write a value for a running sentence: the unit stays off where it is the noun of a count or a rate."""
    return with_unit(value, measured) if measured.unit in _WITH_UNIT else figure(value, measured)


def amount(change: float, measured: Measured, beside: float = 0, decimals: int | None = None) -> str:
    """Write the size of a change, without its sign: '50', '1,3 procentpunt', '0,6 dagen'.

    Beside an amount in millions a change is in millions as well, unless it is too small to show so.
    """
    size = abs(change)
    shown = measured.decimals if decimals is None else decimals
    match measured.unit:
        case "pct":
            return f"{number(size, shown)}{NBSP}procentpunt"
        case "eur" if abs(beside) >= _MILLION and size >= _MILLION / 10:
            return f"€{NBSP}{number(size / _MILLION, 1)}{NBSP}mln"
        case "eur" | "eur_per_inhabitant" | "keur":
            return figure(size, measured)
        case unit if unit in _WITH_UNIT:
            word = _UNIT_WORDS[unit]
            is_one = shown == 0 and rounded(size) == 1
            return f"{number(size, shown)}{NBSP}{_SINGULAR.get(word, word) if is_one else word}"
        case _:
            return number(size, shown)


def about(noise: float, change: float, measured: Measured, beside: float = 0) -> str:
    """Write the size of the noise that a change lies within: to one digit, since it is itself an estimate.

    Where that would not exceed the change, to two digits and rounded up.
    """
    if measured.unit in {"eur", "eur_per_inhabitant", "keur"}:
        return amount(noise, measured, beside)
    first = -floor(log10(noise))
    rough = rounded(noise * 10.0**first).scaleb(-first)
    if rough > rounded(abs(change), measured.decimals):
        return amount(float(rough), measured, decimals=max(min(first, measured.decimals), 0))
    places = min(first + 1, measured.decimals)
    return amount(ceil(round(noise * 10.0**places, 6)) / 10.0**places, measured, decimals=max(places, 0))


def difference(change: float, measured: Measured, beside: float = 0) -> str:
    """Write a change with its sign in words: '50 meer', '1,3 procentpunt lager', '0,1 km kleiner'."""
    if measured.unit in _MORE_OR_LESS:
        more, less = "meer", "minder"
    else:
        more, less = ("groter", "kleiner") if measured.unit == "km" else ("hoger", "lager")
    return f"{amount(change, measured, beside)}{NBSP}{more if change > 0 else less}"


def is_visible(change: float, measured: Measured) -> bool:
    """Report whether a change is more than 0 in the decimals that are shown."""
    if measured.unit == "keur":
        return rounded(change * 1000) != 0
    return rounded(change, measured.decimals) != 0


def signed(value: float, decimals: int = 0) -> str:
    """Write a number with its sign, as on the axis of a difference: +20, 0, −40."""
    return f"+{number(value, decimals)}" if rounded(value, decimals) > 0 else number(value, decimals)
