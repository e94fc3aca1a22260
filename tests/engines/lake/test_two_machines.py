"""Two machines for one municipality: the second is refused, as a second run on one machine is."""

import signal
import subprocess
import sys
import time

import pytest
from main_line.installation import Installation

from dagster_project.errors import ExitCode
from dagster_project.installation.opening import sole_run, workspace_of

pytestmark = pytest.mark.xdist_group("lake")
OTHER_MACHINE = """
import sys, time
from dagster_project.storage.lake import Lake
with Lake.model_validate_json(sys.argv[1]).lock() as is_alone:
    print(is_alone, flush=True)
    time.sleep(600)
"""


@pytest.fixture
def other_machine(empty_lake):
    """A process that builds in the lake."""
    command = [sys.executable, "-c", OTHER_MACHINE, empty_lake.address]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "True\n"
        yield process
        process.kill()


def test_a_second_machine_waits_for_the_end_of_the_first_even_if_it_was_killed(other_machine, empty_lake):
    with empty_lake.lock() as is_alone:
        assert not is_alone
    other_machine.send_signal(signal.SIGKILL)
    end = time.monotonic() + 30
    while time.monotonic() < end:
        with empty_lake.lock() as is_alone:
            if is_alone:
                break
        time.sleep(0.05)
    assert is_alone


def test_another_municipality_waits_for_nobody(other_machine, empty_lake):
    with empty_lake.model_copy(update={"name": "gm0001"}).lock() as is_alone:
        assert is_alone
        with empty_lake.model_copy(update={"name": "gm0002"}).lock() as is_alone_too:
            assert is_alone_too


def test_the_command_says_the_same_as_of_a_second_run_on_one_machine(empty_lake, tmp_path, monkeypatch):
    home, files = tmp_path / "home", empty_lake.data
    settings = {
        "MAANDVERS_TARGET": "lake",
        "MAANDVERS_LAKE__CATALOGUE": empty_lake.catalogue,
        "MAANDVERS_LAKE__DATA": files,
    }
    ours = empty_lake.model_copy(update={"name": "gm9999", "data": f"{files}/gm9999"})
    with ours.lock() as is_alone:
        assert is_alone
        elsewhere = Installation(home, settings=settings).invoke("run", "--sample")
    assert elsewhere.exit_code == ExitCode.WRONG_SETUP
    refusal, remedy = elsewhere.errors.splitlines()[-2:]
    assert refusal == f"a run on another machine is at work in the {ours}"
    assert not (home / "landing").exists()
    monkeypatch.setenv("MAANDVERS_HOME", str(home))
    with sole_run(workspace_of(is_sample=True, as_of=None)):
        here = Installation(home).invoke("run", "--sample")
    assert here.exit_code == elsewhere.exit_code
    assert here.errors.splitlines()[-1] == remedy == "  do: wait for it, or stop it first"
