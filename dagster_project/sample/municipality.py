"""The fictional municipality of Maandrecht and its neighbours: their districts and neighbourhoods, and where.

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


# Municipalities of which only the total is published, each as one piece of ground with the character that it has most.
ELSEWHERE = [
    Neighbourhood("BU99400000", "Aldermeer", "village", 11200),
    Neighbourhood("BU99410000", "Ankervoorde", "terraced", 46800),
    Neighbourhood("BU99420000", "Beekwolde", "rural", 8300),
    Neighbourhood("BU99430000", "Berkenoord", "village", 15900),
    Neighbourhood("BU99440000", "Bolderdijk", "terraced", 28400),
    Neighbourhood("BU99450000", "Brandwoude", "family", 39700),
    Neighbourhood("BU99460000", "Dalemerbroek", "village", 17300),
    Neighbourhood("BU99470000", "Dijkzwaluw", "rural", 6900),
    Neighbourhood("BU99480000", "Eikenmond", "family", 51600),
    Neighbourhood("BU99490000", "Elsterhoven", "affluent", 19800),
    Neighbourhood("BU99500000", "Geestermeer", "terraced", 87400),
    Neighbourhood("BU99510000", "Goudwarder", "village", 22600),
    Neighbourhood("BU99520000", "Groenmaarde", "rural", 12700),
    Neighbourhood("BU99530000", "Halmerwoud", "family", 31200),
    Neighbourhood("BU99540000", "Havikshoven", "affluent", 14600),
    Neighbourhood("BU99550000", "Heidemaar", "village", 26100),
    Neighbourhood("BU99560000", "Hoogwarden", "terraced", 64300),
    Neighbourhood("BU99570000", "IJzerland", "social", 35500),
    Neighbourhood("BU99580000", "Kadewolde", "village", 9800),
    Neighbourhood("BU99590000", "Klaverzand", "family", 72900),
    Neighbourhood("BU99600000", "Koornmeer", "village", 18700),
    Neighbourhood("BU99610000", "Kranerwijk", "centre", 158300),
    Neighbourhood("BU99620000", "Leliemonde", "family", 24500),
    Neighbourhood("BU99630000", "Lindevoorde", "terraced", 41900),
    Neighbourhood("BU99640000", "Maarwolde", "rural", 10900),
    Neighbourhood("BU99650000", "Molterdam", "centre", 241600),
    Neighbourhood("BU99660000", "Noorderhaag", "terraced", 33800),
    Neighbourhood("BU99670000", "Oeverlande", "village", 13500),
    Neighbourhood("BU99680000", "Paardewold", "rural", 16200),
    Neighbourhood("BU99690000", "Rietmonder", "village", 21300),
    Neighbourhood("BU99700000", "Roerdijk", "social", 54700),
    Neighbourhood("BU99710000", "Scheldermeer", "terraced", 95200),
    Neighbourhood("BU99720000", "Sluiswoude", "village", 20400),
    Neighbourhood("BU99730000", "Steenmaarde", "family", 28900),
    Neighbourhood("BU99740000", "Torenwolde", "terraced", 118500),
    Neighbourhood("BU99750000", "Veldermond", "affluent", 23700),
    Neighbourhood("BU99760000", "Waterhoeve", "village", 25400),
    Neighbourhood("BU99770000", "Wolfsmeer", "centre", 329800),
    Neighbourhood("BU99780000", "Zandermaar", "family", 44100),
    Neighbourhood("BU99790000", "Zwanerdijk", "terraced", 37600),
]

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

PARTS = [*ELSEWHERE, *NEIGHBOURHOODS]


def region_name(code: str) -> str:
    """Name of a region of any level."""
    names = {neighbourhood.code: neighbourhood.name for neighbourhood in NEIGHBOURHOODS}
    elsewhere = {part.municipality_code: part.name for part in ELSEWHERE}
    return {LAND: "Nederland", **MUNICIPALITIES, **elsewhere, **DISTRICTS, **names}[code]


def parts_of(code: str) -> list[Neighbourhood]:
    """The neighbourhoods that make up a region of any level."""
    return [
        neighbourhood
        for neighbourhood in PARTS
        if code in (LAND, neighbourhood.municipality_code, neighbourhood.district_code, neighbourhood.code)
    ]


def region_codes() -> list[str]:
    """Every region in CBS's order: the land, then each municipality, its districts and their neighbourhoods."""
    return [LAND, *(part.municipality_code for part in ELSEWHERE), *_with_parts()]


def region_codes_nearby() -> list[str]:
    """The regions of tables that are too large to ask for other municipalities than the own one."""
    return [LAND, *_with_parts()]


def _with_parts() -> list[str]:
    return list(dict.fromkeys(code for n in NEIGHBOURHOODS for code in (n.municipality_code, n.district_code, n.code)))


def centre_of(neighbourhood: Neighbourhood) -> tuple[float, float]:
    """Longitude and latitude of a neighbourhood's middle."""
    return to_degrees(*PLACES[neighbourhood.code][0])


def to_degrees(east: float, north: float) -> tuple[float, float]:
    """Longitude and latitude of a place."""
    eastward, northward = DEGREES_PER_KM
    return _WEST + eastward * east, _SOUTH + northward * north
