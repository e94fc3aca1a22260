"""An installation of a provider is entered with its own settings, secrets and account, and with no other's."""

import json
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest

from dagster_project.errors import SetupError
from dagster_project.installation.settings import PROJECT
from orchestration.provider import code_location, folders
from orchestration.provider.code_location import MUNICIPALITIES, MUNICIPALITY_TAG, defs, every_municipality
from orchestration.provider.folders import LOG_FILE, MunicipalityFolder, municipality_folders

# In the place of the command: prints its whole environment.
PROBE = f"""#!{sys.executable}
import json, os, sys
print(json.dumps({{"environment": dict(os.environ), "arguments": sys.argv[1:]}}))
print("spoken on standard error", file=sys.stderr)
"""
# Not Python, which may be where other accounts cannot reach it.
READS_ANOTHER = "#!/bin/sh\nid -u\ncat ../GM9802/secrets.env || echo refused\n"
UNIT = PROJECT / "orchestration" / "provider" / "systemd" / "maandvers-dagster-code.service.d" / "provider.conf"
NIGHT = datetime(2026, 11, 30, 4, 30, tzinfo=UTC)
ACCOUNTS = {"GM9801": 61801, "GM9802": 61802}
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give folders to other accounts")


@pytest.fixture
def provider(monkeypatch):
    """Two municipalities that other accounts can reach, and a provider with secrets of its own."""
    folder = Path(tempfile.mkdtemp(prefix="maandvers_provider_", dir="/tmp"))
    folder.chmod(0o711)
    for code in ACCOUNTS:
        (folder / code).mkdir(mode=0o700)
        (folder / code / "maandvers.toml").write_text(f'municipality_code = "{code}"\n')
        (folder / code / "secrets.env").write_text(f"MAANDVERS_SECRET=secret-of-{code}\n")
        (folder / code / "secrets.env").chmod(0o600)
    probe = folder / "probe"
    probe.write_text(PROBE)
    probe.chmod(0o755)
    monkeypatch.setattr(folders, "COMMAND", probe)
    monkeypatch.setenv("MAANDVERS_MUNICIPALITIES", str(folder))
    monkeypatch.setenv("DAGSTER_POSTGRES_URL", "postgresql://the:password@of/the-provider")
    monkeypatch.setenv("MAANDVERS_SUPPLIERS__SIGNALEN__TOKEN", "token-of-the-provider")
    yield folder
    shutil.rmtree(folder)


def answer_of(folder, *arguments):
    ended = MunicipalityFolder(folder).call(*arguments, timeout=60)
    assert ended.exit_code == 0, ended.errors
    return json.loads(ended.output)


def test_a_municipality_gets_its_own_secrets_and_none_of_another_or_of_the_provider(provider):
    found = answer_of(provider / "GM9801", "run", "--json")
    assert found["arguments"] == ["run", "--json"]
    environment = found["environment"]
    assert environment["MAANDVERS_SECRET"] == "secret-of-GM9801"
    assert environment["MAANDVERS_MUNICIPALITY_CODE"] == "GM9801"
    assert environment["MAANDVERS_HOME"] == str(provider / "GM9801" / "data" / "live")
    everything = " ".join(environment.values())
    assert not [one for one in ("GM9802", "of-the-provider", "password") if one in everything]
    # Its messages are in its own folder, for its account alone.
    log = provider / "GM9801" / LOG_FILE
    assert (log.read_text(), stat.S_IMODE(log.stat().st_mode)) == ("spoken on standard error\n", 0o600)


def test_secrets_cannot_move_a_municipality_into_another(provider):
    secrets = "MAANDVERS_MUNICIPALITY_CODE=GM9802\nMAANDVERS_HOME=../GM9802/data/live\n"
    (provider / "GM9801" / "secrets.env").write_text(secrets)
    environment = answer_of(provider / "GM9801", "run")["environment"]
    assert environment["MAANDVERS_MUNICIPALITY_CODE"] == "GM9801"
    assert environment["MAANDVERS_HOME"] == str(provider / "GM9801" / "data" / "live")


def test_the_shared_installation_learns_whom_it_serves(provider):
    (provider / "shared").mkdir()
    (provider / "shared" / "maandvers.toml").write_text('scope = "shared"\n')
    environment = answer_of(provider / "shared", "land")["environment"]
    assert json.loads(environment["MAANDVERS_SERVES"]) == ["GM9801", "GM9802"]
    assert environment["MAANDVERS_MUNICIPALITY_CODE"] == "GM0000"
    assert "MAANDVERS_SERVES" not in answer_of(provider / "GM9801", "run")["environment"]


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("MAANDVERS_SECRET=a $b `c` & d; (e) #f \\g", "a $b `c` & d; (e) #f \\g"),
        ('MAANDVERS_SECRET="in quotes"', "in quotes"),
        ("MAANDVERS_SECRET='it's'", "it's"),
        ("# of this year\n\nMAANDVERS_SECRET==", "="),
    ],
    ids=["signs of a shell", "double quotes", "single quotes", "comment"],
)
def test_a_line_of_secrets_is_taken_as_systemd_takes_it(line, value, provider):
    (provider / "GM9801" / "secrets.env").write_text(line)
    assert answer_of(provider / "GM9801", "run")["environment"]["MAANDVERS_SECRET"] == value


@needs_root
def test_it_runs_as_the_owner_of_its_folder_and_can_read_no_other(provider):
    (provider / "probe").write_text(READS_ANOTHER)
    as_one_account = MunicipalityFolder(provider / "GM9801").call("run", timeout=60)
    assert as_one_account.output == "0\nMAANDVERS_SECRET=secret-of-GM9802\n"
    (provider / "GM9801" / LOG_FILE).unlink()
    give_away(provider)
    apart = MunicipalityFolder(provider / "GM9801").call("run", timeout=60)
    assert apart.output == f"{ACCOUNTS['GM9801']}\nrefused\n"


def give_away(provider):
    """Give each folder to the account of its municipality."""
    for code, account in ACCOUNTS.items():
        for path in (provider / code, *(provider / code).iterdir()):
            os.chown(path, account, account)


@needs_root
def test_a_run_has_none_of_the_rights_that_the_unit_gives_dagster(provider):
    give_away(provider)
    rights = "grep -E '^Cap(Inh|Prm|Eff|Amb)|^NoNewPrivs' /proc/self/status\n"
    (provider / "probe").write_text(READS_ANOTHER + rights)
    ended = as_dagster(provider, "print(folder.call('run', timeout=60).output)")
    account, refused, *lines = ended.split("\n")
    assert (account, refused) == (str(ACCOUNTS["GM9801"]), "refused")
    found = dict(line.split(":\t") for line in lines if line)
    assert found == dict.fromkeys(("CapInh", "CapPrm", "CapEff", "CapAmb"), "0" * 16) | {"NoNewPrivs": "1"}


@needs_root
def test_a_run_of_another_account_that_hangs_is_ended(provider):
    give_away(provider)
    (provider / "probe").write_text("#!/bin/sh\nsleep 300 &\necho $! >pid\nwait\n")
    code = "try:\n    folder.call('run', timeout=2)\nexcept subprocess.TimeoutExpired:\n    print('ended')"
    assert as_dagster(provider, code) == "ended\n"
    wait_until(lambda: is_gone(int((provider / "GM9801" / "pid").read_text())))


def as_dagster(provider, code):
    """Run code under an account of Dagster's, with the rights that the unit of a provider gives, and its output."""
    (line,) = re.findall(r"^AmbientCapabilities=(.*)$", UNIT.read_text("utf-8"), re.MULTILINE)
    # One more, which a run does not have either: Python and this project may be where other accounts cannot reach them.
    rights = [f"+{name.removeprefix('CAP_').lower()}" for name in [*line.split(), "CAP_DAC_READ_SEARCH"]]
    only = ",".join(["-all", *rights])
    dagster = ["setpriv", "--reuid=61800", "--regid=61800", "--clear-groups", f"--inh-caps={only}"]
    begin = (
        "import subprocess\nfrom pathlib import Path\nfrom orchestration.provider import folders\n"
        f"folders.COMMAND = Path({str(provider / 'probe')!r})\n"
        f"folder = folders.MunicipalityFolder(Path({str(provider / 'GM9801')!r}))\n"
    )
    called = [*dagster, f"--ambient-caps={only}", sys.executable, "-c", begin + code]
    return subprocess.run(called, cwd=PROJECT, check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ('municipality_code = "GM9802"', "municipality_code is GM9802, in the folder of GM9801"),
        ('home = "../GM9802/data/live"', "choose a folder inside"),
        ('home = "/srv/maandvers"', "choose a folder inside"),
        ("home = ", "cannot be read"),
    ],
    ids=["code of another", "home of another", "home elsewhere", "no TOML"],
)
def test_settings_copied_from_another_are_refused(toml, message, provider):
    (provider / "GM9801" / "maandvers.toml").write_text(toml)
    with pytest.raises(SetupError, match=message):
        MunicipalityFolder(provider / "GM9801").call("run", timeout=60)


def test_it_ends_when_the_run_of_dagster_is_killed(provider, monkeypatch):
    (provider / "probe").write_text(
        f"#!{sys.executable}\nimport os, time\nprint(os.getpid(), flush=True)\n"
        "open('pid', 'w').write(str(os.getpid()))\ntime.sleep(60)\n"
    )
    code = (
        "from pathlib import Path\nfrom orchestration.provider import folders as m\n"
        f"m.COMMAND = Path({str(provider / 'probe')!r})\n"
        f"m.MunicipalityFolder(Path({str(provider / 'GM9801')!r})).call('run', timeout=60)\n"
    )
    pid = provider / "GM9801" / "pid"
    with subprocess.Popen([sys.executable, "-c", code]) as run:
        wait_until(lambda: pid.exists() and pid.read_text())
        run.send_signal(signal.SIGKILL)
    wait_until(lambda: is_gone(int(pid.read_text())))


def test_a_process_that_it_left_behind_keeps_nobody_waiting_and_ends(provider):
    (provider / "probe").write_text("#!/bin/sh\nsleep 300 &\necho $! >pid\nkill -9 $$\n")
    begin = time.monotonic()
    ended = MunicipalityFolder(provider / "GM9801").call("run", timeout=100)
    assert (ended.exit_code, time.monotonic() - begin < 60) == (-signal.SIGKILL, True)
    wait_until(lambda: is_gone(int((provider / "GM9801" / "pid").read_text())))


def is_gone(pid):
    stat_file = Path(f"/proc/{pid}/stat")
    return not stat_file.exists() or stat_file.read_text().rpartition(")")[2].split()[0] == "Z"


def wait_until(is_so, seconds=60):
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.05)


def test_every_folder_gets_a_run_tonight_and_a_folder_that_is_gone_none(provider):
    with dg.instance_for_test() as instance:
        night = dg.build_schedule_context(instance, NIGHT, repository_def=defs.get_repository_def())
        # A mistake in one folder concerns no other.
        (provider / "GM9801" / "maandvers.toml").write_text("no TOML")
        (provider / "archive").mkdir()
        requests = every_municipality.evaluate_tick(night).run_requests
        assert [(one.partition_key, one.tags[MUNICIPALITY_TAG]) for one in requests] == [
            ("GM9801", "GM9801"),
            ("GM9802", "GM9802"),
        ]
        assert len({one.run_key for one in requests}) == 2
        shutil.rmtree(provider / "GM9802")
        assert [one.partition_key for one in every_municipality.evaluate_tick(night).run_requests] == ["GM9801"]
        assert list(instance.get_dynamic_partitions(str(MUNICIPALITIES.name))) == ["GM9801"]
    assert [one.code for one in municipality_folders(provider)] == ["GM9801"]


def execute(code):
    """The run of one municipality in this process, its status and what Dagster knows of it."""
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions(str(MUNICIPALITIES.name), [code])
        job = defs.resolve_job_def("run_municipality")
        result = job.execute_in_process(instance=instance, partition_key=code, raise_on_error=False)
        return result, str(instance.all_logs(result.run_id))


def answers(provider, exit_code, text="null"):
    """Let the command print a text, speak of a person, and end."""
    (provider / "probe").write_text(
        f"#!{sys.executable}\nimport sys\nprint({text!r})\n"
        f"print('value 123456782 of a person', file=sys.stderr)\nsys.exit({exit_code})\n"
    )


def test_a_release_with_a_problem_is_a_success_whose_exit_code_is_shown(provider):
    answers(provider, 5, '{"exit_code": 5, "released": "2026-11-30_1"}')
    result, _ = execute("GM9801")
    assert result.success
    (event,) = result.asset_materializations_for_node("municipality")
    shown = {name: value.value for name, value in event.metadata.items()}
    assert shown["outcome"] == "released with unchecked feeds"
    assert (shown["exit_code"], shown["release_id"]) == (5, "2026-11-30_1")


def test_a_run_that_releases_nothing_fails_and_dagster_sees_no_value(provider):
    answers(provider, 4)
    result, known = execute("GM9801")
    assert not result.success
    assert "exit code 4" in known
    assert "123456782" not in known


def test_a_run_that_hangs_is_ended_and_not_tried_again(provider, monkeypatch):
    (provider / "probe").write_text("#!/bin/sh\necho again >>tries\nsleep 300 &\necho $! >pid\nwait\n")
    monkeypatch.setattr(code_location, "LONGEST_RUN", timedelta(seconds=3))
    result, known = execute("GM9801")
    assert not result.success
    assert "took longer than 0:00:03" in known
    assert (provider / "GM9801" / "tries").read_text() == "again\n"
    wait_until(lambda: is_gone(int((provider / "GM9801" / "pid").read_text())))


def test_settings_of_another_stop_the_run_of_this_one_at_once(provider):
    (provider / "GM9801" / "maandvers.toml").write_text('municipality_code = "GM9802"')
    result, known = execute("GM9801")
    assert not result.success
    assert "in the folder of GM9801" in known


def test_the_tag_of_a_partition_is_that_of_its_municipality():
    job = defs.resolve_job_def("run_municipality")
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions(str(MUNICIPALITIES.name), ["GM9801"])
        tags = job.get_tags_for_partition_key("GM9801", None) if hasattr(job, "get_tags_for_partition_key") else {}
    assert tags.get(MUNICIPALITY_TAG) == "GM9801"
