"""Which file is meant: the newest of a folder, or the one behind an address; and how old it is."""

from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from suppliers.running import running

from dagster_project.contracts.load import load_feeds
from dagster_project.errors import SetupError
from dagster_project.extract.extractors import extractor_for, is_available
from dagster_project.installation.settings import DBT_PROJECT, FeedSettings, Settings, SupplierSettings

from .files import HEADINGS, OTHER, ROW, as_csv, as_xlsx, column, contract, desk, drop, touch, with_value

OCTOBER, NOVEMBER = as_csv(HEADINGS, ROW), as_csv(HEADINGS, ROW, OTHER)
PAGE = "/open_onderwijsdata/adressen.jsp"


@pytest.fixture
def staff(tmp_path):
    return desk(tmp_path)


def taken(desk):
    return desk.manifest().facts["file"]


# In a folder


@pytest.mark.parametrize("dates", [("2026-10-01", "2026-11-01"), ("20261001", "20261101"), ("2026-10-31", "20261101")])
def test_the_newest_is_the_one_with_the_last_day_in_its_name(staff, dates):
    older, newer = (f"personeel_{day}.csv" for day in dates)
    touch(drop(staff, newer, NOVEMBER), "2026-01-01")
    touch(drop(staff, older, OCTOBER), "2026-11-20")
    staff.receive_and_admit()
    assert taken(staff) == newer
    assert staff.manifest().released_at == datetime.fromisoformat("2026-11-01T00:00:00+01:00")


def test_without_a_day_in_the_name_the_modification_time_counts(staff):
    touch(drop(staff, "personeel.csv", NOVEMBER), "2026-11-02T10:00")
    touch(drop(staff, "personeel oud.csv", OCTOBER), "2026-10-02T10:00")
    touch(drop(staff, "personeel_2026-09-01.csv", OCTOBER), "2026-11-20")
    staff.receive_and_admit()
    assert taken(staff) == "personeel.csv"
    assert staff.manifest().released_at == datetime(2026, 11, 2, 10, tzinfo=UTC)


def test_a_newer_file_takes_the_place_of_the_older_one_whole(staff):
    drop(staff, "personeel_2026-10-01.csv", OCTOBER)
    before = staff.receive_and_admit().current["all"]
    drop(staff, "personeel_2026-11-01.xlsx", as_xlsx(HEADINGS, OTHER))
    after = staff.a_day_later().receive_and_admit().current["all"]
    assert after.previous_id == before.delivery_id
    assert staff.rows("select department_name from data") == [("Beheer",)]


def test_a_pattern_chooses_among_files_and_finds_the_day(tmp_path):
    pattern = r"verzuim (?P<date>\d{8}) definitief\.csv"
    staff = desk(tmp_path, contract(parameters={"file_pattern": pattern}))
    drop(staff, "verzuim 20261101 definitief.csv", OCTOBER)
    drop(staff, "verzuim 20261115 concept.csv", NOVEMBER)
    staff.receive_and_admit()
    assert taken(staff) == "verzuim 20261101 definitief.csv"
    assert f"{staff.manifest().released_at:%Y-%m-%d %z}" == "2026-11-01 +0100"


def test_a_day_that_does_not_exist_is_reported(staff):
    drop(staff, "personeel_2026-11-31.csv", OCTOBER)
    message = staff.problem()
    assert "the name of personeel_2026-11-31.csv contains a day that does not exist" in message
    assert "came: 2026-11-31" in message


def test_lock_files_of_excel_are_ignored(staff):
    drop(staff, "personeel_2026-10-01.csv", OCTOBER)
    drop(staff, "~$personeel_2026-11-01.xlsx", b"lock")
    drop(staff, ".~lock.personeel_2026-11-01.csv", b"lock")
    staff.receive_and_admit()
    assert taken(staff) == "personeel_2026-10-01.csv"


def test_capitals_in_an_ending_are_no_other_ending(staff):
    drop(staff, "PERSONEEL_2026-10-01.CSV", OCTOBER)
    staff.receive_and_admit()


def test_a_folder_without_a_fitting_file_is_reported_with_its_content(staff):
    drop(staff, "personeel.xls", b"")
    message = staff.problem()
    assert "its folder contains no file that fits" in message
    assert "expected: a file such as staff_2026-11-01.xlsx; names fit" in message
    assert "came: personeel.xls in" in message
    assert "save an .xls or .ods as .xlsx first" in message


def test_a_missing_folder_of_the_settings_is_reported(staff, tmp_path):
    staff.settings.suppliers["hr"] = SupplierSettings(location=str(tmp_path / "elders"))
    assert f"came: no folder {tmp_path / 'elders'}" in staff.problem()


def test_the_settings_may_name_folder_or_file(staff, tmp_path):
    path = tmp_path / "elders" / "personeel_2026-11-01.csv"
    path.parent.mkdir()
    path.write_bytes(NOVEMBER)
    for location in (path, path.parent):
        other = desk(tmp_path / location.name)
        other.settings.suppliers["hr"] = SupplierSettings(feeds={"staff": FeedSettings(location=str(location))})
        other.receive_and_admit()
        assert other.manifest().url == path.as_uri()


# In use or not


def test_a_feed_without_a_folder_is_not_in_use(staff):
    assert not is_available(staff.store.feed, staff.settings)
    drop(staff, "personeel_2026-11-01.csv", NOVEMBER)
    assert is_available(staff.store.feed, staff.settings)


def test_a_feed_with_a_place_of_its_own_or_by_another_road_is_in_use(staff):
    (signalen,) = (feed for feed in load_feeds(DBT_PROJECT / "models") if feed.id == "signalen.reports")
    assert is_available(signalen, staff.settings)
    staff.settings.suppliers["hr"] = SupplierSettings(location="/nowhere")
    assert is_available(staff.store.feed, staff.settings)


def test_a_feed_of_several_tables_cannot_be_uploaded():
    chosen = {"signalen": SupplierSettings(feeds={"reports": FeedSettings(protocol="file")})}
    (known,) = (one for one in load_feeds(DBT_PROJECT / "models") if one.id == "signalen.reports")
    with pytest.raises(SetupError, match="5 tables"), extractor_for(known, Settings(suppliers=chosen)):
        pass


# An uploaded open table


def brought_by_hand(tmp_path, columns, **parameters):
    """A feed that by contract comes by OData v3, which this municipality lets come in as a file."""
    feed = contract(columns, key=("region",), protocol="odata_v3", parameters={"base_url": "x", "table_id": "50120NED"})
    by_file = SupplierSettings(base_url="http://127.0.0.1:1", feeds={"staff": FeedSettings(protocol="file")})
    return desk(tmp_path, feed, suppliers={"hr": by_file}, **parameters)


def test_headings_of_an_open_table_may_carry_their_position(tmp_path):
    columns = [column("region", "WijkenEnBuurten"), column("sport_pct", "WekelijkseSporters", "double")]
    health = brought_by_hand(tmp_path, columns)
    drop(health, "50120NED.csv", as_csv(["WijkenEnBuurten", "WekelijkseSporters_6"], ["GM0867    ", "    49.0"]))
    health.receive_and_admit()
    assert health.rows("select * from data") == [("GM0867", 49.0)]
    assert "figures_status" not in health.manifest().facts


def test_in_a_drop_a_number_behind_a_heading_makes_it_another_heading(staff):
    drop(staff, "personeel.csv", as_csv([f"{name}_1" for name in HEADINGS], ROW))
    assert "lacks 7 columns: 'Personeelsnummer'" in staff.problem()


def test_a_class_that_is_called_total_is_no_total_row_of_an_open_table(tmp_path):
    health = brought_by_hand(tmp_path, [column("region", "Leeftijd"), column("n", "Aantal", "bigint")])
    drop(health, "table.csv", as_csv(["Leeftijd", "Aantal_1"], ["Totaal", "3"], ["18 tot 65", "2"]))
    health.receive_and_admit()


def test_a_column_of_a_code_list_stays_empty_when_the_file_lacks_it(tmp_path):
    columns = [column("region", "WijkenEnBuurten"), column("region_name", "Title", code_list="WijkenEnBuurten")]
    health = brought_by_hand(tmp_path, columns)
    drop(health, "table.csv", as_csv(["WijkenEnBuurten"], ["GM0867    "]))
    health.receive_and_admit()
    assert health.rows("select * from data") == [("GM0867", None)]


def yearly(tmp_path):
    """A table that is published per year, with a column that a later year has not."""
    columns = [column("region", "Wijken"), column("n", "Aantal", "bigint"), column("old", "Oud", last_edition=2022)]
    editions = {2020: "47000NED", 2022: "50120NED", 2024: "50150NED"}
    parameters = {"base_url": "x", "catalogue_title": "Tabel {edition}"}
    feed = contract(
        columns, key=("region",), protocol="odata_v3", parameters=parameters, editions=editions, newest_editions=2
    )
    by_file = SupplierSettings(feeds={"staff": FeedSettings(protocol="file")})
    return desk(tmp_path, feed, suppliers={"hr": by_file})


def test_files_of_a_table_per_year_are_distinguished_by_identifier_or_year(tmp_path):
    tables = yearly(tmp_path)
    drop(tables, "47000NED.csv", as_csv(["Wijken", "Aantal_1", "Oud_2"], ["GM0867", "1", "x"]))
    drop(tables, "gezondheid 50120ned 2020.csv", as_csv(["Wijken", "Aantal_1", "Oud_2"], ["GM0867", "2", "x"]))
    drop(tables, "gezondheid_2024_2026-10-01.csv", as_csv(["Wijken", "Aantal_7"], ["GM0867", "3"]))
    drop(tables, "gezondheid_2024_2026-11-01.csv", as_csv(["Wijken", "Aantal_7"], ["GM0867", "4"]))
    assert tables.receive().received == ["2022", "2024"]
    assert {year: manifest.facts["file"] for year, manifest in tables.manifests().items()} == {
        "2022": "gezondheid 50120ned 2020.csv",
        "2024": "gezondheid_2024_2026-11-01.csv",
    }
    assert tables.rows("select * from data") == [("GM0867", 4, None)]


def test_a_file_of_an_unknown_year_is_reported(tmp_path):
    tables = yearly(tmp_path)
    drop(tables, "gezondheid_2026-11-01.csv", as_csv(["Wijken", "Aantal"], ["GM0867", "4"]))
    message = tables.problem()
    assert "its folder contains no file of a known year" in message
    assert "50150NED or 2024" in message


@pytest.mark.parametrize("name", ["50120ned_gedownload_2024.csv", "gezondheid_2022_gedownload_2024.csv"])
def test_the_year_of_a_download_is_not_that_of_the_table(tmp_path, name):
    tables = yearly(tmp_path)
    drop(tables, name, as_csv(["Wijken", "Aantal_1", "Oud_2"], ["GM0867", "2", "x"]))
    assert tables.receive().received == ["2022"]


@pytest.mark.parametrize("name", ["gezondheid_gedownload_2024.csv", "gezondheid_2022_2024.csv", "export 2024.csv"])
def test_a_file_that_does_not_show_its_year_is_asked_about(tmp_path, name):
    tables = yearly(tmp_path)
    drop(tables, name, as_csv(["Wijken", "Aantal_1"], ["GM0867", "2"]))
    assert f"came: {name}" in tables.problem()
    drop(tables, "gezondheid 2022.csv", as_csv(["Wijken", "Aantal_1", "Oud_2"], ["GM0867", "2", "x"]))
    assert tables.receive().received == ["2022"]


@pytest.mark.parametrize("name", ["gezondheid_2024.csv", "50150NED.csv"])
@pytest.mark.parametrize("title", ["Gezondheid per wijk 2022", "Tabel 2022, opgehaald 2024", "2022*"])
def test_a_table_that_states_another_year_than_the_name_of_its_file_is_asked_about(tmp_path, name, title):
    tables = yearly(tmp_path)
    drop(tables, name, as_csv([title, ""], ["", ""], ["Wijken", "Aantal_7"], ["GM0867", "3"]))
    problem = tables.problem()
    assert f"the file {name} states another year above its headings than 2024" in problem
    assert "expected: the table of 2024, 50150NED" in problem
    assert "came: a title with 2022" in problem
    assert "do: put 2022 or 50120NED in the name of the file" in problem


@pytest.mark.parametrize(
    "title",
    [
        "Gezondheid per wijk 2024",
        "Gezondheid",
        "Gezondheid 2022 en 2024",
        "Gezondheid 1999",
        "Gewijzigd op: 15 november 2022",
        "Gewijzigd op 15-11-2022",
        "Gedownload op 2022-11-15",
        "Tabel 120225",
    ],
)
def test_another_number_above_the_headings_is_no_year_of_the_table(tmp_path, title):
    tables = yearly(tmp_path)
    drop(tables, "gezondheid_2024.csv", as_csv([title, ""], ["Wijken", "Aantal_7"], ["GM0867", "3"]))
    assert tables.receive().received == ["2024"]


def test_a_copy_of_a_table_from_the_web_without_a_day_is_asked_about(tmp_path):
    folder = tmp_path / "folder"
    web = contract(parameters={"location": "https://duo.nl/scholen.jsp"})
    schools = desk(tmp_path, web, suppliers={"hr": SupplierSettings(feeds={"staff": {"location": str(folder)}})})
    folder.mkdir()
    (folder / "scholen.csv").write_bytes(OCTOBER)
    message = schools.problem()
    assert "the file scholen.csv does not show of which day its table is" in message
    (folder / "scholen.csv").rename(folder / "scholen_2021-10-01.csv")
    schools.receive_and_admit()
    assert schools.manifest().released_at == datetime.fromisoformat("2021-10-01T00:00:00+02:00")


# Behind an address


@contextmanager
def website(files, headers=None):
    """A site with a page of links and the files behind them."""

    async def page(_request):
        links = "".join(f'<p><a class="x" href="{name}">CSV &amp; meer</a></p>' for name in files)
        return HTMLResponse(f'<html><a name="top"></a><a href="/over-ons">Over</a>{links}</html>')

    async def file(request):
        sent = {"ETag": f'"{len(files[request.url.path.rpartition("/")[2]])}"', **(headers or {})}
        if request.headers.get("If-None-Match") == sent["ETag"]:
            return Response(status_code=304, headers=sent)
        return Response(files[request.url.path.rpartition("/")[2]], headers=sent)

    routes = [Route(PAGE, page), Route("/open_onderwijsdata/{name}", file)]
    with running(Starlette(routes=routes)) as site:
        yield site


def at_address(tmp_path, location, **parameters):
    return desk(tmp_path, contract(parameters={"location": location, **parameters}))


def test_a_file_behind_an_address_comes_in_and_is_not_sent_twice(tmp_path):
    modified = {"Last-Modified": "Mon, 02 Nov 2026 10:00:00 GMT"}
    with website({"personeel.csv": NOVEMBER}, modified) as site:
        staff = at_address(tmp_path, f"{site.cbs_url}/open_onderwijsdata/personeel.csv")
        state = staff.receive_and_admit()
        assert staff.manifest().released_at == datetime(2026, 11, 2, 10, tzinfo=UTC)
        assert set(staff.manifest().headers) == {"ETag", "Last-Modified"}
        # The supplier itself was asked, so this is the moment of asking.
        assert state.checked_at == staff.now
        sent = []
        site.faults.set("personeel", lambda answer: sent.append(answer.status) or answer)
        assert staff.a_day_later().receive().confirmed == ["all"]
        assert sent == [304]
        staff.admit()
        assert staff.state.checked_at == staff.now


def test_a_new_date_on_the_stored_file_is_no_publication(tmp_path):
    message = {"Last-Modified": "Mon, 02 Nov 2026 10:00:00 GMT"}
    with website({"personeel.csv": NOVEMBER}, message) as site:
        staff = at_address(tmp_path, f"{site.cbs_url}/open_onderwijsdata/personeel.csv")
        before = staff.receive_and_admit()
        message |= {"Last-Modified": "Tue, 24 Nov 2026 01:00:00 GMT", "ETag": '"another"'}
        state = staff.a_day_later().receive_and_admit()
        assert [one.delivery_id for one in state.current.values()] == [
            one.delivery_id for one in before.current.values()
        ]
        assert state.remarks == ["says that it changed on 2026-11-24, and sent the same as before"]
        assert state.checked_at == staff.now


def test_a_page_of_links_leads_to_the_last_file_that_fits(tmp_path):
    files = {"po-2025-2026.csv": OCTOBER, "po-2026-2027.csv": NOVEMBER, "vo-2026-2027.csv": b"x"}
    with website(files) as site:
        staff = at_address(tmp_path, site.cbs_url + PAGE, link_pattern=r"po-\d{4}-\d{4}\.csv$")
        staff.receive_and_admit()
        assert staff.manifest().url == f"{site.cbs_url}/open_onderwijsdata/po-2026-2027.csv"
        assert staff.manifest().released_at is None
        del files["po-2026-2027.csv"]
        # Another address is another file: validators of the former are not sent to it.
        assert staff.a_day_later().receive().received == ["all"]


def test_a_page_without_a_fitting_link_is_reported_with_its_links(tmp_path):
    with website({"basis_2027.csv": NOVEMBER}) as site:
        message = at_address(tmp_path, site.cbs_url + PAGE, link_pattern=r"po-\d{4}\.csv").problem()
    assert "no link on the page" in message
    assert "came: basis_2027.csv" in message
    assert "adapt link_pattern" in message


def test_an_excel_file_behind_an_address_needs_no_ending(tmp_path):
    with website({"download": as_xlsx(HEADINGS, with_value(ROW, "Uren per week", 36))}) as site:
        at_address(tmp_path, f"{site.cbs_url}/open_onderwijsdata/download").receive_and_admit()


def test_a_file_that_is_not_there_is_reported(tmp_path):
    with website({}) as site:
        message = at_address(tmp_path, f"{site.cbs_url}/elders.csv").problem()
    assert "gave no usable answer" in message
    assert "404" in message


def test_a_web_page_instead_of_a_file_is_reported(tmp_path):
    with website({}) as site:
        message = at_address(tmp_path, site.cbs_url + PAGE).problem()
    assert "lacks 7 columns: 'Personeelsnummer'" in message
