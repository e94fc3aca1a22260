"""The real outlines, served as PDOK serves them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from suppliers.running import Suppliers, running

REAL = Path(__file__).parents[3] / "shared/real-data"
MUNICIPALITIES = REAL / "geometry/municipalities_2024_wgs84.geojson"
NEIGHBOURHOODS = REAL / "geometry/waalwijk_buurten_2024_approx_wgs84.geojson"
needs_real_data = pytest.mark.skipif(not MUNICIPALITIES.exists(), reason=f"the real files are not in {REAL}")
# Attributes that the files lack; PDOK sends them for every region, with either number where a value is missing.
BESIDE = {"water": "NEE", "oppervlakteLandInHa": -99997}
BESIDE_MUNICIPALITY = {**BESIDE, "oppervlakteLandInHa": -99995}


def features(file: Path) -> list[dict]:
    return json.loads(file.read_text(encoding="utf-8"))["features"]


def collections() -> dict[str, list[dict]]:
    """The three collections; Zeeland's water makes 343 features of 342 municipalities, as in the real service."""
    municipalities = [
        {
            **feature,
            "properties": {
                **feature["properties"],
                "gemeentecode": feature["properties"]["statcode"],
                **BESIDE_MUNICIPALITY,
            },
        }
        for feature in features(MUNICIPALITIES)
    ]
    for feature in municipalities:
        feature["properties"]["gemeentenaam"] = feature["properties"]["statnaam"]
    water = next(feature for feature in municipalities if feature["properties"]["gemeentecode"] == "GM1676")
    neighbourhoods = [
        {**feature, "properties": {**feature["properties"], **BESIDE}} for feature in features(NEIGHBOURHOODS)
    ]
    districts = {
        feature["properties"]["wijkcode"]: {
            **feature,
            "properties": {
                "wijkcode": feature["properties"]["wijkcode"],
                "wijknaam": "Wijk",
                "gemeentecode": "GM0867",
                **BESIDE,
            },
        }
        for feature in neighbourhoods
    }
    return {
        "gemeenten": [*municipalities, {**water, "properties": {**water["properties"], "water": "JA"}}],
        "wijken": list(districts.values()),
        "buurten": neighbourhoods,
    }


@contextmanager
def real_outlines() -> Iterator[Suppliers]:
    """A service for 2024 alone, which passes over every filter."""
    served = collections()

    async def listed(request: Request) -> JSONResponse:
        return JSONResponse({"collections": [{"id": name} for name in served]})

    async def items(request: Request) -> JSONResponse:
        found = served[request.path_params["collection"]]
        start, limit = int(request.query_params.get("startIndex", "0")), 100
        links = []
        if start + limit < len(found):
            links = [{"rel": "next", "href": str(request.url.include_query_params(startIndex=start + limit))}]
        page = found[start : start + limit]
        return JSONResponse(
            {"features": page, "numberMatched": len(found), "numberReturned": len(page), "links": links}
        )

    service = "/cbs/wijken-en-buurten-2024/ogc/v1/collections"
    with running(
        Starlette(routes=[Route(service, listed), Route(service + "/{collection}/items", items)])
    ) as suppliers:
        yield suppliers
