"""Maps: steps, legend with counts, links with names, hatch where there is no figure."""

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.charts import choropleth
from dashboard.charts.choropleth import MapArea
from dashboard.words.numbers import number

from .hostile import TEXT, classes, parsed, texts


def square(x, y, size=0.01):
    ring = [[5 + x * size, 52 + y * size], [5 + (x + 1) * size, 52 + y * size],
            [5 + (x + 1) * size, 52 + (y + 1) * size], [5 + x * size, 52 + (y + 1) * size],
            [5 + x * size, 52 + y * size]]  # fmt: skip
    return json.dumps({"type": "Polygon", "coordinates": [ring]})


def area(index, value, outline=None):
    text = "geen cijfer" if value is None else number(value)
    return MapArea(
        f"BU{index}", f"Buurt {index}", outline or square(index % 3, index // 3), value, text, f"/b/BU{index}"
    )


AREAS = [area(index, value) for index, value in enumerate([89, 15, None, 42, 0, 23, 67, 81, 39])]


def test_areas_are_links_with_their_name_and_figure():
    drawn = choropleth.choropleth("Bijstand", AREAS, number)
    root = parsed(drawn.svg)
    links = list(root.iter("a"))
    assert [one.get("href") for one in links] == [f"/b/BU{index}" for index in range(9)]
    assert links[0].find("path/title").text == "Buurt 0: 89"
    assert links[2].find("path").get("class") == "m0"
    assert links[2].find("path/title").text == "Buurt 2: geen cijfer"


def test_the_legend_counts_every_area_once_from_high_to_low():
    drawn = choropleth.choropleth("Bijstand", AREAS, number)
    assert [(row.label, row.count) for row in drawn.rows] == [
        ("80 of meer", 2), ("60 tot 80", 1), ("40 tot 60", 1), ("20 tot 40", 2), ("0 tot 20", 2), ("geen cijfer", 1),
    ]  # fmt: skip
    shown = "".join(parsed(drawn.legend).itertext())
    assert "1 buurt" in shown
    assert "2 buurten" in shown


def test_figures_stand_in_areas_that_have_room():
    assert "89" in texts(parsed(choropleth.choropleth("x", AREAS, number).svg))
    narrow = [area(0, 89), *(area(9, 5, square(index, 6, 0.0005)) for index in range(3))]
    assert "5" not in texts(parsed(choropleth.choropleth("x", narrow, number).svg))


def test_no_hatch_where_every_area_has_a_figure():
    full = choropleth.choropleth("x", [area(0, 1), area(1, 2)], number)
    assert classes(parsed(full.svg), "hatch") == []
    assert 0 not in {row.step for row in full.rows}


def test_a_wide_municipality_stands_above_its_legend():
    tall = choropleth.choropleth("x", [area(index, 1) for index in (0, 3, 6)], number)
    wide = choropleth.choropleth("x", [area(index, 1) for index in (0, 1, 2)], number)
    assert classes(parsed(wide.box), "flat")
    assert not classes(parsed(tall.box), "flat")


def test_parts_and_holes_of_an_area_are_drawn():
    ring = json.loads(square(0, 0, 0.1))["coordinates"][0]
    hole = json.loads(square(3, 3, 0.01))["coordinates"][0]
    islands = {"type": "MultiPolygon", "coordinates": [[ring, hole], [json.loads(square(2, 0, 0.1))["coordinates"][0]]]}
    root = parsed(choropleth.choropleth("x", [area(0, 5, json.dumps(islands))], number).svg)
    assert classes(root, "m1")[0].get("d").count("M") == 3


def test_districts_are_outlined_above_their_areas():
    drawn = parsed(choropleth.choropleth("x", AREAS, number, outlines=[square(0, 0), square(1, 0)]).svg)
    (border,) = classes(drawn, "border")
    assert border.get("d").count("M") == 2


def test_without_areas_there_is_no_map():
    assert choropleth.choropleth("x", [], number).box == ""


@pytest.mark.parametrize(
    ("values", "lower"),
    [([0, 89], (0, 20, 40, 60, 80)), ([4.1, 8.0], (4, 5, 6, 7, 8)), ([3, 3], (3, 4, 5, 6, 7)), ([], ())],
)
def test_edges_are_round(values, lower):
    assert choropleth.edges(values) == lower


@given(st.lists(st.floats(-1e5, 1e5).map(lambda value: round(value, 2)), min_size=1, max_size=40))
def test_every_value_has_one_step_that_encloses_it(values):
    lower = choropleth.edges(values)
    assert len(lower) == 5
    assert all(earlier < later for earlier, later in pairwise(lower))
    for value in values:
        step = choropleth.step_of(value, lower)
        assert 1 <= step <= 5
        assert step == 1 or value >= lower[step - 1] - 1e-9
        assert step == 5 or value < lower[step]
    assert min(values) >= lower[0] - 1e-9


def test_hostile_names_stay_texts():
    hostile = MapArea(TEXT, TEXT, square(0, 0), 5, TEXT, TEXT)
    drawn = choropleth.choropleth(TEXT, [hostile], lambda _: TEXT, noun=TEXT, plural=TEXT)
    assert parsed(drawn.box).find(".//title").text == f"{TEXT}: {TEXT}"
