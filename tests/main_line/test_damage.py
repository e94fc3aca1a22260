"""Damage on disk withholds nothing that does not derive from it, and is reported with its remedy."""

import json
import re

import pytest
from verify.test_verify import flip

from dagster_project.errors import ExitCode, SetupError

from .first_run import FIRST
from .installation import CBS, SIGNALEN, ask
from .story import no_answers


@pytest.fixture(scope="module")
def installation(first_run, tmp_path_factory):
    """Four files are damaged: the newest release's note, a table, the publication history and the event log."""
    # An apostrophe in a path ends no text of SQL.
    installation = first_run.copy(tmp_path_factory.mktemp("damaged") / "gemeente d'Eik")
    (installation.latest / "release.json").write_text("{")
    table = delivery(installation) / "statuses.parquet"
    flip(table, 8 * (table.stat().st_size - 2))
    (publication,) = (installation.home / "published").glob("*/figures.parquet")
    flip(publication, 8 * 100)
    # The first line, which the audit of the same run made history.
    log = installation.workspace(FIRST).event_log.file
    log.write_bytes(log.read_bytes().replace(b'"attempted_at": "2026', b'"attempted_at": "2025', 1))
    return installation


def delivery(installation):
    store = installation.stores(FIRST)[SIGNALEN]
    return store.deliveries / store.state().current["all"].delivery_id


@pytest.fixture(scope="module")
def status(installation):
    call = installation.invoke("status", "--as-of", FIRST.isoformat(), "--json")
    assert (call.exit_code, call.errors) == (0, "")
    return json.loads(call.output)


@pytest.fixture(scope="module")
def silent(status, installation):
    """A run in which no supplier answers, so that nothing can be asked for again."""
    installation.suppliers.faults.chosen = no_answers()
    return installation.run(FIRST), installation.latest, installation.status(FIRST)


@pytest.fixture(scope="module")
def without_manifest(silent, installation):
    """The status after a manifest was damaged too."""
    (delivery(installation) / "manifest.json").write_text("{")
    return installation.status(FIRST)


@pytest.fixture(scope="module")
def mended(without_manifest, installation):
    """A run in which suppliers answer."""
    installation.suppliers.faults.chosen = {}
    return installation.run(FIRST), installation.latest, installation.status(FIRST)


def test_status_names_each_damaged_file_with_what_to_do(status, installation):
    states = {feed["feed"]: feed["state"] for feed in status["feeds"]}
    assert (states[CBS], states[SIGNALEN]) == ("fresh", "withheld")
    assert status["release"] is None
    note, history, log = status["damaged"]
    assert "release.json cannot be read" in note
    assert "figures.parquet has changed since it was written" in history
    assert "events.jsonl was changed outside Maandvers, in line 1 or just before it" in log
    assert all("\n  do: " in told for told in status["damaged"])
    shown = installation.invoke("status", "--as-of", FIRST.isoformat(), env={"COLUMNS": "200"}).output
    assert "none that can be read" in shown
    assert history.splitlines()[1].strip() in shown


def test_everything_that_does_not_derive_from_damaged_files_is_released(silent):
    result, latest, status = silent
    assert (result.exit_code, result.failures) == (ExitCode.RELEASED_WITH_WITHHELD_FEEDS, [])
    assert result.release_id == latest.name
    note = json.loads((latest / "release.json").read_bytes())
    assert note["withheld"] == {SIGNALEN: "its stored delivery is corrupted: all"}
    assert any("statuses.parquet does not match its checksum" in one for one in note["problems"][SIGNALEN])
    assert ask(latest, "select withheld_since from freshness where is_withheld") == [(FIRST,)]
    assert ask(latest, "select count(*) > 0 from fct_indicator_values") == [(True,)]
    assert ask(latest, "select count(*) from mart_reports") == [(0,)]
    # Of what was damaged before, a new release took the place of one.
    assert len(status.damaged) == 2


def test_a_release_without_publication_history_marks_nothing_as_revised_and_says_why(silent, installation):
    _, latest, _ = silent
    assert ask(latest, "select count(*) from mart_revisions") == [(0,)]
    note = json.loads((latest / "release.json").read_bytes())
    assert "figures.parquet has changed since it was written: it is unknown" in note["history_damage"]
    page = (latest / "freshness" / "index.html").read_text("utf-8")
    (empty,) = re.findall(r"Leeg in deze uitgave: <b>([^<]*)</b>", page)
    assert "Herziene cijfers" in empty.split(", ")
    assert len([*(installation.home / "published").iterdir()]) == 1


def test_a_manifest_that_cannot_be_read_withholds_its_feed(without_manifest):
    (feed,) = (feed for feed in without_manifest.feeds if feed.feed == SIGNALEN)
    assert feed.state == "withheld"
    assert any("manifest.json does not match its checksum" in why for why in feed.why)


def test_damaged_deliveries_are_asked_for_again(mended, installation):
    result, latest, status = mended
    assert result.exit_code == ExitCode.RELEASED
    assert json.loads((latest / "release.json").read_bytes())["withheld"] == {}
    assert ask(latest, "select count(*) > 0 from mart_reports") == [(True,)]
    (feed,) = (feed for feed in status.feeds if feed.feed == SIGNALEN)
    assert any("was asked for again" in remark for remark in feed.remarks)


def test_a_damaged_event_log_stays_so_however_much_is_added(mended, installation):
    assert installation.workspace(FIRST).event_log.problem()
    assert any("events.jsonl" in damage for damage in mended[2].damaged)
    with pytest.raises(SetupError, match=r"do: put events.jsonl and events.head back from your back-up"):
        installation.reconstruct(FIRST, today=FIRST)
