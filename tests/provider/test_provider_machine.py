"""The page for a provider, walked on a machine of its own with systemd: a night of two municipalities.

Commands that the page gives are read from it. Added are only suppliers of the country, files of departments, and the
hour: the time zone is moved so that a nightly run is due.
"""

import sys

import pytest
from deploy.machine import new_machine, wait_until
from deploy.walking import begin_night, commands

from dagster_project.installation.settings import PROJECT
from orchestration.provider.code_location import every_municipality, land_every_night

from .country import OWN, PUBLIC, YEARS, simulated_codes
from .foreign_rows import foreign_rows

pytestmark = pytest.mark.long

ONE_MACHINE = PROJECT / "orchestration" / "deploy" / "README.md"
PAGE = PROJECT / "orchestration" / "provider" / "README.md"
FOLDER = "/srv/municipalities"
UNITS = [f"maandvers-dagster-{name}" for name in ("code", "daemon", "webserver")]
CODES = simulated_codes(2)
# Added to what the page sets up.
SUPPLIERS = f"""
import time
from datetime import date
from pathlib import Path

from provider.country import running_country, write_registers

for code in {CODES}:
    write_registers(Path("{FOLDER}") / code / "data" / "live" / "drops", code, date.today())
with running_country({CODES}, date.today()) as country:
    Path("/run/country").write_text(country.url)
    time.sleep(10**6)
"""
SETTINGS = f"""
cat >> maandvers.toml <<END
[suppliers.cbs]
base_url = "$(cat /run/country)"
[suppliers.cbs.feeds.key_figures]
editions = {YEARS}
END
"""


@pytest.fixture(scope="module")
def machine(tmp_path_factory):
    """A machine after a night, set up and started as the page says."""
    with new_machine(tmp_path_factory.mktemp("machine")) as machine:
        (install,) = commands(ONE_MACHINE, "1. Install a version")
        machine.run_with_network(install, cwd=str(PROJECT))
        # Debian does this when it installs Postgres for the first time.
        machine.run_with_network("pg_lsclusters --no-header | grep main || pg_createcluster 15 main")
        with machine.booted():
            (accounts,) = commands(ONE_MACHINE, "2. Accounts, units and Dagster's settings")
            machine.run(accounts)
            (provider,) = commands(PAGE, "On a machine with systemd")
            machine.run(provider)
            (municipality,) = commands(PAGE, "Add a municipality")
            for code in CODES:
                machine.run(
                    municipality.replace("GM0867", code).replace("gm0867", code.lower()).replace("hr,vve", *OWN)
                )
            in_tests = f"--working-directory={PROJECT / 'tests'} --setenv=PYTHONPATH={PROJECT}"
            (machine.root / "run_country.py").write_text(SUPPLIERS)
            machine.run(f'systemd-run --unit=country {in_tests} {sys.executable} -c "$(cat /run_country.py)"')
            wait_until(lambda: machine.run("cat /run/country", check=False), "the suppliers are there")
            for code in CODES:
                machine.run(f"chown --recursive {account_of(code)}: {FOLDER}/{code}/data/live/drops")
            for name in ("shared", *CODES):
                machine.run(
                    f"sed --in-place '1i feeds = {feeds_of(name)}' maandvers.toml\n{SETTINGS}", f"{FOLDER}/{name}"
                )
            begin_night(machine, land_every_night, UNITS)
            wait_until(lambda: succeeded(machine, "land_shared"), "open data is landed", 600)
            begin_night(machine, every_municipality, UNITS)
            wait_until(lambda: len(succeeded(machine, "run_municipality")) == len(CODES), "both have run", 900)
            yield machine


def account_of(code):
    return f"maandvers-{code.lower()}"


def feeds_of(name):
    return str([PUBLIC] if name == "shared" else [PUBLIC, *OWN]).replace("'", '"')


def succeeded(machine, job):
    """Runs of a job that succeeded; raises AssertionError where one failed."""
    query = f"select status from runs where pipeline_name = '{job}'"
    found = machine.run(
        f'runuser --user maandvers -- psql --no-align --tuples-only dagster --command "{query}"'
    ).split()
    assert "FAILURE" not in found, machine.run(
        f"tail --lines 30 {FOLDER}/*/run.log; journalctl -u 'maandvers-*' | tail -50"
    )
    return [status for status in found if status == "SUCCESS"]


def reads(machine, account, folder):
    """Files below a folder that an account can read, by their paths in it."""
    find = f"cd {folder} 2>/dev/null && find . -type f -readable 2>/dev/null"
    return set(machine.run(f"runuser --user {account} -- sh -c '{find}'", check=False).split())


def test_each_has_a_release_of_its_own_rows(machine):
    for code in CODES:
        release = machine.root / FOLDER[1:] / code / "data" / "live" / "releases"
        assert len([*release.glob("2*")]) == 1
        (others,) = [one for one in CODES if one != code]
        assert foreign_rows(release, [code])
        assert foreign_rows(release, [others]) == []


def test_all_that_a_run_wrote_belongs_to_the_account_of_its_folder(machine):
    for code in CODES:
        assert machine.run(f"find {FOLDER}/{code} ! -user {account_of(code)}") == ""


def test_no_account_reads_more_of_another_than_its_settings(machine):
    for code in CODES:
        own = reads(machine, account_of(code), f"{FOLDER}/{code}")
        assert {"./secrets.env", "./run.log"} < own
        for account in ("maandvers", *map(account_of, CODES)):
            if account != account_of(code):
                assert reads(machine, account, f"{FOLDER}/{code}") <= {"./maandvers.toml"}
                machine.run(f"runuser --user {account} -- test ! -r {FOLDER}/{code}/secrets.env")


def test_open_data_is_read_by_municipalities_and_by_no_one_else(machine):
    landing = f"{FOLDER}/shared/data/live/landing"
    assert all(reads(machine, account_of(code), landing) for code in CODES)
    assert reads(machine, "postgres", landing) == set()
    written = f"find {FOLDER}/shared -type f -writable"
    assert machine.run(f"runuser --user {account_of(CODES[0])} -- {written} 2>/dev/null", check=False) == ""
