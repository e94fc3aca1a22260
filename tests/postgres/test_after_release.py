"""A run whose setting publishes each release, while the server is not there: the release stands, and all is said."""

import json
from datetime import timedelta

import pytest
from main_line.first_run import FIRST

from dagster_project.errors import ExitCode

NEXT_DAY = FIRST + timedelta(days=1)
PASSWORD = "hush@hush"
DEAD = "postgresql://maker:hush%40hush@127.0.0.1:1/figures"


@pytest.fixture(scope="module")
def installation(first_run, tmp_path_factory):
    """The installation on its second day, with a server that is switched off."""
    copied = first_run.copy(tmp_path_factory.mktemp("after_release") / "home")
    copied.settings |= {"MAANDVERS_POSTGRES__AFTER_RELEASE": "true", "MAANDVERS_POSTGRES__URL": DEAD}
    return copied


@pytest.fixture(scope="module")
def second_run(installation):
    return installation.invoke("run", "--live", on=NEXT_DAY)


def test_the_release_stands_and_the_exit_code_says_that_readers_have_another(installation, second_run):
    assert second_run.exit_code == ExitCode.NOT_PUBLISHED == 8, second_run.errors
    assert installation.latest.name == f"{NEXT_DAY}_1"
    assert installation.latest.name in second_run.output
    assert json.loads((installation.latest / "release.json").read_text())["as_of"] == str(NEXT_DAY)


def test_the_message_names_the_server_and_what_to_do_and_no_password(installation, second_run):
    said = second_run.output + second_run.errors
    assert "the Postgres database cannot be reached" in said
    assert '127.0.0.1", port 1 ' in said
    assert "do: check MAANDVERS_POSTGRES__URL" in said
    secrets = (PASSWORD, DEAD, "hush%40hush")
    assert not [secret for secret in secrets if secret in said]
    files = [file for file in installation.home.rglob("*") if file.is_file()]
    assert len(files) > 50
    assert not [file for file in files if any(secret.encode() in file.read_bytes() for secret in secrets)]


def test_the_release_can_be_published_once_the_server_is_back(installation, second_run, new_database):
    database = new_database("after_release")
    installation.settings["MAANDVERS_POSTGRES__URL"] = database.address
    done = installation.invoke("publish", "postgres", on=NEXT_DAY)
    assert (done.exit_code, done.output) == (0, f"Published {NEXT_DAY}_1\n"), done.errors
    assert database.ask("SELECT release_id FROM release") == [(f"{NEXT_DAY}_1",)]


@pytest.mark.long
def test_the_next_run_publishes_again(installation, second_run, new_database):
    database = new_database("after_the_next")
    installation.settings["MAANDVERS_POSTGRES__URL"] = database.address
    day = NEXT_DAY + timedelta(days=1)
    again = installation.invoke("run", "--live", on=day)
    assert again.exit_code == 0, again.errors
    assert database.ask("SELECT release_id FROM release") == [(f"{day}_1",)]
