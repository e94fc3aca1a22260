"""Indicators as small values, for tests of words."""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Measure:
    label: str
    short_label: str
    unit: str
    unit_noun: str | None
    decimals: int
    direction: str


WELFARE = Measure("Inwoners met bijstand", "Inwoners met bijstand", "count", "inwoners", 0, "lower_is_better")
LONELY = Measure("Eenzaamheid", "Eenzaamheid", "pct", None, 1, "lower_is_better")
HANDLING = Measure("Doorlooptijd", "Doorlooptijd", "days", None, 1, "lower_is_better")
BALANCE = Measure("Saldo", "Saldo", "eur", None, 0, "higher_is_better")
INCOME = Measure("Inkomen", "Inkomen", "keur", None, 1, "higher_is_better")
RATE = Measure("Bijstand per 1.000", "Bijstand per 1.000", "per_1000", None, 0, "lower_is_better")
SCORE = Measure("SES-WOA", "SES-WOA", "score", None, 3, "higher_is_better")
REPORTS = Measure("Meldingen", "Meldingen", "count", "meldingen", 0, "neutral")


def with_unit(unit, decimals=0):
    return replace(WELFARE, unit=unit, unit_noun=None, decimals=decimals)
