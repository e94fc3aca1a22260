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
    """Longitude and latitude of a neighbourhood's middle, on a grid of about a kilometre per neighbourhood."""
    municipality, district, number = (
        int(neighbourhood.code[part]) for part in (slice(2, 6), slice(6, 8), slice(8, 10))
    )
    column, row = number % 4, 3 * district + number // 4
    return 5.20 + 0.015 * column + 0.08 * (9999 - municipality), 52.54 + 0.009 * row
