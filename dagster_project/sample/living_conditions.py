"""True state of the fictional neighbourhoods in a year, as additive quantities: the source of every key figure."""

from collections import Counter
from collections.abc import Iterable
from functools import cache
from random import Random
from typing import NamedTuple

from dagster_project.sample.municipality import ELSEWHERE, Neighbourhood
from dagster_project.sample.stories import ages_in, middle_of, welfare_in

_BASE_YEAR = 2024
_AGES = ["population_0_14", "population_15_24", "population_25_44", "population_45_64", "population_65_plus"]
_HOUSEHOLDS = ["single_person_households", "households_without_children", "households_with_children"]
_EDUCATION = ["low_education", "medium_education", "high_education"]

# Quantities that are no part of a whole.
_DRIFTING = (
    *("births", "deaths", "welfare", "disability", "unemployment", "youth_care", "wmo", "businesses", "cars", "gas"),
    *("electricity", "income", "low_income_households", "poor_people", "property_value", "vacant_dwellings"),
)


class Character(NamedTuple):
    """How a kind of neighbourhood usually is. Shares are of 1, money is in thousands of euro."""

    ages: tuple[float, float, float, float, float]
    household_size: float
    households: tuple[float, float, float]
    addresses_per_km2: int
    property_value: int
    single_family: float
    owner_occupied: float
    housing_association: float
    built_from_2000: float
    vacant: float
    education: tuple[float, float, float]
    participation: float
    income: float
    low_income: float
    wealth: float
    welfare: float
    youth_care: float
    wmo: float
    cars_per_household: float
    businesses: float
    km_to_facilities: float


# fmt: off
CHARACTERS = {
    "centre": Character((.10, .16, .34, .22, .18), 1.7, (.56, .27, .17), 2300, 298, .18, .38, .34, .30, .055,
                        (.22, .36, .42), .72, 29.5, .085, 38, .034, .095, .046, .62, .120, .5),
    "terraced": Character((.15, .12, .26, .27, .20), 2.1, (.36, .31, .33), 1750, 312, .74, .56, .33, .12, .022,
                          (.27, .42, .31), .70, 28.4, .064, 96, .026, .090, .048, 1.02, .070, .7),
    "social": Character((.17, .14, .28, .23, .18), 2.0, (.44, .24, .32), 2050, 232, .46, .27, .62, .09, .028,
                        (.38, .42, .20), .62, 23.1, .132, 14, .062, .148, .072, .78, .055, .7),
    "family": Character((.23, .12, .31, .25, .09), 2.7, (.19, .25, .56), 1320, 386, .86, .74, .18, .82, .015,
                        (.17, .39, .44), .77, 33.0, .035, 142, .012, .085, .022, 1.24, .090, 1.1),
    "affluent": Character((.16, .11, .18, .32, .23), 2.4, (.25, .38, .37), 780, 612, .92, .88, .04, .28, .019,
                          (.13, .33, .54), .70, 44.6, .022, 418, .006, .052, .024, 1.52, .150, 1.4),
    "village": Character((.15, .11, .22, .29, .23), 2.3, (.29, .36, .35), 540, 402, .90, .72, .21, .18, .021,
                         (.27, .43, .30), .71, 30.8, .042, 188, .013, .070, .036, 1.38, .105, 1.8),
    "rural": Character((.15, .12, .19, .31, .23), 2.5, (.22, .37, .41), 42, 548, .96, .82, .06, .14, .034,
                       (.26, .44, .30), .73, 32.2, .041, 344, .005, .058, .026, 1.84, .270, 4.2),
    "industrial": Character((.10, .12, .33, .33, .12), 2.2, (.40, .30, .30), 110, 430, .90, .66, .00, .20, .060,
                            (.30, .45, .25), .70, 29.0, .060, 120, .012, .060, .020, 1.60, 3.400, 2.1),
    "recreation": Character((.04, .05, .24, .42, .25), 1.5, (.60, .30, .10), 70, 210, 1.0, .70, .00, .30, .180,
                            (.35, .43, .22), .55, 24.0, .110, 22, .020, .030, .030, 1.10, .250, 3.1),
}
# fmt: on


def conditions(neighbourhood: Neighbourhood, year: int, seed: int) -> Counter[str]:
    """True state of one neighbourhood in one year: people, dwellings, hectares, and the sums behind averages.

    Everything can be added over neighbourhoods: averages come as a sum that is divided only when it is published.
    """
    if neighbourhood in ELSEWHERE:
        return Counter(_drifted(neighbourhood, year, seed))
    return Counter(_made_up(neighbourhood, year, seed))


@cache
def _drifted(neighbourhood: Neighbourhood, year: int, seed: int) -> dict[str, float]:
    """The state of the base year, a little different: enough for a municipality that is only compared with."""
    drift = Random(f"{seed}/{neighbourhood.code}/{year}")
    growth = 1.006 ** (year - _BASE_YEAR)
    return {
        # Borders do not move. People, dwellings and households are added up, so they move together.
        quantity: value
        if quantity in ("land", "water")
        else (round if isinstance(value, int) else float)(
            value * growth * (drift.uniform(0.97, 1.03) if quantity in _DRIFTING else 1)
        )
        for quantity, value in _made_up(neighbourhood, _BASE_YEAR, seed).items()
    }


@cache
def _made_up(neighbourhood: Neighbourhood, year: int, seed: int) -> Counter[str]:
    """One and the same for every supplier that publishes of it."""
    character = CHARACTERS[neighbourhood.character]

    def about(usual: float, quantity: str, spread: float = 0.12) -> float:
        """The usual value, a little different for this neighbourhood and again for this year."""
        lasting = Random(f"{seed}/{neighbourhood.code}/{quantity}").uniform(-spread, spread)
        yearly = Random(f"{seed}/{neighbourhood.code}/{quantity}/{year}").uniform(-spread, spread) / 8
        return usual * (1 + lasting + yearly)

    def share(usual: float, quantity: str) -> float:
        return min(about(usual, quantity), 1.0)

    later = year - _BASE_YEAR
    growth = Random(f"{seed}/{neighbourhood.code}/growth").uniform(-0.004, 0.012)
    people = round(neighbourhood.inhabitants * (1 + growth) ** later + about(1, "people", 0.1))
    weights = ages_in(character.ages, neighbourhood.code, year)
    ages = _split(people, [about(weight, age) for age, weight in zip(_AGES, weights, strict=True)])
    welfare = character.welfare * welfare_in(neighbourhood.code, middle_of(year))
    households = round(people / about(character.household_size, "household_size", 0.05))
    kinds = _split(
        households, [about(weight, kind) for kind, weight in zip(_HOUSEHOLDS, character.households, strict=True)]
    )
    dwellings = round(households * about(1.02, "dwellings", 0.015))
    men = round(people * about(0.496, "men", 0.02))
    adults = sum(ages[1:4]) + round(ages[4] * 0.55)
    degrees = _split(
        adults, [about(weight, level) for level, weight in zip(_EDUCATION, character.education, strict=True)]
    )
    land = round(100 * dwellings / about(character.addresses_per_km2, "addresses", 0.2) * 0.75) + 1
    owned = round(dwellings * min(about(character.owner_occupied, "owned"), 0.97))
    association = min(round(dwellings * about(character.housing_association, "association")), dwellings - owned)
    apartments = dwellings - round(dwellings * share(character.single_family, "single_family"))
    youth = ages[0] + round(ages[1] * 0.8)
    km = character.km_to_facilities
    truth = {
        "population": people,
        "male": men,
        "female": people - men,
        **dict(zip(_AGES, ages, strict=True)),
        "born_abroad": round(people * about(0.13, "born_abroad", 0.3)),
        "births": round(people * about(0.0098, "births", 0.25)),
        "deaths": round(ages[4] * about(0.043, "deaths", 0.2)),
        "households": households,
        **dict(zip(_HOUSEHOLDS, kinds, strict=True)),
        "dwellings": dwellings,
        "property_value": dwellings * about(character.property_value, "value") * 1.045**later,
        "single_family_dwellings": dwellings - apartments,
        "vacant_dwellings": round(dwellings * about(character.vacant, "vacant", 0.3)),
        "owned_dwellings": owned,
        "association_dwellings": association,
        "recent_dwellings": round(dwellings * share(character.built_from_2000, "recent")),
        "apartments": apartments,
        "electricity": dwellings * about(2650, "electricity") * 0.985**later,
        "apartment_electricity": apartments * about(1980, "apartment_electricity") * 0.985**later,
        "gas": dwellings * about(1020, "gas") * 0.95**later,
        "apartment_gas": apartments * about(690, "apartment_gas") * 0.95**later,
        **dict(zip(_EDUCATION, degrees, strict=True)),
        "adults": adults,
        "working": round(adults * share(character.participation, "participation")),
        "income": people * about(character.income, "income", 0.06) * 1.035**later,
        "low_income_households": households * about(character.low_income, "low_income"),
        "minimum_households": households * about(character.low_income, "low_income") * 0.92,
        "minimum_110_households": households * about(character.low_income, "low_income") * 1.55,
        "poor_people": people * about(character.low_income, "poor_people") * 0.6,
        "wealth": households * about(character.wealth, "wealth") * 1.04**later,
        "welfare": round(people * about(welfare, "welfare", 0.15) * 0.985**later),
        "disability": round(adults * about(0.016 + character.welfare, "disability")),
        "unemployment": round(adults * about(0.012 + character.welfare / 4, "unemployment", 0.2)),
        "state_pension": round(ages[4] * about(0.955, "pension", 0.02)),
        "youth": youth,
        "youth_care": round(youth * about(character.youth_care, "youth_care")),
        "wmo": round(people * about(character.wmo, "wmo")),
        "businesses": round(people * about(character.businesses, "businesses") * 1.02**later),
        "cars": round(households * about(character.cars_per_household, "cars")),
        "gp_km": people * about(km, "gp", 0.25),
        "supermarket_km": people * about(km * 0.85, "supermarket", 0.25),
        "daycare_km": people * about(km * 0.75, "daycare", 0.25),
        "school_km": people * about(km * 0.7, "school", 0.25),
        "schools": people * about(max(0.4, 9 - 3 * km), "schools", 0.2),
        "land": land,
        # Borders do not move, so neither does water.
        "water": round(land * Random(f"{seed}/{neighbourhood.code}/water").uniform(0.01, 0.12)),
        "address_density": dwellings * about(character.addresses_per_km2, "density", 0.08),
    }
    return Counter(truth)


def total(parts: Iterable[Counter[str]]) -> Counter[str]:
    """True state of a region, from that of its parts."""
    whole: Counter[str] = Counter()
    for part in parts:
        whole.update(part)
    return whole


def _split(number: int, weights: list[float]) -> list[int]:
    """Divide a number over weights into integers that sum to it exactly."""
    bounds = [round(number * sum(weights[: end + 1]) / sum(weights)) for end in range(len(weights))]
    return [bound - before for bound, before in zip(bounds, [0, *bounds[:-1]], strict=True)]
