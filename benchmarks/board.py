"""Time until a figure of the board can be read on a slow telephone, beside a Streamlit page over the same release.

A telephone of 390 x 844, a processor four times slower, 400 ms round trip and 1.6 Mbit/s, as Chromium emulates them.
Streamlit is installed in an environment of its own, named with --streamlit-venv or temporary.

    make run
    .venv/bin/python benchmarks/board.py
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import venv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from measuring import PROJECT
from playwright.sync_api import Browser, BrowserContext, Page
from serving import free_port, served_board, started

from dagster_project.release.reader import Release, open_release

sys.path[:0] = [str(PROJECT), str(PROJECT / "tests" / "board" / "browser")]

INDICATOR = "welfare_recipients_quarter_count"
ROUND_TRIP_MS, BYTES_PER_SECOND, SLOWER = 400, 1_600_000 / 8, 4
STREAMLIT = ("streamlit==1.67.0", "duckdb==1.5.5")
# Says when a text was first painted where it can be seen.
WATCH = """
    (text) => {
        const see = () => {
            const walker = document.body && document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
            while (walker && walker.nextNode()) {
                const element = walker.currentNode.parentElement;
                if (walker.currentNode.data.trim() !== text || !element) continue;
                const box = element.getBoundingClientRect();
                const isSeen = box.width > 0 && box.top < innerHeight && box.bottom > 0 && element.checkVisibility({
                    opacityProperty: true, visibilityProperty: true });
                const note = () => { window.seenAt = performance.now(); };
                if (isSeen) return requestAnimationFrame(() => setTimeout(note));
            }
            requestAnimationFrame(see);
        };
        see();
    }
"""

# Waits until a service worker has kept the page; at most five seconds, for a page without one.
KEPT = """
    async () => {
        for (let turn = 0; turn < 100 && !(await caches.match(location.href)); turn++)
            await new Promise((go) => setTimeout(go, 50));
    }
"""


@dataclass
class Visit:
    """Time and traffic of one visit."""

    milliseconds: float
    kilobytes: float
    requests: int
    hosts: set[str]


@dataclass
class Traffic:
    """Requests of a page, as the browser counts them on the wire."""

    bytes: float = 0
    urls: list[str] = field(default_factory=list)


def main() -> None:
    """Visit both pages, turn by turn, and print medians side by side."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument(
        "--home", type=Path, default=PROJECT / "data" / "sample", help="folder with the folder releases"
    )
    parser.add_argument("--streamlit-venv", type=Path, help="environment for Streamlit, made if it is not there")
    parser.add_argument("--without-streamlit", action="store_true")
    arguments = parser.parse_args()
    from chromium import launched

    release = open_release(arguments.home / "releases")
    with served_board(arguments.home) as board, launched() as browser:
        path = f"/k/{INDICATOR}/{release.info.municipality_code}"
        results = {"board": measure(browser, board.address + path, figure(release), arguments.rounds)}
        if not arguments.without_streamlit:
            with streamlit(release, arguments.streamlit_venv) as address:
                results["Streamlit"] = measure(browser, address, figure(release), arguments.rounds)
    print(f"{'':<18}{'cold ms':>9}{'worst':>8}{'second ms':>11}{'KB':>9}{'requests':>10}{'second KB':>11}  other hosts")
    for name, (cold, second) in results.items():
        first, hosts = cold[0], {host for visit in cold for host in visit.hosts}
        print(
            f"{name:<18}{median(cold):>9.0f}{max(visit.milliseconds for visit in cold):>8.0f}{median(second):>11.0f}"
            f"{first.kilobytes:>9.1f}{first.requests:>10}{second[0].kilobytes:>11.1f}  {', '.join(sorted(hosts))}"
        )
    print(f"medians of {arguments.rounds}; load {os.getloadavg()[0]:.1f}")


def figure(release: Release) -> str:
    """The figure that both pages must show."""
    row = (
        release.cursor()
        .execute(
            "select value from fct_indicator_values where is_current and indicator_code = ? and region_code = ?",
            [INDICATOR, release.info.municipality_code],
        )
        .fetchone()
    )
    assert row, "the release shows no figure any more: run again"
    return f"{row[0]:,.0f}".replace(",", ".")


def median(visits: list[Visit]) -> float:
    """Median time of visits."""
    return statistics.median(visit.milliseconds for visit in visits)


def measure(browser: Browser, url: str, text: str, rounds: int) -> tuple[list[Visit], list[Visit]]:
    """Visit a page with an empty cache, and once more in the same browser, as often as said."""
    cold, second = [], []
    # The first visit warms the server.
    for number in range(rounds + 1):
        context = browser.new_context(viewport={"width": 390, "height": 844}, device_scale_factor=3, is_mobile=True)
        first = visit(context, url, text, wait=lambda page: page.evaluate(KEPT))
        again = visit(context, url, text, wait=lambda page: None)
        context.close()
        if number:
            cold.append(first)
            second.append(again)
    return cold, second


def visit(context: BrowserContext, url: str, text: str, wait: Callable[[Page], Any]) -> Visit:
    """Open a page on a slow telephone and wait until the text is seen."""
    page, traffic = context.new_page(), Traffic()
    slow = context.new_cdp_session(page)
    slow.send("Network.enable")
    slow.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    conditions = {"offline": False, "latency": ROUND_TRIP_MS}
    speed = {"downloadThroughput": BYTES_PER_SECOND, "uploadThroughput": BYTES_PER_SECOND / 2}
    slow.send("Network.emulateNetworkConditions", {**conditions, **speed})
    slow.on("Network.requestWillBeSent", lambda event: traffic.urls.append(event["request"]["url"]))
    slow.on("Network.loadingFinished", lambda event: _add(traffic, event["encodedDataLength"]))
    page.add_init_script(f"({WATCH})({json.dumps(text)})")
    page.goto(url, wait_until="commit", timeout=180_000)
    # Not by Playwright's own wait, which the content security policy of the board forbids.
    seen = page.evaluate(
        "async () => { while (!window.seenAt) await new Promise((go) => setTimeout(go, 50)); return window.seenAt; }"
    )
    page.wait_for_load_state("load", timeout=180_000)
    wait(page)
    # Requests of the page after its figure count as well.
    page.wait_for_timeout(1_000)
    page.close()
    urls = [url for url in traffic.urls if url.startswith("http")]
    hosts = {url.split("/")[2].split(":")[0] for url in urls} - {"127.0.0.1", "localhost"}
    return Visit(seen, traffic.bytes / 1024, len(urls), hosts)


def _add(traffic: Traffic, size: float) -> None:
    traffic.bytes += size


@contextmanager
def streamlit(release: Release, environment: Path | None) -> Iterator[str]:
    """The same figure by Streamlit, with its defaults and without telemetry."""
    with tempfile.TemporaryDirectory() as folder:
        place = environment or Path(folder) / "streamlit"
        if not (place / "bin" / "streamlit").exists():
            venv.create(place, with_pip=True)
            subprocess.run([place / "bin" / "pip", "install", "--quiet", *STREAMLIT], check=True)
        port = free_port()
        script = Path(__file__).with_name("board_streamlit.py")
        options = ("--server.headless=true", f"--server.port={port}", "--server.address=127.0.0.1")
        command = [
            str(place / "bin" / "streamlit"),
            "run",
            str(script),
            *options,
            "--browser.gatherUsageStats=false",
            "--",
        ]
        database = str(release.folder / "maandvers.duckdb")
        asked = [database, INDICATOR, release.info.municipality_code]
        with started([*command, *asked], port, "/_stcore/health", os.environ) as server:
            yield server.address


if __name__ == "__main__":
    main()
