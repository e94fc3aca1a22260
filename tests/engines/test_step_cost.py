"""Cost of a step of a benchmark, with the processes that it starts."""

import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
WORK = "import time; taken = bytearray(400_000_000); [None for _ in range(10_000_000)]; time.sleep(2.5)"
# Its child does all of it.
STEP = f"import subprocess, sys; subprocess.run([sys.executable, '-c', '{WORK}'], check=True)"


@pytest.fixture
def measured(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return import_module("sessions").measured


def test_a_child_counts(measured):
    cost = measured([sys.executable, "-c", STEP], os.environ)
    assert cost.seconds > 2.5
    assert cost.cpu > 0.1
    # 381 of them, and two interpreters.
    assert 381 < cost.peak_mb < 600


def test_a_step_that_only_waits_costs_next_to_nothing(measured):
    cost = measured([sys.executable, "-c", "import time; time.sleep(2)"], os.environ)
    assert cost.cpu < 1
    assert cost.peak_mb < 100


def test_a_failed_step_is_an_error(measured):
    with pytest.raises(subprocess.CalledProcessError):
        measured([sys.executable, "-c", "raise SystemExit(3)"], os.environ)
