"""The fictional municipality of Maandrecht and its two neighbours: their districts and neighbourhoods, and where.

Maandrecht is in the Markerwaard, the polder that was never drained: its coordinates are water in the real world.
"""

from typing import NamedTuple

LAND = "NL00"
MUNICIPALITY = "GM9999"


class Neighbourhood(NamedTuple):
    """A neighbourhood (buurt): its CBS code, name, character (a key of CHARACTERS) and usual number of people."""

    code: str
    name: str
    character: str
    inhabitants: int

    @property
    def district_code(self) -> str:
        """Code of the district (wijk), which is part of the neighbourhood's own code."""
        return "WK" + self.code[2:8]

    @property
    def municipality_code(self) -> str:
        """Code of the municipality (gemeente), which is part of the neighbourhood's own code."""
        return "GM" + self.code[2:6]


MUNICIPALITIES = {"GM9997": "Zonderwater", "GM9998": "Dijkerwoud", "GM9999": "Maandrecht"}

DISTRICTS = {
    "WK999700": "Wijk 00 Zonderwater",
    "WK999800": "Wijk 00 Dijkerwoud",
    "WK999900": "Wijk 00 Maandrecht-Stad",
    "WK999901": "Wijk 01 Nieuwe Maan",
    "WK999902": "Wijk 02 Oudemeer",
}

NEIGHBOURHOODS = [
    Neighbourhood("BU99970000", "Zonderwater-Dorp", "village", 6210),
    Neighbourhood("BU99970009", "Verspreide huizen Zonderwater", "rural", 880),
    Neighbourhood("BU99980000", "Dijkerwoud-Kern", "family", 9480),
    Neighbourhood("BU99980001", "Woudzicht", "affluent", 3120),
    Neighbourhood("BU99980009", "Buitengebied Dijkerwoud", "rural", 1340),
    Neighbourhood("BU99990000", "Binnenstad", "centre", 3640),
    Neighbourhood("BU99990001", "Havenkwartier", "centre", 2580),
    Neighbourhood("BU99990002", "Molenbuurt", "terraced", 2210),
    Neighbourhood("BU99990003", "Lindenhof", "terraced", 1970),
    Neighbourhood("BU99990004", "Vissersbuurt", "social", 2390),
    Neighbourhood("BU99990005", "Spoorzicht", "social", 3080),
    Neighbourhood("BU99990006", "Ambachtsbuurt", "social", 1860),
    Neighbourhood("BU99990007", "Zilverpark", "affluent", 1420),
    Neighbourhood("BU99990008", "Stadhouderskwartier", "terraced", 2740),
    Neighbourhood("BU99990009", "Bedrijvenpark De Schakel", "industrial", 38),
    Neighbourhood("BU99990100", "Eerste Kwartier", "family", 2860),
    Neighbourhood("BU99990101", "Volle Maan", "family", 3310),
    Neighbourhood("BU99990102", "Sikkelpark", "family", 2170),
    Neighbourhood("BU99990103", "Sterrenbuurt", "terraced", 2450),
    Neighbourhood("BU99990104", "Planetenbuurt", "social", 2620),
    Neighbourhood("BU99990105", "Kometenveld", "family", 1930),
    Neighbourhood("BU99990106", "Avondrood", "affluent", 1180),
    Neighbourhood("BU99990107", "Recreatiepark De Maanplas", "recreation", 24),
    Neighbourhood("BU99990200", "Oudemeer-Dorp", "village", 2540),
    Neighbourhood("BU99990201", "Korenveld", "village", 1270),
    Neighbourhood("BU99990202", "De Tienden", "affluent", 860),
    Neighbourhood("BU99990203", "Rietland", "family", 1490),
    Neighbourhood("BU99990204", "Kleine Dijk", "village", 640),
    Neighbourhood("BU99990209", "Buitenpolder", "rural", 410),
]


Place = tuple[float, float]

# Kilometres east and north of a corner in the lake. A neighbourhood is the ground that is nearest to one of its
# places; the first is its middle, and everything within CLEAR of it belongs to it.
PLACES: dict[str, list[Place]] = {
    "BU99970000": [(2.2, 1.9)],
    "BU99970009": [(0.7, 1.6), (3.4, 0.9), (0.4, 2.4), (1.6, 0.6)],
    "BU99980000": [(8.2, 0.7)],
    "BU99980001": [(7.0, 0.9)],
    "BU99980009": [(4.9, 0.9), (4.4, 1.9)],
    "BU99990000": [(7.0, 4.6)],
    "BU99990001": [(8.1, 5.3)],
    "BU99990002": [(6.0, 4.7)],
    "BU99990003": [(6.3, 5.6)],
    "BU99990004": [(9.6, 5.0), (9.6, 5.4)],
    "BU99990005": [(7.3, 5.7)],
    "BU99990006": [(7.4, 2.9)],
    "BU99990007": [(5.3, 3.0), (5.2, 2.6)],
    "BU99990008": [(6.5, 2.1), (6.4, 2.8)],
    "BU99990009": [(8.9, 3.0), (8.4, 2.3)],
    "BU99990100": [(6.2, 6.8)],
    "BU99990101": [(7.3, 6.8)],
    "BU99990102": [(8.5, 6.5)],
    "BU99990103": [(5.7, 7.7)],
    "BU99990104": [(6.8, 7.8)],
    "BU99990105": [(7.9, 7.8)],
    "BU99990106": [(9.5, 7.1)],
    "BU99990107": [(9.1, 8.7), (9.8, 8.3)],
    "BU99990200": [(2.5, 4.3)],
    "BU99990201": [(1.2, 4.4)],
    "BU99990202": [(3.8, 4.5)],
    "BU99990203": [(2.9, 5.7)],
    "BU99990204": [(1.3, 6.0)],
    "BU99990209": [(0.9, 7.5), (2.4, 7.4), (3.9, 7.0), (4.3, 8.2), (4.7, 5.7), (7.2, 8.9), (0.2, 6.6)],
}
CLEAR = 0.3
_WEST, _SOUTH = 5.16, 52.51
# Of longitude and of latitude.
DEGREES_PER_KM = 0.0148, 0.009


def region_name(code: str) -> str:
    """Name of a region of any level."""
    names = {neighbourhood.code: neighbourhood.name for neighbourhood in NEIGHBOURHOODS}
    return {LAND: "Nederland", **MUNICIPALITIES, **DISTRICTS, **names}[code]


def parts_of(code: str) -> list[Neighbourhood]:
    """The neighbourhoods that make up a region of any level."""
    return [
        neighbourhood
        for neighbourhood in NEIGHBOURHOODS
        if code in (LAND, neighbourhood.municipality_code, neighbourhood.district_code, neighbourhood.code)
    ]


def region_codes() -> list[str]:
    """Every region in CBS's order: the land, then each municipality, its districts and their neighbourhoods."""
    codes = {code: None for n in NEIGHBOURHOODS for code in (n.municipality_code, n.district_code, n.code)}
    return [LAND, *codes]


def centre_of(neighbourhood: Neighbourhood) -> tuple[float, float]:
    """Longitude and latitude of a neighbourhood's middle."""
    return to_degrees(*PLACES[neighbourhood.code][0])


def to_degrees(east: float, north: float) -> tuple[float, float]:
    """Longitude and latitude of a place."""
    eastward, northward = DEGREES_PER_KM
    return _WEST + eastward * east, _SOUTH + northward * north
