"""Three municipalities run at once in one lake, for two nights; readers of each see a whole release of its own."""

import json
from collections import Counter
from contextlib import closing
from datetime import date
from pathlib import Path
from threading import Event, Thread

import psycopg
import pytest
from main_line.first_run import FIRST, paged_sample
from main_line.installation import CBS, Installation

from dagster_project.errors import ExitCode
from dagster_project.release.reader import LATEST, SNAPSHOT, open_release

pytestmark = [pytest.mark.xdist_group("lake"), pytest.mark.long]
MUNICIPALITIES = ("GM9997", "GM9998", "GM9999")
# By the second the sample's key figures of another year are out, which are news to some of them.
NIGHTS = (FIRST, date(2026, 8, 31))
OWN = f"SELECT DISTINCT municipality_code FROM {SNAPSHOT}.dim_region WHERE region_level = 'neighbourhood'"


@pytest.fixture
def installations(paged_suppliers, catalogue, tmp_path):
    """A home for each municipality, and one lake, whose catalogue is a database of its own."""
    paged_suppliers.faults.chosen = {}
    with psycopg.connect(catalogue, autocommit=True) as connection:
        connection.execute("CREATE DATABASE at_once")
    shared = {
        "MAANDVERS_TARGET": "lake",
        "MAANDVERS_LAKE__CATALOGUE": f"{catalogue.rpartition('/')[0]}/at_once",
        "MAANDVERS_LAKE__DATA": str(tmp_path / "lake"),
        "MAANDVERS_FEEDS": f'["{CBS}"]',
    }
    return {
        code: Installation(tmp_path / code, paged_suppliers, shared | {"MAANDVERS_MUNICIPALITY_CODE": code})
        for code in MUNICIPALITIES
    }


def read(releases: Path) -> tuple[str, list[str]]:
    """Open what readers are pointed at; returns its id and what is wrong with it."""
    with closing(open_release(releases)) as release:
        note = json.loads((releases / release.info.release_id / "release.json").read_bytes())
        wrong = [
            f"{mart}: {found} rows instead of {rows}"
            for mart, rows in note["rows"].items()
            if (found := release.connection.execute(f"SELECT count(*) FROM {SNAPSHOT}.{mart}").fetchone()[0]) != rows
        ]
        if (codes := release.connection.execute(OWN).fetchall()) != [(note["municipality_code"],)]:
            wrong.append(f"regions of {codes}")
        return release.info.release_id, wrong


def test_three_municipalities_run_at_once_and_readers_see_whole_releases(installations):
    seen: dict[str, Counter[str]] = {code: Counter() for code in MUNICIPALITIES}
    wrong: list[str] = []
    ended = Event()

    def watch() -> None:
        while not ended.is_set():
            for code, one in installations.items():
                if (one.releases / LATEST).exists():
                    try:
                        release_id, problems = read(one.releases)
                    except Exception as error:
                        wrong.append(f"{code}: {error!r}")
                    else:
                        seen[code][release_id] += 1
                        wrong.extend(f"{code} {release_id}: {problem}" for problem in problems)
            ended.wait(0.05)

    watching = Thread(target=watch)
    watching.start()
    try:
        for night in NIGHTS:
            paged = next(iter(installations.values())).suppliers
            paged.app = paged_sample(night)
            running = {code: one.start("run", "--live", on=night) for code, one in installations.items()}
            for code, process in running.items():
                _, errors = process.communicate(timeout=1800)
                assert process.returncode == ExitCode.RELEASED, f"{code}: {errors[-3000:]}"
                assert night != FIRST or "warehouse: dbt built" in errors
    finally:
        ended.set()
        watching.join()
    assert wrong == []
    for code, one in installations.items():
        assert {*seen[code]} >= {f"{night}_1" for night in NIGHTS[:-1]}
        assert read(one.releases) == (f"{NIGHTS[-1]}_1", [])
        assert one.call("verify", on=NIGHTS[-1]).exit_code == ExitCode.RELEASED
