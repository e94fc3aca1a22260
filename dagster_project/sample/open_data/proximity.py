"""Fictional distances to facilities (nabijheid voorzieningen), as published by CBS."""

from collections.abc import Iterator
from datetime import date
from random import Random

from dagster_project.sample.living_conditions import CHARACTERS, conditions
from dagster_project.sample.municipality import PARTS, Neighbourhood, parts_of, region_codes
from dagster_project.sample.open_data.cbs_tables import Record, Topic, cbs_table, editions_of, regions
from dagster_project.sample.servers.odata_v3_server import ODataTable

_FEWEST_INHABITANTS = 10
_HEALTH, _SHOPS, _FOOD = "Gezondheid en welzijn", "Detailhandel", "Horeca"
_CHILDREN, _SCHOOLS, _GREEN = "Kinderopvang", "Onderwijs", "Groenvoorzieningen"
_TRAFFIC, _CULTURE = "Verkeer en vervoer", "Vrije tijd en cultuur"
# Facilities: path of groups, name, how many times farther than facilities in general, and the radii
# within which they are counted. The last group is left out where CBS counts nothing.
_FACILITIES: list[tuple[tuple[str, ...], str, float, tuple[int, ...]]] = [
    ((_HEALTH, "Huisartsenpraktijk"), "Huisartsenpraktijk", 1, (1, 3, 5)),
    ((_HEALTH,), "Huisartsenpost", 5, ()),
    ((_HEALTH,), "Apotheek", 1.2, ()),
    ((_HEALTH, "Ziekenhuis (incl. buitenpolikliniek)"), "Ziekenhuis", 6, (5, 10, 20)),
    ((_HEALTH, "Ziekenhuis (excl. buitenpolikliniek)"), "Ziekenhuis", 7.5, (5, 10, 20)),
    ((_SHOPS, "Grote supermarkt"), "GroteSupermarkt", 0.85, (1, 3, 5)),
    ((_SHOPS, "Overige dagelijkse levensmiddelen"), "OvDagelLevensmiddelen", 0.8, (1, 3, 5)),
    ((_FOOD, "Cafés en dergelijke"), "CafeED", 1.1, (1, 3, 5)),
    ((_FOOD, "Restaurants"), "Restaurant", 0.9, (1, 3, 5)),
    ((_CHILDREN, "Kinderdagverblijf"), "Kinderdagverblijf", 0.75, (1, 3, 5)),
    ((_CHILDREN, "Buitenschoolse opvang"), "BuitenschoolseOpvang", 0.7, (1, 3, 5)),
    ((_SCHOOLS, "Basisonderwijs"), "School", 0.7, (1, 3, 5)),
    ((_SCHOOLS, "Voortgezet onderwijs"), "School", 2.4, (3, 5, 10)),
    ((_SCHOOLS, "Havo/vwo"), "School", 3.1, (3, 5, 10)),
    ((_GREEN,), "OpenbaarGroenTotaal", 0.5, ()),
    ((_GREEN,), "ParkOfPlantsoen", 0.6, ()),
    ((_GREEN, "Semi-openbaar groen"), "Sportterrein", 1, ()),
    ((_TRAFFIC,), "OpritHoofdverkeersweg", 1.7, ()),
    ((_TRAFFIC,), "TreinstationsTotaal", 4.5, ()),
    ((_CULTURE,), "Bibliotheek", 1.8, ()),
    ((_CULTURE,), "Binnenzwembad", 3, ()),
    ((_CULTURE, "Podiumkunsten"), "PodiumkunstenTotaal", 4, (5, 10, 20)),
    ((_CULTURE, "Bioscoop"), "Bioscoop", 5, (5, 10, 20)),
]
# Facilities that are also in the key figures.
_IN_KEY_FIGURES = {
    "Huisartsenpraktijk": "gp_km",
    "GroteSupermarkt": "supermarket_km",
    "Kinderdagverblijf": "daycare_km",
    "Basisonderwijs/School": "school_km",
}


def proximity_tables(as_of: date, seed: int) -> list[ODataTable]:
    """The three newest editions as of a day, oldest first; each is published in September of the next year."""
    newest = as_of.year - (1 if as_of.month >= 9 else 2)
    return [_table(edition, seed) for edition in range(newest - 2, newest + 1)]


def _table(edition: int, seed: int) -> ODataTable:
    table_id = editions_of("_cbs_proximity__sources.yml", "proximity").get(edition, f"7{edition}NED")
    return cbs_table(
        table_id,
        f"Nabijheid voorzieningen; afstand locatie, wijk- en buurtcijfers {edition}",
        date(edition + 1, 9, 1),
        False,
        [regions("WijkenEnBuurten", "Wijken en buurten", region_codes())],
        _topics(edition),
        _records(edition, seed),
    )


def _records(edition: int, seed: int) -> Iterator[Record]:
    known = {part.code: _near(part, edition, seed) for part in PARTS}
    for code in region_codes():
        yield (code.ljust(10),), _figures(code, known)


def _topics(edition: int) -> list[Topic]:
    """The columns of an edition. A column more or less moves every later position."""
    labels = ["Gemeentenaam", "SoortRegio", "Codering", "IndelingswijzigingWijkenEnBuurten"]
    topics = [Topic(label, label, "code", 0, ("Regioaanduiding",)) for label in labels[: 4 - edition % 2]]
    for group, facility, _, radii in _FACILITIES:
        topics.append(Topic(f"AfstandTot{facility}", f"Afstand tot {facility}", "km", 1, group))
        counted = (*group, f"Aantal {facility}")
        topics += [Topic(f"Binnen{radius}Km", f"Binnen {radius} km", "aantal", 1, counted) for radius in radii]
    return topics


def _near(part: Neighbourhood, edition: int, seed: int) -> dict[str, float]:
    """Kilometres and numbers summed over the inhabitants, so that they can be added over neighbourhoods."""
    truth = conditions(part, edition, seed)
    people, km = truth["population"], CHARACTERS[part.character].km_to_facilities
    near: dict[str, float] = {"population": people}
    for group, facility, times, radii in _FACILITIES:
        path = "/".join((*group, f"AfstandTot{facility}"))
        own = next((key for name, key in _IN_KEY_FIGURES.items() if f"{group[-1]}/{facility}".endswith(name)), None)
        lasting = Random(f"{seed}/{part.code}/{path}").uniform(0.7, 1.3)
        near[path] = truth[own] if own else people * km * times * lasting
        for radius in radii:
            density = 1.5 * radius * radius / (1 + km * times) ** 2
            near["/".join((*group, f"Aantal {facility}", f"Binnen{radius}Km"))] = people * density * lasting
    return near


def _figures(code: str, known: dict[str, dict[str, float]]) -> dict[str, float | str | None]:
    parts = [known[part.code] for part in parts_of(code)]
    near = {path: sum(part[path] for part in parts) for path in parts[0]}
    if near["population"] < _FEWEST_INHABITANTS:
        return {}
    figures: dict[str, float | str | None] = {}
    for path, amount in near.items():
        figures[path] = figures[path.rpartition("/")[2]] = round(amount / near["population"], 1)
    return figures
