"""The fictional ground: outlines of neighbourhoods on both banks of a river that ends in a harbour and a lake.

Neighbourhoods are cells of a Voronoi diagram, bent and simplified so that their shared borders look like streets.
"""

from collections.abc import Collection, Iterable
from functools import cache
from math import sin
from random import Random
from typing import TYPE_CHECKING

from dagster_project.sample.municipality import NEIGHBOURHOODS, PLACES, Place, to_degrees

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

GRID = 1e-6
# In kilometres, as PLACES: dikes around the polder, and the river from its west to the lake in its east.
_SHORE = [
    *[(-0.2, 0.1), (-0.4, 2.1), (-0.1, 4.0), (-0.5, 5.8), (-0.2, 7.6), (0.6, 8.7), (2.3, 9.2), (4.2, 9.0)],
    *[(6.0, 9.5), (8.0, 9.4), (9.4, 9.7), (10.5, 8.9), (10.7, 7.8), (10.2, 6.9), (10.6, 5.9), (10.3, 5.0)],
    *[(10.5, 4.3), (10.2, 3.4), (9.9, 2.3), (10.1, 1.2), (9.4, 0.2), (7.0, -0.3), (4.4, 0.0), (2.0, -0.4)],
]
_RIVER = [
    *[(-1.5, 2.9), (0.4, 3.3), (1.6, 3.1), (2.8, 3.5), (3.9, 3.4), (4.8, 3.9), (5.8, 3.8), (6.6, 3.5)],
    *[(7.5, 3.7), (8.3, 4.1), (9.3, 4.0), (11.5, 4.2)],
]
_RIVER_HALF_WIDTH, _MOUTH_HALF_WIDTH = 0.07, 0.13
_HARBOUR = [(8.2, 4.1), (8.1, 4.55), (8.35, 4.75), (8.5, 4.45), (8.7, 4.4), (8.8, 4.8), (9.1, 4.85), (9.15, 4.1)]
_LAKE = (9.0, 0.0, 11.2, 9.6)
# Distance between the points from which cells are made, and how far a corner may move when borders are simplified.
_SPACING, _TOLERANCE = 0.2, 0.15
# In the newest edition the polder takes the fields in the north of Rietland, that were never built on.
_SHRUNK, _GROWN, _FIELDS, _SOUTH_OF_FIELDS = "BU99990203", "BU99990209", "fields", 6.1


def union_of(codes: Collection[str], seed: int, *, is_newest: bool) -> "BaseGeometry":
    """Outline of one or more neighbourhoods, joined, in degrees of longitude and latitude."""
    from shapely import union_all

    outlines = _outlines(seed, is_newest)
    return union_all([outlines[code] for code in codes], grid_size=GRID)


@cache
def water_outline() -> "BaseGeometry":
    """The river, its harbour and the lake along the shore of Maandrecht."""
    from shapely import Polygon, box, union_all

    wet = union_all([_river().intersection(Polygon(_SHORE)), box(*_LAKE).difference(Polygon(_SHORE))])
    return _in_degrees([wet])[0]


@cache
def _outlines(seed: int, is_newest: bool) -> dict[str, "BaseGeometry"]:
    from shapely import union_all

    outlines = dict(_on_the_banks(seed))
    owner = _GROWN if is_newest else _SHRUNK
    outlines[owner] = union_all([outlines[owner], outlines.pop(_FIELDS)], grid_size=GRID)
    return outlines


@cache
def _on_the_banks(seed: int) -> dict[str, "BaseGeometry"]:
    """Outlines of neighbourhoods and of the fields that changed hands; none crosses the river."""
    from shapely import MultiPoint, Point, Polygon, coverage_simplify, get_parts, union_all, voronoi_polygons

    points = _scattered(seed)
    cells = get_parts(voronoi_polygons(MultiPoint(points), ordered=True))
    outlines: dict[str, BaseGeometry] = {}
    for bank in get_parts(Polygon(_SHORE).difference(_river(), grid_size=GRID)):
        places = [(part.code, at) for part in NEIGHBOURHOODS for at in PLACES[part.code] if bank.contains(Point(at))]
        owners = [places[number][0] for number in _nearest(points, [at for _, at in places])]
        grounds: dict[str, list[BaseGeometry]] = {}
        for cell, owner, (_, north) in zip(cells, owners, points, strict=True):
            is_field = owner == _SHRUNK and north > _SOUTH_OF_FIELDS
            grounds.setdefault(_FIELDS if is_field else owner, []).append(cell)
        simple = coverage_simplify(
            [union_all(ground) for ground in grounds.values()], _TOLERANCE, simplify_boundary=False
        )
        on_land = [ground.intersection(bank, grid_size=GRID) for ground in simple]
        outlines |= zip(grounds, _in_degrees(on_land), strict=True)
    return outlines


def _river() -> "BaseGeometry":
    from shapely import LineString, Polygon, union_all

    banks = LineString(_RIVER).buffer(_RIVER_HALF_WIDTH, quad_segs=2, join_style="round")
    mouth = LineString(_RIVER[-3:]).buffer(_MOUTH_HALF_WIDTH, quad_segs=2)
    return union_all([banks, mouth, Polygon(_HARBOUR)])


def _scattered(seed: int) -> list[Place]:
    """A random point in every square of a grid around the ground, at some distance from that of the next."""
    random = Random(f"{seed}/ground")
    west, south, east, north = -2.0, -2.0, 12.0, 11.0
    columns, rows = round((east - west) / _SPACING), round((north - south) / _SPACING)
    return [
        (west + _SPACING * (column + random.uniform(0.2, 0.8)), south + _SPACING * (row + random.uniform(0.2, 0.8)))
        for column in range(columns)
        for row in range(rows)
    ]


def _nearest(points: list[Place], places: list[Place]) -> list[int]:
    """Position of the nearest place of each point, over ground that is bent."""
    from shapely import STRtree
    from shapely import points as as_points

    found: list[int] = (
        STRtree(as_points([_bent(*at) for at in places])).nearest(as_points([_bent(*at) for at in points])).tolist()
    )
    return found


def _bent(x: float, y: float) -> Place:
    return x + 0.22 * sin(1.7 * y + 0.4), y + 0.22 * sin(1.9 * x + 1.1)


def _in_degrees(outlines: Iterable["BaseGeometry"]) -> list["BaseGeometry"]:
    from numpy import array
    from shapely import set_precision, transform

    def corners(points: "NDArray[float64]") -> "NDArray[float64]":
        return array([to_degrees(x, y) for x, y in points])

    return [set_precision(transform(outline, corners), GRID) for outline in outlines]
