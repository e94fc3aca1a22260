"""Great Expectations works in a process of its own; whatever happens to that, nothing unjudged is admitted."""

import signal
from concurrent.futures.process import BrokenProcessPool
from functools import partial

import pytest
from landing.receiving import key_figures, one_edition

from dagster_project.audit import judging
from dagster_project.audit.gate import judge_deliveries, judge_freshness
from dagster_project.audit.judging import judge_frames


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
