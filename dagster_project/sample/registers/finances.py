"""Budgets and expenses of the fictional municipalities per task field: source of their Iv3 reports and their ledger."""

from functools import cache
from random import Random
from typing import NamedTuple

from dagster_project.sample.municipality import parts_of
from dagster_project.sample.stories import youth_care_overrun

MONTHS = 12
# From this year the social domain has other task fields.
NEW_SOCIAL_DOMAIN = 2025
RESERVES, RESULT = "0.10", "0.11"

# fmt: off
# Euro per inhabitant and year: expense, revenue. Details have their letters or third digits.
_USUAL = {
    "0.1": (62, 1), "0.2": (30, 9), "0.3": (14, 11), "0.4": (310, 16), "0.5": (12, 34), "0.61": (6, 148),
    "0.62": (4, 96), "0.63": (0, 6), "0.64": (1, 12), "0.7": (2, 2240), "0.8": (28, 4), "0.9": (3, 0),
    RESERVES: (96, 118),
    "1.1": (88, 2), "1.2": (38, 3), "2.1": (178, 9), "2.2": (9, 14), "2.3": (2, 1), "2.4": (6, 2), "2.5": (1, 0),
    "3.1": (15, 2), "3.2": (34, 38), "3.3": (4, 3), "3.4": (12, 7), "4.1": (2, 0), "4.2": (74, 4), "4.3": (58, 27),
    "5.1": (24, 1), "5.2": (66, 21), "5.3": (44, 3), "5.4": (13, 2), "5.5": (5, 1), "5.6": (28, 1), "5.7": (82, 5),
    "6.1": (118, 22), "6.2": (72, 2), "6.3": (388, 326), "6.4": (236, 11), "6.5": (64, 6), "6.6": (46, 2),
    "7.1": (62, 3), "7.2": (118, 141), "7.3": (142, 163), "7.4": (36, 4), "7.5": (12, 12),
    "8.1": (46, 9), "8.2": (204, 211), "8.3": (58, 49),
}
_SOCIAL_DOMAIN_BEFORE = {
    "6.71a": (62, 3), "6.71b": (88, 4), "6.71c": (29, 1), "6.71d": (9, 0), "6.72a": (84, 1), "6.72b": (96, 1),
    "6.72c": (22, 0), "6.73a": (24, 0), "6.73b": (31, 0), "6.73c": (48, 0), "6.74a": (18, 0), "6.74b": (22, 0),
    "6.74c": (11, 0), "6.81a": (14, 3), "6.82a": (21, 0), "6.82b": (6, 0), "6.91": (7, 0), "6.92": (9, 0),
}
_SOCIAL_DOMAIN_NOW = {
    "6.711": (64, 3), "6.712": (92, 4), "6.713": (31, 1), "6.714": (9, 0), "6.751": (146, 1), "6.752": (74, 1),
    "6.753": (18, 0), "6.761": (58, 0), "6.762": (62, 0), "6.763": (11, 0), "6.791": (8, 0), "6.792": (4, 0),
    "6.811": (14, 3), "6.821": (22, 0), "6.822": (6, 0), "6.91": (7, 0), "6.92": (9, 0),
}
# fmt: on
# Beginnings of the details of youth care.
YOUTH_CARE = ("6.72", "6.73", "6.74", "6.75", "6.76", "6.792", "6.82")
_YEARLY_GROWTH = 0.038
_BASE_YEAR = 2025


class Amounts(NamedTuple):
    """Expense and revenue in euro."""

    expense: float
    revenue: float


def details(year: int) -> list[str]:
    """Codes of the task fields in a year, as finely as municipalities report them."""
    social = _SOCIAL_DOMAIN_NOW if year >= NEW_SOCIAL_DOMAIN else _SOCIAL_DOMAIN_BEFORE
    codes = [*_USUAL, *social]
    return sorted(codes, key=lambda code: (code[0], float(code[2:4].rstrip("abcd")), code))


@cache
def budget(region: str, detail: str, year: int, seed: int) -> Amounts:
    """Budget that the council adopted for the year."""
    usual = _USUAL.get(detail) or _SOCIAL_DOMAIN_BEFORE.get(detail) or _SOCIAL_DOMAIN_NOW[detail]
    people = _inhabitants(region)
    own = Random(f"{seed}/{region}/{detail[:3]}/finances").uniform(0.85, 1.15)
    growth = (1 + _YEARLY_GROWTH) ** (year - _BASE_YEAR)
    return Amounts(*(float(round(people * euro * own * growth, -3)) for euro in usual))


def changed_budget(region: str, detail: str, year: int, seed: int) -> Amounts:
    """The budget after the council's changes during the year."""
    first = budget(region, detail, year, seed)
    change = Random(f"{seed}/{region}/{detail}/{year}/change").choice((0.98, 1.0, 1.0, 1.0, 1.03, 1.05))
    return Amounts(*(float(round(amount * change, -3)) for amount in first))


@cache
def spent(region: str, detail: str, year: int, seed: int) -> list[Amounts]:
    """Amounts booked in each month of the year."""
    first = budget(region, detail, year, seed)
    overrun = youth_care_overrun(year) if detail.startswith(YOUTH_CARE) else 0.0
    luck = Random(f"{seed}/{region}/{detail}/{year}/spent").uniform
    return [
        Amounts(
            round(first.expense / MONTHS * (1 + overrun + luck(-0.08, 0.08)), 2),
            round(first.revenue / MONTHS * (1 + luck(-0.06, 0.05)), 2),
        )
        for _ in range(MONTHS)
    ]


@cache
def _inhabitants(region: str) -> int:
    return sum(part.inhabitants for part in parts_of(region))
