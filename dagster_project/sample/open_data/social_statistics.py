"""Fictional use of youth care, Wmo and stacked provisions per district, as published by CBS."""

from collections import Counter
from datetime import date
from functools import cache
from random import Random

from dagster_project.sample.living_conditions import conditions, total
from dagster_project.sample.municipality import LAND, PARTS, parts_of, region_codes
from dagster_project.sample.open_data.cbs_tables import Dimension, Topic, cbs_table, editions_of, periods, regions
from dagster_project.sample.servers.odata_v3_server import ODataTable

_CONTRACT = "_cbs_social_domain__sources.yml"
_FIGURE = float | str | None
# Shares of all young people with youth care; together more than one, for some have several forms.
_FORMS = {
    "T001203": ("Totaal alle jeugdzorg in natura", 1.0),
    "A042502": ("Totaal jeugdhulp in natura", 0.96),
    "A042503": ("Jeugdhulp zonder verblijf", 0.9),
    "A027918": ("Jeugdhulp met verblijf", 0.12),
    "A027919": ("Jeugdbescherming", 0.11),
    "A027920": ("Jeugdreclassering", 0.03),
}
_YOUTH = ("Jongeren met jeugdzorg in natura",)
_TRAJECTORIES = ("Jeugdzorgtrajecten in natura",)
_AGES = {"k_0Tot4Jaar": 0.06, "k_4Tot12Jaar": 0.4, "k_12Tot18Jaar": 0.42, "k_18Tot23Jaar": 0.12}
_REFERRERS = {
    "GemeentelijkeToegang": 0.46,
    "Huisarts": 0.34,
    "Jeugdarts": 0.02,
    "GecertificeerdeInstelling": 0.09,
    "MedischSpecialist": 0.04,
    "GeenVerwijzer": 0.03,
    "VerwijzerOnbekend": 0.02,
}
_TYPES = {
    "T001024": ("Totaal", 1.0),
    "A049850": ("Totaal exclusief verblijf en opvang", 0.98),
    "A019506": ("Ondersteuning thuis, totaal", 0.34),
    "A019507": ("Hulp bij het huishouden", 0.48),
    "A019508": ("Verblijf en opvang, totaal", 0.05),
    "A019509": ("Hulpmiddelen en diensten, totaal", 0.52),
    "A049851": ("Overig totaal", 0.03),
}
_NUMBERS = {
    "T001286": "Totaal",
    **{f"A0417{number:02}": f"{number} maatwerkvoorziening{'en' if number > 1 else ''}" for number in range(1, 6)},
    "A041706": "6 of meer maatwerkvoorzieningen",
}
_COMBINATIONS = {
    "T001287": "Totaal",
    "A041708": "Alleen Jeugd",
    "A041709": "Alleen P-wet",
    "A041710": "Alleen Wmo",
    "A041711": "Jeugd en P-wet",
    "A041712": "Jeugd en Wmo",
    "A041713": "P-wet en Wmo",
    "A041714": "Jeugd, P-wet en Wmo",
}
# Of the clients with one, two … provisions.
_SHARES_OF_NUMBERS = (0.6, 0.22, 0.1, 0.05, 0.02, 0.01)
_USE, _USE_SHARE = "Sociaal domein cliënten/huishoudens", "Sociaal domein cliënten/huishoudens (%)"


def social_statistics_tables(as_of: date, seed: int) -> list[ODataTable]:
    """Three editions of each table as of a day, oldest first.

    A year comes in May of the next one; the first half of a year comes in November, in a table of its own year.
    """
    newest = as_of.year - (1 if as_of.month >= 5 else 2)
    years = [*range(newest - 2, newest + 1), *([as_of.year] if as_of.month >= 11 else [])]
    return [table(year, as_of, seed) for table in (_youth_care, _wmo, _provisions) for year in years]


def _periods(year: int, as_of: date) -> tuple[Dimension, bool, date]:
    """The periods of an edition, whether they are provisional, and when it was published."""
    if year == as_of.year:
        return periods({f"{year}HJ01": f"{year} 1e halfjaar*"}), True, date(year, 11, 1)
    is_provisional = (as_of.year, as_of.month) < (year + 1, 11)
    mark = "*" if is_provisional else ""
    names = {
        f"{year}HJ01": f"{year} 1e halfjaar{mark}",
        f"{year}HJ02": f"{year} 2e halfjaar{mark}",
        f"{year}JJ00": f"{year}{mark}",
    }
    return periods(names), is_provisional, date(year + 1, 5 if is_provisional else 11, 1)


def _districts() -> list[str]:
    return [code for code in region_codes() if code[:2] in ("GM", "WK")]


@cache
def _truths(year: int, seed: int) -> dict[str, Counter[str]]:
    known = {part.code: conditions(part, year, seed) for part in PARTS}
    return {code: total(known[part.code] for part in parts_of(code)) for code in region_codes()}


def _published(number: float) -> int | None:
    """Round to the nearest five; a result of 0 or 5 is omitted unless the count is zero."""
    rounded = 5 * round(number / 5)
    return rounded if rounded >= 10 or number == 0 else None


def _part_of_year(period: str) -> float:
    # Most care lasts longer than half a year, so the sum of the halves far exceeds the year.
    return 1.0 if "JJ" in period else 0.78


def _id(feed: str, year: int, prefix: str) -> str:
    return editions_of(_CONTRACT, feed).get(year, f"{prefix}{year}NED")


def _youth_care(year: int, as_of: date, seed: int) -> ODataTable:
    period, is_provisional, published = _periods(year, as_of)
    # CBS called the dimension otherwise until a few years ago.
    name = "Vormen" if year >= as_of.year - 1 else "VormenVanJeugdzorg"
    forms = Dimension(name, "Vormen van jeugdzorg", "Dimension", {code: form for code, (form, _) in _FORMS.items()})
    topics = [
        Topic("TotaalJongerenMetJeugdzorgInNatur", "Totaal jongeren met jeugdzorg in natura", group=_YOUTH),
        *(Topic(age, age, group=(*_YOUTH, "Leeftijd")) for age in _AGES),
        Topic("TotaalTrajectenInNatur", "Totaal trajecten in natura", group=_TRAJECTORIES),
        *(Topic(referrer, referrer, group=(*_TRAJECTORIES, "Verwijzer")) for referrer in _REFERRERS),
        *(Topic(label, label, "code", 0, ("Regioaanduiding",)) for label in ("Gemeentenaam", "SoortRegio", "Codering")),
    ]

    def figures(region: str, when: str, form: str) -> dict[str, _FIGURE]:
        share = _FORMS[form][1] * Random(f"{seed}/{region}/{form}").uniform(0.97, 1.0) if form != "T001203" else 1.0
        young = _truths(year, seed)[region]["youth_care"] * share * _part_of_year(when)
        return {
            "TotaalJongerenMetJeugdzorgInNatur": _published(young),
            **{age: _published(young * part) for age, part in _AGES.items()},
            "TotaalTrajectenInNatur": _published(young * 1.3),
            **{referrer: _published(young * 1.3 * part) for referrer, part in _REFERRERS.items()},
            "Codering": region.ljust(10),
        }

    return cbs_table(
        _id("youth_care", year, "61"),
        f"Jongeren met jeugdzorg en jeugdzorgtrajecten in natura; wijken, {year}",
        published,
        is_provisional,
        [forms, regions("Wijken", "Wijken", [LAND, *_districts()]), period],
        topics,
        (
            ((form, region.ljust(10), when), figures(region, when, form))
            for form in forms.codes
            for region in [LAND, *_districts()]
            for when in period.codes
        ),
    )


def _wmo(year: int, as_of: date, seed: int) -> ODataTable:
    period, is_provisional, published = _periods(year, as_of)
    types = Dimension(
        "TypeMaatwerkvoorziening", "Type maatwerkvoorziening", "Dimension", {c: name for c, (name, _) in _TYPES.items()}
    )
    labels = ("Gemeentenaam", "SoortRegio", "Codering", "IndelingswijzigingWijken")
    topics = [
        *(Topic(label, label, "code", 0, ("Regioaanduiding",)) for label in labels),
        Topic("WmoClienten", "Wmo-cliënten"),
        Topic("WmoClientenPer1000Inwoners", "Wmo-cliënten per 1 000 inwoners", "per 1 000 inwoners"),
    ]

    def figures(region: str, when: str, kind: str) -> dict[str, _FIGURE]:
        clients = _published(_truths(year, seed)[region]["wmo"] * _TYPES[kind][1] * _part_of_year(when))
        people = 5 * round(_truths(year, seed)[region]["population"] / 5)
        relative = None if clients is None or not people else round(1000 * clients / people)
        return {"WmoClienten": clients, "WmoClientenPer1000Inwoners": relative, "Codering": region.ljust(10)}

    # The title is written otherwise from year to year, and the country has no row.
    comma = "," if year % 2 else ""
    return cbs_table(
        _id("wmo", year, "62"),
        f"Wmo-cliënten; type maatwerkvoorziening, {'regio, ' if year % 3 == 0 else ''}wijken{comma} {year}",
        published,
        is_provisional,
        [types, regions("Wijken", "Wijken", _districts()), period],
        topics,
        (
            ((kind, region.ljust(10), when), figures(region, when, kind))
            for kind in types.codes
            for region in _districts()
            for when in period.codes
        ),
    )


def _provisions(year: int, as_of: date, seed: int) -> ODataTable:
    period, is_provisional, published = _periods(year, as_of)
    names = ("ClientenMetVoorzieningen", "HuishoudensMetVoorzieningen")
    topics = [
        *(Topic(label, label, "code", 0, ("Regioaanduiding",)) for label in ("Gemeentenaam", "SoortRegio", "Codering")),
        *(Topic(name, name, group=(_USE,)) for name in names),
        *(Topic(name, name, "per 1 000", 0, (_USE_SHARE,)) for name in names),
    ]

    def use(region: str) -> dict[str, tuple[float, float]]:
        """Clients and households per combination of laws; each is in one combination."""
        truth = _truths(year, seed)[region]
        youth, welfare, wmo = truth["youth_care"], truth["welfare"], truth["wmo"]
        clients = {
            "A041708": youth * 0.98,
            "A041709": welfare * 0.86,
            "A041710": wmo * 0.86,
            "A041711": youth * 0.01,
            "A041712": youth * 0.01,
            "A041713": welfare * 0.14,
            "A041714": youth * 0.001,
        }
        # A household has the provisions of all its members.
        households = {
            "A041708": youth * 0.52,
            "A041709": welfare * 0.52,
            "A041710": wmo * 0.78,
            "A041711": youth * 0.07,
            "A041712": youth * 0.05,
            "A041713": welfare * 0.13,
            "A041714": youth * 0.03,
        }
        both = {code: (clients[code], households[code]) for code in clients}
        return {"T001287": (sum(clients.values()), sum(households.values())), **both}

    def figures(region: str, when: str, number: str, combination: str) -> dict[str, _FIGURE]:
        share = 1.0 if number == "T001286" else _SHARES_OF_NUMBERS[int(number[-1]) - 1]
        clients, households = (amount * share * _part_of_year(when) for amount in use(region)[combination])
        return {
            f"{_USE}/ClientenMetVoorzieningen": _published(clients),
            f"{_USE}/HuishoudensMetVoorzieningen": _published(households),
            "Codering": region.ljust(10),
        }

    return cbs_table(
        _id("provisions", year, "63"),
        f"Gebruik voorzieningen sociaal domein; aantal voorzieningen{',' if year % 2 else ''} wijken, {year}",
        published,
        is_provisional,
        [
            Dimension("AantalVoorzieningen", "Aantal voorzieningen", "Dimension", _NUMBERS),
            Dimension("SoortVoorzieningSociaalDomein", "Soort voorziening", "Dimension", _COMBINATIONS),
            regions("Wijken", "Wijken", _districts()),
            period,
        ],
        topics,
        (
            ((number, combination, region.ljust(10), when), figures(region, when, number, combination))
            for number in _NUMBERS
            for combination in _COMBINATIONS
            for region in _districts()
            for when in period.codes
        ),
    )
