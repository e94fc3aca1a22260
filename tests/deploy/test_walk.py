"""The page for a system administrator, walked command by command on a machine of its own with systemd.

Commands that the page gives are read from the page. Added are only the fictional municipality instead of suppliers that
a test may not ask, a mail server, and the hour: the time zone is moved so that a nightly run is due.
"""

import email
import json
import re
import sys
from email.message import EmailMessage
from email.policy import default

import pytest

from dagster_project.installation.settings import PROJECT
from orchestration.schedules import every_night

from .machine import new_machine, wait_until
from .walking import begin_night, commands

pytestmark = pytest.mark.long

PAGE = PROJECT / "orchestration" / "deploy" / "README.md"
HOME = "/var/lib/maandvers"
UNITS = [f"maandvers-{name}" for name in ("dagster-code", "dagster-daemon", "dagster-webserver", "board")]
# Where the mail server puts what it is given.
MAIL = "/run/mail"


@pytest.fixture(scope="module")
def machine(tmp_path_factory):
    """A machine with two versions of Maandvers, set up and started as the page says."""
    with new_machine(tmp_path_factory.mktemp("machine")) as machine:
        (install,) = commands(PAGE, "1. Install a version")
        machine.run_with_network(install, cwd=str(PROJECT))
        new_version, _ = commands(PAGE, "7. Upgrade and roll back")
        fetch, make = new_version.rsplit("make", 1)
        renamed = "sed --in-place 's/^version = .*/version = \"0.2.0\"/' /opt/maandvers/0.2.0/pyproject.toml\n"
        machine.run_with_network(f"{fetch}{renamed}make{make}", cwd=str(PROJECT))
        # Debian does this when it installs Postgres for the first time.
        machine.run_with_network("pg_lsclusters --no-header | grep main || pg_createcluster 15 main")
        with machine.booted():
            (accounts,) = commands(PAGE, "2. Accounts, units and Dagster's settings")
            machine.run(accounts)
            (settings,) = commands(PAGE, "3. Settings and secrets")
            machine.run(settings)
            toml = re.findall(r"```toml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
            file = "/etc/maandvers/maandvers.toml"
            machine.run(f"sed --in-place '1i sample = true' {file}; cat >> {file} <<'END'\n{''.join(toml)}END")
            machine.run(
                f"systemd-run --unit=mail-server {sys.executable} -m aiosmtpd --nosetuid --listen localhost:25"
                f" --class aiosmtpd.handlers.Mailbox {MAIL}"
            )
            _, start, caddy = commands(PAGE, "4. Start")
            machine.run(start)
            machine.run(caddy, cwd="/opt/maandvers/current/orchestration/deploy")
            yield machine


def status(machine, address):
    """The status that an address of this machine answers with, and the answer."""
    answer = machine.run(
        f"curl --silent --insecure --max-time 20 --write-out '\\n%{{http_code}}' {address}", check=False
    )
    body, _, code = answer.rpartition("\n")
    return code, body


def pid(machine, unit):
    return int(machine.run(f"systemctl show --property MainPID --value {unit}"))


def latest(machine):
    return machine.run(f"readlink {HOME}/releases/latest || true").strip()


def ask_dagster(machine, query):
    """A query to Dagster's own tables."""
    return machine.run(f'runuser --user maandvers -- psql --no-align --tuples-only dagster --command "{query}"').split(
        "\n"
    )


def heartbeat(machine):
    return max(ask_dagster(machine, "select max(timestamp) from daemon_heartbeats"))


def letters(machine):
    """The e-mail that came."""
    content = machine.run(f"cd {MAIL}/new && for letter in *; do cat $letter; printf '\\0'; done", check=False)
    return [email.message_from_string(text, EmailMessage, policy=default) for text in content.split("\0")[:-1]]


def wait_for_night(machine, days):
    """Begin a night and wait for its release."""
    before, day = latest(machine), begin_night(machine, every_night, UNITS, days)
    wait_until(lambda: latest(machine) not in ("", before), f"the night gives a release after {before}", 600)
    assert latest(machine).startswith(str(day))
    wait_until(lambda: runs(machine, "STARTED") == 0, "the run has ended", 120)


def runs(machine, state):
    """Number of runs that the schedule started, in a state."""
    query = (
        "select count(*) from runs join run_tags using (run_id) "
        f"where key = 'dagster/schedule_name' and value = '{every_night.name}' and status = '{state}'"
    )
    return int(ask_dagster(machine, query)[0])


def test_the_schedule_makes_a_release_that_the_board_shows(machine):
    nothing_yet = ("503", '{"status":"no release"}')
    wait_until(lambda: status(machine, "http://127.0.0.1:8050/gezond") == nothing_yet, "the board answers", 60)
    wait_for_night(machine, 0)
    assert runs(machine, "SUCCESS") == 1
    code, body = status(machine, "http://127.0.0.1:8050/gezond")
    assert (code, json.loads(body)["release"]) == ("200", latest(machine))
    assert "maandvers_release_newest 1.0" in status(machine, "http://127.0.0.1:8050/metrics")[1]
    assert status(machine, "http://127.0.0.1:3000/server_info")[0] == "200"
    # Both sensors looked, and neither failed.
    ticks = ask_dagster(machine, "select distinct type, status from job_ticks where type = 'SENSOR'")
    assert "SENSOR|SKIPPED" in ticks
    assert "SENSOR|FAILURE" not in ticks


def test_a_night_that_fails_is_reported_by_mail(machine):
    """A process that keeps the installation to itself, as a back-up that hangs would, so that the run is refused."""
    before = latest(machine)
    machine.run(f"systemd-run --unit=holder --uid=maandvers flock {HOME}/.run.lock sleep infinity")
    begin_night(machine, every_night, UNITS)
    wait_until(lambda: runs(machine, "FAILURE") == 1, "the run is refused", 300)
    machine.run("systemctl stop holder")
    # News since the look before, such as the release of that night, goes with it.
    for what in ("Verwerking mislukt", "Nieuwe cijfers van Maandrecht"):
        wait_until(lambda what=what: any(what in letter["Subject"] for letter in letters(machine)), what, 120)
    assert latest(machine) == before
    came = letters(machine)
    assert len({letter["Message-ID"] for letter in came}) == len(came)
    for letter in came:
        assert (letter["From"], letter["To"]) == ("maandvers@example.nl", "beheer@example.nl")
        assert "https://maandvers.example.nl/" in letter.get_content()


def test_no_reader_comes_in_without_the_login(machine):
    """Nothing listens at the address of the login here, so each request is refused."""
    for path in ("", "k/lonely_pct", "gezond", "metrics"):
        address = f"--resolve maandvers.example.nl:443:127.0.0.1 https://maandvers.example.nl/{path}"
        assert status(machine, address)[0] == "502"


def test_the_board_reads_releases_and_nothing_else(machine):
    def reads(file):
        call = f"runuser --user maandvers-board --group maandvers -- head --bytes 1 {file} > /dev/null && echo yes"
        return machine.run(call, check=False) == "yes\n"

    assert reads(f"{HOME}/releases/latest/release.json")
    for file in (f"{HOME}/landing/events.jsonl", f"{HOME}/warehouse.duckdb", "/etc/maandvers/secrets.env"):
        machine.run(f"test -f {file}")
        assert not reads(file), file


@pytest.mark.parametrize("unit", UNITS)
def test_a_killed_process_comes_back(machine, unit):
    before, beat = pid(machine, unit), heartbeat(machine)
    machine.run(f"kill -9 {before}")
    wait_until(lambda: pid(machine, unit) not in (0, before), f"{unit} is started again", 60)
    wait_until(lambda: status(machine, "http://127.0.0.1:8050/gezond")[0] == "200", "the board answers", 60)
    wait_until(lambda: status(machine, "http://127.0.0.1:3000/server_info")[0] == "200", "the webserver answers", 120)
    wait_until(lambda: heartbeat(machine) > beat, "the daemon is at work", 120)


def test_a_restored_back_up_has_the_same_latest_and_goes_on(machine):
    back_up, restore = commands(PAGE, "5. Back-up")
    machine.run(back_up)
    files = f"cd {HOME}; sha256sum releases/latest/SHA256SUMS landing/events.jsonl landing/events.head"
    before, release = machine.run(files), latest(machine)
    machine.run(f"systemctl stop {' '.join(UNITS)}; rm --recursive {HOME}/*")
    machine.run(restore)
    assert (machine.run(files), latest(machine)) == (before, release)
    machine.run("maandvers verify")
    wait_until(lambda: status(machine, "http://127.0.0.1:8050/gezond")[0] == "200", "the board answers", 60)
    wait_for_night(machine, 1)
    machine.run("maandvers verify")


def test_a_back_up_and_a_run_wait_for_each_other(machine):
    machine.run("rm --force /run/enough")
    holding = f"flock {HOME}/.run.lock sh -c 'until test -e /run/enough; do sleep 0.2; done'"
    said = machine.run(
        f"runuser --user maandvers -- {holding} & sleep 1; maandvers prune --dry-run 2>&1 || true;"
        "systemctl start --no-block maandvers-backup; sleep 3; systemctl show --property ActiveState maandvers-backup;"
        "touch /run/enough; wait; systemctl start maandvers-backup; systemctl is-failed maandvers-backup || true"
    )
    assert "another run is at work" in said
    assert "ActiveState=activating" in said
    assert "failed" not in said


def test_an_upgrade_and_the_way_back(machine):
    new_version, switch = commands(PAGE, "7. Upgrade and roll back")
    note = f"cat {HOME}/releases/latest/release.json"
    assert json.loads(machine.run(note))["version"] == "0.1.0"
    machine.run(f"{new_version.splitlines()[0]}\n{switch}")
    wait_for_night(machine, 1)
    assert json.loads(machine.run(note))["version"] == "0.2.0"
    machine.run(f"version=0.1.0\n{switch}")
    wait_until(lambda: latest(machine) in status(machine, "http://127.0.0.1:8050/gezond")[1], "the old one answers", 60)
    assert "/opt/maandvers/0.1.0/" in machine.run(f"tr '\\0' ' ' < /proc/{pid(machine, 'maandvers-board')}/cmdline")
    machine.run("maandvers verify")
