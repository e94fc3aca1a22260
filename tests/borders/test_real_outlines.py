"""The real outlines of 2024 go through extract, landing and staging, and come out as they are in the files."""

import json

import duckdb
import pytest
from landing.receiving import WAALWIJK, desk

from dagster_project.installation.settings import SupplierSettings

from .real import MUNICIPALITIES, NEIGHBOURHOODS, features, needs_real_data, real_outlines
from .rendering import make

pytestmark = needs_real_data


@pytest.fixture(scope="module")
def staged(tmp_path_factory):
    """Staging of the whole country and of one municipality."""
    connections = {}
    with real_outlines() as suppliers:
        for scope in ("country", "municipality"):
            borders = desk(
                tmp_path_factory.mktemp(scope),
                "pdok.borders",
                suppliers={"pdok": SupplierSettings(base_url=suppliers.cbs_url)},
                scope=scope,
                municipality_code=WAALWIJK,
            )
            borders.receive_and_admit()
            manifest = borders.manifest()
            connection = duckdb.connect()
            parquet = borders.store.parquet(manifest.delivery_id, "borders")
            connection.execute(
                f"create view borders as select *, {manifest.edition} as edition_year, 'd' as delivery_id"
                f" from '{parquet}'"
            )
            make(connection, "stg_pdok__borders")
            connections[scope] = connection, manifest
    return connections


def outlines(connection, level):
    rows = connection.execute(
        "select region_code, region_name, geometry from stg_pdok__borders"
        f" where region_level = '{level}' and not is_water"
    ).fetchall()
    return {code: (name, json.loads(geometry)) for code, name, geometry in rows}


def test_every_municipality_has_the_name_and_outline_of_the_file(staged):
    connection, manifest = staged["country"]
    assert outlines(connection, "municipality") == {
        feature["properties"]["statcode"]: (feature["properties"]["statnaam"], feature["geometry"])
        for feature in features(MUNICIPALITIES)
    }
    assert manifest.facts["geometry_version"] == "unknown"


def test_343_features_are_342_municipalities(staged):
    connection, _ = staged["country"]
    query = "select count(*), count(distinct region_code) from stg_pdok__borders where region_level = 'municipality'"
    assert connection.execute(query).fetchone() == (343, 342)


def test_every_neighbourhood_of_waalwijk_has_the_name_and_outline_of_the_file(staged):
    expected = {
        feature["properties"]["buurtcode"]: (feature["properties"]["buurtnaam"], feature["geometry"])
        for feature in features(NEIGHBOURHOODS)
    }
    assert len(expected) == 23
    for connection, _ in staged.values():
        assert outlines(connection, "neighbourhood") == expected


def test_a_service_that_passes_over_the_filter_gives_one_municipality_all_the_same(staged):
    connection, manifest = staged["municipality"]
    codes = connection.execute("select distinct municipality_code from stg_pdok__borders").fetchall()
    assert codes == [(WAALWIJK,)]
    assert manifest.facts["regions_of_others_left_out"] == "342"


def test_neither_99997_nor_99995_is_an_area(staged):
    connection, _ = staged["country"]
    assert connection.execute("select count(area_land_ha) from stg_pdok__borders").fetchone() == (0,)
