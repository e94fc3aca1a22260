"""Results of dbt's data tests: the feeds behind what failed, and the warnings that stay until their test passes."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from dagster_project.contracts.model import Feed
from dagster_project.installation.workspace import Workspace
from dagster_project.storage.atomic import write_file
from dagster_project.warehouse.dbt import RESULTS, current_manifest

# Tests of severity 'warn' that found rows when they last ran: a partial build runs some of them only.
WARNINGS = "warnings.json"
# What to do about one that does not say so in its 'meta'; the owner is that of the feed.
ASK = "look at the test in the dbt models, and ask {owner} about those figures"
# A test that looks at more feeds is reported at none.
MOST_FEEDS = 8


def results_of(workspace: Workspace) -> Path:
    """The results of the last dbt call."""
    return workspace.home / "dbt" / RESULTS


def feeds_behind(nodes: Iterable[str], feeds: Sequence[Feed]) -> set[str]:
    """The feeds whose raw tables are ancestors of nodes in dbt's manifest."""
    manifest = json.loads(current_manifest().read_bytes())
    pending, seen = [*nodes], set[str]()
    while pending:
        new = {*manifest["parent_map"].get(pending.pop(), [])} - seen
        seen |= new
        pending += new
    sources = [manifest["sources"][node] for node in seen if node in manifest["sources"]]
    tables = {(source["source_name"], source["name"]) for source in sources}
    return {feed.id for feed in feeds if any((f"raw_{feed.supplier}", table.name) in tables for table in feed.tables)}


def record_warnings(workspace: Workspace, *, is_full: bool) -> None:
    """Record the tests that warned in the last build, and forget those that passed."""
    nodes = json.loads(results_of(workspace).read_bytes())
    ran = {node["unique_id"]: node for node in nodes if node["unique_id"].startswith("test.")}
    kept = {} if is_full else {test: rows for test, rows in _warned(workspace).items() if test not in ran}
    warned = kept | {test: node["failures"] for test, node in ran.items() if node["status"] == "warn"}
    write_file(workspace.home / "dbt" / WARNINGS, json.dumps(warned, sort_keys=True).encode())


def warnings_per_feed(workspace: Workspace) -> dict[str, list[str]]:
    """Describe the tests that warn, for each feed that they look at."""
    found: dict[str, list[str]] = {}
    owners = {feed.id: feed.delivery.owner for feed in workspace.feeds}
    warned = _warned(workspace)
    tests = json.loads(current_manifest().read_bytes())["nodes"] if warned else {}
    for test, rows in warned.items():
        # test.maandvers.<name>.<hash>, of which a test with a name of its own has no hash.
        name = test.split(".")[2].replace("_", " ")
        meta = tests.get(test, {}).get("config", {}).get("meta", {})
        feeds = {meta["feed"]} if "feed" in meta else feeds_behind([test], workspace.feeds)
        # A test on a mart of everything says nothing of a single feed.
        for feed in feeds if len(feeds) <= MOST_FEEDS else ():
            do = meta.get("do", ASK).replace("{owner}", owners.get(feed, feed))
            found.setdefault(feed, []).append(f"data test '{name}' found {rows:,} rows that break it; do: {do}")
    return found


def _warned(workspace: Workspace) -> dict[str, int]:
    """Rows that break each test that warned."""
    file = workspace.home / "dbt" / WARNINGS
    return json.loads(file.read_bytes()) if file.exists() else {}
