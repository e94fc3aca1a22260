"""Terminal output after a run and of the status commands."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from dagster_project.console import PlainConsole
from dagster_project.errors import shown
from dagster_project.landing.ingest import Reception
from dagster_project.operations.doctor import Diagnosis
from dagster_project.operations.prune import Pruning
from dagster_project.operations.rebuild_as_of import ReleaseComparison
from dagster_project.operations.status import FeedStatus, Status
from dagster_project.operations.verify import Verification
from dagster_project.run import RunResult
from orchestration.alerts.alert import Alert

# Characters that a line about a feed takes.
WHOLE_LINE = 112
STYLES = {
    "fresh": "green",
    "fresh, but not confirmed": "yellow",
    "withheld": "red",
    "not in use": "dim",
    "not used any more": "dim",
}


def print_run(result: RunResult, status: Status) -> None:
    """The outcome of a run in one line, what went wrong, and the feeds."""
    console = PlainConsole()
    if result.release_id:
        console.print(Text.assemble((f"Released {result.release_id}", "bold"), f": {_rows(status)}"))
        if status.release and (made := status.release.point_in_time):
            console.print(f"As known on {made.as_known_on}, rebuilt; 'latest' stays. It is in {result.folder}")
            console.print(_comparison(result.comparison), soft_wrap=True)
        elif status.release:
            console.print(status.release.changes, soft_wrap=True)
    else:
        kept = status.release.release_id if status.release else "none"
        console.print(Text.assemble(("Nothing released.", "bold red"), f" The last release stays: {kept}."))
    for failure in result.failures:
        console.print(failure, style="red")
    _print_feeds(console, status)
    console.print(f"Exit code {int(result.exit_code)}: {result.exit_code.name.lower().replace('_', ' ')}.")


def print_landing(receptions: Sequence[Reception]) -> None:
    """Per shared feed how many editions came, how many were confirmed, and what went wrong."""
    console = PlainConsole()
    for one in receptions:
        console.print(f"{one.feed}: {len(one.received)} received, {len(one.confirmed)} confirmed")
        for problem in one.problems:
            console.print(f"  {problem}", style="red", soft_wrap=True)


def print_status(status: Status) -> None:
    """The feeds and the last release."""
    console = PlainConsole()
    _print_feeds(console, status)
    if status.release:
        console.print(f"Last release: {status.release.release_id}: {_rows(status)}")
        for feed, why in status.release.withheld.items():
            console.print(f"  without {feed}: {why}")
    else:
        console.print("Last release: none that can be read." if status.damaged else "Last release: none yet.")
    if status.next_step:
        console.print(status.next_step, soft_wrap=True)


def print_diagnosis(found: Diagnosis) -> None:
    """The newest table of each feed, and everything that is wrong with it."""
    console = PlainConsole()
    for feed in found.feeds:
        if feed.newest:
            title = f" '{feed.newest.title}'" if feed.newest.title else ""
            columns = f": {feed.newest.found} columns found" if feed.newest.found else ""
            unread = f"; not read: {', '.join(feed.newest.unread)}" if feed.newest.unread else ""
            line = f"{feed.feed}: {feed.newest.table}{title}{columns}{unread}"
            console.print(line, soft_wrap=True)
        for problem in feed.problems:
            console.print(problem, style="red", soft_wrap=True)
    if found.without_folder:
        names = ", ".join(found.without_folder)
        console.print(f"No folder in the inbox, so not used: {names}", style="dim", soft_wrap=True)
    for rule in found.idle_rules:
        console.print(rule, style="yellow", soft_wrap=True)
    wrong = sum(bool(feed.problems) for feed in found.feeds)
    console.print(f"{len(found.feeds) - wrong} of {len(found.feeds)} feeds can be used.")


def print_verification(found: Verification) -> None:
    """What has changed, and what to do about it."""
    console = PlainConsole()
    for finding in found.findings:
        console.print(f"{finding.file} {finding.problem}\n  do: {finding.do}", soft_wrap=True)
    changed = f"{len(found.findings)} files are not" if found.findings else "every file is"
    console.print(f"{found.folders} deliveries and releases: {changed} as it was written.")


def print_pruning(pruning: Pruning) -> None:
    """Print what was deleted, by which rule, and the space that frees."""
    console = PlainConsole()
    for removal in pruning.removed:
        what = ", ".join(removal.files) or "whole"
        console.print(f"{removal.folder} ({what}): {removal.rule}", soft_wrap=True)
    megabytes = sum(removal.size_bytes for removal in pruning.removed) / 1e6
    done = "would be removed" if pruning.is_dry_run else "removed"
    console.print(f"{len(pruning.removed)} deliveries and releases {done}, {megabytes:,.1f} MB.")


def run_as_json(result: RunResult, status: Status) -> dict[str, Any]:
    """The same for programs."""
    return {
        "exit_code": int(result.exit_code),
        "outcome": result.exit_code.name.lower(),
        "released": result.release_id,
        "folder": str(result.folder) if result.folder else None,
        "failures": result.failures,
        "comparison": result.comparison.model_dump() if result.comparison else None,
        **status.model_dump(mode="json"),
    }


def _comparison(found: ReleaseComparison | None) -> str:
    if found is None:
        return "No release of that day is kept to compare it with."
    if not found.differing:
        return f"Every mart equals that of release {found.kept}."
    return (
        f"Not as in release {found.kept}: {', '.join(found.differing)}.\n"
        "  do: ask maandvers verify whether anything was changed; if not, models, seeds or contracts have"
        " changed since"
    )


def _print_feeds(console: Console, status: Status) -> None:
    name = f"{status.municipality_code}{' (fictional)' if status.is_fictional else ''}"
    table = Table(
        title=f"Feeds of {name} on {status.today}", title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0)
    )
    for heading in ("feed", "checked", "released", "period", "fresh until", "next due", "state"):
        # Half a date or half a name tells nothing: on a narrow screen the lines run on.
        table.add_column(heading, no_wrap=True)
    for feed in status.feeds:
        table.add_row(
            feed.feed,
            *(str(day or "-") for day in _days(feed)),
            Text(feed.state, STYLES[feed.state]),
        )
    PlainConsole(width=max(console.width, WHOLE_LINE)).print(table)
    for feed in status.feeds:
        _print_why(console, feed)
    for told in (*status.unread, *status.damaged):
        console.print(told, style="yellow", soft_wrap=True)
    # A remark on many feeds is printed once.
    for remark in dict.fromkeys(remark for feed in status.feeds for remark in feed.remarks):
        own = [feed.feed for feed in status.feeds if remark in feed.remarks]
        console.print(f"{', '.join(own)}: {remark}")


def print_alert(alert: Alert) -> None:
    """A message as people get it, with the department it goes to besides those who get all."""
    owner = f" (ook voor {alert.owner})" if alert.owner else ""
    print(shown("\n  ".join([f"{alert.title}{owner}", *alert.text.splitlines()])))


def _days(feed: FeedStatus) -> tuple[date | None, ...]:
    return feed.checked, feed.released, feed.period, feed.fresh_until, feed.expected


def _print_why(console: Console, feed: FeedStatus) -> None:
    if feed.expires_in is not None:
        console.print(f"{feed.feed}: will be withheld after {feed.fresh_until}; days left: {feed.expires_in}")
    for late in feed.late:
        console.print(f"{feed.feed}: {late}")
    if feed.state != "not in use":
        for reason in feed.why:
            console.print(f"{feed.feed}: {reason}" if "\n" not in reason else reason)


def _rows(status: Status) -> str:
    rows = status.release.rows if status.release else {}
    return ", ".join(f"{mart} {count:,}" for mart, count in rows.items())
