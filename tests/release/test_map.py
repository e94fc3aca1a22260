"""The map of a release: a GeoPackage whose outlines and figures are those of the marts."""

import sqlite3
import struct
from contextlib import closing
from datetime import date

import pytest
import shapely
from main_line.installation import ask

from dagster_project.release.files.geopackage import Field, Layer, write_geopackage
from dagster_project.release.files.map_layers import MAP

SQUARE = '{"type": "Polygon", "coordinates": [[[5, 52], [6, 52], [6, 53], [5, 53], [5, 52]]]}'


def read(file, query):
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        return connection.execute(query).fetchall()


def shape_of(blob):
    magic, version, flags, system, *bounds = struct.unpack("<2sBBi4d", blob[:40])
    assert (magic, version, flags, system) == (b"GP", 0, 3, 4326)
    shape = shapely.from_wkb(blob[40:])
    left, bottom, right, top = shape.bounds
    assert bounds == [left, right, bottom, top]
    return shape


@pytest.fixture(scope="module")
def release(sample_home):
    return sample_home / "releases" / "latest"


def test_outlines_and_figures_are_those_of_the_marts(release):
    found = read(release / MAP, "select region_code, geom, population_count, fresh_until from buurten")
    outlines = dict(ask(release, "select region_code, outline_geojson from snapshot.dim_region_outline"))
    profile = "from snapshot.mart_neighbourhood_profile where value is not null"
    figures = dict(ask(release, f"select neighbourhood_code, value {profile} and indicator_code = 'population_count'"))
    limits = dict(ask(release, f"select neighbourhood_code, min(figure_fresh_until) {profile} group by all"))
    assert len(found) == 24
    for code, blob, population, until in found:
        assert shape_of(blob).equals(shapely.from_geojson(outlines[code]))
        assert population == figures.get(code)
        assert date.fromisoformat(until) <= limits[code]


def test_every_figure_is_explained_with_its_last_day(release):
    columns = {name for _, name, *_ in read(release / MAP, "pragma table_info(buurten)")}
    legend = read(release / MAP, "select indicator_code, label_nl, unit_nl, period, source, fresh_until from uitleg")
    assert {code for code, *_ in legend} == columns - {"fid", "region_code", "region_name", "fresh_until", "geom"}
    assert all(all(row) for row in legend)
    titles = dict(read(release / MAP, "select column_name, title from gpkg_data_columns where table_name = 'buurten'"))
    assert titles["population_count"] == "Inwoners (aantal)"


def test_the_map_says_when_it_was_made_and_until_when_it_may_be_shown(release):
    ((day,),) = ask(release, "select as_of from release")
    layers = read(release / MAP, "select table_name, data_type, description from gpkg_contents")
    assert {name for name, *_ in layers} == {"buurten", "wijken", "eigen_gebieden", "gemeente", "uitleg"}
    for name, kind, about in layers:
        assert kind == ("attributes" if name == "uitleg" else "features")
        assert "oonbaar tot en met" in about
        assert name == "uitleg" or f"Gemaakt op {day:%d-%m-%Y}" in about


def test_a_release_without_outlines_has_no_map(first_run):
    assert not (first_run.latest / MAP).exists()
    assert "buurten.gpkg" not in (first_run.latest / "README.md").read_text()


def test_the_same_rows_give_the_same_bytes(tmp_path):
    layer = Layer("a", "A", [Field("naam", "TEXT", "Naam"), Field("dag", "DATE")], [["x", date(2026, 1, 2)]], [SQUARE])
    for name in ("one", "two"):
        write_geopackage(tmp_path / name, [layer], date(2026, 11, 28))
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    assert read(tmp_path / "one", "select naam, dag from a") == [("x", "2026-01-02")]
    assert read(tmp_path / "one", "select min_x, max_y from gpkg_contents") == [(5.0, 53.0)]
    assert read(tmp_path / "one", "pragma integrity_check") == [("ok",)]
