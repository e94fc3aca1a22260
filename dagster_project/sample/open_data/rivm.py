"""Fictional health of Maandrecht's adults, as published by RIVM in two tables."""

from collections.abc import Iterator, Mapping
from datetime import date
from random import Random

from dagster_project.sample.living_conditions import CHARACTERS
from dagster_project.sample.municipality import LAND, parts_of, region_codes, region_name
from dagster_project.sample.open_data.cbs_tables import Dimension, Record, Topic, cbs_table, periods, regions
from dagster_project.sample.servers.odata_v3_server import ODataTable

_ADULTS, _OTHER_AGES = "20300", {"53115": "18 tot 65 jaar", "80200": "65 jaar of ouder"}
_MARGINS = {
    "MW00000": "Waarde",
    "MOG0095": "Ondergrens 95%-interval",
    "MBG0095": "Bovengrens 95%-interval",
}
# RIVM's code of the land is another one than that of the key figures.
_RIVM_LAND = "NL01"
_FEWEST_PEOPLE = 50
# Name in the older and in the newer table ('' where it has none), usual percentage, how strongly it falls with income,
# and the first survey that asked.
_TOPICS = [
    ("ErvarenGezondheidGoedZeerGoed", "GoedErvarenGezondheid", 77.0, -0.3, 2012),
    ("VoldoetAanBeweegrichtlijn", "VoldoetAanDeBeweegrichtlijn", 47.0, -0.3, 2012),
    ("WekelijkseSporters", "", 49.0, -0.5, 2012),
    ("Overgewicht", "Overgewicht", 51.0, 0.7, 2012),
    ("ErnstigOvergewicht", "ErnstigOvergewichtObesitas", 16.0, 0.6, 2012),
    ("Roker", "RooktTabak", 17.0, 0.6, 2012),
    ("VoldoetAanAlcoholRichtlijn", "", 44.0, 0.4, 2016),
    ("ZwareDrinker", "", 8.5, -0.1, 2012),
    ("OvermatigeDrinker", "OvermatigDrinken", 6.2, -0.1, 2012),
    ("EenOfMeerLangdurigeAandoeningen", "EenOfMeerLangdurigeAandoeningen", 34.0, 0.5, 2016),
    ("HoogRisicoOpAngstOfDepressie", "HoogRisicoAngststoornisOfDepressie", 7.2, 0.4, 2012),
    ("HeelVeelStressInAfgelopen4Weken", "HeelVeelStressAfg4Weken", 18.0, 0.3, 2020),
    ("Eenzaam", "Eenzaam", 46.5, 0.7, 2012),
    ("ErnstigZeerErnstigEenzaam", "SterkEenzaam", 11.6, 0.5, 2012),
    ("EmotioneelEenzaam", "EmotioneelEenzaam", 29.0, 0.5, 2012),
    ("SociaalEenzaam", "SociaalEenzaam", 30.0, 0.4, 2016),
    ("Mantelzorger", "Mantelzorger", 14.0, 0.0, 2016),
    ("Vrijwilligerswerk", "Vrijwilligerswerk", 25.0, -0.5, 2016),
    ("MoeiteMetRondkomen", "MoeiteMetRondkomen", 13.0, 1.4, 2012),
    ("", "TevredenMetDeWoning", 88.0, -0.4, 2024),
]
_USUAL_INCOME = 30.0


def rivm_tables(as_of: date, seed: int) -> list[ODataTable]:
    """The table of 2022 and that of 2024: each repeats the surveys before it, under its own names."""
    surveys = (2016, 2020, 2022)
    tables = [_table("50120NED", 2022, surveys, seed)]
    if as_of >= date(2025, 9, 1):
        tables.append(_table("50150NED", 2024, (*surveys, 2024), seed))
    return tables


def _table(table_id: str, borders: int, surveys: tuple[int, ...], seed: int) -> ODataTable:
    names = {old or new: (new if borders >= 2024 else old) for old, new, *_ in _TOPICS}
    labels = [("Gemeentenaam", "naam"), ("SoortRegio", "omschrijving"), ("Codering", "code")]
    codes = [_RIVM_LAND if code == LAND else code for code in region_codes()]
    return cbs_table(
        table_id,
        f"Gezondheid per wijk en buurt; {'/'.join(map(str, surveys))} (indeling {borders})",
        date(borders + 1, 9, 1),
        False,
        [
            Dimension("Leeftijd", "Leeftijd", "Dimension", {_ADULTS: "18 jaar of ouder", **_OTHER_AGES}),
            Dimension("Marges", "Marges", "Dimension", _MARGINS),
            regions("WijkenEnBuurten", "Wijken en buurten", codes),
            periods({f"{year}JJ00": str(year) for year in surveys}),
        ],
        [
            *(Topic(name, name, "code") for name, _ in labels),
            *(Topic(name, name, "%", 1) for name in names.values() if name),
        ],
        _records(codes, names, surveys, seed),
        # Of the other ages only one, without margins.
        count=len(codes) * len(surveys) * (len(_MARGINS) + 1),
    )


def _records(codes: list[str], names: Mapping[str, str], surveys: tuple[int, ...], seed: int) -> Iterator[Record]:
    for code in codes:
        labels = _labels(code)
        parts = parts_of(LAND if code == _RIVM_LAND else code)
        people = sum(part.inhabitants for part in parts)
        income = sum(part.inhabitants * CHARACTERS[part.character].income for part in parts) / people
        for year in surveys:
            estimates = {
                name: _estimate(people, income, year, topic, f"{seed}/{code}")
                for topic in _TOPICS
                if (name := names[topic[0] or topic[1]])
            }
            for position, margin in enumerate(_MARGINS):
                figures = {name: found and found[position] for name, found in estimates.items()}
                yield (_ADULTS, margin, code.ljust(10), f"{year}JJ00"), {**labels, **figures}
            # Another age, which no contract requests.
            yield (next(iter(_OTHER_AGES)), "MW00000", code.ljust(10), f"{year}JJ00"), labels


def _labels(code: str) -> dict[str, str]:
    kind = {"NL": "Land", "GM": "Gemeente", "WK": "Wijk", "BU": "Buurt"}[code[:2]]
    municipality = "Nederland" if code == _RIVM_LAND else region_name("GM" + code[2:6])
    return {"Gemeentenaam": municipality.ljust(40), "SoortRegio": kind.ljust(10), "Codering": code.ljust(20)}


def _estimate(
    people: int, income: float, year: int, topic: tuple[str, str, float, float, int], seed: str
) -> tuple[float, float, float] | None:
    """The estimate with the bounds of its interval; None where too few people live or the survey did not ask."""
    old, new, usual, gradient, first_asked = topic
    if people < _FEWEST_PEOPLE or year < first_asked:
        return None
    luck = Random(f"{seed}/{old or new}/{year}").uniform(-0.03, 0.03)
    value = round(min(usual * (_USUAL_INCOME / income) ** gradient * (1 + luck), 96.0), 1)
    margin = round(min(1.0 + 180 / people**0.5, value / 2, (100 - value) / 2), 1)
    return value, round(value - margin, 1), round(value + margin, 1)
