"""Maps of relative figures: areas in five steps of one blue, as links, with outlines and a legend that counts."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import cos, floor, radians

from markupsafe import Markup, escape
from shapely import geometry
from shapely.ops import polylabel

from dashboard.charts.scale import Format, first_exact, hatching, path, round_steps, short

# A tall municipality has its legend on the right; a wide one takes the whole width, with its legend below.
_WIDTH_TALL, _WIDTH_FLAT = 204.0, 326.0
_FLAT_FROM = 1.15
# Half a unit of the drawing: finer detail is not visible.
_TOLERANCE = 0.6
STEPS = 5


@dataclass(frozen=True)
class MapArea:
    """An area of a map: its outline as GeoJSON in longitude and latitude, and its figure if there is one."""

    code: str
    name: str
    outline: str
    value: float | None
    text: str
    href: str | None = None


@dataclass(frozen=True)
class LegendRow:
    """A step of the legend, from high to low, with how many areas fall in it; step 0 is 'geen cijfer'."""

    step: int
    label: str
    count: int


@dataclass(frozen=True)
class Choropleth:
    """A drawn map and its legend; ``box`` is both, side by side or one above the other as the shape asks."""

    box: Markup
    svg: Markup
    legend: Markup
    rows: tuple[LegendRow, ...]


def edges(values: Sequence[float], form: Format | None = None) -> tuple[float, ...]:
    """Choose the lower edges of five steps of equal and round width; the last step is open above."""
    if not values:
        return ()
    low, high = min(values), max(values)
    low = 0.0 if 0 <= low < 0.5 * high else low
    least = (high - low) / STEPS or abs(high) / STEPS or 1.0
    choices = []
    for width in round_steps(least):
        start = floor(low / width + 1e-9)
        if width >= least * 0.85:
            choices.append(tuple(round((start + index) * width, 12) for index in range(STEPS)))
    return first_exact(choices, form)


def step_of(value: float, lower_edges: Sequence[float]) -> int:
    """Return the step of a value, 1 to 5."""
    return max(1, sum(1 for edge in lower_edges if value >= edge - 1e-9))


def choropleth(
    name: str,
    areas: Sequence[MapArea],
    form: Format,
    *,
    outlines: Sequence[str] = (),
    noun: str = "buurt",
    plural: str = "buurten",
) -> Choropleth:
    """Draw a map with ``outlines`` (of districts) above its areas; ``form`` writes the edges in the legend."""
    shapes = [(area, geometry.shape(json.loads(area.outline))) for area in areas if area.outline]
    if not shapes:
        return Choropleth(Markup(""), Markup(""), Markup(""), ())
    place = _projection([shape for _, shape in shapes])
    lower_edges = edges([area.value for area in areas if area.value is not None], form)
    steps = {area.code: 0 if area.value is None else step_of(area.value, lower_edges) for area in areas}
    body, figures = "", ""
    for area, shape in shapes:
        drawn = _outline(shape, place.project)
        step = steps[area.code]
        title = f"<title>{escape(area.name)}: {escape(area.text)}</title>"
        body += (
            f'<a href="{escape(area.href)}"><path class="m{step}" d="{drawn}">{title}</path></a>'
            if area.href
            else f'<path class="m{step}" d="{drawn}">{title}</path>'
        )
        figures += _figure(area, shape, place.project, step)
    borders = "".join(_outline(geometry.shape(json.loads(one)), place.project) for one in outlines)
    body += f'<path class="border" d="{borders}"/>' if borders else ""
    hatch = hatching("hatch") if 0 in steps.values() else ""
    svg = Markup(
        f'<svg class="map" viewBox="-1 -1 {short(place.width + 2)} {short(place.height + 2)}" role="group" '
        f'aria-label="{escape(name)}">{hatch}{body}<g class="num" aria-hidden="true">{figures}</g></svg>'
    )
    rows = _legend_rows(lower_edges, list(steps.values()), form)
    legend = _legend(rows, noun, plural)
    shape_class = "mapbox flat" if place.width == _WIDTH_FLAT else "mapbox"
    return Choropleth(Markup(f'<div class="{shape_class}">{svg}{legend}</div>'), svg, legend, rows)


@dataclass(frozen=True)
class _Projection:
    width: float
    height: float
    project: Callable[[float, float], tuple[float, float]]


def _projection(shapes: Sequence[geometry.base.BaseGeometry]) -> _Projection:
    """Project degrees to the drawing: equirectangular about the middle, exact enough for one municipality."""
    boxes = [shape.bounds for shape in shapes]
    west, south = min(box[0] for box in boxes), min(box[1] for box in boxes)
    east, north = max(box[2] for box in boxes), max(box[3] for box in boxes)
    narrow = cos(radians((south + north) / 2))
    across, along = (east - west) * narrow or 1.0, north - south or 1.0
    width = _WIDTH_FLAT if across > _FLAT_FROM * along else _WIDTH_TALL
    scale = width / across
    return _Projection(
        width,
        along * scale,
        lambda longitude, latitude: ((longitude - west) * narrow * scale, (north - latitude) * scale),
    )


def _rings(shape: geometry.base.BaseGeometry) -> list[list[tuple[float, ...]]]:
    polygons = shape.geoms if isinstance(shape, geometry.MultiPolygon) else [shape]
    rings = [one for area in polygons if isinstance(area, geometry.Polygon) for one in (area.exterior, *area.interiors)]
    return [list(ring.coords) for ring in rings]


def _outline(shape: geometry.base.BaseGeometry, project: Callable[[float, float], tuple[float, float]]) -> str:
    drawn = ""
    for ring in _rings(shape):
        placed = geometry.LineString([project(point[0], point[1]) for point in ring])
        simple = placed.simplify(_TOLERANCE)
        points = [(float(x), float(y)) for x, y in simple.coords]
        drawn += path(points[:-1] if len(points) > 3 else points, is_closed=True)
    return drawn


def _figure(
    area: MapArea, shape: geometry.base.BaseGeometry, project: Callable[[float, float], tuple[float, float]], step: int
) -> str:
    """Write the figure in its area where the roomiest place in it leaves room for the text and some air."""
    if area.value is None:
        return ""
    parts = [geometry.Polygon([project(point[0], point[1]) for point in ring]) for ring in _rings(shape)]
    placed = max(parts, key=lambda part: part.area)
    half = 3.5 * len(area.text) + 2
    for point in (placed.centroid, polylabel(placed, tolerance=1.0)):
        if placed.contains(geometry.box(point.x - half, point.y - 8, point.x + half, point.y + 8)):
            return f'<text class="f{step}" x="{short(point.x)}" y="{short(point.y + 4.5)}">{escape(area.text)}</text>'
    return ""


def _legend_rows(lower_edges: Sequence[float], steps: Sequence[int], form: Format) -> tuple[LegendRow, ...]:
    rows = []
    for index in reversed(range(len(lower_edges))):
        low = form(lower_edges[index])
        last = index == len(lower_edges) - 1
        label = f"{low} of meer" if last else f"{low} tot {form(lower_edges[index + 1])}"
        rows.append(LegendRow(index + 1, label, steps.count(index + 1)))
    if 0 in steps:
        rows.append(LegendRow(0, "geen cijfer", steps.count(0)))
    return tuple(rows)


def _legend(rows: Sequence[LegendRow], noun: str, plural: str) -> Markup:
    drawn = "".join(
        f'<li><svg viewBox="0 0 18 18" aria-hidden="true"><path class="m{row.step}" d="M0 0h18v18H0z"/></svg>'
        f"<span>{escape(row.label)}<small>{row.count} {escape(noun if row.count == 1 else plural)}</small></span></li>"
        for row in rows
    )
    return Markup(f'<ul class="leg">{drawn}</ul>')
