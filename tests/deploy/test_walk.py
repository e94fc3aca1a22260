"""The page for a system administrator, walked command by command on a machine of its own with systemd.

Commands that the page gives are read from the page. Added are only the fictional municipality instead of suppliers that
a test may not ask, and the hour: the daemon's clock is moved to just before a nightly run.
"""

import json
import re
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from dagster_project.installation.settings import PROJECT
from orchestration.schedules import every_night

from .machine import new_machine, wait_until

pytestmark = pytest.mark.long

PAGE = PROJECT / "orchestration" / "deploy" / "README.md"
HOME = "/var/lib/maandvers"
DAEMON, WEBSERVER, BOARD = UNITS = [f"maandvers-{name}" for name in ("dagster-daemon", "dagster-webserver", "board")]
FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"
# Longer than the daemon takes to start.
BEFORE = timedelta(seconds=90)


def commands(section):
    """The blocks of commands in a section of the page."""
    (text,) = re.findall(rf"^## {re.escape(section)}\n(.*?)(?=^## |\Z)", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return re.findall(r"```sh\n(.*?)```", text, re.DOTALL)


@pytest.fixture(scope="module")
def machine(tmp_path_factory):
    """A machine with two versions of Maandvers, set up and started as the page says."""
    with new_machine(tmp_path_factory.mktemp("machine")) as machine:
        (install,) = commands("1. Install a version")
        machine.run_with_network(install, cwd=str(PROJECT))
        new_version, _ = commands("7. Upgrade and roll back")
        fetch, make = new_version.rsplit("make", 1)
        renamed = "sed --in-place 's/^version = .*/version = \"0.2.0\"/' /opt/maandvers/0.2.0/pyproject.toml\n"
        machine.run_with_network(f"{fetch}{renamed}make{make}", cwd=str(PROJECT))
        # Debian does this when it installs Postgres for the first time.
        machine.run_with_network("pg_lsclusters --no-header | grep main || pg_createcluster 15 main")
        with machine.booted():
            (accounts,) = commands("2. Accounts, units and Dagster's settings")
            machine.run(accounts)
            (settings,) = commands("3. Settings and secrets")
            machine.run(settings)
            toml = re.findall(r"```toml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
            machine.run(f"sed --in-place '1i sample = true' /etc/maandvers/maandvers.toml; cat >> /etc/maandvers/maandvers.toml <<'END'\n{toml[0]}END")
            _, start, caddy = commands("4. Start")
            machine.run(start)
            machine.run(caddy, cwd="/opt/maandvers/current/orchestration/deploy")
            yield machine


def status(machine, address):
    """The status that an address of this machine answers with, and the answer."""
    answer = machine.run(f"curl --silent --insecure --max-time 20 --write-out '\\n%{{http_code}}' {address}", check=False)
    body, _, code = answer.rpartition("\n")
    return code, body


def pid(machine, unit):
    return int(machine.run(f"systemctl show --property MainPID --value {unit}"))


def latest(machine):
    return machine.run(f"readlink {HOME}/releases/latest || true").strip()


def ask_dagster(machine, query):
    """A query to Dagster's own tables."""
    return machine.run(f"runuser --user maandvers -- psql --no-align --tuples-only dagster --command \"{query}\"").split("\n")


def heartbeat(machine):
    return max(ask_dagster(machine, "select max(timestamp) from daemon_heartbeats"))


def wait_for_night(machine, number):
    """Move the daemon's clock to just before the schedule's next hour, and wait for the release of that night."""
    zone = ZoneInfo(every_night.execution_timezone)
    minute, hour = map(int, every_night.cron_schedule.split()[:2])
    before, now = latest(machine), datetime.now(zone)
    night = datetime.combine(now.date() + timedelta(days=number), time(hour, minute), zone)
    seconds = (night - BEFORE - now).total_seconds()
    folder = f"/etc/systemd/system/{DAEMON}.service.d"
    machine.run(
        f"mkdir --parents {folder}; printf '[Service]\\nEnvironment=LD_PRELOAD={FAKETIME} FAKETIME=+{seconds:.0f}\\n' "
        f"> {folder}/night.conf; systemctl daemon-reload; systemctl restart {DAEMON}"
    )
    wait_until(lambda: latest(machine) != before, f"night {number} gives a release", 900)
    assert latest(machine) == f"{night.date()}_1"
    wait_until(lambda: runs(machine, "STARTED") == 0, "the run has ended", 120)


def runs(machine, state):
    """Number of runs that the schedule started, in a state."""
    query = (
        "select count(*) from runs join run_tags using (run_id) "
        f"where key = 'dagster/schedule_name' and value = '{every_night.name}' and status = '{state}'"
    )
    return int(ask_dagster(machine, query)[0])


def verify(machine):
    assert "every" in machine.run("maandvers verify --sample").lower()


def test_the_schedule_makes_a_release_that_the_board_shows(machine):
    assert status(machine, "http://127.0.0.1:8050/gezond") == ("503", '{"status":"no release"}')
    wait_for_night(machine, 1)
    assert runs(machine, "SUCCESS") == 1
    code, body = status(machine, "http://127.0.0.1:8050/gezond")
    assert (code, json.loads(body)["release"]) == ("200", latest(machine))
    assert "maandvers_release_newest 1.0" in status(machine, "http://127.0.0.1:8050/metrics")[1]
    assert status(machine, "http://127.0.0.1:3000/server_info")[0] == "200"
    # Both sensors looked, and neither failed.
    ticks = ask_dagster(machine, "select distinct type, status from job_ticks where type = 'SENSOR'")
    assert "SENSOR|SKIPPED" in ticks
    assert "SENSOR|FAILURE" not in ticks


def test_no_reader_comes_in_without_the_login(machine):
    """Nothing listens at the address of the login here, so each request is refused."""
    for path in ("", "k/lonely_pct", "gezond", "metrics"):
        address = f"--resolve maandvers.example.nl:443:127.0.0.1 https://maandvers.example.nl/{path}"
        assert status(machine, address)[0] == "502"


def test_the_board_reads_releases_and_nothing_else(machine):
    as_board = "runuser --user maandvers-board --group maandvers --"
    assert machine.run(f"{as_board} cat {HOME}/releases/latest/release.json")
    for file in (f"{HOME}/landing/events.jsonl", f"{HOME}/drops", "/etc/maandvers/dagster"):
        assert "refused" in machine.run(f"{as_board} ls {file} > /dev/null 2>&1 && echo read || echo refused"), file


@pytest.mark.parametrize("unit", UNITS)
def test_a_killed_process_comes_back(machine, unit):
    before, beat = pid(machine, unit), heartbeat(machine)
    machine.run(f"kill -9 {before}")
    wait_until(lambda: pid(machine, unit) not in (0, before), f"{unit} is started again", 60)
    wait_until(lambda: status(machine, "http://127.0.0.1:8050/gezond")[0] == "200", "the board answers", 60)
    wait_until(lambda: status(machine, "http://127.0.0.1:3000/server_info")[0] == "200", "the webserver answers", 120)
    wait_until(lambda: heartbeat(machine) > beat, "the daemon is at work", 120)


def test_a_restored_back_up_has_the_same_latest_and_goes_on(machine):
    back_up, restore = commands("5. Back-up")
    machine.run(back_up)
    files = f"cd {HOME} && sha256sum releases/latest/SHA256SUMS landing/events.jsonl landing/events.head secret* 2>/dev/null | sort"
    before, release = machine.run(f"({files}) || true"), latest(machine)
    machine.run(f"systemctl stop {' '.join(UNITS)}; rm --recursive {HOME}/*")
    machine.run(restore)
    assert (machine.run(f"({files}) || true"), latest(machine)) == (before, release)
    verify(machine)
    wait_until(lambda: status(machine, "http://127.0.0.1:8050/gezond")[0] == "200", "the board answers", 60)
    wait_for_night(machine, 2)
    verify(machine)


def test_a_back_up_waits_for_a_run(machine):
    """The unit gives up its turn only after an hour; here the lock is seen to be the one that a run takes."""
    held = f"runuser --user maandvers -- flock {HOME}/.run.lock sleep 6 & sleep 1"
    said = machine.run(f"{held}; maandvers prune --dry-run --sample 2>&1 || true; date +%s; systemctl start maandvers-backup; date +%s")
    assert "another run is at work" in said
    begin, end = map(int, re.findall(r"^\d{10}$", said, re.MULTILINE))
    assert end - begin >= 2


def test_an_upgrade_and_the_way_back(machine):
    new_version, switch = commands("7. Upgrade and roll back")
    set_version = new_version.splitlines()[0]
    note = f"cat {HOME}/releases/latest/release.json"
    assert json.loads(machine.run(note))["version"] == "0.1.0"
    machine.run(f"{set_version}\n{switch}")
    wait_for_night(machine, 3)
    assert json.loads(machine.run(note))["version"] == "0.2.0"
    machine.run(f"version=0.1.0\n{switch}")
    wait_until(lambda: status(machine, "http://127.0.0.1:8050/gezond")[0] == "200", "the old version answers", 60)
    assert latest(machine) in status(machine, "http://127.0.0.1:8050/gezond")[1]
    verify(machine)
    wait_for_night(machine, 4)
    assert json.loads(machine.run(note))["version"] == "0.1.0"
