"""Great Expectations works in a process of its own; whatever happens to that, nothing unjudged is admitted."""

import signal
import subprocess
import sys
import time
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from pathlib import Path

import pytest
from landing.receiving import key_figures, one_edition

from dagster_project.audit import judging
from dagster_project.audit.gate import judge_deliveries, judge_freshness
from dagster_project.audit.judging import data_docs, judge_frames
from expectations import standing
from expectations.judgement import Frame


@pytest.fixture
def desk(suppliers, tmp_path):
    return one_edition(key_figures(tmp_path / "landing", suppliers.cbs_url))


@pytest.fixture
def call(desk, tmp_path):
    return partial(judge_frames, desk.now.date(), tmp_path / "audit")


def kill_worker():
    """End the process in the middle of its work, and wait until the pool has noticed."""
    work = judging._worker().submit(signal.raise_signal, signal.SIGKILL)
    with pytest.raises(BrokenProcessPool):
        work.result(timeout=60)


def test_a_worker_that_dies_admits_nothing_and_the_next_one_judges_all(desk, call):
    desk.receive()
    waiting = desk.state.candidates
    kill_worker()

    judgements = judge_deliveries([desk.store], False, call, desk.now)
    assert judgements
    assert not any(judgement.passed for judgement in judgements)
    assert all("could not be checked: BrokenProcessPool" in judgement.message for judgement in judgements)
    assert (desk.state.current, desk.state.checked_at, desk.state.candidates) == ({}, None, waiting)

    # Great Expectations itself, from frame to verdict, in a worker that took the dead one's place.
    judgements = judge_deliveries([desk.store], False, call, desk.now)
    assert [judgement.message for judgement in judgements if not judgement.passed] == []
    assert {judgement.suite for judgement in judgements} == {"volume", "fill_rate", "reconciliation"}
    assert desk.state.current == waiting
    fresh, (verdict,) = judge_freshness([desk.store], desk.now.date(), call)
    assert [(judgement.suite, judgement.row) for judgement in fresh] == [("freshness", {"clock": "checked"})]
    assert not verdict.is_withheld


def test_a_judge_that_fails_admits_nothing(desk, call, tmp_path):
    desk.receive()
    (tmp_path / "audit").write_text("a file where a folder has to be")
    judgements = judge_deliveries([desk.store], False, call, desk.now)
    assert judgements
    assert not any(judgement.passed for judgement in judgements)
    assert desk.state.current == {}
    assert desk.state.checked_at is None
    _, (verdict,) = judge_freshness([desk.store], desk.now.date(), call)
    assert verdict.is_withheld
    assert "could not be checked" in verdict.reason


@pytest.fixture
def mart():
    return {"mart": "mart_kpi", "row_count": 5, "minimum_rows": 1, "margin": 4, "stale_row_count": 0}


def results(folder):
    return {path: path.stat().st_mtime_ns for path in (folder / "gx" / "validations").rglob("*.json")}


def test_a_frame_like_the_last_one_is_not_judged_again(call, mart, tmp_path, monkeypatch):
    first = call([Frame("marts", [mart])])
    written = results(tmp_path / "audit")
    page = data_docs(tmp_path / "audit", {"marts"})
    built = page.stat().st_mtime_ns
    # Nothing asks for the worker.
    monkeypatch.setattr(judging, "_worker", None)
    assert call([Frame("marts", [mart])]) == first
    assert data_docs(tmp_path / "audit", {"marts"}).stat().st_mtime_ns == built
    assert results(tmp_path / "audit") == written


def test_a_part_of_the_last_frame_is_judged_again_only_where_its_page_shows_another_failure(call, mart, tmp_path):
    good, bad = mart | {"mart": "mart_safety"}, mart | {"margin": -1}
    first = call([Frame("marts", [good, mart])])
    written = results(tmp_path / "audit")
    assert call([Frame("marts", [mart])]) == first[1:]
    assert results(tmp_path / "audit") == written
    failed = call([Frame("marts", [good, bad])])
    assert call([Frame("marts", [bad])]) == failed[1:]
    assert "Niet in orde" in data_docs(tmp_path / "audit", {"marts"}).read_text()
    assert [judgement.passed for judgement in call([Frame("marts", [good])])] == [True]
    assert "Niet in orde" not in data_docs(tmp_path / "audit", {"marts"}).read_text()


@pytest.mark.parametrize("column", ["margin", "stale_row_count", "row_count"])
def test_a_frame_with_another_value_is_judged_again(call, mart, column, tmp_path):
    call([Frame("marts", [mart])])
    data_docs(tmp_path / "audit", {"marts"})
    (judgement,) = call([Frame("marts", [{**mart, column: -1}])])
    assert judgement.passed == (column == "row_count")
    page = data_docs(tmp_path / "audit", {"marts"}).read_text()
    assert ("Niet in orde" in page) == (column != "row_count")


def test_other_rules_judge_again(call, mart, tmp_path, monkeypatch):
    call([Frame("marts", [mart])])
    before = results(tmp_path / "audit")
    monkeypatch.setattr(standing, "_rules", lambda: "another version")
    call([Frame("marts", [mart])])
    assert results(tmp_path / "audit").keys() != before.keys() or results(tmp_path / "audit") != before


def test_rows_that_could_not_be_checked_are_judged_again(call, mart, tmp_path):
    call([Frame("marts", [mart])])
    (judgement,) = call([Frame("marts", [])])
    assert not judgement.passed
    frame = Frame("marts", [{**mart, "margin": None}])
    (judgement,) = call([frame])
    assert not judgement.passed
    assert standing.standing_judgements(frame, tmp_path / "audit") is None


def test_a_suite_that_a_dead_worker_left_has_no_page(call, mart, tmp_path):
    good = Frame("marts", [mart])
    call([good])
    data_docs(tmp_path / "audit", {"marts"})
    kill_worker()
    (judgement,) = call([Frame("marts", [{**mart, "row_count": 6}])])
    assert "BrokenProcessPool" in judgement.message
    assert ">In orde" not in data_docs(tmp_path / "audit", {"marts"}).read_text()
    assert standing.standing_judgements(good, tmp_path / "audit") is None


def test_the_worker_has_great_expectations_without_what_frames_do_not_need():
    worker = judging._worker()
    assert worker.submit(is_loaded, "great_expectations").result(timeout=60)
    assert worker.submit(is_loaded, "pandas").result(timeout=60)
    assert not worker.submit(is_loaded, "sqlalchemy").result(timeout=60)


def is_loaded(name):
    return sys.modules.get(name) is not None


def test_the_worker_ends_with_a_run_that_is_killed():
    # Prints the number of its worker, and waits to be killed.
    run = (
        "import os, time\n"
        "from dagster_project.audit import judging\n"
        "if __name__ == '__main__':\n"
        "    print(judging._worker().submit(os.getpid).result(), flush=True)\n"
        "    time.sleep(600)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", run], stdout=subprocess.PIPE, text=True)
    worker = int(process.stdout.readline())
    assert Path(f"/proc/{worker}").exists()
    process.kill()
    process.wait()
    deadline = time.monotonic() + 60
    while is_running(worker):
        assert time.monotonic() < deadline, "the worker lives on"
        time.sleep(0.1)


def is_running(process):
    """Whether a process is there and has not ended; one that has keeps its number until its parent asks."""
    try:
        state = Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
