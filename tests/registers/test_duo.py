"""DUO's files: found on a page of links, read whatever their columns are called this year, small counts kept as <5."""

import csv
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest
from borders.rendering import make
from landing.receiving import desk
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from suppliers.running import running

from dagster_project.installation.settings import FeedSettings, SupplierSettings
from dagster_project.sample.service import duo_settings

REAL = Path(__file__).parents[3] / "shared/real-data/duo/03-alle-vestigingen-bo.csv"
PUPILS = "01.-leerlingen-po-soort-po-cluster-leeftijd"
AGES = [f"LEEFTIJD_{age}" for age in range(4, 15)]
HEADINGS = ["PEILDATUM", "INSTELLINGSCODE", "VESTIGINGSCODE", "GEMEENTENUMMER", "SOORT_PO", "CLUSTER", *AGES]


def pupils_file(year, headings=HEADINGS):
    counts = ["<5", "12", *["0"] * 9]
    rows = [headings, [f"{year}1001", "06EI", "0", "0867", "Bo", "", *counts]]
    return "\n".join(";".join(row) for row in rows).encode("cp1252")


@contextmanager
def page(files, links):
    """A page with these links, and these files behind them."""

    def file(request):
        content = files.get(request.path_params["name"])
        return Response(content, media_type="text/csv") if content else Response(status_code=404)

    def listed(_request):
        return HTMLResponse("".join(f'<a href="{link}">bestand</a>' for link in links))

    routes = [Route("/pagina.jsp", listed), Route("/images/{name}", file)]
    with running(Starlette(routes=routes)) as suppliers:
        yield f"{suppliers.cbs_url}/pagina.jsp"


def duo(landing, feed, location):
    settings = SupplierSettings(feeds={feed: FeedSettings(location=location)})
    return desk(landing, f"duo.{feed}", suppliers={"duo": settings})


@pytest.mark.parametrize("newest_first", [True, False])
def test_the_newest_school_year_is_taken_in_whatever_order_the_page_lists_them(tmp_path, newest_first):
    names = sorted((f"{PUPILS}-{year}-{year + 1}.csv" for year in (2023, 2024, 2025)), reverse=newest_first)
    files = {f"{PUPILS}-{year}-{year + 1}.csv": pupils_file(year) for year in (2023, 2024, 2025)}
    with page(files, [f"/images/{name}" for name in names]) as location:
        pupils = duo(tmp_path, "pupils", location)
        pupils.receive_and_admit()
    assert pupils.rows("select counted_on from data") == [("20251001",)]


def test_a_link_to_an_internal_host_is_asked_from_the_host_of_the_page(tmp_path):
    name = f"{PUPILS}-2025-2026.csv"
    with page({name: pupils_file(2025)}, [f"http://ckan.intern.invalid:5000/images/{name}"]) as location:
        duo(tmp_path, "pupils", location).receive_and_admit()


def test_a_page_whose_file_has_another_name_is_told_with_the_names_that_are_there(tmp_path):
    with page({}, ["/images/leerlingen-basisonderwijs-2025.csv"]) as location:
        told = duo(tmp_path, "pupils", location).problem()
    assert "no link on the page" in told
    assert "leerlingen-basisonderwijs-2025.csv" in told
    assert "adapt link_pattern" in told


def test_a_small_count_lands_as_it_is_written(tmp_path):
    name = f"{PUPILS}-2025-2026.csv"
    with page({name: pupils_file(2025)}, [f"/images/{name}"]) as location:
        pupils = duo(tmp_path, "pupils", location)
        pupils.receive_and_admit()
    counts = pupils.rows("select age_4_pupils, age_5_pupils, age_6_pupils, municipality_number from data")
    assert counts == [("<5", "12", "0", "0867")]


def test_a_renamed_column_is_told_with_the_nearest_new_name(tmp_path):
    name = f"{PUPILS}-2025-2026.csv"
    headings = [heading.replace("GEMEENTENUMMER", "GEMEENTECODE") for heading in HEADINGS]
    with page({name: pupils_file(2025, headings)}, [f"/images/{name}"]) as location:
        told = duo(tmp_path, "pupils", location).problem()
    assert "lacks column 'GEMEENTENUMMER'" in told
    assert 'municipality_number = "GEMEENTECODE"' in told


def test_the_names_of_former_years_are_still_read(tmp_path):
    name = f"{PUPILS}-2025-2026.csv"
    former = {"INSTELLINGSCODE": "BRIN_NUMMER", "VESTIGINGSCODE": "VESTIGINGSNUMMER"}
    headings = [former.get(heading, heading) for heading in HEADINGS]
    with page({name: pupils_file(2025, headings)}, [f"/images/{name}"]) as location:
        pupils = duo(tmp_path, "pupils", location)
        pupils.receive_and_admit()
    assert pupils.rows("select institution_code, location_number from data") == [("06EI", "0")]


def test_the_sample_speaks_as_duo_does_and_says_when_nothing_is_new(tmp_path, suppliers):
    settings = {"duo": duo_settings(suppliers.cbs_url)}
    for feed in ("schools", "pupils", "school_advice"):
        sample = desk(tmp_path, f"duo.{feed}", suppliers=settings)
        sample.receive_and_admit()
        assert sample.a_day_later().receive().confirmed == ["all"]
    schools = desk(tmp_path, "duo.schools", suppliers=settings)
    # The apostrophe is one that only Windows' own encoding has in this place.
    assert schools.rows("select count(*) > 0 from data where school_name like '%’t Maanlicht%'") == [(True,)]
    pupils = desk(tmp_path, "duo.pupils", suppliers=settings)
    assert pupils.rows("select distinct counted_on from data") == [("20251001",)]
    assert pupils.rows("select count(*) > 0 from data where age_12_pupils = '<5' or age_13_pupils = '<5'") == [(True,)]


@pytest.fixture(scope="module")
def real_schools(tmp_path_factory):
    """The real file of 2021 as it landed: former names, encoding cp1252, municipalities as 0867."""
    if not REAL.exists():
        pytest.skip(f"the real file is not on this machine: {REAL}")
    with page({REAL.name: REAL.read_bytes()}, [f"/images/{REAL.name}"]) as location:
        schools = duo(tmp_path_factory.mktemp("real"), "schools", location)
        schools.receive_and_admit()
    return schools


def as_published():
    """The columns of the contract, read from the real file by another reader, without padding."""
    names = ["BRIN NUMMER", "VESTIGINGSNUMMER", "VESTIGINGSNAAM", "POSTCODE", "GEMEENTENUMMER", "DENOMINATIE"]
    with REAL.open(encoding="cp1252", newline="") as file:
        return [tuple(row[name].strip() or None for name in names) for row in csv.DictReader(file, delimiter=";")]


def test_every_row_of_the_real_file_lands(real_schools):
    ours = "institution_code, school_location_code, school_name, postcode, municipality_number, denomination"
    assert len(as_published()) == 6_215
    assert real_schools.rows(f"select {ours} from data") == as_published()
    assert real_schools.rows("select count(*) > 0 from data where school_name like '%’%'") == [(True,)]
    assert "TELEFOONNUMMER" in real_schools.manifest().tables["schools"].dropped_columns


def test_every_row_of_the_real_file_is_staged_and_17_schools_are_of_waalwijk(real_schools):
    connection = duckdb.connect()
    landed = real_schools.store.parquet(real_schools.manifest().delivery_id, "schools")
    connection.execute(f"create table schools as select 'one' as delivery_id, * from '{landed}'")
    make(connection, "stg_duo__schools")
    columns = "institution_code, school_location_code, school_name, postcode, municipality_code, denomination"
    expected = [
        (*names, postcode.replace(" ", ""), f"GM{number}", denomination)
        for *names, postcode, number, denomination in as_published()
    ]
    assert connection.execute(f"select {columns} from stg_duo__schools").fetchall() == expected
    waalwijk = connection.execute("select school_name from stg_duo__schools where municipality_code = 'GM0867'")
    assert len(waalwijk.fetchall()) == 17
