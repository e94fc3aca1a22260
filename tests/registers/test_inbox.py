"""The registers that departments deliver: the sample's files are taken, a wrong value is reported with its place."""

from datetime import date

import pytest
from landing.receiving import desk

from dagster_project.sample.registers.export_days import last_export, reported_months
from dagster_project.sample.service import write_inbox

AS_OF = date(2026, 11, 23)
REGISTERS = ("vve.places", "sports.memberships", "sports.clubs", "sports.accommodation_use", "vacancy.premises")
PREMISES = "Peildatum;Buurtcode;Soort;Panden;Leegstaand;Langdurig leegstaand;Vloeroppervlak (m2);"
PREMISES += "Leegstaand vloeroppervlak (m2)"


@pytest.fixture(scope="module")
def drops(tmp_path_factory):
    folder = tmp_path_factory.mktemp("drops")
    write_inbox(folder, AS_OF)
    return folder


@pytest.mark.parametrize("feed", REGISTERS)
def test_what_the_departments_of_the_sample_deliver_is_taken(tmp_path, drops, feed):
    register = desk(tmp_path, feed, drops=drops)
    register.receive_and_admit()
    assert register.rows("select count(*) > 20 from data") == [(True,)]
    assert f"{register.manifest().released_at:%Y-%m-%d}" == "2026-11-15"
    # A month that runs is reported until the day before the export.
    if register.store.feed.period_column:
        assert register.manifest().period_end == date(2026, 11, 14)


def test_the_same_day_gives_the_same_files(tmp_path, drops):
    write_inbox(tmp_path, AS_OF)
    for feed in REGISTERS:
        (first,), (again,) = (list((folder / feed).iterdir()) for folder in (drops, tmp_path))
        assert (first.name, first.read_bytes()) == (again.name, again.read_bytes())


def contents(folder):
    return {file.relative_to(folder): file.read_bytes() for file in folder.rglob("*.csv")}


def test_files_are_written_on_the_days_of_an_export_and_differ_on_no_other(tmp_path, drops):
    later, folder = tmp_path / "later", tmp_path / "drops"
    write_inbox(later, date(2026, 11, 29))
    assert contents(later) == contents(drops)

    write_inbox(folder, AS_OF)
    written = {file: file.stat().st_mtime_ns for file in folder.rglob("*.csv")}
    write_inbox(folder, date(2026, 11, 29))
    assert {file: file.stat().st_mtime_ns for file in folder.rglob("*.csv")} == written
    # A Monday, then the first of the month.
    for day, changed in ((date(2026, 11, 30), "social_domain.allocations"), (date(2026, 12, 1), "vacancy.premises")):
        before = contents(folder)
        write_inbox(folder, day)
        assert changed in {file.parts[0] for file in contents(folder).keys() - before.keys()}


def test_the_first_half_of_a_month_reports_whole_months():
    assert last_export(date(2026, 12, 31)) == date(2026, 12, 15)
    assert last_export(date(2026, 12, 14)) == date(2026, 12, 1)
    assert list(reported_months(date(2026, 3, 1), 2)) == [(date(2026, 1, 31), 1.0), (date(2026, 2, 28), 1.0)]
    assert list(reported_months(date(2026, 3, 15), 2)) == [(date(2026, 2, 28), 1.0), (date(2026, 3, 14), 14 / 31)]


def test_a_kind_of_premises_that_we_do_not_know_is_told_with_its_row(tmp_path):
    folder = tmp_path / "drops" / "vacancy.premises"
    folder.mkdir(parents=True)
    rows = [PREMISES, "31-10-2026;BU99990000;Winkel;120;9;4;21500;1480", "31-10-2026;BU99990000;schuur;3;1;0;90;30"]
    (folder / "leegstand-2026-11-01.csv").write_text("\n".join([*rows, ""]))
    told = desk(tmp_path / "landing", "vacancy.premises", drops=tmp_path / "drops").problem()
    assert "row 3, column C 'Soort'" in told
    assert "one of winkel, kantoor, woning, bedrijfsruimte" in told
