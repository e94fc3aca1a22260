"""Columns of a published table that only their numbers tell apart: electricity and gas, both 'Appartement'."""

import pytest

from dagster_project.installation.settings import FeedSettings, SupplierSettings

from .files import as_csv, column, contract, desk

COLUMNS = [
    column("region_code", "WijkenEnBuurten", "varchar"),
    column("electricity_kwh", "Appartement", "double"),
    column("gas_m3", "Appartement", "double"),
]
FIGURES = "select region_code, electricity_kwh, gas_m3 from data"


def of_file(tmp_path, *rows, **settings):
    path = tmp_path / "energy_2026-11-01.csv"
    path.write_bytes(as_csv(*rows))
    parameters = {"base_url": "http://127.0.0.1:1", "table_id": "84799NED"}
    feed = contract(COLUMNS, key=["region_code"], protocol="odata_v3", parameters=parameters)
    chosen = FeedSettings(protocol="file", location=str(path), **settings)
    return desk(tmp_path, feed, suppliers={"hr": SupplierSettings(feeds={"staff": chosen})})


def test_namesakes_are_told_apart_by_the_order_of_the_published_table(tmp_path):
    given = of_file(tmp_path, ("WijkenEnBuurten", "Appartement_48", "Appartement_56"), ("GM0867", 1980, 700))
    assert given.receive().problems == []
    assert given.rows(FIGURES) == [("GM0867", 1980.0, 700.0)]


@pytest.mark.parametrize("heading", ["Appartement_48", "Appartement_56", "Appartement"])
def test_one_heading_never_fills_two_columns(tmp_path, heading):
    (problem,) = of_file(tmp_path, ("WijkenEnBuurten", heading), ("GM0867", 1980)).receive().problems
    assert f"contains '{heading}', which may be any of 2 columns" in problem
    assert "electricity_kwh, gas_m3" in problem


def test_three_headings_for_two_columns_are_refused(tmp_path):
    rows = ("WijkenEnBuurten", "Appartement_48", "Appartement_56", "Appartement_60"), ("GM0867", 1980, 700, 5)
    (problem,) = of_file(tmp_path, *rows).receive().problems
    assert "contains column 'Appartement' more than once" in problem


def test_mapped_headings_are_taken_as_they_are(tmp_path):
    mapped = {"electricity_kwh": "Stroom", "gas_m3": "Appartement_56"}
    given = of_file(tmp_path, ("Appartement_56", "WijkenEnBuurten", "Stroom"), (700, "GM0867", 1980), columns=mapped)
    assert given.receive().problems == []
    assert given.rows(FIGURES) == [("GM0867", 1980.0, 700.0)]
