"""Check of outlines in GeoJSON: closed rings, in longitude and latitude, in the Netherlands.

A line that crosses itself is accepted: CBS's own generalised outlines have some, and they remain usable.
"""

from collections.abc import Iterator
from typing import NamedTuple


class Bounds(NamedTuple):
    """A rectangle on the map."""

    west: float
    south: float
    east: float
    north: float

    def contains(self, x: float, y: float) -> bool:
        """Whether the rectangle contains the point."""
        return self.west <= x <= self.east and self.south <= y <= self.north


# The Netherlands in Europe with the water along its coast, in degrees, and in metres of the national grid.
NETHERLANDS = Bounds(2.5, 50.6, 7.4, 54.0)
NATIONAL_GRID = Bounds(-50_000, 250_000, 320_000, 700_000)
FEWEST_POINTS = 4


class OutlineError(ValueError):
    """An outline that cannot be used."""

    def __init__(self, problem: str, expected: str, came: str, do: str | None = None) -> None:
        super().__init__(problem)
        self.problem, self.expected, self.came, self.do = problem, expected, came, do


def check_outline(geometry: object) -> None:
    """Raise OutlineError for a geometry that is invalid or outside the Netherlands."""
    if not isinstance(geometry, dict) or geometry.get("type") not in ("Polygon", "MultiPolygon"):
        raise OutlineError("it has no outline", "a Polygon or MultiPolygon", str(geometry)[:80])
    kind, coordinates = geometry["type"], geometry.get("coordinates")
    polygons = [coordinates] if kind == "Polygon" else coordinates
    rings = 0
    for ring in _rings(polygons):
        _check_ring(ring)
        rings += 1
    if not rings:
        raise OutlineError("its outline is empty", "at least one ring", f"{kind} without rings")


def _rings(polygons: object) -> Iterator[object]:
    if not isinstance(polygons, list):
        raise OutlineError("its outline has no coordinates", "lists of rings", str(polygons)[:80])
    for polygon in polygons:
        if not isinstance(polygon, list):
            raise OutlineError("its outline has no rings", "lists of rings", str(polygon)[:80])
        yield from polygon


def _check_ring(ring: object) -> None:
    if not isinstance(ring, list):
        raise OutlineError("a ring is no list of points", "[[longitude, latitude], …]", str(ring)[:80])
    try:
        points = [(float(point[0]), float(point[1])) for point in ring]
    except (TypeError, ValueError, IndexError) as error:
        raise OutlineError("a point is no pair of numbers", "[longitude, latitude]", str(error)) from error
    if len(points) < FEWEST_POINTS or points[0] != points[-1]:
        came = f"{len(points)} points, from {points[:1]} to {points[-1:]}"
        raise OutlineError("a ring does not close", "at least 4 points, the last the same as the first", came)
    for x, y in points:
        if not NETHERLANDS.contains(x, y):
            raise _elsewhere(x, y)


def _elsewhere(x: float, y: float) -> OutlineError:
    expected = (
        f"longitude {NETHERLANDS.west} to {NETHERLANDS.east}, latitude {NETHERLANDS.south} to {NETHERLANDS.north}"
    )
    came = f"[{x}, {y}]"
    if NETHERLANDS.contains(y, x):
        do = "longitude and latitude are swapped: ask for the outlines in CRS84, which has longitude first"
        return OutlineError("latitude precedes longitude", expected, came, do)
    if NATIONAL_GRID.contains(x, y):
        do = "these are metres of the national grid (EPSG:28992): ask for the outlines in CRS84"
        return OutlineError("its points are not in degrees", expected, came, do)
    return OutlineError("it is outside the Netherlands", expected, came)
