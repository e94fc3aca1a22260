"""Page with the changes since the release before."""

from pathlib import Path

from dagster_project.release.diff.changes import ComparedDelivery, EditionDiff, FigureChange, ReleaseDiff
from dagster_project.release.freshness_report import FreshnessReport
from dagster_project.release.pages.rendering import day, write_page

DIFF = "diff"
# Enough to see what happened; diff.json has all.
LARGEST_SHOWN = 10
INDICATORS_SHOWN = 25


def write_diff_page(release: Path, diff: ReleaseDiff, report: FreshnessReport) -> None:
    """Write ``diff/index.html``."""
    lasting = [one for one in diff.indicators if not one.is_new and not one.is_gone]
    write_page(
        release / DIFF / "index.html",
        "diff.j2",
        {"place": place, "deliveries": deliveries},
        diff=diff,
        report=report,
        total=diff.total,
        largest=[one for one in lasting if one.largest][:LARGEST_SHOWN],
        revised=lasting,
        same=[mart for mart in diff.marts if mart.state == "same"],
        withheld={feed.feed for feed in report.in_state("withheld")},
        shown=INDICATORS_SHOWN,
    )


def place(change: FigureChange) -> str:
    """Format region and period: ``Binnenstad, 2026-10``."""
    return f"{change.region_name or change.region_code}, {change.period}"


def deliveries(editions: list[EditionDiff]) -> str:
    """Name the new deliveries of a feed by the day on which they were published, or else received."""
    return "; ".join(f"{'' if one.edition == 'all' else f'{one.edition}: '}{_delivery(one)}" for one in editions)


def _delivery(edition: EditionDiff) -> str:
    before, after = (_named(one) if one else None for one in (edition.before, edition.after))
    if after is None:
        return f"vervallen (was {before})"
    if before is None:
        return after
    return f"{after}, " + ("opnieuw geleverd" if before == after else f"was {before}")


def _named(delivery: ComparedDelivery) -> str:
    if delivery.released_on:
        return f"van {day(delivery.released_on)}"
    return f"ontvangen op {day(delivery.received_on)}" if delivery.received_on else "van een onbekende dag"
