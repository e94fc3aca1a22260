"""Outlines against the running sample, and every way in which an OGC service can mislead."""

import json
from dataclasses import replace

import pytest
from landing.receiving import desk, one_edition
from suppliers import faults

from dagster_project.installation.settings import SupplierSettings

BUURTEN = "collections/buurten/items"


def borders(folder, suppliers, **settings):
    return desk(folder, "pdok.borders", suppliers={"pdok": SupplierSettings(base_url=suppliers.cbs_url)}, **settings)


@pytest.fixture
def newest(suppliers, tmp_path):
    return one_edition(borders(tmp_path / "landing", suppliers))


def on_document(change):
    """A fault that changes the JSON document of an answer."""

    def fault(answer):
        document = json.loads(answer.body)
        change(document)
        return replace(answer, body=json.dumps(document).encode())

    return fault


def on_features(change):
    return on_document(lambda document: [change(feature) for feature in document["features"]])


# Accepted answers


def test_the_years_that_the_supplier_has_are_found_by_their_address(suppliers, tmp_path):
    desk = borders(tmp_path, suppliers)
    desk.receive_and_admit()
    assert sorted(desk.manifests()) == ["2023", "2024", "2025"]
    suppliers.travel_to(desk.now.date().replace(year=2028))
    desk.receive()
    assert desk.state.window == ["2025", "2026", "2027"]


def test_one_municipality_gets_its_regions_with_land_and_water(newest):
    newest.receive_and_admit()
    assert newest.rows("select region_level, water, count(*) from data group by all order by all") == [
        ("district", "NEE", 3),
        ("municipality", "JA", 1),
        ("municipality", "NEE", 1),
        ("neighbourhood", "NEE", 24),
    ]
    assert newest.manifest().facts["geometry_version"] == "v1"
    assert newest.manifest().facts["regions_of_others_left_out"] == "0"


def test_a_missing_number_is_no_number(newest):
    newest.receive_and_admit()
    assert newest.rows("select area_land_ha from data where water = 'JA'") == [(None,)]
    assert newest.rows("select min(area_land_ha) > 0 from data where water = 'NEE'") == [(True,)]


def test_the_whole_country_comes_in_pages(suppliers, tmp_path, monkeypatch):
    monkeypatch.setattr("dagster_project.extract.ogc_features.PAGE_SIZE", 10)
    desk = one_edition(borders(tmp_path, suppliers, scope="country"))
    desk.receive_and_admit()
    assert desk.rows("select count(*) from data where region_level = 'neighbourhood'") == [(29,)]
    assert "buurten-0003.json.gz" in {file.name for file in desk.manifest().payload}


def test_the_same_outlines_are_confirmed_and_not_kept_again(newest):
    before = newest.receive_and_admit()
    assert newest.a_day_later().receive().confirmed == ["2025"]
    newest.admit()
    assert [one.delivery_id for one in newest.state.current.values()] == [
        one.delivery_id for one in before.current.values()
    ]
    assert newest.state.checked_at == newest.now


def test_a_filter_that_the_server_passes_over_brings_no_other_municipality_in(newest, suppliers):
    def everything(document):
        other = json.loads(json.dumps(document["features"][0]))
        other["properties"] |= {"gemeentecode": "GM9998", "buurtcode": "BU99980000"}
        document["features"].append(other)
        document["numberReturned"] += 1

    suppliers.faults.set(BUURTEN, on_document(everything))
    newest.receive_and_admit()
    assert newest.rows("select distinct municipality_code from data") == [("GM9999",)]
    assert newest.manifest().facts["regions_of_others_left_out"] == "1"


# Faults


def swap(feature):
    feature["geometry"]["coordinates"] = [
        [[point[::-1] for point in ring] for ring in polygon] for polygon in feature["geometry"]["coordinates"]
    ]


def national_grid(feature):
    feature["geometry"]["coordinates"] = [[[[132000, 411000], [133000, 411000], [133000, 412000], [132000, 411000]]]]


def other_municipality(feature):
    feature["properties"]["gemeentecode"] = "GM0001"


def open_ring(feature):
    feature["geometry"]["coordinates"][0][0].pop()


def circle(document):
    url = next(link["href"] for link in document["links"] if link["rel"] == "self")
    document["links"].append({"rel": "next", "href": url})


BAD_ANSWERS = {
    "swapped": (on_features(swap), ["BU99990000", "latitude precedes longitude", "ask for the outlines in CRS84"]),
    "national grid": (on_features(national_grid), ["not in degrees", "EPSG:28992"]),
    "elsewhere": (
        on_features(lambda f: f["geometry"].update(coordinates=[[[[0, 0], [1, 0], [1, 1], [0, 0]]]])),
        ["is outside the Netherlands"],
    ),
    "no outline": (on_features(lambda f: f.update(geometry=None)), ["BU99990000", "it has no outline"]),
    "a point": (
        on_features(lambda f: f.update(geometry={"type": "Point", "coordinates": [5.2, 52.5]})),
        ["has no outline", "a Polygon or MultiPolygon"],
    ),
    "open ring": (on_features(open_ring), ["BU99990000", "a ring does not close"]),
    "no rings": (on_features(lambda f: f["geometry"].update(coordinates=[])), ["its outline is empty"]),
    "no list": (on_features(lambda f: f["geometry"].update(coordinates=None)), ["has no coordinates"]),
    "no numbers": (
        on_features(lambda f: f["geometry"].update(coordinates=[[["x", "y"]]])),
        ["a point is no pair of numbers"],
    ),
    "circle": (on_document(circle), ["links its pages in a circle"]),
    "nothing of ours": (
        on_features(other_municipality),
        ["contains nothing of GM9999 among its bu", "24 of others"],
    ),
    "cut page": (on_document(lambda d: d["features"].pop()), ["is cut off", "expected: 24 features"]),
    "less than there is": (on_document(lambda d: d.update(numberMatched=30)), ["sends buurten in part", "30 features"]),
    "renamed": (on_features(lambda f: f["properties"].pop("water")), ["lacks 'water'"]),
    "no municipality": (on_features(lambda f: f["properties"].pop("gemeentecode")), ["does not give 'gemeentecode'"]),
    "no collection": (on_document(lambda d: d.pop("features")), ["is no list of outlines"]),
    "twice": (
        on_document(lambda d: d.update(features=d["features"] * 2, numberReturned=48)),
        ["repeats its key (region_code, water)"],
    ),
    "web page": (faults.html_page(), ["is not what the protocol promises"]),
    "text for hectares": (
        on_features(lambda f: f["properties"].update(oppervlakteLandInHa="veel")),
        ["another kind of value in column 'oppervlakteLandInHa'"],
    ),
}


@pytest.mark.parametrize("bad", BAD_ANSWERS)
def test_a_bad_answer_is_reported_and_the_last_good_delivery_stays(newest, suppliers, bad):
    fault, words = BAD_ANSWERS[bad]
    good = newest.receive_and_admit()
    suppliers.faults.set(BUURTEN, fault)
    message = newest.a_day_later().problem()
    for word in (*words, "pdok / borders", "\n  kept: the delivery of 2026-11-23", "\n  do: "):
        assert word in message
    newest.admit()
    assert newest.state.current == good.current
    assert newest.state.checked_at == good.checked_at


def test_a_collection_that_is_missing_is_reported(newest, suppliers):
    suppliers.faults.set(r"2025/ogc/v1/collections\?", on_document(lambda d: d["collections"].pop()))
    assert "offers no buurten" in newest.problem()


def test_an_unreachable_supplier_is_reported_and_no_year_counts_as_absent(newest, suppliers):
    suppliers.faults.set("collections", faults.unavailable())
    assert "gave no usable answer after 3 attempts" in newest.problem()


def test_a_supplier_without_any_year_is_reported(newest, suppliers):
    suppliers.travel_to(newest.now.date().replace(year=2023))
    assert "offers no edition" in newest.problem()
