"""A broken export is reported and quarantined, and no personal data lands, whatever is wrong."""

import io
import re
import zipfile

import httpx
import pytest
from landing.receiving import every_file, reports
from suppliers import faults

from dagster_project.landing import edition as module

from .zips import REPORTER, SECRET_TEXT, as_csv, changed, members, write_zip

NAME = "20261123_021504UTC.zip"
# A telephone number is a word: a checksum may contain the same digits.
PERSONAL = re.compile(
    rb"melder\d+@|medewerker\.\d|\b06\d{8}\b|Geheim|Fictieve (melding|notitie|toelichting)|Jan Voorbeeld"
)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "exports"


@pytest.fixture
def desk(tmp_path, folder):
    return reports(tmp_path / "landing", folder)


def personal_data_below(landing):
    return [name for name, content in every_file(landing).items() if PERSONAL.search(content)]


def signals(**values):
    return as_csv(changed("signals", **values))


def without(member, column):
    return [{key: value for key, value in row.items() if key != column} for row in members()[f"{member}.csv"]]


BROKEN = {
    "empty zip": ({name.removesuffix(".csv"): None for name in members()}, "contains no signals.csv", "an empty zip"),
    "missing file": ({"sla": None}, "contains no sla.csv", "signals.csv, statuses.csv"),
    "missing column": ({"sla": without("sla", "n_days")}, "lacks column 'n_days' in sla.csv", "use_calendar_days"),
    "empty file": ({"sla": b""}, "lacks column 'id' in sla.csv", "an empty file"),
    "headings only": ({"sla": as_csv(members()["sla.csv"]).splitlines(True)[0]}, "table sla", "0 rows"),
    "no headings": (
        {"signals": b"\n".join(signals().splitlines()[1:])},
        "lacks column 'id' in signals.csv",
        "a first line without headings",
    ),
    "wrong encoding": (
        {"signals": signals(source="café").decode().encode("cp1252")},
        "contains a signals.csv that is not UTF-8",
        "byte 0xe9",
    ),
    "broken row": (
        {"signals": signals().replace(b",online,", b",online,,", 1)},
        "has a broken row in signals.csv, line 2",
        "14 columns",
    ),
    "unclosed quote": (
        {"categories": as_csv(members()["categories.csv"]).replace(b'vol"', b"vol")},
        "contains a broken categories.csv",
        "line",
    ),
    "text in a number": ({"sla": changed("sla", n_days="three")}, "column 'n_days', row 1", "came: 5 characters"),
    "part of a day": ({"sla": changed("sla", n_days="12.5")}, "column 'n_days', row 1", "came: 4 characters"),
    "beyond all numbers": ({"sla": changed("sla", n_days="9" * 30)}, "column 'n_days', row 1", "a whole number"),
    "no number": ({"locations": changed("locations", lat="nan")}, "column 'lat', row 1", "came: 3 characters"),
    "text in the number of a report": (
        {"signals": changed("signals", id="SIG-4711")},
        "has a number of a case that is no number in signals.csv, line 2",
        "another value",
    ),
    "no moment": (
        {"signals": changed("signals", created_at="yesterday")},
        "column 'created_at', row 1",
        "came: 9 chara",
    ),
    # From it, a series of months would grow without bound.
    "year 0206": (
        {"signals": changed("signals", created_at="0206-11-01 09:12:33+00")},
        "column 'created_at', row 1",
        "1 such row",
    ),
    "endless": ({"sla": changed("sla", created_at="infinity")}, "column 'created_at', row 1", "1 such row"),
    "repeated key": ({"signals": [*members()["signals.csv"], *members()["signals.csv"]]}, "repeats its key", "such as"),
}


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_export_is_reported_and_quarantined(desk, folder, tmp_path, broken):
    replaced, problem, came = BROKEN[broken]
    write_zip(folder / NAME, **replaced)
    message = desk.problem()
    assert problem in message
    assert came in message
    assert "_signalen__sources.yml" in message
    assert desk.state.current == desk.state.candidates == {}
    (aside,) = desk.store.quarantine.iterdir()
    assert (aside / "reason.txt").exists()
    assert personal_data_below(tmp_path / "landing") == []


def test_a_file_that_is_no_zip_is_reported_without_its_content(desk, folder, tmp_path):
    folder.mkdir()
    (folder / NAME).write_text(f"{REPORTER},{SECRET_TEXT}\n")
    message = desk.problem()
    assert "is no valid zip" in message
    assert "something that is no web page" in message
    assert personal_data_below(tmp_path / "landing") == []


def test_a_truncated_or_damaged_zip_is_reported(desk, folder):
    whole = write_zip(folder / NAME).read_bytes()
    start = whole.index(b"signals.csv") + 30
    for content in (whole[: len(whole) // 2], whole[:start] + bytes(40) + whole[start + 40 :]):
        (folder / NAME).write_bytes(content)
        assert "is no valid zip" in desk.problem()


FAULTS = {
    "web page": (faults.html_page(), "<!DOCTYPE html>"),
    "empty body": (faults.empty_body(), "is no valid zip"),
    "truncated": (faults.truncated(), "is no valid zip"),
    "empty zip": (faults.zip_without_members(), "an empty zip"),
    "wrong encoding": (faults.wrong_encoding(), "is not UTF-8"),
    "missing column": (faults.csv_missing_column("signals.csv", "status_id"), "lacks column 'status_id'"),
}


def test_faults_of_an_address_leave_the_last_good_export_and_no_personal_data(suppliers, tmp_path):
    desk = reports(tmp_path, suppliers.signalen_url)
    good = desk.receive_and_admit()
    for fault, problem in FAULTS.values():
        # The supplier forgot that we hold its latest, so it sends an answer.
        forgotten = desk.state.current["all"].model_copy(update={"validators": {}})
        desk.store.record(desk.state.model_copy(update={"current": {"all": forgotten}}), desk.now)
        suppliers.faults.set("csv", fault)
        message = desk.problem()
        assert problem in message
        assert "kept: the delivery of 2026-11-23" in message
        desk.admit()
    assert desk.state.current["all"].delivery_id == good.current["all"].delivery_id
    assert desk.state.checked_at == good.checked_at
    assert personal_data_below(tmp_path) == []


def test_no_byte_of_personal_data_lands_from_the_whole_sample(suppliers, tmp_path):
    sent = httpx.get(suppliers.signalen_url).content
    desk = reports(tmp_path, suppliers.signalen_url)
    desk.receive_and_admit()
    files = every_file(tmp_path)
    assert personal_data_below(tmp_path) == []
    assert not any(content == sent for content in files.values())
    headings = {name: content.split(b"\n")[0] for name, content in files.items() if name.endswith(".csv.gz")}
    assert len(headings) == 5
    for heading in headings.values():
        assert not set(heading.split(b",")) & {b"text", b"text_extra", b"user", b"reporter_id", b"address", b"email"}
    # The same search finds them in the export itself.
    assert PERSONAL.search(unpacked(sent))


def unpacked(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return b"".join(archive.read(name) for name in archive.namelist())


def test_a_run_that_is_killed_leaves_no_personal_data_behind(desk, folder, tmp_path, monkeypatch):
    """Nothing that is on disk at any moment of the work may hold it."""
    seen = {}
    real = module.write_parquet

    def look(*arguments):
        seen.update(every_file(tmp_path / "landing"))
        return real(*arguments)

    monkeypatch.setattr(module, "write_parquet", look)
    write_zip(folder / NAME)
    desk.receive()
    assert any("scratch" in name for name in seen)
    assert not any(PERSONAL.search(content) for content in seen.values())


def test_a_zip_with_a_password_is_reported(desk, folder):
    content = bytearray(write_zip(folder / NAME).read_bytes())
    for start, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        for found in re.finditer(re.escape(start), bytes(content)):
            content[found.start() + flags] |= 1
    (folder / NAME).write_bytes(content)
    message = desk.problem()
    assert "is no valid zip" in message
    assert "expected: a zip archive without a password" in message


def test_files_in_odd_folders_and_capitals_are_found_and_a_carriage_return_stays(desk, folder):
    path = write_zip(folder / NAME, categories=as_csv([{**members()["categories.csv"][0], "sub": "container,\rvol"}]))
    with zipfile.ZipFile(path) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in content.items():
            archive.writestr(f"Export\\{name.upper()}", text)
    assert desk.receive().problems == []
