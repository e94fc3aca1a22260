"""Readers notice nothing of a new release: no error, and no page that mixes two of them."""

import shutil
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import cache

import httpx
import pytest
from board_server import served
from main_line.first_run import SAMPLE_DAY
from page_reader import read_page
from reader import UNBOUNDED, copy_release, point_to, reader

from dagster_project.release.reader import DATABASE, LATEST

ADDRESSES = (
    "/",
    "/k/welfare_recipients_quarter_count",
    "/k/welfare_recipients_per_1000/BU99990104",
    "/b/BU99990104",
    "/t/uitkeringen",
    "/zoek?q=bijstand",
    "/k/welfare_recipients_per_1000/BU99990104.json",
)


def all_are(number):
    """Changes by which every figure of a release has one value, so that a page shows whose figures it holds."""
    return (
        f"UPDATE snapshot.fct_indicator_values SET value = {number} WHERE value IS NOT NULL",
        f"UPDATE snapshot.mart_kpi SET value = {number} WHERE value IS NOT NULL",
        f"UPDATE snapshot.mart_neighbourhood_profile SET value = {number} WHERE value IS NOT NULL",
        f"UPDATE snapshot.mart_municipality_profile SET country_value = {number} WHERE country_value IS NOT NULL",
    )


@pytest.fixture(scope="module")
def numbered(sample_releases, tmp_path_factory):
    """Makes a release in which all figures are its number, once."""
    folder = tmp_path_factory.mktemp("numbered")

    @cache
    def make(number):
        source = (sample_releases / LATEST).resolve()
        return copy_release(source, folder, f"{SAMPLE_DAY}_{number}", *all_are(number))

    return make


@pytest.fixture
def releases(numbered, tmp_path):
    """The folder of releases of an installation, with two releases; the first is the latest."""
    add(tmp_path, numbered, 1, 2)
    point_to(tmp_path, f"{SAMPLE_DAY}_1")
    return tmp_path


def add(releases, numbered, *numbers):
    """Add releases to which ``latest`` does not point yet."""
    for number in numbers:
        (releases / f"{SAMPLE_DAY}_{number}").symlink_to(numbered(number))


def values_of(answer):
    """The values that an answer shows."""
    if answer.headers["content-type"] == "application/json":
        return {row["value"] for row in answer.json()["rows"]} - {None}
    return {one.value for one in read_page(answer.text).figures}


def check(answer):
    """Whether all figures are of the release that an answer names; its number."""
    assert answer.status_code == 200
    release_id = answer.headers["x-release"]
    number = int(release_id.rpartition("_")[2])
    assert values_of(answer) == {number}
    if answer.headers["content-type"].startswith("text/html"):
        assert f'data-release="{release_id}"' in answer.text
    return number


def test_a_mixed_page_is_found(releases):
    answer = reader(releases).get("/b/BU99990104")
    assert check(answer) == 1
    answer.headers["x-release"] = f"{SAMPLE_DAY}_2"
    with pytest.raises(AssertionError):
        check(answer)


@pytest.mark.parametrize(("readers", "last"), [(8, 2), pytest.param(20, 6, marks=pytest.mark.long)])
def test_readers_notice_nothing_of_new_releases(releases, numbered, readers, last):
    add(releases, numbered, *range(3, last + 1))
    stop, seen = threading.Event(), Counter()

    def read(place, url):
        found = []
        with httpx.Client(base_url=url, timeout=30) as client:
            while not stop.is_set():
                place += 1
                found.append(check(client.get(ADDRESSES[place % len(ADDRESSES)])))
        assert found == sorted(found)
        return Counter(found)

    with served(releases, SAMPLE_DAY, UNBOUNDED) as board, ThreadPoolExecutor(readers) as pool:
        try:
            reading = [pool.submit(read, place, board.url) for place in range(readers)]
            for number in range(1, last + 1):
                point_to(releases, f"{SAMPLE_DAY}_{number}")
                wait_for(board.url, number)
                time.sleep(1)
        finally:
            stop.set()
        for reader in reading:
            seen += reader.result()
    assert seen.keys() == {*range(1, last + 1)}
    assert sum(seen.values()) > readers * last


def wait_for(url, number):
    """Wait until a release is shown: seconds, as the board looks every two."""
    end = time.monotonic() + 20
    while httpx.get(f"{url}/gezond", timeout=30).json()["release"] != f"{SAMPLE_DAY}_{number}":
        assert time.monotonic() < end
        time.sleep(0.1)


def test_a_damaged_release_is_said_while_the_last_one_answers(releases):
    damaged = f"{SAMPLE_DAY}_0"
    shutil.copytree(releases / f"{SAMPLE_DAY}_2", releases / damaged, ignore=shutil.ignore_patterns(DATABASE))
    (releases / damaged / DATABASE).write_bytes(b"damaged")
    passed = 0.0
    board = reader(releases, seconds=lambda: passed)
    tag = board.get("/").headers["etag"]
    point_to(releases, damaged)
    passed += 5
    answer = board.get("/", headers={"if-none-match": tag})
    assert check(answer) == 1
    assert "De nieuwste uitgave kan niet worden geopend" in answer.text
    health = board.get("/gezond")
    assert (health.status_code, health.json()["status"]) == (503, "a newer release cannot be opened")
    point_to(releases, f"{SAMPLE_DAY}_2")
    passed += 5
    answer = board.get("/", headers={"if-none-match": tag})
    assert check(answer) == 2
    assert "kan niet worden geopend" not in answer.text
    assert board.get("/gezond").status_code == 200


def test_without_a_release_a_page_says_who_acts(tmp_path):
    board = reader(tmp_path)
    answer = board.get("/")
    assert answer.status_code == 503
    assert "datateam" in answer.text
    assert board.get("/gezond").status_code == 503


def test_a_page_is_asked_for_again_and_sent_once_per_release_and_day(releases):
    passed, day = 0.0, SAMPLE_DAY
    board = reader(releases, lambda: day, seconds=lambda: passed)
    first = board.get("/b/BU99990104")
    assert "no-cache" in first.headers["cache-control"]
    again = {"if-none-match": first.headers["etag"]}
    answer = board.get("/b/BU99990104", headers=again)
    assert (answer.status_code, answer.content) == (304, b"")
    day += timedelta(days=1)
    assert board.get("/b/BU99990104", headers=again).status_code == 200
    day = SAMPLE_DAY
    point_to(releases, f"{SAMPLE_DAY}_2")
    passed += 5
    assert board.get("/b/BU99990104", headers=again).status_code == 200
