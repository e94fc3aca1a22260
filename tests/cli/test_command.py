"""The command: JSON for programs, plain words and a telling exit code for people, and one run at a time."""

import json
import os
import sys
from datetime import date
from pathlib import Path

import pytest
from filelock import FileLock
from landing.lived_through import CRIMES, Lived
from main_line.installation import CBS, SIGNALEN, Installation, copy_project

from dagster_project.audit.outcome import AuditOutcome
from dagster_project.errors import ExitCode

DAY = "2026-11-23"


@pytest.fixture
def empty(tmp_path):
    """An installation that has not run yet; its suppliers are nowhere."""
    return Installation(tmp_path / "home")


def refused(call):
    """The message of a command that stopped at once; an explanation, not a traceback."""
    assert (call.exit_code, call.output) == (ExitCode.WRONG_SETUP, "")
    assert "Traceback" not in call.errors
    return call.errors


def test_a_run_tells_programs_what_came_of_it(first_run):
    """The first run was given its feeds separated by a comma: a supplier and a feed."""
    call = first_run.call
    told = json.loads(call.output)
    assert (call.exit_code, told["exit_code"], told["outcome"]) == (0, 0, "released")
    assert (told["released"], told["release"]["release_id"]) == ("2026-01-31_1", "2026-01-31_1")
    assert told["folder"] == str(first_run.latest)
    assert told["failures"] == []
    assert {feed["feed"]: feed["state"] for feed in told["feeds"] if feed["state"] != "not in use"} == {
        CBS: "fresh",
        SIGNALEN: "fresh",
    }


def test_feeds_that_are_not_in_use_have_no_failed_check(first_run):
    outcome = AuditOutcome.read(first_run.installation.home / "audit")
    assert len(outcome.feeds) > 30
    assert not [judgement.message for judgement in outcome.judgements if not judgement.passed]


def test_a_run_logs_its_progress_apart_from_its_output(first_run):
    assert "received delivery" in first_run.call.errors
    assert "Traceback" not in first_run.call.errors


def test_status_tells_programs_the_three_clocks(first_run):
    call = first_run.installation.invoke("status", "--as-of", "2026-02-10", "--json")
    told = json.loads(call.output)
    assert call.exit_code == 0
    assert told["today"] == "2026-02-10"
    assert told["release"]["release_id"] == first_run.latest.name
    for feed in (own for own in told["feeds"] if own["state"] != "not in use"):
        assert {"checked", "released", "period", "fresh_until", "state", "why"} <= feed.keys()
        assert None not in (feed["checked"], feed["released"], feed["fresh_until"])


def test_status_tells_people_what_is_withheld_and_why(first_run):
    call = first_run.installation.invoke("status", "--as-of", "2027-01-10", env={"COLUMNS": "200"})
    assert call.exit_code == 0
    for word in (CBS, SIGNALEN, "withheld", "was fresh until 2026-", "Last release: 2026-"):
        assert word in call.output


def test_status_before_any_run_says_that_nothing_was_asked_for(empty):
    call = empty.invoke("status", "--as-of", DAY, "--json")
    told = json.loads(call.output)
    assert (call.exit_code, told["release"]) == (0, None)
    assert {feed["state"] for feed in told["feeds"]} == {"not in use"}
    assert not empty.home.exists()
    assert "none yet" in empty.invoke("status", "--as-of", DAY).output


def test_a_folder_of_drops_that_belongs_to_no_feed_is_told_with_the_name_it_should_have(empty):
    for folder in ("hr_absence", "hr.staff", "foto's", ".trash"):
        (empty.home / "drops" / folder).mkdir(parents=True)
    told = json.loads(empty.invoke("status", "--as-of", DAY, "--json").output)["unread"]
    photos, absence = told
    assert absence == (
        f"{empty.home / 'drops/hr_absence'} belongs to no feed, so nothing of it is read\n  do: call it hr.absence"
    )
    assert "put its files in the folder of a feed: " in photos
    assert "do: call it hr.absence" in empty.invoke("status", "--as-of", DAY).output


@pytest.mark.parametrize(("command", "option"), [("run", "--as-of"), ("run", "--as-known-on"), ("status", "--as-of")])
def test_a_date_that_is_none_is_named(empty, command, option):
    assert "'2026-13-01'" in refused(empty.invoke(command, option, "2026-13-01", env={"COLUMNS": "200"}))


def test_a_run_of_a_day_to_come_is_refused_and_status_tells_of_it(empty):
    today = date(2026, 11, 23)
    told = refused(empty.invoke("run", "--live", "--feeds", "hr", "--as-of", "2026-12-20", on=today))
    assert "--as-of 2026-12-20 lies in the future: it counts from 2026-12-20 06:00, and here it is 2026-11-23" in told
    assert "do: leave out --as-of; 'maandvers status --as-of 2026-12-20'" in told
    assert not empty.home.exists()
    assert "2026-12-20" in empty.invoke("status", "--as-of", "2026-12-20", on=today).output


@pytest.mark.parametrize("other", [("--as-of", DAY), ("--feeds", CBS)])
def test_what_was_known_on_a_day_is_asked_of_no_supplier(empty, other):
    told = refused(empty.invoke("run", "--as-known-on", "2026-01-31", *other))
    assert "leave out --as-of and --feeds" in told


def test_an_unknown_feed_among_others_is_named_with_those_that_exist(empty):
    told = refused(empty.invoke("run", "--as-of", DAY, "--feeds", "cbs,no.such_feed"))
    assert "no feed or supplier is called no.such_feed" in told
    assert CBS in told
    assert not empty.home.exists()


def test_a_wrong_setting_is_named_with_what_came(empty):
    told = refused(empty.invoke("run", "--as-of", DAY, env={"MAANDVERS_SCOPE": "moon"}))
    for word in ("'scope'", "'moon'", "MAANDVERS_SCOPE"):
        assert word in told


def test_a_wrong_setting_in_the_file_is_named(empty, tmp_path):
    (tmp_path / "maandvers.toml").write_text('favourite_colour = "blue"\n')
    assert "favourite_colour" in refused(empty.invoke("status", "--as-of", DAY, cwd=tmp_path))


def test_a_mistake_in_a_contract_is_named_with_file_feed_key_and_remedy(empty, tmp_path):
    """In a copy of the project, since contracts are part of it."""
    copy_project(tmp_path)
    contract = tmp_path / "dbt_models/models/staging/cbs/_cbs__sources.yml"
    assert contract.read_text().count("cadence: P3M") == 1
    contract.write_text(contract.read_text().replace("cadence: P3M", "cadence: a while"))
    told = refused(empty.call("run", "--as-of", DAY, env={"PYTHONPATH": str(tmp_path)}))
    for word in ("models/staging/cbs/_cbs__sources.yml", CBS, "delivery.cadence", "'a while'", "do: "):
        assert word in told


def test_pruning_tells_what_goes_and_by_which_rule(empty):
    home = empty.home
    lived = Lived(home)
    for month in (1, 2, 3):
        lived.receive(date(2010, month, 1), month)
    told = empty.invoke("prune", "--dry-run", env={"COLUMNS": "80"})
    assert told.exit_code == 0
    assert f"{CRIMES}: payloads are kept P10Y after newer figures arrived, on 2010-02-01" in told.output
    assert "2 deliveries and releases would be removed" in told.output
    done = empty.invoke("prune", "--json")
    assert (done.exit_code, len(json.loads(done.output)["removed"])) == (0, 2)
    assert "0 deliveries and releases removed" in empty.invoke("prune").output


def test_pruning_is_refused_while_a_run_is_at_work(empty):
    empty.home.mkdir()
    with FileLock(empty.home / ".run.lock"):
        assert "another run is at work" in refused(empty.invoke("prune"))


def test_the_exit_codes_are_told_where_people_look_for_them(empty):
    told = " ".join(empty.invoke("run", "--help", env={"COLUMNS": "200"}).output.split())
    # These two belong to other commands.
    for code in set(ExitCode) - {ExitCode.CHANGED_FILES, ExitCode.NOT_PROVEN}:
        assert f"{int(code)} " in told.partition("Exit codes")[2]


def test_the_command_is_that_of_this_environment():
    assert Path(sys.executable).with_name("maandvers").exists()
    assert os.access(Path(sys.executable).with_name("maandvers"), os.X_OK)
