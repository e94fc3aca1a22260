"""Which neighbourhoods of two years lie on the same ground, and for which part: from their outlines alone.

In Python, because the geometry functions of DuckDB are an extension that many municipal networks cannot fetch.
"""

from collections.abc import Iterable
from itertools import combinations
from math import cos, radians
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection, DuckDBPyRelation
    from numpy import object_
    from numpy.typing import NDArray

# Two outlines of one border never coincide: each year is drawn again. The roughest ones at hand (Waalwijk 2024, on
# a grid of about 22 m) overlap their own neighbours by up to 5.3% of the smaller. What stays below twice that, seen
# from either side, is a sliver and no change.
SLIVER = 0.1
# Of which both outlines hold this share lies where it lay.
NEARLY_ALL = 0.99
# Metres per degree at the middle of the country; only shares of areas are used, in which the scale falls out.
LATITUDE = 52.2
NORTHWARD = 111_250
EASTWARD = 111_320 * cos(radians(LATITUDE))

Border = tuple[str, int, str]
Overlap = tuple[str, int, str, int, float, float]


class Dbt(Protocol):
    """The part of dbt's model interface that is used here."""

    def config(self, *, materialized: str) -> None:
        """Say how the model is kept."""

    def ref(self, name: str) -> "DuckDBPyRelation":
        """What another model holds."""


def model(dbt: Dbt, session: "DuckDBPyConnection") -> "DuckDBPyRelation":
    """One row per two neighbourhoods of different years that share more than a sliver."""
    # Imported here: dbt reads this file whenever it parses.
    from dagster_project.storage.sql import relation_of

    dbt.config(materialized="table")
    borders = dbt.ref("stg_pdok__borders").filter("region_level = 'neighbourhood' and not is_water")
    found = overlaps(borders.project("region_code, region_vintage, geometry").fetchall())
    columns = {"from_code": "varchar", "from_vintage": "integer", "to_code": "varchar", "to_vintage": "integer"}
    shares = {"from_share": "double", "to_share": "double"}
    return relation_of(session, columns | shares, found).project(
        f"*, from_share >= {1 - SLIVER} as is_whole, from_share >= {1 - SLIVER} and to_share >= {1 - SLIVER} as is_same"
    )


def overlaps(borders: Iterable[Border]) -> list[Overlap]:
    """Code and year of both, and the shared ground as a share of the older and of the newer one."""
    years: dict[int, dict[str, str]] = {}
    for code, year, outline in borders:
        years.setdefault(year, {})[code] = outline
    return [
        (old, before, new, after, from_share, to_share)
        for before, after in combinations(sorted(years), 2)
        for old, new, from_share, to_share in _between(years[before], years[after])
    ]


def _between(before: dict[str, str], after: dict[str, str]) -> list[tuple[str, str, float, float]]:
    # Imported here: dbt reads this file whenever it parses.
    from numpy import array, concatenate, unique
    from shapely import STRtree, area, intersection

    old_codes, new_codes = sorted(before), sorted(after)
    if not (old_codes and new_codes):
        return []
    old, new = _shapes(before[code] for code in old_codes), _shapes(after[code] for code in new_codes)
    old_areas, new_areas = area(old), area(new)
    places = {code: number for number, code in enumerate(new_codes)}
    kept = array([(o, places[code]) for o, code in enumerate(old_codes) if code in places], dtype=int).reshape(-1, 2)
    shared = area(intersection(old[kept[:, 0]], new[kept[:, 1]]))
    is_same = shared >= NEARLY_ALL * array([old_areas[kept[:, 0]], new_areas[kept[:, 1]]]).max(axis=0)
    same = kept[is_same]
    # A neighbourhood that did not move can share ground only with one that did: most of the country is not compared.
    other_old = array(sorted(set(range(len(old))) - set(same[:, 0].tolist())), dtype=int)
    other_new = array(sorted(set(range(len(new))) - set(same[:, 1].tolist())), dtype=int)
    from_old, to_any = STRtree(new).query(old[other_old], predicate="intersects")
    to_new, from_any = STRtree(old).query(new[other_new], predicate="intersects")
    pairs = unique(
        concatenate(
            [
                same,
                array([other_old[from_old], to_any], dtype=int).T,
                array([from_any, other_new[to_new]], dtype=int).T,
            ]
        ),
        axis=0,
    )
    shared = area(intersection(old[pairs[:, 0]], new[pairs[:, 1]]))
    from_shares, to_shares = shared / old_areas[pairs[:, 0]], shared / new_areas[pairs[:, 1]]
    return [
        (old_codes[o], new_codes[n], round(float(from_share), 9), round(float(to_share), 9))
        for (o, n), from_share, to_share in zip(pairs, from_shares, to_shares, strict=True)
        if max(from_share, to_share) >= SLIVER
    ]


def _shapes(outlines: Iterable[str]) -> "NDArray[object_]":
    """The outlines in metres; lines that cross themselves are mended."""
    from shapely import from_geojson, make_valid, transform

    shapes = make_valid(from_geojson(list(outlines)), method="structure", keep_collapsed=False)
    return transform(shapes, lambda points: points * (EASTWARD, NORTHWARD))
