"""Metrics for Prometheus: requests of the board, and how old the release is that it shows; no figures, no readers."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date, datetime

import orjson
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from dagster_project.release.reader import UnreadableReleaseError
from dashboard.reading.board import Board
from dashboard.shelf import Shelf

# Seconds: a page from memory, a new page, a page that a reader gives up on.
_BUCKETS = (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_FRESHNESS = "freshness.json"


class Metrics:
    """Counts of requests, and the state of the release at the moment that monitoring asks."""

    def __init__(self, shelf: Shelf, now: Callable[[], datetime]) -> None:
        """Measure the board over a shelf of releases."""
        self._registry = CollectorRegistry()
        self._registry.register(_ReleaseState(shelf, now))
        self._requests = Counter(
            "maandvers_board_requests", "Answered requests.", ("route", "status"), registry=self._registry
        )
        self._seconds = Histogram(
            "maandvers_board_request_seconds",
            "Time to answer a request.",
            ("route",),
            registry=self._registry,
            buckets=_BUCKETS,
        )

    def count(self, route: str, status: int, seconds: float) -> None:
        """Count a request by the pattern of its address."""
        self._requests.labels(route, status).inc()
        self._seconds.labels(route).observe(seconds)

    def written(self) -> bytes:
        """Write all metrics in the text format of Prometheus."""
        return generate_latest(self._registry)


class _ReleaseState(Collector):
    def __init__(self, shelf: Shelf, now: Callable[[], datetime]) -> None:
        self.shelf, self.now = shelf, now

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Name nothing beforehand: registering must not open a release."""
        return iter(())

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Describe the release of this moment; without one only that there is none."""
        try:
            board: Board | None = self.shelf.current().board
        except UnreadableReleaseError:
            board = None
        is_newest = board is not None and self.shelf.problem is None
        yield _gauge("maandvers_release_newest", "Whether the newest release is shown: 1 or 0.", is_newest)
        if board is None:
            return
        info, catalogue = board.release.info, board.release.catalogue
        facts = GaugeMetricFamily(
            "maandvers_release_info", "Which release is shown.", labels=("release", "municipality", "version")
        )
        facts.add_metric((info.release_id, info.municipality_code, info.version), 1)
        yield facts
        age = (self.now() - catalogue.created).total_seconds()
        yield _gauge("maandvers_release_age_seconds", "Time since the release was made.", age)
        for name, text, day in (
            ("complete", "the first figures expire", catalogue.complete_until),
            ("shown", "the last figures expire", catalogue.expires_after),
        ):
            if day is not None:
                left = (day - board.today).days
                yield _gauge(f"maandvers_release_{name}_days", f"Days until {text}; negative once they have.", left)
        yield from _feeds(board)


def _feeds(board: Board) -> Iterator[GaugeMetricFamily]:
    states = {"fresh": 0, "last_good": 0, "withheld": 0}
    for clock in board.clocks.values():
        is_withheld = clock.is_withheld or (clock.fresh_until or date.min) < board.today
        states["withheld" if is_withheld else "last_good" if clock.is_last_good else "fresh"] += 1
    feeds = GaugeMetricFamily("maandvers_feeds", "Feeds by the state of their figures today.", labels=("state",))
    for state, count in states.items():
        feeds.add_metric((state,), count)
    yield feeds
    late = GaugeMetricFamily(
        "maandvers_feed_late", "Late feeds when the release was made, by the kind of lateness.", labels=("feed", "kind")
    )
    # Monitoring gets an answer of a damaged release too.
    with suppress(OSError, ValueError, KeyError):
        report = orjson.loads((board.release.folder / _FRESHNESS).read_bytes())
        for feed in report["feeds"]:
            for one in feed["late"]:
                late.add_metric((feed["feed"], one["kind"]), 1)
    yield late


def _gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, text, value=value)
