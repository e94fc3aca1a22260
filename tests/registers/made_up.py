"""A made-up municipality: its regions, and which of its counts the models hide."""

import duckdb
from borders.rendering import load, make

from .working_out import LIMIT, Cell

_FIGURES = {
    "region_code": "varchar", "region_level": "varchar", "indicator_code": "varchar", "period": "varchar",
    "value": "double", "missing_reason": "varchar", "feed": "varchar",
}  # fmt: skip
_DICTIONARY = {"indicator_code": "varchar", "source_feed": "varchar", "suppression_threshold": "integer"}
_AREAS = {"area_code": "varchar", "neighbourhood_code": "varchar"}
_TOGETHER = dict.fromkeys(("indicator_code", "split_code", "beside_code", "relation"), "varchar")
_LEVELS = {"BU": "neighbourhood", "WK": "district", "GA": "area", "GM": "municipality"}


def regions(sizes: list[int], areas: list[list[int]]) -> dict[str, list[str]]:
    """The neighbourhoods of every region: itself, its district, an own area, the municipality."""
    codes = [[f"BU9999{d:02}{n:02}" for n in range(size)] for d, size in enumerate(sizes)]
    every = [code for district in codes for code in district]
    members = {code: [code] for code in every}
    members |= {f"WK9999{d:02}": district for d, district in enumerate(codes)}
    members |= {f"GA9999{a:02}": sorted({every[n % len(every)] for n in area}) for a, area in enumerate(areas)}
    return members | {"GM9999": every}


def summed(counts: dict[Cell, int], members: dict[str, list[str]]) -> dict[Cell, int]:
    """The counts of every region, from those of its neighbourhoods."""
    indicators = {indicator for indicator, _ in counts}
    return {
        (indicator, region): sum(counts[indicator, place] for place in places)
        for indicator in indicators
        for region, places in members.items()
    }


def hidden(
    counts: dict[Cell, int], members: dict[str, list[str]], together: list[dict[str, str]], is_register: bool = True
) -> tuple[set[Cell], set[Cell]]:
    """The counts that are not shown: by the limit of five, and because they would give another away."""
    secret = {cell for cell, count in counts.items() if is_register and 0 < count < LIMIT}
    connection = duckdb.connect()
    rows = [
        (region, _LEVELS[region[:2]], indicator, "2026-10", None if (indicator, region) in secret else count,
         "suppressed" if (indicator, region) in secret else None, "own.register")
        for (indicator, region), count in counts.items()
    ]  # fmt: skip
    load(connection, "int_indicators__unioned", _FIGURES, rows)
    limit = LIMIT if is_register else None
    dictionary = [(indicator, "own.register", limit) for indicator in sorted({indicator for indicator, _ in counts})]
    load(connection, "int_indicators__dictionary", _DICTIONARY, dictionary)
    own = [(region, place) for region, places in members.items() if region[:2] == "GA" for place in places]
    load(connection, "own_areas", _AREAS, own)
    load(connection, "suppression_groups", _TOGETHER, [tuple(row[name] for name in _TOGETHER) for row in together])
    make(connection, "int_suppression__across_categories", "int_suppression__across_regions")
    found = connection.execute("select indicator_code, region_code from int_suppression__across_regions").fetchall()
    assert len(found) == len(set(found))
    return secret, set(found)
