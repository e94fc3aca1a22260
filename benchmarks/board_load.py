"""Requests per second, memory and time of a page of `maandvers serve` on one core, for the sample and for the country.

The country is a release of the nationwide key figures: the real table of 2020 with 14,500 neighbourhoods (editions.py).

    make run
    .venv/bin/python benchmarks/board_load.py
    .venv/bin/python benchmarks/board_load.py --country HOME      # reads the release in HOME, or makes it there
"""

import argparse
import asyncio
import gzip
import http.client
import json
import os
import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from editions import YEARS, installation, released
from measuring import PROJECT
from serving import Server, served_board

from dagster_project.release.reader import LATEST, NOTE, Release, open_release
from dagster_project.storage.atomic import point_link

# The server has the first core for itself, this benchmark the others.
CORE = 0
CONNECTIONS, MANY_CONNECTIONS = 8, 500
# Of every kind of page that is not kept yet.
PAGES_PER_KIND = 40
# A busy hour: each reader opens so many pages in it, as many of every kind.
READERS, PAGES_PER_READER = 10_000, 20
# Name of a copy of the release, which the board is switched to.
ANOTHER = "2099-01-01_1"
AREAS = """
    select region_code, region_name from dim_region
    where is_newest_vintage and region_level = 'neighbourhood' and region_name is not null
    order by region_code
"""
INDICATORS = """
    select indicator_code, short_label_nl from dim_indicator where is_indicator
    and indicator_code in (select indicator_code from mart_neighbourhood_profile where value is not null)
    order by indicator_code
"""


@dataclass(frozen=True)
class Load:
    """Answers in a span of time, with the processor time that the server took for them."""

    answers: int
    seconds: float
    cpu: float

    def line(self, name: str) -> str:
        """A row of figures."""
        return f"  {name:<44}{self.answers / self.seconds:>9.0f}/s{self.answers / self.cpu:>9.0f} per CPU s"


def main() -> None:
    """Measure both boards and print their figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, default=PROJECT / "data" / "sample", help="of the sample")
    parser.add_argument("--country", type=Path, help="home of the nationwide installation; else a temporary one")
    parser.add_argument("--without-sample", action="store_true")
    parser.add_argument("--seconds", type=float, default=5.0, help="of each kind of load")
    parser.add_argument("--most", type=int, default=20_000, help="requests of each kind of load")
    arguments = parser.parse_args()
    if hasattr(os, "sched_setaffinity") and (others := os.sched_getaffinity(0) - {CORE}):
        os.sched_setaffinity(0, others)
    print(f"load {os.getloadavg()[0]:.1f}", flush=True)
    if not arguments.without_sample:
        measure("sample", arguments.home, lambda _: None, arguments.seconds, arguments.most)
    with country(arguments.country) as home:
        measure("country", home, installation, arguments.seconds, arguments.most)


@contextmanager
def country(home: Path | None) -> Iterator[Path]:
    """An installation with the key figures of the whole country, made if it has no release."""
    with tempfile.TemporaryDirectory() as folder:
        place = home or Path(folder)
        if not (place / "releases" / "latest").exists():
            released(place, YEARS[:1])
        yield place


def measure(
    name: str,
    home: Path,
    settings_of: Callable[[Path], Mapping[str, str] | None],
    seconds: float,
    most: int,
) -> None:
    """Print what the board of an installation costs."""
    with beside_another(home) as place:
        release = open_release(place / "releases")
        kinds = pages_of(release)
        release.close()
        with served_board(place, settings_of(place)) as server:
            if hasattr(os, "sched_setaffinity"):
                os.sched_setaffinity(server.pid, {CORE})
            print(f"{name}: {memory(server):.0f} MB and {processor_seconds(server):.1f} CPU s at the start")
            new = []
            for kind, addresses in kinds.items():
                line, worked = one_by_one(server, kind, addresses)
                # A page that all readers open is made once.
                new += [worked] if len(addresses) > 1 else []
                print(line, flush=True)
            print(f"  {memory(server):.0f} MB after these pages")
            kept = [address for addresses in kinds.values() for address in addresses[:5]]
            print(loaded(server, kept, {}, seconds, most).line("kept pages, plain"), flush=True)
            zipped = {"Accept-Encoding": "gzip"}
            of_kept = loaded(server, kept, zipped, seconds, most)
            print(of_kept.line("kept pages, zipped"), flush=True)
            at_once = loaded(server, kept, zipped, seconds, most, MANY_CONNECTIONS)
            print(at_once.line(f"kept pages, {MANY_CONNECTIONS} connections at once"), flush=True)
            again = zipped | {"If-None-Match": tag_of(server, kept[0])}
            print(loaded(server, kept, again, seconds, most).line("pages that a reader has already"), flush=True)
            print(switched(server, place))
            print(f"  {memory(server):.0f} MB afterwards, {memory(server, 'VmHWM'):.0f} MB at most")
        pages = READERS * PAGES_PER_READER / 3600
        cores = pages * statistics.mean(new), pages * of_kept.cpu / of_kept.answers
        print(
            f"  {READERS:,} readers, {PAGES_PER_READER} pages each in an hour ({pages:.0f} a second):"
            f" {cores[0]:.2f} cores if every page is new, {cores[1]:.2f} if every page is kept"
        )


@contextmanager
def beside_another(home: Path) -> Iterator[Path]:
    """A home with the release of an installation, and a copy of it under another name that nothing points to yet."""
    release = (home / "releases" / LATEST).resolve()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        releases = place / "releases"
        shutil.copytree(release, releases / ANOTHER)
        note = releases / ANOTHER / NOTE
        note.write_text(json.dumps(json.loads(note.read_bytes()) | {"release_id": ANOTHER}), "utf-8")
        (releases / LATEST).symlink_to(release)
        yield place


def switched(server: Server, home: Path) -> str:
    """A row with the cost of the first page after ``latest`` points to another release, and when it came."""
    point_link(home / "releases" / LATEST, ANOTHER)
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    moved = time.perf_counter()
    while time.perf_counter() - moved < 60:
        begin, before = time.perf_counter(), processor_seconds(server)
        connection.request("GET", "/")
        answer = connection.getresponse()
        answer.read()
        if answer.headers["X-Release"] == ANOTHER:
            break
        time.sleep(0.1)
    else:
        raise RuntimeError("the board does not show the release that it was switched to")
    now, worked = time.perf_counter(), processor_seconds(server) - before
    connection.close()
    return (
        f"  {'first page of the next release':<44}{1000 * worked:>7.1f} CPU ms, {1000 * (now - begin):.1f} ms,"
        f" {now - moved:.1f} s after the switch"
    )


def pages_of(release: Release) -> dict[str, list[str]]:
    """Addresses by kind of page, each to be asked for the first time; the same in every run."""
    chance = random.Random(1)
    areas, indicators = (release.cursor().execute(query).fetchall() for query in (AREAS, INDICATORS))
    municipality = release.info.municipality_code
    own = [code for code, _ in areas if code.startswith(f"BU{municipality[2:]}")]

    def some(rows: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
        return chance.choices(rows, k=PAGES_PER_KIND)

    pairs = [*zip(some(indicators), some(areas), strict=True)]
    kinds = {
        "overview": ["/"],
        "pocket book": ["/zakboek.json"],
        "profile of a neighbourhood": [f"/b/{code}" for code, _ in some(areas)],
        "indicator in a neighbourhood": [f"/k/{indicator}/{area}" for (indicator, _), (area, _) in pairs],
        "indicator in the municipality": [f"/k/{code}" for code, _ in some(indicators)],
        "municipality": [f"/b/{municipality}"],
        "theme in a neighbourhood": [f"/t/bevolking?gebied={code}" for code, _ in some(areas)],
        "comparison": [
            f"/vergelijk?k={indicator}&g={area}&g={chance.choice(own)}" for (indicator, _), (area, _) in pairs
        ],
        "among municipalities": [f"/gemeenten/{code}" for code, _ in some(indicators)],
        "download": [f"/b/{code}.csv" for code, _ in some(areas)],
        "search: a figure in a neighbourhood": [
            f"/zoek?q={quote(f'{label} {name}')}" for (_, label), (_, name) in pairs
        ],
        "search: with a typing error in each word": [
            f"/zoek?q={quote(misspelled(f'{label} {name}', chance))}" for (_, label), (_, name) in pairs
        ],
    }
    return {kind: [*dict.fromkeys(addresses)] for kind, addresses in kinds.items()}


def misspelled(text: str, chance: random.Random) -> str:
    """A text with two letters of each long word exchanged."""
    return " ".join(
        exchanged(word, chance.randrange(1, len(word) - 2)) if len(word) > 4 else word for word in text.split()
    )


def exchanged(word: str, place: int) -> str:
    """A word with two letters that stand beside each other exchanged."""
    return word[:place] + word[place + 1] + word[place] + word[place + 2 :]


def one_by_one(server: Server, kind: str, addresses: Sequence[str]) -> tuple[str, float]:
    """A row with times of pages that are asked for the first time, one after another, and their median CPU seconds."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    taken, worked, sizes, missing = [], [], [], 0
    for address in addresses:
        begin, before = time.perf_counter(), processor_seconds(server)
        connection.request("GET", address)
        answer = connection.getresponse()
        body = answer.read()
        taken.append(1000 * (time.perf_counter() - begin))
        worked.append(1000 * (processor_seconds(server) - before))
        # An indicator or area that the release does not show.
        missing += answer.status == 404
        if answer.status not in (200, 404):
            raise RuntimeError(f"{address}: {answer.status}")
        sizes.append(len(gzip.compress(body, 6)) / 1024)
    connection.close()
    note = f", {missing} not found" if missing else ""
    figures = statistics.median(worked), max(worked), statistics.median(taken), max(taken), max(sizes)
    line = (
        "  {:<44}{:>7.1f} CPU ms ({:.1f} at most),{:>7.1f} ms ({:.1f}),{:>6.1f} KB at most, of {}".format(
            kind, *figures, len(addresses)
        )
        + note
    )
    return line, statistics.median(worked) / 1000


def loaded(
    server: Server,
    addresses: Sequence[str],
    headers: Mapping[str, str],
    seconds: float,
    most: int,
    connections: int = CONNECTIONS,
) -> Load:
    """Ask for pages turn by turn over several connections at once, for a number of seconds and of requests."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in {"Host": f"127.0.0.1:{server.port}", **headers}.items())
    requests = [f"GET {address} HTTP/1.1\r\n{lines}\r\n".encode() for address in addresses]

    async def ask(place: int, until: float) -> int:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port, limit=1 << 22)
        answers = 0
        while time.perf_counter() < until and answers < most // connections:
            writer.write(requests[(place + answers) % len(requests)])
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            if not head.startswith((b"http/1.1 200", b"http/1.1 304", b"http/1.1 404")):
                raise RuntimeError(head.decode())
            if b"content-length: " in head:
                await reader.readexactly(int(head.split(b"content-length: ")[1].split(b"\r")[0]))
            answers += 1
        writer.close()
        return answers

    async def all_of_them() -> int:
        until = time.perf_counter() + seconds
        return sum(await asyncio.gather(*(ask(7 * place, until) for place in range(connections))))

    begin, before = time.perf_counter(), processor_seconds(server)
    answers = asyncio.run(all_of_them())
    return Load(answers, time.perf_counter() - begin, processor_seconds(server) - before)


def tag_of(server: Server, address: str) -> str:
    """The ETag of a page."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.request("HEAD", address)
    tag = connection.getresponse().headers["ETag"]
    connection.close()
    return tag


def processor_seconds(server: Server) -> float:
    """Processor time of all threads of a server so far, in seconds, as Linux counts it in nanoseconds."""
    threads = Path(f"/proc/{server.pid}/task").glob("*/schedstat")
    return sum(int(thread.read_text("utf-8").split()[0]) for thread in threads) / 1e9


def memory(server: Server, which: str = "VmRSS") -> float:
    """Memory of a server in MB, as Linux counts it: now (VmRSS) or at most (VmHWM)."""
    lines = dict(line.split(":", 1) for line in Path(f"/proc/{server.pid}/status").read_text("utf-8").splitlines())
    return int(lines[which].split()[0]) / 1024


if __name__ == "__main__":
    main()
