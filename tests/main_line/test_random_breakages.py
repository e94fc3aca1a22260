"""Ten random files of ten departments broken at once: every message names its file, and all other figures go out.

One night and one first day; with MAANDVERS_TEST_BREAKAGES=10 as many of both.
"""

import json
import os
import shutil
from itertools import chain
from random import Random

import pytest
from landing.receiving import contract

from dagster_project.errors import ExitCode
from dagster_project.release.build import read_note
from dagster_project.sample.service import write_inbox

from .breakages import BREAKAGES, broken, most_rows_gone, two_counts_in_a_month
from .first_run import SAMPLE_DAY, call_sample
from .installation import CLOCKS, Installation, figures

pytestmark = [pytest.mark.whole_run, pytest.mark.search, pytest.mark.long]

SEEDS = int(os.environ.get("MAANDVERS_TEST_BREAKAGES", "1"))
BROKEN = 10
# The older count of a month does not land; the newer one does.
IS_READ = {two_counts_in_a_month.__name__}
# A file that was read is another delivery, of another day.
DELIVERED = (*CLOCKS, "released_at", "delivery_id")


def break_files(random, drops, kinds, spared=()):
    """Add a broken file to ten of the folders, each in another way where one fits; return kind and name of each."""
    folders = [path for path in sorted(drops.iterdir()) if path.is_dir() and not path.name.startswith(spared)]
    added = {}
    kinds = random.sample(kinds, len(kinds))
    for folder in random.sample(folders, BROKEN):
        (good,) = folder.iterdir()
        others = [one for one in kinds if one.__name__ not in {kind for kind, _ in added.values()}]
        kind, content, ending = broken(random, contract(folder.name), good.read_bytes(), chain(others, kinds))
        name = f"stuk_2024_{SAMPLE_DAY}.{ending}"
        (folder / name).write_bytes(content)
        added[folder.name] = kind, name
    return added


def assert_named(added, status):
    """Each broken file is named at its feed, which no other feed has a problem, and no reason is unforeseen."""
    for feed in status["feeds"]:
        kind, name = added.get(feed["feed"], ("", ""))
        assert not any("unexpected error" in one for one in feed["why"]), (kind, feed)
        if kind:
            told = feed["remarks" if kind in IS_READ else "why"]
            assert any(name in one for one in told), (kind, feed)
        elif feed["state"] != "not in use":
            assert (feed["state"], feed["why"]) == ("fresh", []), feed


@pytest.mark.parametrize("seed", range(SEEDS))
def test_ten_broken_files_of_a_night_change_no_figure(sample_home, tmp_path, seed):
    home = tmp_path / "home"
    shutil.copytree(sample_home, home, symlinks=True)
    before = (home / "releases" / "latest").resolve()
    added = break_files(Random(seed), home / "drops", BREAKAGES)
    ran = call_sample(home, "run")
    assert ran.returncode == ExitCode.RELEASED_WITH_UNCHECKED_FEEDS, (added, ran.stderr[-3000:])
    after = (home / "releases" / "latest").resolve()
    assert after.name == f"{SAMPLE_DAY}_2"
    assert figures(after, without=DELIVERED) == figures(before, without=DELIVERED)
    assert_named(added, json.loads(call_sample(home, "status").stdout))
    refused = {feed: name for feed, (kind, name) in added.items() if kind not in IS_READ}
    problems = read_note(after).problems
    assert problems.keys() == refused.keys()
    assert all(name in problems[feed][0] and name in ran.stderr for feed, name in refused.items())


def uploads_only(home):
    """An installation of a municipality that has no supplier but its departments."""
    write_inbox(home / "drops", SAMPLE_DAY)
    feeds = [path.name for path in sorted((home / "drops").iterdir()) if path.is_dir()]
    return Installation(home, settings={"MAANDVERS_FEEDS": json.dumps(feeds)})


@pytest.fixture(scope="module")
def good_first_day(tmp_path_factory):
    installation = uploads_only(tmp_path_factory.mktemp("good"))
    assert installation.run(SAMPLE_DAY).exit_code == ExitCode.RELEASED
    return installation.latest


@pytest.mark.parametrize("seed", range(SEEDS))
def test_ten_broken_files_of_a_first_day_withhold_their_feeds_only(good_first_day, tmp_path, seed):
    installation = uploads_only(tmp_path)
    drops = tmp_path / "drops"
    # Without an earlier delivery a short one is not short.
    kinds = [one for one in BREAKAGES if one is not most_rows_gone]
    good = {path.parent.name: path for path in drops.glob("*/*.csv")}
    random = Random(seed)
    # Of feeds that no figure shares with a broken one.
    spared = random.choice(["benefits_admin", "social_domain", "vacancy", "vve"])
    added = break_files(random, drops, kinds, spared)
    for feed in added:
        good[feed].unlink()
    result = installation.run(SAMPLE_DAY)
    assert (result.exit_code, result.failures) == (ExitCode.RELEASED_WITH_WITHHELD_FEEDS, []), added
    assert_named(added, json.loads(installation.status(SAMPLE_DAY).model_dump_json()))
    broken_suppliers = {feed.partition(".")[0] for feed, (kind, _) in added.items() if kind not in IS_READ}
    whole = [feed for feed in good if feed.partition(".")[0] not in broken_suppliers]
    assert any(feed.startswith(spared) for feed in whole)
    for feed in whole:
        assert figures(installation.latest, feed) == figures(good_first_day, feed), feed
