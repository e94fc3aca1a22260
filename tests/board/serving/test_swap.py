"""A new release under load: every answer is of one release, and none is an error."""

import threading
import time
from datetime import timedelta

import httpx
import pytest
from board_server import served
from main_line.first_run import SAMPLE_DAY
from reader import UNBOUNDED, changing, copied, point_to, reader

READERS, RELEASES = 20, 5


def release_of(sample_releases, releases, number: int) -> str:
    """A release in which the name of the municipality and its number of inhabitants say which one it is."""
    copy = copied(sample_releases / "latest", releases, f"2026-11-25_{number}")
    with changing(copy) as tables:
        tables.execute(
            "update snapshot.dim_region set region_name = $name where region_level = 'municipality'",
            {"name": f"Maandrecht-{number}"},
        )
        tables.execute(
            "update snapshot.fct_indicator_values set value = $value where indicator_code = 'population_count'",
            {"value": 100_000 + number},
        )
    return copy.name


def mixes(answer, number: int) -> list[str]:
    """What a page has of another release than the one it says it is of."""
    others = [other for other in range(1, RELEASES + 2) if other != number]
    return [
        mark
        for other in others
        for mark in (f"Maandrecht-{other}<", f'value="{100_000.0 + other}"', f'"2026-11-25_{other}"')
        if mark in answer.text
    ]


def number_of(answer) -> int:
    return int(answer.headers["x-release"].rpartition("_")[2])


@pytest.mark.long
def test_twenty_readers_and_five_releases_make_no_error_and_no_mixed_page(sample_releases, tmp_path):
    releases = tmp_path / "releases"
    names = [release_of(sample_releases, releases, number) for number in range(1, RELEASES + 2)]
    point_to(releases, names[0])
    pages = ("/", "/k/population_count", "/b/GM9999", "/t/bevolking", "/zoek?q=inwoners", "/b/BU99990104")
    wrong: list[str] = []
    seen: set[int] = set()
    asked = [0]
    is_over = threading.Event()

    def read(which: int, url: str) -> None:
        with httpx.Client(base_url=url, timeout=60) as browser:
            turn = which
            while not is_over.is_set():
                turn += 1
                try:
                    answer = browser.get(pages[turn % len(pages)])
                except httpx.HTTPError as error:
                    wrong.append(repr(error))
                    return
                asked[0] += 1
                if answer.status_code != 200:
                    wrong.append(f"{answer.url}: {answer.status_code}")
                    continue
                seen.add(number_of(answer))
                wrong.extend(f"{answer.url}: {mark}" for mark in mixes(answer, number_of(answer)))

    # Twenty times as fast as the clock on the wall: it looks for a release every tenth of a second.
    with served(releases, SAMPLE_DAY, UNBOUNDED, lambda: 20 * time.monotonic()) as running:
        readers = [threading.Thread(target=read, args=(which, running.url)) for which in range(READERS)]
        for thread in readers:
            thread.start()
        for number, name in enumerate(names, start=1):
            point_to(releases, name)
            patience = time.monotonic() + 30
            while number not in seen and not wrong and time.monotonic() < patience:
                time.sleep(0.05)
            time.sleep(0.5)
        is_over.set()
        for thread in readers:
            thread.join(timeout=60)
    assert wrong == []
    assert asked[0] > 200
    assert seen == {*range(1, RELEASES + 2)}


def test_a_mixed_page_is_found():
    answer = httpx.Response(200, text="<h1>Maandrecht-2</h1>", headers={"X-Release": "2026-11-25_1"})
    assert mixes(answer, number_of(answer)) == ["Maandrecht-2<"]


@pytest.fixture
def moving(sample_releases, tmp_path):
    """A board, its folder of releases and its clock in seconds."""
    releases, clock = tmp_path / "releases", [0.0]
    first = release_of(sample_releases, releases, 1)
    point_to(releases, first)
    return reader(releases, SAMPLE_DAY, seconds=lambda: clock[0]), releases, clock


def damage(release, kind: str) -> None:
    match kind:
        case "a cut database":
            file = release / "maandvers.duckdb"
            file.write_bytes(file.read_bytes()[:100_000])
        case "no database":
            (release / "maandvers.duckdb").unlink()
        case "no note":
            (release / "release.json").write_text("{")
        case "another shape":
            with changing(release) as tables:
                tables.execute("drop view dim_indicator")
                tables.execute("alter table snapshot.dim_indicator drop column short_label_nl")
                tables.execute("create view dim_indicator as select * from snapshot.dim_indicator")


@pytest.mark.parametrize("kind", ["a cut database", "no database", "no note", "another shape"])
def test_the_last_release_answers_while_the_new_one_cannot_be_read(moving, sample_releases, kind):
    board, releases, clock = moving
    assert number_of(board.get("/")) == 1
    damage(releases / release_of(sample_releases, releases, 2), kind)
    point_to(releases, "2026-11-25_2")
    clock[0] += 2
    answer = board.get("/")
    assert answer.status_code == 200
    assert number_of(answer) == 1
    assert "nieuwste uitgave kan niet worden geopend" in answer.text
    assert board.get("/gezond").status_code == 503
    point_to(releases, release_of(sample_releases, releases, 3))
    clock[0] += 2
    answer = board.get("/")
    assert number_of(answer) == 3
    assert "kan niet worden geopend" not in answer.text
    assert board.get("/gezond").status_code == 200


def test_a_new_release_is_noticed_within_seconds(moving, sample_releases):
    board, releases, clock = moving
    before = board.get("/")
    point_to(releases, release_of(sample_releases, releases, 2))
    clock[0] += 2
    after = board.get("/", headers={"If-None-Match": before.headers["etag"]})
    assert (number_of(before), after.status_code, number_of(after)) == (1, 200, 2)


def test_without_a_release_the_board_says_so(tmp_path):
    answer = reader(tmp_path, SAMPLE_DAY).get("/")
    assert answer.status_code == 503
    assert "Nog geen cijfers" in answer.text
    assert reader(tmp_path, SAMPLE_DAY).get("/gezond").json() == {"status": "no release"}


def test_an_unreadable_release_alone_gives_no_page(sample_releases, tmp_path):
    name = release_of(sample_releases, tmp_path, 1)
    damage(tmp_path / name, "another shape")
    point_to(tmp_path, name)
    assert reader(tmp_path, SAMPLE_DAY + timedelta(days=1)).get("/").status_code == 503
