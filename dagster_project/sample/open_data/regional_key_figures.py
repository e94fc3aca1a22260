"""Fictional inhabitants by age of every municipality and year, in the form of CBS's regional key figures."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from functools import cache
from random import Random

from dagster_project.sample.living_conditions import conditions, total
from dagster_project.sample.municipality import LAND, parts_of, region_codes, region_name
from dagster_project.sample.open_data.cbs_tables import Dimension, Record, Topic, cbs_table, periods
from dagster_project.sample.open_data.key_figures import FIRST_EDITION
from dagster_project.sample.servers.odata_v3_server import ODataTable

_FIRST_YEAR = 1995
_WIDTH = 6
# A municipality that was merged into another long ago, and a province.
_EMPTY, _PROVINCE = "GM9996", "PV99"
_ON_FIRST_OF_JANUARY = ("Bevolking", "Bevolkingssamenstelling op 1 januari")
_PERSONS = (*_ON_FIRST_OF_JANUARY, "Leeftijd", "Leeftijdsgroepen")
_SHARES = (*_ON_FIRST_OF_JANUARY, "Leeftijd", "Leeftijdsgroepen, relatief")
_AGES = {
    "k_0Tot15Jaar": ("0 tot 15 jaar", "population_0_14"),
    "k_15Tot25Jaar": ("15 tot 25 jaar", "population_15_24"),
    "k_25Tot45Jaar": ("25 tot 45 jaar", "population_25_44"),
    "k_45Tot65Jaar": ("45 tot 65 jaar", "population_45_64"),
    "k_65Tot80Jaar": ("65 tot 80 jaar", "population_65_79"),
    "k_80JaarOfOuder": ("80 jaar of ouder", "population_80_plus"),
}
_TOPICS = [
    Topic("TotaleBevolking", "Totale bevolking", group=_ON_FIRST_OF_JANUARY),
    Topic("Mannen", "Mannen", group=(*_ON_FIRST_OF_JANUARY, "Geslacht")),
    Topic("Vrouwen", "Vrouwen", group=(*_ON_FIRST_OF_JANUARY, "Geslacht")),
    *(Topic(name, title, group=_PERSONS) for name, (title, _) in _AGES.items()),
    *(Topic(name, title, "%", 1, _SHARES) for name, (title, _) in _AGES.items()),
]
_NOTE = "Uitkomsten zijn voorlopig over:\r\nSociale zekerheid\r\nWonen - Voorraad woningen\r\n"
# Of everyone of 65 and older, who is 80 or older: the least and the most in the first year, what is added a year, and
# how much a year may differ.
_OLDEST, _OLDER_EACH_YEAR, _YEARS_DIFFER = (0.19, 0.25), 0.002, 0.003


def regional_key_figures_tables(as_of: date, seed: int) -> list[ODataTable]:
    """The one table as of a day: years from long before the key figures, and this one, which is still empty."""
    years = range(_FIRST_YEAR, as_of.year + 1)
    names = {_EMPTY: "Oudezijl", _PROVINCE: "Markerwaard (PV)"}
    codes = {"NL01": region_name(LAND), _PROVINCE: names[_PROVINCE]}
    codes |= {code: region_name(code) for code in _municipalities()} | {_EMPTY: names[_EMPTY]}
    return [
        cbs_table(
            "70072ned",
            "Regionale kerncijfers Nederland",
            # On the day on which the key figures have a new edition.
            date(as_of.year, 1, 1),
            False,
            [
                Dimension("RegioS", "Regio's", "GeoDimension", {c.ljust(_WIDTH): name for c, name in codes.items()}),
                periods({f"{year}JJ00": str(year) for year in years}, {f"{as_of.year - 1}JJ00": _NOTE}),
            ],
            _TOPICS,
            _records(list(codes), years, seed),
        )
    ]


def _records(codes: list[str], years: range, seed: int) -> Iterator[Record]:
    for code in codes:
        for year in years:
            is_known = code != _EMPTY and year < years[-1]
            yield (code.ljust(_WIDTH), f"{year}JJ00"), _figures(code, year, seed) if is_known else {}


def _figures(code: str, year: int, seed: int) -> dict[str, float]:
    parts = [code] if code.startswith("GM") else _municipalities()
    truth = total(_truth(part, year, seed) for part in parts)
    persons = {name: truth[quantity] for name, (_, quantity) in _AGES.items()}
    group, relative = "/".join(_PERSONS), "/".join(_SHARES)
    return {
        "TotaleBevolking": truth["population"],
        "Mannen": truth["male"],
        "Vrouwen": truth["female"],
        **{f"{group}/{name}": number for name, number in persons.items()},
        **{f"{relative}/{name}": round(100 * number / truth["population"], 1) for name, number in persons.items()},
    }


@cache
def _municipalities() -> tuple[str, ...]:
    return tuple(code for code in region_codes() if code.startswith("GM"))


@cache
def _truth(code: str, year: int, seed: int) -> Counter[str]:
    """Inhabitants of a municipality as in the key figures, of 65 and older in two groups."""
    known = total(conditions(part, year, seed) for part in parts_of(code))
    share = Random(f"{seed}/{code}/oldest").uniform(*_OLDEST) + _OLDER_EACH_YEAR * (year - FIRST_EDITION)
    share += Random(f"{seed}/{code}/oldest/{year}").uniform(-_YEARS_DIFFER, _YEARS_DIFFER)
    oldest = round(known["population_65_plus"] * share)
    known.update(population_65_79=known["population_65_plus"] - oldest, population_80_plus=oldest)
    return known
