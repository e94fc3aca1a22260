"""The fictional outlines as PDOK would serve them: OGC API Features, a service per year, a collection per level."""

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dagster_project.sample.ground import union_of, water_outline
from dagster_project.sample.living_conditions import conditions
from dagster_project.sample.municipality import (
    MUNICIPALITIES,
    MUNICIPALITY,
    NEIGHBOURHOODS,
    parts_of,
    region_name,
)

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

FIRST_EDITION = 2023
PAGE_SIZE = 1000
_COLLECTIONS = {"gemeenten": "GM", "wijken": "WK", "buurten": "BU"}
_UNKNOWN = -99997


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
        outline = union_of([part.code for part in parts], seed, is_newest=is_newest)
        hectares = sum(conditions(part, edition, seed)["land"] for part in parts)
        yield _feature(code, outline, {"water": "NEE", "oppervlakteLandInHa": hectares})
    if kind == "GM":
        # The water of Maandrecht is a second outline of the same municipality.
        yield _feature(MUNICIPALITY, water_outline(), {"water": "JA", "oppervlakteLandInHa": _UNKNOWN})


def _feature(code: str, outline: "BaseGeometry", properties: dict[str, object]) -> dict[str, Any]:
    # Imported here: a run against the real suppliers draws nothing.
    from shapely import MultiPolygon, Polygon
    from shapely.geometry import mapping

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
        "geometry": mapping(MultiPolygon([outline]) if isinstance(outline, Polygon) else outline),
    }


def _json(document: dict[str, Any], media_type: str = "application/json") -> Response:
    return Response(orjson.dumps(document), media_type=media_type)
