"""Age of a file: that of the day in its name, or else of its content; never that of its copy."""

from datetime import UTC, datetime

import pytest

from .files import HEADINGS, OTHER, ROW, STAFF, as_csv, as_xlsx, column, contract, desk, drop, touch, with_value

OCTOBER, NOVEMBER = as_csv(HEADINGS, ROW), as_csv(HEADINGS, ROW, OTHER)


@pytest.fixture
def staff(tmp_path):
    return desk(tmp_path)


def test_the_clock_of_a_drop_is_the_day_of_its_export_not_of_reading(staff):
    drop(staff, "personeel_2026-11-01.csv", NOVEMBER)
    state = staff.receive_and_admit()
    assert state.checked_at == datetime.fromisoformat("2026-11-01T00:00:00+01:00")


def test_reading_an_old_file_again_refreshes_no_clock(staff):
    drop(staff, "personeel_2026-11-01.csv", NOVEMBER)
    before = staff.receive_and_admit()
    assert staff.a_day_later().receive().confirmed == ["all"]
    staff.admit()
    assert staff.state.current == before.current
    assert staff.state.checked_at == before.checked_at
    assert staff.state.remarks == ["its newest file was read again, which does not refresh anything"]


def test_touching_a_file_is_no_new_delivery_and_refreshes_nothing(staff):
    path = touch(drop(staff, "personeel.csv", NOVEMBER), "2026-11-02")
    before = staff.receive_and_admit()
    touch(path, "2026-11-20")
    assert staff.a_day_later().receive().confirmed == ["all"]
    staff.admit()
    assert staff.state.checked_at == before.checked_at == datetime(2026, 11, 2, tzinfo=UTC)
    assert staff.state.remarks == [
        "its newest file personeel.csv was touched, copied or saved again on 2026-11-20 and has the figures of"
        " 2026-11-02, which it does not refresh"
    ]


def test_saving_a_workbook_again_refreshes_nothing(staff):
    """Other bytes with the same values, of persons who get another key at every reading."""
    path = touch(drop(staff, "personeel.xlsx", as_xlsx(HEADINGS, ROW)), "2026-11-02")
    before = staff.receive_and_admit()
    saved = as_xlsx(HEADINGS, ROW, title="Blad2")
    assert saved != path.read_bytes()
    path.write_bytes(saved)
    touch(path, "2026-11-20")
    assert staff.a_day_later().receive().confirmed == ["all"]
    staff.admit()
    assert (staff.state.current, staff.state.checked_at) == (before.current, before.checked_at)
    assert "saved again on 2026-11-20" in staff.state.remarks[0]
    # Another value is another delivery, as old as the file.
    path.write_bytes(as_xlsx(HEADINGS, ROW, OTHER))
    touch(path, "2026-11-21")
    assert staff.receive_and_admit().checked_at == datetime(2026, 11, 21, tzinfo=UTC)


def test_a_copy_of_an_earlier_file_is_as_old_as_that(staff):
    path = touch(drop(staff, "personeel.csv", OCTOBER), "2026-10-02")
    staff.receive_and_admit()
    touch(drop(staff, "personeel.csv", NOVEMBER), "2026-11-02")
    assert staff.receive_and_admit().checked_at == datetime(2026, 11, 2, tzinfo=UTC)
    path.write_bytes(OCTOBER)
    touch(path, "2026-11-20")
    state = staff.receive_and_admit()
    assert state.checked_at == staff.manifest().released_at == datetime(2026, 10, 2, tzinfo=UTC)
    assert state.remarks == [
        "the file personeel.csv has the figures of 2026-10-02 02:00, which were received before: it is as old as those"
    ]


def test_a_copy_during_a_failed_confirmation_is_not_newer(staff):
    """The audit could not be done on the day of the copy, and on the next day the folder is gone."""
    path = touch(drop(staff, "personeel.csv", OCTOBER), "2026-10-02")
    staff.receive_and_admit()
    touch(drop(staff, "personeel.csv", NOVEMBER), "2026-11-02")
    assert staff.receive_and_admit().checked_at == datetime(2026, 11, 2, tzinfo=UTC)
    path.write_bytes(OCTOBER)
    touch(path, "2026-11-20")
    staff.receive()
    path.parent.rename(path.parent.with_name("weg"))
    assert staff.receive().problems
    staff.admit()
    assert staff.manifest().released_at == datetime(2026, 10, 2, tzinfo=UTC)
    assert staff.state.checked_at == datetime(2026, 10, 2, tzinfo=UTC)


@pytest.mark.parametrize("name", ["personeel_2062-01-01.csv", "personeel.csv"])
def test_a_file_from_the_future_is_refused_and_the_one_before_it_stays(staff, name):
    drop(staff, "personeel_2026-11-01.csv", OCTOBER)
    before = staff.receive_and_admit()
    touch(drop(staff, name, NOVEMBER), "2062-01-01")
    message = staff.problem()
    assert f"the file {name} is dated in the future" in message
    assert "came: 2062-01-01" in message
    assert staff.state.current == before.current
    assert staff.state.checked_at == before.checked_at


def test_a_file_of_tomorrow_counts_from_today(staff):
    drop(staff, "personeel_2026-11-24.csv", NOVEMBER)
    assert staff.receive_and_admit().checked_at == staff.now


def test_a_newer_day_on_figures_of_persons_is_no_publication(staff):
    """Other keys for the same persons make another delivery, and that is of the same day."""
    drop(staff, "personeel_2026-10-01.csv", NOVEMBER)
    before = staff.receive_and_admit()
    drop(staff, "personeel_2026-11-01.csv", NOVEMBER)
    after = staff.receive_and_admit()
    assert after.current["all"].delivery_id != before.current["all"].delivery_id
    assert after.checked_at == datetime.fromisoformat("2026-11-01T00:00:00+01:00")
    assert staff.manifest().released_at == before.checked_at
    assert "under a newer day" in after.remarks[0]


def test_one_row_of_a_day_to_come_keeps_nothing_fresh(tmp_path):
    staff = desk(tmp_path, contract(clocks=("checked", "period"), period_column="staff.start_date", contact=None))
    drop(staff, "personeel_2026-11-01.csv", OCTOBER)
    before = staff.receive_and_admit()
    typed = with_value(OTHER, "Begindatum", "01-01-2062")
    drop(staff, "personeel_2026-11-20.csv", as_csv(HEADINGS, ROW, typed))
    told = staff.problem()
    assert "column 'Begindatum', row 3 of personeel_2026-11-20.csv" in told
    assert "expected: 'Begindatum' no day in the future: until 2026-11-23" in told
    assert "came: 1 such row" in told
    assert "kept: the delivery of 2026-11-23" in told
    assert staff.state.current == before.current
    # Where the period binds nothing, a contract may well begin later.
    other = desk(tmp_path / "other")
    drop(other, "personeel_2026-11-20.csv", as_csv(HEADINGS, ROW, typed))
    assert other.receive().problems == []


def test_the_same_content_with_a_new_day_confirms_the_figures(tmp_path):
    exposed = [column("person_code", "Personeelsnummer", pattern=".*"), *STAFF[1:]]
    staff = desk(tmp_path, contract(exposed))
    drop(staff, "personeel_2026-10-01.csv", NOVEMBER)
    before = staff.receive_and_admit()
    drop(staff, "personeel_2026-11-01.csv", NOVEMBER)
    after = staff.a_day_later().receive_and_admit()
    assert after.current["all"].delivery_id == before.current["all"].delivery_id
    assert f"{after.checked_at:%Y-%m-%d %z}" == "2026-11-01 +0100"
    assert after.remarks == [
        "the file personeel_2026-11-01.csv has the figures of 2026-10-01 00:00 under a newer day: this counts"
        " as the owner's confirmation that they still apply"
    ]
    assert staff.manifest().released_at == datetime.fromisoformat("2026-10-01T00:00:00+02:00")


@pytest.mark.parametrize(
    ("code", "is_future"), [("2026KW03", False), ("2026KW04", True), ("2027JJ00", True), ("?", False)]
)
def test_a_period_code_of_a_day_to_come_keeps_nothing_fresh_either(tmp_path, code, is_future):
    columns = [column("period_code", "Perioden", pattern=".*"), column("reports_count", "Meldingen", "bigint")]
    feed = contract(columns, key=["period_code"], clocks=("checked", "period"), period_column="staff.period_code")
    reports = desk(tmp_path, feed)
    drop(reports, "meldingen_2026-11-01.csv", as_csv(["Perioden", "Meldingen"], ["2026KW02", 8], [code, 9]))
    problems = reports.receive().problems
    assert len(problems) == is_future
    assert all("'Perioden' no day in the future: until 2026-11-23" in problem for problem in problems)
    assert all("row 3 of meldingen_2026-11-01.csv" in problem for problem in problems)
