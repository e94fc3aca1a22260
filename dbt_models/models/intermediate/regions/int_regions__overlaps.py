"""Which neighbourhoods of two years lie on the same ground, and for which part: from their outlines alone.

In Python, because the geometry functions of DuckDB are an extension that many municipal networks cannot fetch.
"""

from collections.abc import Iterable
from itertools import combinations
from math import cos, radians
from typing import Any

# Two outlines of one border never fall together: each year is drawn anew. The roughest ones at hand (Waalwijk 2024, on
# a grid of about 22 m) overlap their own neighbours by up to 5.3% of the smaller. What stays below twice that, seen
# from either side, is a sliver and no change.
SLIVER = 0.1
# Metres per degree at the middle of the country; only shares of areas are used, in which the scale falls out.
LATITUDE = 52.2
NORTHWARD = 111_250
EASTWARD = 111_320 * cos(radians(LATITUDE))

Border = tuple[str, int, str]
Overlap = tuple[str, int, str, int, float, float]


def model(dbt: Any, session: Any) -> Any:  # noqa: ANN401 - dbt hands these over without types
    """One row per two neighbourhoods of different years that share more than a sliver."""
    dbt.config(materialized="table")
    borders = dbt.ref("stg_pdok__borders").filter("region_level = 'neighbourhood' and not is_water")
    found = overlaps(borders.project("region_code, region_vintage, geometry").fetchall())
    columns = [list(values) for values in zip(*found, strict=True)] or [[] for _ in range(6)]
    return session.sql(
        f"""
        select
            unnest($1::varchar[]) as from_code,
            unnest($2::integer[]) as from_vintage,
            unnest($3::varchar[]) as to_code,
            unnest($4::integer[]) as to_vintage,
            unnest($5::double[]) as from_share,
            unnest($6::double[]) as to_share,
            unnest($5::double[]) >= {1 - SLIVER} as is_whole,
            unnest($5::double[]) >= {1 - SLIVER} and unnest($6::double[]) >= {1 - SLIVER} as is_same
        """,
        params=columns,
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
    from shapely import STRtree, area, intersection

    # Most outlines are sent again letter by letter, and then there is nothing to measure.
    same = {code for code, outline in before.items() if after.get(code) == outline}
    found = [(code, code, 1.0, 1.0) for code in sorted(same)]
    old_codes, new_codes = sorted(before.keys() - same), sorted(after.keys() - same)
    if not (old_codes and new_codes):
        return found
    old, new = _shapes(before[code] for code in old_codes), _shapes(after[code] for code in new_codes)
    old_numbers, new_numbers = STRtree(new).query(old, predicate="intersects")
    shared = area(intersection(old[old_numbers], new[new_numbers]))
    from_shares, to_shares = shared / area(old)[old_numbers], shared / area(new)[new_numbers]
    found += [
        (old_codes[o], new_codes[n], round(float(from_share), 9), round(float(to_share), 9))
        for o, n, from_share, to_share in zip(old_numbers, new_numbers, from_shares, to_shares, strict=True)
        if max(from_share, to_share) >= SLIVER
    ]
    return sorted(found)


def _shapes(outlines: Iterable[str]) -> Any:  # noqa: ANN401 - an array of shapes
    """The outlines in metres; lines that cross themselves are mended."""
    from shapely import from_geojson, make_valid, transform

    shapes = make_valid(from_geojson(list(outlines)), method="structure", keep_collapsed=False)
    return transform(shapes, lambda points: points * (EASTWARD, NORTHWARD))
