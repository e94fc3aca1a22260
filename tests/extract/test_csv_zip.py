"""The nightly zip of a register, from an address and from a folder."""

import os

import pytest
from landing.receiving import every_file, report_id, reports
from suppliers import faults

from .zips import as_csv, changed, members, write_zip

NAME = "20261123_021504UTC.zip"


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "exports"


def parts_asked(suppliers):
    return [method for method, _ in suppliers.requests]


def test_the_export_of_an_address_comes_in_whole(suppliers, tmp_path):
    desk = reports(tmp_path, suppliers.signalen_url)
    desk.receive_and_admit()
    manifest = desk.manifest()
    assert manifest.url == suppliers.signalen_url
    assert manifest.facts["export"] == NAME
    assert manifest.released_at.isoformat() == "2026-11-23T02:15:04+00:00"
    assert set(manifest.headers) == {"ETag", "Last-Modified"}
    assert all(table.rows > 0 for table in manifest.tables.values())
    # Longitude and latitude are not swapped.
    ((west, east, south, north),) = desk.rows(
        "select min(longitude), max(longitude), min(latitude), max(latitude) from data", "locations"
    )
    assert 3 < west <= east < 8
    assert 50 < south <= north < 54
    assert set(manifest.tables) == {"signals", "statuses", "locations", "categories", "sla"}


def test_an_export_that_has_not_changed_is_not_sent_again(suppliers, tmp_path):
    desk = reports(tmp_path, suppliers.signalen_url)
    before = desk.receive_and_admit()
    sent = []
    suppliers.faults.set("csv", lambda answer: sent.append((answer.status, answer.body)) or answer)
    reception = desk.a_day_later().receive()
    assert reception.confirmed == ["all"]
    assert sent == [(304, b"")]
    desk.admit()
    assert [one.delivery_id for one in desk.state.current.values()] == [
        one.delivery_id for one in before.current.values()
    ]
    assert desk.state.checked_at == desk.now


def test_an_unchanged_export_with_a_new_date_is_reported(suppliers, tmp_path):
    desk = reports(tmp_path, suppliers.signalen_url)
    before = desk.receive_and_admit()
    app = suppliers.app

    async def sends_it_again(scope, receive, send):
        headers = [header for header in scope["headers"] if not header[0].startswith(b"if-")]
        await app({**scope, "headers": headers}, receive, send)

    suppliers.app = sends_it_again
    suppliers.faults.set("csv", faults.with_headers(**{"last-modified": "Tue, 24 Nov 2026 01:00:00 GMT"}))
    state = desk.a_day_later().receive_and_admit()
    assert [one.delivery_id for one in state.current.values()] == [one.delivery_id for one in before.current.values()]
    assert state.remarks == ["says that it changed on Tue, 24 Nov 2026 01:00:00 GMT, and sent the same as before"]


def test_the_next_night_brings_a_new_delivery(folder, tmp_path):
    write_zip(folder / NAME)
    desk = reports(tmp_path / "landing", folder)
    before = desk.receive_and_admit().current["all"]
    write_zip(folder / "20261124_021504UTC.zip", signals=changed("signals", status_id="12"))
    after = desk.a_day_later().receive_and_admit().current["all"]
    assert after.delivery_id != before.delivery_id
    assert after.previous_id == before.delivery_id


def test_a_folder_gives_its_newest_export_by_name(folder, tmp_path):
    newest = write_zip(folder / NAME)
    older = write_zip(folder / "20261122_021504UTC.zip", signals=changed("signals", id="7"))
    other = write_zip(folder / "zz-backup.zip", signals=changed("signals", id="8"))
    for path, age in ((newest, 0), (older, 100), (other, 200)):
        os.utime(path, (2e9 + age, 2e9 + age))
    desk = reports(tmp_path / "landing", folder)
    desk.receive_and_admit()
    assert desk.manifest().facts["export"] == NAME
    assert desk.rows("select report_id from data order by 1") == sorted([(report_id(1),), (report_id(2),)])


def test_a_folder_without_a_new_export_confirms_the_stored_one(folder, tmp_path):
    write_zip(folder / NAME)
    desk = reports(tmp_path / "landing", folder)
    desk.receive_and_admit()
    assert desk.a_day_later().receive().confirmed == ["all"]


def test_one_file_may_be_named_and_so_may_a_relative_folder(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = write_zip(folder / NAME)
    for number, location in enumerate([path, "exports", f"exports/{NAME}"]):
        desk = reports(tmp_path / f"landing{number}", location)
        desk.receive_and_admit()
        assert desk.manifest().url == path.as_uri()


def test_line_breaks_quotes_and_commas_within_a_field_stay_one_row(folder, tmp_path):
    odd = '#1 "vol",\r\nniet geleegd\n'
    write_zip(folder / NAME, categories=changed("categories", sub=odd), signals=changed("signals", source=odd))
    desk = reports(tmp_path / "landing", folder)
    desk.receive()
    assert desk.rows(f"select source from data where report_id = {report_id(1)}") == [(odd,)]
    # Spaces in a category do not tell it apart from another.
    assert desk.rows("select sub_category from data", "categories") == [('#1 "vol", niet geleegd',)]


def test_a_category_is_one_whatever_its_case_and_spaces(folder, tmp_path):
    names = [("Afval", "Container vol"), ("afval ", "container  vol"), ("Afval", "container vol"), ("AFVAL", "Glas")]
    (category,) = members()["categories.csv"]
    rows = [{**category, "id": str(n), "main": main, "sub": sub} for n, (main, sub) in enumerate(names)]
    write_zip(folder / NAME, categories=rows)
    desk = reports(tmp_path / "landing", folder)
    desk.receive()
    query = "select main_category, sub_category, count(*) from data group by all order by 3"
    assert desk.rows(query, "categories") == [("Afval", "Glas", 1), ("Afval", "container vol", 3)]


def test_empty_fields_are_no_value_and_padding_goes(folder, tmp_path):
    write_zip(folder / NAME, signals=changed("signals", parent="", source="  online  ", location_id=" "))
    desk = reports(tmp_path / "landing", folder)
    desk.receive()
    assert desk.rows(f"select parent_report_id, source, location_id from data where report_id = {report_id(1)}") == [
        (None, "online", None)
    ]


def test_numbers_of_reports_land_as_pseudonyms_that_still_join(folder, tmp_path):
    number = "4711000231"
    write_zip(
        folder / NAME,
        signals=[*changed("signals", id=number, parent="2")[:1], members()["signals.csv"][1]],
        statuses=changed("statuses", _signal_id=number),
    )
    desk = reports(tmp_path / "landing", folder)
    desk.receive_and_admit()
    assert desk.rows("select report_id from data", "statuses") == [(report_id(int(number)),)]
    assert desk.rows("select parent_report_id from data where parent_report_id > 0") == [(report_id(2),)]
    assert not any(number.encode() in content for content in every_file(desk.store.folder).values())


def test_the_next_export_has_the_same_pseudonyms_and_another_installation_has_others(folder, tmp_path):
    write_zip(folder / NAME)
    desk = reports(tmp_path / "landing", folder)
    desk.receive_and_admit()
    before = desk.rows("select report_id from data order by 1")
    write_zip(folder / "20261124_021504UTC.zip", statuses=changed("statuses", state="o"))
    desk.a_day_later().receive_and_admit()
    assert desk.rows("select report_id from data order by 1") == before
    other = reports(tmp_path / "other", folder)
    other.secret = "of another installation"
    other.receive_and_admit()
    assert not {*other.rows("select report_id from data")} & {*before}


def test_a_byte_order_mark_is_no_part_of_the_first_heading(folder, tmp_path):
    write_zip(folder / NAME, signals=b"\xef\xbb\xbf" + as_csv(members()["signals.csv"]))
    desk = reports(tmp_path / "landing", folder)
    assert desk.receive().received == ["all"]


def test_the_period_clock_is_the_last_change_of_a_report(folder, tmp_path):
    write_zip(folder / NAME)
    desk = reports(tmp_path / "landing", folder)
    desk.receive()
    assert desk.manifest().period_end.isoformat() in ("2026-11-22", "2026-11-23")


def test_without_a_location_the_variable_is_named(tmp_path):
    message = reports(tmp_path, None).problem()
    assert "set MAANDVERS_SUPPLIERS__SIGNALEN__LOCATION to the folder or address" in message


@pytest.mark.parametrize(("exists", "came"), [(True, "no *.zip in"), (False, "no folder")])
def test_an_empty_or_absent_folder_is_reported(tmp_path, exists, came):
    folder = tmp_path / "exports"
    if exists:
        folder.mkdir()
    message = reports(tmp_path / "landing", folder).problem()
    assert f"{came} {folder}" in message
    assert "nightly export still runs" in message
