"""Outlines for a map: real and broken ones come out valid, with a point inside; areas as their neighbourhoods."""

import json
from runpy import run_path

from shapely import area, contains_xy, from_geojson, is_valid

from .real import MUNICIPALITIES, NEIGHBOURHOODS, features, needs_real_data
from .rendering import python_model

outlines = run_path(str(python_model("int_regions__outlines")))["outlines"]


def square(west: float, east: float) -> str:
    ring = [[west, 51], [east, 51], [east, 52], [west, 52], [west, 51]]
    return json.dumps({"type": "Polygon", "coordinates": [ring]})


def test_an_area_is_the_outline_of_all_its_neighbourhoods_and_is_left_out_where_one_has_none():
    borders = [("BU1", square(5, 6)), ("BU2", square(6, 7))]
    drawn = {code: outline for code, outline, *_ in outlines(borders, [("GA1", "BU1"), ("GA1", "BU2"), ("GA2", "BU3")])}
    assert drawn.keys() == {"BU1", "BU2", "GA1"}
    assert area(from_geojson(drawn["GA1"])) == 2


def test_an_outline_that_crosses_itself_is_mended():
    bow = json.dumps({"type": "Polygon", "coordinates": [[[5, 51], [6, 52], [6, 51], [5, 52], [5, 51]]]})
    assert not is_valid(from_geojson(bow))
    ((_, outline, longitude, latitude),) = outlines([("BU1", bow)], [])
    assert is_valid(from_geojson(outline))
    assert contains_xy(from_geojson(outline), longitude, latitude)


def test_without_outlines_there_are_none():
    assert outlines([], [("GA1", "BU1")]) == []


@needs_real_data
def test_real_outlines_lie_where_they_lay():
    for file in (MUNICIPALITIES, NEIGHBOURHOODS):
        given = {str(number): json.dumps(feature["geometry"]) for number, feature in enumerate(features(file))}
        for code, outline, longitude, latitude in outlines(given.items(), []):
            drawn, before = from_geojson(outline), from_geojson(given[code])
            assert is_valid(drawn)
            assert contains_xy(drawn, longitude, latitude)
            assert area(drawn.symmetric_difference(before.buffer(0))) < 0.0001 * area(drawn)
