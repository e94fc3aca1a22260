"""Developments in Maandrecht that its figures show: ageing, benefits, shops that close, and costs of youth care."""

from datetime import date

_AGEING_FASTEST = "BU99990008"
_MOST_BENEFITS = "BU99990005"
_SHOPPING_STREETS = "BU99990000"
# The measure FM-003 in seeds/policy_measures.csv: it helped a little. FM-001 did nothing, so nothing is here.
_WORK_BRIGADE, _WORK_BRIGADE_BEGAN, _WORK_BRIGADE_EFFECT = "BU99990104", date(2024, 6, 1), 0.18
_DAYS_TO_FULL_EFFECT = 900
_SHOPS_BEGAN_TO_CLOSE = date(2024, 9, 1)
_YEAR = 365.25


def ages_in(ages: tuple[float, ...], neighbourhood: str, year: int) -> list[float]:
    """Weights of the age groups in a year: the oldest grows at the cost of children and of young adults."""
    older = 0.012 * (year - 2018) if neighbourhood == _AGEING_FASTEST else 0.0025 * (year - 2024)
    children, young, adults, middle, oldest = ages
    return [children - 0.4 * older, young, adults - 0.6 * older, middle, max(oldest + older, 0.01)]


def welfare_in(neighbourhood: str, day: date) -> float:
    """Factor of the number of welfare recipients on a day."""
    if neighbourhood == _MOST_BENEFITS:
        return 1.8
    if neighbourhood == _WORK_BRIGADE:
        elapsed = (day - _WORK_BRIGADE_BEGAN).days / _DAYS_TO_FULL_EFFECT
        return 1 - _WORK_BRIGADE_EFFECT * min(max(elapsed, 0.0), 1.0)
    return 1.0


def welfare_within_year(neighbourhood: str, day: date) -> float:
    """The factor of a day as a share of that of its year as a whole."""
    return welfare_in(neighbourhood, day) / welfare_in(neighbourhood, middle_of(day.year))


def middle_of(year: int) -> date:
    """The day whose factors stand for the year."""
    return date(year, 7, 1)


def vacant_shops_in(neighbourhood: str, day: date) -> float:
    """Factor of the usual vacancy of shops on a day."""
    if neighbourhood != _SHOPPING_STREETS:
        return 1.0
    return 0.9 + 0.6 * max((day - _SHOPS_BEGAN_TO_CLOSE).days / _YEAR, 0.0)


def youth_care_overrun(year: int) -> float:
    """Share of the budget for youth care that is spent on top of it: more in every year until 2027."""
    return 0.05 + 0.03 * min(max(year - 2024, 0), 3)
