"""The fictional outlines as PDOK would serve them: OGC API Features, a service per year, a collection per level."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dagster_project.sample.living_conditions import conditions
from dagster_project.sample.municipality import (
    MUNICIPALITIES,
    NEIGHBOURHOODS,
    Neighbourhood,
    centre_of,
    parts_of,
    region_name,
)

FIRST_EDITION = 2023
PAGE_SIZE = 1000
_COLLECTIONS = {"gemeenten": "GM", "wijken": "WK", "buurten": "BU"}
_UNKNOWN = -99997
# Half the width and height of a neighbourhood on the grid of centre_of.
_HALF_WIDTH, _HALF_HEIGHT = 0.0075, 0.0045
# In the newest edition the polder takes a strip of Rietland to its south: fields that were never built on.
_SHRUNK, _GROWN, _STRIP = "BU99990203", "BU99990209", 0.002
_VILLAGE = "BU99990204"

Box = tuple[float, float, float, float]


def outline_routes(as_of: date, seed: int) -> list[Route]:
    """Routes of the services of all years that have been published on ``as_of``."""

    async def collections(request: Request) -> Response:
        edition = _edition(request)
        if edition is None:
            return Response(status_code=404)
        return _json(
            {
                "title": f"CBS Wijken en Buurten {edition} (FICTIEVE GEGEVENS)",
                "links": [{"rel": "enclosure", "href": f"downloads/wijkenenbuurten_{edition}_v1.gpkg"}],
                "collections": [{"id": name, "title": name} for name in _COLLECTIONS],
            }
        )

    async def items(request: Request) -> Response:
        edition, collection = _edition(request), request.path_params["collection"]
        if edition is None or collection not in _COLLECTIONS:
            return Response(status_code=404)
        # The service passes over any question that it does not know, as PDOK does.
        asked = request.query_params
        limit, start = min(int(asked.get("limit", "10")), PAGE_SIZE), int(asked.get("cursor", "0"))
        found = [
            feature
            for feature in _features(collection, edition, is_newest=edition == as_of.year - 1, seed=seed)
            if asked.get("gemeentecode") in (None, feature["properties"]["gemeentecode"])
        ]
        links = [{"rel": "self", "href": str(request.url)}]
        if start + limit < len(found):
            links.append({"rel": "next", "href": str(request.url.include_query_params(cursor=start + limit))})
        page = found[start : start + limit]
        return _json(
            {"type": "FeatureCollection", "features": page, "numberReturned": len(page), "links": links},
            media_type="application/geo+json",
        )

    def _edition(request: Request) -> int | None:
        text = request.path_params["service"].removeprefix("wijken-en-buurten-")
        return int(text) if text.isdecimal() and FIRST_EDITION <= int(text) < as_of.year else None

    service = "/cbs/{service}/ogc/v1/collections"
    return [Route(service, collections), Route(service + "/{collection}/items", items)]


def _features(collection: str, edition: int, *, is_newest: bool, seed: int) -> Iterator[dict[str, Any]]:
    kind = _COLLECTIONS[collection]
    codes = {
        "GM": list(MUNICIPALITIES),
        "WK": list(dict.fromkeys(part.district_code for part in NEIGHBOURHOODS)),
        "BU": [part.code for part in NEIGHBOURHOODS],
    }[kind]
    for code in codes:
        parts = parts_of(code)
        boxes = [box for part in parts for box in boxes_of(part, is_newest=is_newest)]
        hectares = sum(conditions(part, edition, seed)["land"] for part in parts)
        yield _feature(code, boxes, {"water": "NEE", "oppervlakteLandInHa": hectares})
    if kind == "GM":
        # The lake next to Maandrecht is a second outline of the same municipality.
        yield _feature("GM9999", [(5.255, 52.535, 5.262, 52.62)], {"water": "JA", "oppervlakteLandInHa": _UNKNOWN})


def boxes_of(part: Neighbourhood, *, is_newest: bool) -> list[Box]:
    """Rectangles of a neighbourhood."""
    if part.code == _GROWN:
        return _polder(is_newest=is_newest)
    west, south, east, north = _cell(part)
    return [(west, south, east, north - _STRIP if part.code == _SHRUNK and is_newest else north)]


def _cell(part: Neighbourhood) -> Box:
    x, y = centre_of(part)
    return x - _HALF_WIDTH, y - _HALF_HEIGHT, x + _HALF_WIDTH, y + _HALF_HEIGHT


def _polder(*, is_newest: bool) -> list[Box]:
    """Everything north of the village's row that is not another neighbourhood's."""
    cells = {part.code: _cell(part) for part in NEIGHBOURHOODS}
    village, rietland, own = cells[_VILLAGE], cells[_SHRUNK], cells[_GROWN]
    strip = _STRIP if is_newest else 0
    return [
        (village[2], village[1], rietland[0], village[3]),
        (rietland[0], village[1] - strip, rietland[2], village[3]),
        (village[0], own[1], rietland[2], own[3]),
    ]


def _feature(code: str, boxes: list[Box], properties: dict[str, object]) -> dict[str, Any]:
    names = {"GM": "gemeente", "WK": "wijk", "BU": "buurt"}
    municipality = "GM" + code[2:6]
    above = {"gemeentecode": municipality, "gemeentenaam": MUNICIPALITIES[municipality]}
    if code.startswith("BU"):
        above["wijkcode"] = "WK" + code[2:8]
    level = names[code[:2]]
    return {
        "type": "Feature",
        "id": f"{code}-{properties['water']}",
        "properties": {**above, f"{level}code": code, f"{level}naam": region_name(code), **properties},
        "geometry": _outline(boxes),
    }


def _outline(boxes: list[Box]) -> dict[str, Any]:
    # Imported here: a run against the real suppliers draws nothing.
    from shapely import MultiPolygon, Polygon, box, union_all
    from shapely.geometry import mapping

    whole = union_all([box(*boundaries) for boundaries in boxes], grid_size=1e-6)
    return mapping(MultiPolygon([whole]) if isinstance(whole, Polygon) else whole)


def _json(document: dict[str, Any], media_type: str = "application/json") -> Response:
    return Response(orjson.dumps(document), media_type=media_type)
