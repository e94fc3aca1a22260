"""A delivery that passes landing and audit and that dbt cannot build from is quarantined; everything else goes out."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from dagster_project.errors import ExitCode
from dagster_project.marts.catalogue import read_marts
from dagster_project.release.build import read_note
from dagster_project.sample.service import write_inbox
from dagster_project.warehouse.build_plan import move_clocks
from dagster_project.warehouse.dbt import current_manifest
from dagster_project.warehouse.refusals import NewDelivery, Search, build_what_passes

from .installation import Installation, ask

pytestmark = pytest.mark.whole_run

FIRST, NEXT = date(2026, 11, 23), date(2026, 11, 24)
BENEFITS = "benefits_admin.recipients"
STAFF = "hr.staff"
# A number that a model cannot add up.
NO_SUM = "9" * 300
# Fits a column, and the sum of all departments does not.
TOO_MANY = "2147483647"
FEEDS = [STAFF, "hr.absence", "ledger.actuals", "ledger.budget", "vacancy.premises", BENEFITS]


def upload(home, feed, column, value):
    """Upload a feed's newest file with another value in its first row, on the next day, and return its name."""
    file = max((home / "drops" / feed).iterdir())
    lines = file.read_bytes().decode("cp1252").splitlines()
    cells = lines[1].split(";")
    cells[lines[0].removeprefix("ï»¿").split(";").index(column)] = value
    name = f"{feed}_{NEXT}.csv"
    content = "\r\n".join([lines[0], ";".join(cells), *lines[2:], ""])
    (home / "drops" / feed / name).write_bytes(content.encode("cp1252"))
    return name


def installation_at(home):
    return Installation(home, settings={"MAANDVERS_FEEDS": str(FEEDS).replace("'", '"')})


def delivered(installation):
    """The delivery of each feed that the last release derives from."""
    return {feed: used["all"] for feed, used in read_note(installation.latest).deliveries.items()}


def test_what_dbt_refuses_is_quarantined_and_its_last_good_delivery_comes_back(tmp_path):
    installation = installation_at(tmp_path)
    write_inbox(tmp_path / "drops", FIRST)
    assert installation.run(FIRST).release_id
    before = delivered(installation)
    good = installation.stores(FIRST)[STAFF].state().current["all"]
    name = upload(tmp_path, STAFF, "Fte", NO_SUM)
    upload(tmp_path, BENEFITS, "Personen", "77")
    upload(tmp_path, "ledger.actuals", "Taakveld", "9.99")

    result = installation.run(NEXT)
    assert result.release_id == f"{NEXT}_1"
    assert result.exit_code == ExitCode.RELEASED_WITH_UNCHECKED_FEEDS
    assert result.failures == []
    store = installation.stores(NEXT)[STAFF]
    state = store.state()
    assert state.current["all"].delivery_id == good.delivery_id
    (problem,) = state.problems
    assert f"(file {name}) is refused by the models or marts" in problem
    assert "int_organisation__" in problem
    assert "kept: the delivery of 2026-11-23" in problem
    (refused,) = store.quarantine.iterdir()
    assert (refused / "reason.txt").read_text() == problem
    assert "99999999" not in problem
    after = delivered(installation)
    assert {feed for feed in FEEDS if after[feed] != before[feed]} == {BENEFITS, "ledger.actuals"}
    (staff,) = ask(installation.latest, "select max(staff_count) > 0 from mart_staff_absence", on=NEXT)
    assert staff == (True,)
    assert problem in installation.status(NEXT).model_dump_json().replace("\\n", "\n")

    # Rows that a test of severity 'warn' found are reported at its feed, as long as it is there.
    note = read_note(installation.latest)
    (warning,) = note.remarks["ledger.actuals"]
    assert "'every task field is in the list of its year' found" in warning
    assert warning in installation.status(NEXT).model_dump_json()
    assert warning in (installation.latest / "freshness.json").read_text()
    # The same file is refused the next night without another search.
    following = installation.run(NEXT + timedelta(days=1))
    assert following.release_id
    assert warning in read_note(installation.latest).remarks["ledger.actuals"]
    assert store.state().problems == [problem]
    assert store.state().current["all"].delivery_id == good.delivery_id
    assert installation.invoke("verify", on=NEXT + timedelta(days=1)).exit_code == ExitCode.RELEASED


class Rehearsed(Search):
    """A search in which builds fail with certain deliveries, or with certain ones together."""

    bad: tuple[set[str], ...] = ()
    builds = 0

    def passes_without(self, left_out):
        self.builds += 1
        used = {f"{n}" for n in range(16)} - {one.edition for one in left_out}
        return not any(together <= used for together in self.bad)


@pytest.mark.parametrize(
    ("bad", "found", "builds"),
    [
        ([{"3"}], {"3"}, 7),
        ([{"0"}, {"15"}], {"0", "15"}, 13),
        ([{"2"}, {"9"}, {"10"}], {"2", "9", "10"}, 20),
        # Two that fail together only: without one of them the other is good.
        ([{"4", "7"}], {"7"}, 7),
        ([{str(n)} for n in range(16)], {str(n) for n in range(16)}, 96),
    ],
)
def test_every_culprit_is_found_by_halves_and_no_other(bad, found, builds):
    search = Rehearsed(None, (), None)
    search.bad = bad
    new = [NewDelivery("feed", str(n), None) for n in range(16)]
    assert {one.edition for one, _ in search.culprits(new)} == found
    assert search.builds <= builds


@pytest.mark.long
def test_a_bad_delivery_of_a_first_run_is_withheld_and_the_others_released(tmp_path):
    installation = installation_at(tmp_path)
    write_inbox(tmp_path / "drops", FIRST)
    upload(tmp_path, STAFF, "Aantal medewerkers", TOO_MANY)
    result = installation.run(NEXT)
    assert result.exit_code == ExitCode.RELEASED_WITH_WITHHELD_FEEDS
    states = {feed: store.state() for feed, store in installation.stores(NEXT).items()}
    # Staff and absence are new, and the model that brings them together fails with both of them only.
    (bad,) = [feed for feed in FEEDS if not states[feed].current]
    assert bad in (STAFF, "hr.absence")
    assert "together with the new deliveries of hr." in states[bad].problems[0]
    assert [feed for feed in FEEDS if states[feed].problems] == [bad]
    assert set(delivered(installation)) == {*FEEDS} - {bad}
    # Another file of staff mends both.
    upload(tmp_path, STAFF, "Aantal medewerkers", "12")
    assert installation.run(NEXT + timedelta(days=1)).exit_code == ExitCode.RELEASED
    assert set(delivered(installation)) == {*FEEDS}


@pytest.mark.long
def test_a_mart_that_is_built_and_may_not_be_published_leads_to_its_delivery(tmp_path):
    """Nothing was revised yet, and the mart of revisions may not be empty here where vacancy is shown."""
    feeds = ["sports.clubs", "vacancy.premises"]
    installation = Installation(tmp_path, settings={"MAANDVERS_FEEDS": str(feeds).replace("'", '"')})
    write_inbox(tmp_path / "drops", FIRST)
    assert installation.run(FIRST).release_id
    workspace = installation.workspace(FIRST)
    (workspace.home / "warehouse.duckdb").unlink()
    move_clocks(workspace)
    strict = {"may_be_empty": False, "sources": frozenset({("raw_vacancy", "premises")})}
    marts = [replace(mart, **strict) for mart in read_marts(current_manifest()) if mart.name == "mart_revisions"]
    with installation.entered():
        planned, _ = build_what_passes(workspace, marts, released={})
    states = {feed: store.state() for feed, store in installation.stores(FIRST).items() if feed in feeds}
    (problem,) = states["vacancy.premises"].problems
    assert "is refused by the models or marts" in problem
    assert "came: mart_revisions\n" in problem
    assert states["vacancy.premises"].current == {}
    assert states["sports.clubs"].problems == []
    assert {feed for feed, *_ in planned.raw.deliveries} == {"sports.clubs"}
