"""The fictional outlines: a coverage on both banks of a river, with the one border that moves."""

import httpx
import pytest
from shapely import Point, coverage_is_valid, union_all
from shapely.affinity import scale, translate
from shapely.geometry import shape

from dagster_project.sample.municipality import (
    CLEAR,
    DEGREES_PER_KM,
    DISTRICTS,
    MUNICIPALITIES,
    NEIGHBOURHOODS,
    centre_of,
)


@pytest.fixture
def outlines(suppliers):
    def read(edition, collection, **asked):
        url = f"{suppliers.cbs_url}/cbs/wijken-en-buurten-{edition}/ogc/v1/collections/{collection}/items"
        features = httpx.get(url, params={"f": "json", "limit": 1000, **asked}).json()["features"]
        code = {"gemeenten": "gemeentecode", "wijken": "wijkcode", "buurten": "buurtcode"}[collection]
        return {
            feature["properties"][code]: shape(feature["geometry"])
            for feature in features
            if feature["properties"]["water"] == "NEE"
        }

    return read


def test_every_region_has_an_outline_around_its_middle(outlines):
    neighbourhoods = outlines(2025, "buurten")
    assert set(neighbourhoods) == {part.code for part in NEIGHBOURHOODS}
    assert set(outlines(2025, "wijken")) == set(DISTRICTS)
    assert set(outlines(2025, "gemeenten")) == set(MUNICIPALITIES)
    assert all(outline.is_valid for outline in neighbourhoods.values())
    eastward, northward = (CLEAR * degrees for degrees in DEGREES_PER_KM)
    clear = scale(Point(0, 0).buffer(1), eastward, northward)
    assert all(neighbourhoods[part.code].contains(translate(clear, *centre_of(part))) for part in NEIGHBOURHOODS)


def test_neighbourhoods_share_borders_and_are_in_one_piece_each(outlines):
    for edition in (2023, 2025):
        parts = outlines(edition, "buurten")
        assert coverage_is_valid(list(parts.values()))
        # All but the polder, that surrounds the town.
        assert {code for code, outline in parts.items() if len(outline.geoms) > 1} <= {"BU99990209"}
    # As a check that can fail: a simplified outline does not share the corners of its neighbours.
    parts["BU99990000"] = parts["BU99990000"].simplify(0.001)
    assert not coverage_is_valid(list(parts.values()))


def test_a_river_divides_the_municipality_and_no_neighbourhood_is_in_its_water(outlines, suppliers):
    url = f"{suppliers.cbs_url}/cbs/wijken-en-buurten-2025/ogc/v1/collections/gemeenten/items"
    features = httpx.get(url, params={"limit": 1000}).json()["features"]
    (water,) = (shape(feature["geometry"]) for feature in features if feature["properties"]["water"] == "JA")
    # Less than a hundredth of a hectare, by rounding.
    assert all(outline.intersection(water).area < 1e-7 for outline in outlines(2025, "buurten").values())
    banks = outlines(2025, "gemeenten")["GM9999"]
    assert len(banks.geoms) == 2
    assert banks.union(water.buffer(1e-6)).geom_type == "Polygon"


def test_neighbourhoods_lie_side_by_side_and_fill_their_municipality(outlines):
    for edition in (2023, 2025):
        parts = [outline for code, outline in outlines(edition, "buurten").items() if code.startswith("BU9999")]
        whole = outlines(edition, "gemeenten")["GM9999"]
        assert sum(part.area for part in parts) == pytest.approx(union_all(parts).area)
        assert whole.symmetric_difference(union_all(parts)).area == pytest.approx(0, abs=1e-9)


def test_one_border_moves_in_the_newest_edition_only(outlines):
    first, before, newest = (outlines(edition, "buurten") for edition in (2023, 2024, 2025))
    assert first == before
    assert {code for code in newest if newest[code] != before[code]} == {"BU99990203", "BU99990209"}


def test_an_unknown_query_is_ignored(outlines):
    assert len(outlines(2025, "buurten", cql_filter="gemeentecode='GM9999'")) == len(NEIGHBOURHOODS)
    assert len(outlines(2025, "buurten", gemeentecode="GM9999")) == 24


def test_there_is_no_service_of_a_year_that_is_not_published(suppliers):
    url = f"{suppliers.cbs_url}/cbs/wijken-en-buurten-2026/ogc/v1/collections"
    assert httpx.get(url).status_code == 404
