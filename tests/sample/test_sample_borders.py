"""The fictional outlines: one per region of the key figures, side by side, with the one border that moves."""

import httpx
import pytest
from shapely import Point, union_all
from shapely.geometry import shape

from dagster_project.sample.municipality import DISTRICTS, MUNICIPALITIES, NEIGHBOURHOODS, centre_of


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
    assert all(neighbourhoods[part.code].contains(Point(centre_of(part))) for part in NEIGHBOURHOODS)


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
