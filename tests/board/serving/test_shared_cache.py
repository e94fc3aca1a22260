"""How long a cache between the board and its readers may answer without asking."""

import json
from datetime import UTC, datetime

import pytest
from main_line.first_run import SAMPLE_DAY
from reader import HOST, changed_release, point_to
from starlette.testclient import TestClient

from dashboard.app import create_app
from dashboard.board_settings import BoardSettings

PUBLIC = BoardSettings(public=True)
NOON = datetime(SAMPLE_DAY.year, SAMPLE_DAY.month, SAMPLE_DAY.day, 12, tzinfo=UTC)
# In the Netherlands, twenty seconds before the next day.
LATE = NOON.replace(hour=22, minute=59, second=40)


@pytest.fixture(scope="module")
def releases(sample_releases, tmp_path_factory):
    """The sample's release as a public edition."""
    releases = changed_release(sample_releases, tmp_path_factory.mktemp("public"))
    note = releases / "latest" / "release.json"
    note.write_text(json.dumps(json.loads(note.read_text()) | {"is_public": True}))
    return releases


def answer(releases, settings=PUBLIC, now=NOON, address="/b/BU99990104", tag=""):
    board = TestClient(create_app(releases, lambda: now, settings), f"http://{HOST}", client=("127.0.0.1", 50_000))
    return board.get(address, headers={"if-none-match": tag})


def kept_by_all(given):
    """Seconds that any cache may answer without asking."""
    words = [word.strip() for word in given.headers["cache-control"].split(",")]
    assert "private" in words or "no-store" in words or {"public", "max-age=0", "must-revalidate"} <= {*words}
    return next((int(word.removeprefix("s-maxage=")) for word in words if word.startswith("s-maxage=")), 0)


@pytest.mark.parametrize(("now", "seconds"), [(NOON, 60), (LATE, 20)])
def test_a_page_of_a_public_board_is_good_for_a_minute_of_its_day(releases, now, seconds):
    first = answer(releases, now=now)
    assert (first.status_code, kept_by_all(first)) == (200, seconds)
    again = answer(releases, now=now, tag=first.headers["etag"])
    assert (again.status_code, kept_by_all(again)) == (304, seconds)


@pytest.mark.parametrize("address", ["/bestaat-niet", "/k/bestaat_niet", "/bron/tabellen/mart_kpi.csv", "/gezond"])
def test_what_is_no_page_is_not_kept(releases, address):
    assert kept_by_all(answer(releases, address=address)) == 0


@pytest.mark.parametrize(
    "settings",
    [
        BoardSettings(),
        BoardSettings(public=True, groups_header="X-Forwarded-Groups", trusted_proxies=("127.0.0.1",)),
        BoardSettings(groups_header="X-Forwarded-Groups", trusted_proxies=("127.0.0.1",)),
    ],
    ids=["internal", "public-with-groups", "behind-a-login"],
)
def test_a_page_that_may_be_for_some_is_kept_by_no_cache_of_many(releases, settings):
    assert kept_by_all(answer(releases, settings)) == 0


def test_a_reader_who_is_logged_always_reaches_the_board(releases, tmp_path):
    assert kept_by_all(answer(releases, BoardSettings(public=True, access_log=tmp_path / "log"))) == 0


def test_a_page_of_a_release_that_was_not_replaced_is_not_kept(sample_releases, tmp_path):
    releases = changed_release(sample_releases, tmp_path)
    note = releases / "latest" / "release.json"
    note.write_text(json.dumps(json.loads(note.read_text()) | {"is_public": True}))
    passed = 0.0
    board = TestClient(
        create_app(releases, lambda: NOON, PUBLIC, lambda: passed), f"http://{HOST}", client=("127.0.0.1", 50_000)
    )
    assert kept_by_all(board.get("/")) == 60
    (releases / "broken").mkdir()
    point_to(releases, "broken")
    passed = 5.0
    assert kept_by_all(board.get("/")) == 0
