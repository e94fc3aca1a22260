"""Files of Finance and HR: values that land, values that never do, and refusals that name no person."""

from datetime import date

import pytest
from landing.receiving import desk
from suppliers.fixtures import AS_OF

from dagster_project.sample.service import write_inbox


@pytest.fixture
def drops(tmp_path):
    write_inbox(tmp_path / "drops", AS_OF)
    return tmp_path / "drops"


def given(drops, feed):
    return desk(drops.parent / "landing", feed, drops=drops)


def file_of(drops, feed):
    (file,) = (drops / feed).iterdir()
    return file


@pytest.mark.parametrize("feed", ["ledger.actuals", "ledger.budget", "hr.staff", "hr.absence"])
def test_every_file_lands_with_the_day_of_its_export(drops, feed):
    own = given(drops, feed)
    own.receive_and_admit()
    assert own.manifest().released_at.date() <= date(2026, 11, 1)
    assert own.rows("select count(*) > 100 from data") == [(True,)]


def test_codes_stay_texts_and_amounts_keep_their_cents(drops):
    own = given(drops, "ledger.actuals")
    own.receive_and_admit()
    assert own.rows("select distinct task_field_code from data where task_field_code like '0.1%' order by all") == [
        ("0.1",),
        ("0.10",),
    ]
    assert own.rows("select count(*) > 0 from data where amount_eur <> round(amount_eur)") == [(True,)]


def test_the_number_of_an_employee_never_lands(drops):
    own = given(drops, "hr.absence")
    own.receive_and_admit()
    file = file_of(drops, "hr.absence")
    numbers = {line.split(";")[0] for line in file.read_text("cp1252").splitlines()[1:]}
    landed = {key for (key,) in own.rows("select distinct employee_key from data")}
    assert len(landed) == len(numbers)
    assert not landed & numbers


def test_the_sample_has_a_running_case_part_time_half_recovery_and_leave(drops):
    own = given(drops, "hr.absence")
    own.receive_and_admit()
    assert own.rows("""
        select
            bool_or(end_date is null), bool_or(part_time_factor < 1), bool_or(absence_pct = 50),
            bool_or(absence_kind = 'zwangerschap'), bool_or(department_name = 'Griffie')
        from data
    """) == [(True,) * 5]


@pytest.mark.parametrize(
    ("feed", "old", "new", "message"),
    [
        ("ledger.actuals", ";lasten;", ";uitgaven;", "row 2, column E 'Lasten of baten'"),
        ("hr.absence", ";ziek;", ";griep;", "row 2, column G 'Soort'"),
        ("hr.staff", ";34;", ";veel;", "came: a text of 4 characters"),
    ],
)
def test_a_value_that_cannot_be_is_reported_and_the_last_good_delivery_stays(drops, feed, old, new, message):
    own = given(drops, feed)
    stored = own.receive_and_admit().current
    file = file_of(drops, feed)
    content = file.read_text("cp1252")
    assert old in content
    file.write_text(content.replace(old, new, 1), "cp1252")
    assert message in own.a_day_later().problem()
    assert own.state.current == stored
