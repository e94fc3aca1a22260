"""A published table that comes as a file has the rows that its protocol would ask for, and no others.

The figures are RIVM's, of Waalwijk in 2020: 46.4 % of those aged 18 and over are lonely, and 49.4 % of those over 65.
"""

import pytest

from dagster_project.installation.settings import FeedSettings, SupplierSettings

from .files import as_csv, as_xlsx, column, contract, desk

COLUMNS = [
    column("age_code", "Leeftijd", "varchar"),
    column("region_code", "WijkenEnBuurten", "varchar"),
    column("lonely_pct", "Eenzaam", "double"),
]
HEADINGS = ("Leeftijd", "WijkenEnBuurten", "Eenzaam_29")
ADULTS, ELDERLY = ("20300", "GM0867", "46,4"), ("80200", "GM0867", "49,4")


def of_file(tmp_path, content, name):
    path = tmp_path / name
    path.write_bytes(content)
    parameters = {"base_url": "http://127.0.0.1:1", "table_id": "50120NED", "selection": {"Leeftijd": ["20300"]}}
    feed = contract(COLUMNS, key=["age_code", "region_code"], protocol="odata_v3", parameters=parameters)
    chosen = FeedSettings(protocol="file", location=str(path))
    return desk(tmp_path, feed, suppliers={"hr": SupplierSettings(feeds={"staff": chosen})})


@pytest.mark.parametrize("rows", [(ADULTS, ELDERLY), (ELDERLY, ADULTS), (ELDERLY, ("20300   ", *ADULTS[1:]))])
def test_other_ages_do_not_land(tmp_path, rows):
    given = of_file(tmp_path, as_csv(HEADINGS, *rows), "health_2026-11-01.csv")
    assert given.receive().problems == []
    assert given.rows("select age_code, lonely_pct from data") == [("20300", 46.4)]


def test_codes_may_be_numbers_in_a_workbook(tmp_path):
    rows = [(int(age), region, float(lonely.replace(",", "."))) for age, region, lonely in (ELDERLY, ADULTS)]
    given = of_file(tmp_path, as_xlsx(HEADINGS, *rows), "health_2026-11-01.xlsx")
    assert given.receive().problems == []
    assert given.rows("select age_code, lonely_pct from data") == [("20300", 46.4)]


def test_a_file_without_the_age_of_the_contract_is_refused(tmp_path):
    (problem,) = of_file(tmp_path, as_csv(HEADINGS, ELDERLY), "health_2026-11-01.csv").receive().problems
    assert "has no row with 20300 in column 'Leeftijd'" in problem
    assert "came: 80200" in problem
