"""Which clocks of the marts move when the limit of one feed moves, against what their columns declare.

The lint of lineage reads what the columns of a mart declare; this looks at what its SQL does, in a warehouse.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import duckdb

LONG_AGO = "2000-01-01"
LIMIT = "fresh_until"
OF_THE_ROW = "of_the_row"
# What rows name the feeds of their own figure in; not every mart has them.
FEEDS_OF_THE_ROW = ("feed", "denominator_feed", "outline_feed", "control_feed", "control_denominator_feed")


@dataclass(frozen=True)
class Clock:
    """One clock of a mart: the columns that show it, and the feeds that it is declared to carry."""

    mart: str
    limit: str
    checked: str
    feeds: frozenset[str]
    feeds_of_the_row: tuple[str, ...]

    def owns(self, feed: str) -> str:
        """SQL for whether a row names the feed itself."""
        return f"coalesce(list_contains([{', '.join(self.feeds_of_the_row)}]::varchar[], '{feed}'), false)"


def moving_complaints(warehouse: duckdb.DuckDBPyConnection, manifest: Mapping[str, Any]) -> list[str]:
    """Set each feed's clocks back in turn: exactly the clocks that declare it have to follow.

    The feeds that a mart does not declare are set back together, and in turn only where one of its clocks follows.
    """
    marts = {name: clocks for node in manifest["nodes"].values() for name, clocks in _clocks(node)}
    feeds = [feed for (feed,) in warehouse.execute("select feed from raw_maandvers.freshness order by 1").fetchall()]
    looked_at = {name: _to_look_at(warehouse, clocks, feeds) for name, clocks in marts.items()}
    complaints: list[str] = []
    for feed in feeds:
        with _set_back(warehouse, [feed]):
            for name, clocks in marts.items():
                if feed in looked_at[name]:
                    complaints += _of_mart(warehouse, clocks, feed)
    return complaints


@contextmanager
def _set_back(warehouse: duckdb.DuckDBPyConnection, feeds: Sequence[str]) -> Iterator[None]:
    warehouse.execute("begin")
    warehouse.execute(
        f"update raw_maandvers.freshness set {LIMIT} = $day, checked_at = $day where feed in $feeds",
        {"day": LONG_AGO, "feeds": feeds},
    )
    yield
    warehouse.execute("rollback")


def _to_look_at(warehouse: duckdb.DuckDBPyConnection, clocks: Sequence[Clock], feeds: Sequence[str]) -> list[str]:
    """The feeds that have to be set back one by one for a mart: all of them, where rows have their own or one leaks."""
    declared = frozenset[str]().union(*(clock.feeds for clock in clocks))
    others = [feed for feed in feeds if feed not in declared]
    if OF_THE_ROW in declared:
        return [*feeds]
    shown = ", ".join(f"{column}::date" for clock in clocks for column in (clock.limit, clock.checked))
    query = f"select count(*) from {clocks[0].mart} where list_contains([{shown}], date '{LONG_AGO}')"
    with _set_back(warehouse, others):
        leaks = warehouse.execute(query).fetchone() != (0,)
    return [*feeds] if leaks else [feed for feed in feeds if feed in declared]


def _clocks(node: Mapping[str, Any]) -> Iterator[tuple[str, list[Clock]]]:
    columns = node["columns"]
    limits = {name: columns[name]["config"]["meta"].get("feeds") for name in columns if name.endswith(LIMIT)}
    if node["resource_type"] != "model" or node["fqn"][1] != "marts" or not limits:
        return
    # The clock of a whole row is the earliest of its groups.
    every = {feed for feeds in limits.values() for feed in feeds or []}
    of_the_row = tuple(name for name in FEEDS_OF_THE_ROW if name in columns)
    yield (
        node["name"],
        [
            Clock(
                mart=f"{node['schema']}.{node['name']}",
                limit=limit,
                checked=f"{limit.removesuffix(LIMIT)}checked_at",
                feeds=frozenset(feeds or every),
                feeds_of_the_row=of_the_row,
            )
            for limit, feeds in limits.items()
        ],
    )


def _of_mart(warehouse: duckdb.DuckDBPyConnection, clocks: Sequence[Clock], feed: str) -> Iterator[str]:
    shown = [(clock, column) for clock in clocks for column in (clock.limit, clock.checked)]
    is_long_ago = f"::date is not distinct from date '{LONG_AGO}'"
    counts: list[str] = []
    for clock, column in shown:
        # Only a clock of the row's own feed differs from row to row.
        owns = clock.owns(feed) if OF_THE_ROW in clock.feeds else "false"
        counts += (
            f"count(*) filter (where {column}{is_long_ago})",
            f"count(*) filter (where {owns})",
            f"count(*) filter (where {owns} and {column}{is_long_ago})",
        )
    # Of a mart without rows, such as advice that passes no gate, no clock can move.
    query = f"select {', '.join(counts)} from {clocks[0].mart} having count(*) > 0"
    found = warehouse.execute(query).fetchone()
    if found is None:
        return
    for place, (clock, column) in enumerate(shown):
        moved, own, own_moved = found[3 * place : 3 * place + 3]
        if feed in clock.feeds and not moved:
            yield f"{clock.mart}.{column}: declares {feed} and does not follow it"
        if feed not in clock.feeds and OF_THE_ROW not in clock.feeds and moved:
            yield f"{clock.mart}.{column}: follows {feed}, which it does not declare"
        if feed not in clock.feeds and OF_THE_ROW in clock.feeds and moved > own_moved:
            yield f"{clock.mart}.{column}: follows {feed} in {moved - own_moved} rows that are of other feeds"
        if OF_THE_ROW in clock.feeds and own > own_moved:
            yield f"{clock.mart}.{column}: does not follow {feed} in {own - own_moved} rows that name it"
