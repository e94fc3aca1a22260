"""The page that tells what changed since the release before."""

from pathlib import Path

from dagster_project.release.diff.changes import FeedDiff, FigureChange, MartDiff, ReleaseDiff, Revision
from dagster_project.release.freshness_report import FreshnessReport
from dagster_project.release.pages.rendering import number, write_page

DIFF = "diff"
# Enough to see what happened; diff.json has all.
FIGURES_SHOWN = 25
# Of a row, what its figure and its region already say.
SAID_ALREADY = ("indicator_code", "region_code", "neighbourhood_code")


def write_diff_page(release: Path, diff: ReleaseDiff, report: FreshnessReport) -> None:
    """Write ``diff/index.html``."""
    changed = [mart for mart in diff.marts if mart.state != "same"]
    facts = [mart for mart in changed if mart.mart == "fct_indicator_values"]
    write_page(
        release / DIFF / "index.html",
        "diff.j2",
        {"place": place, "in_short": in_short, "deliveries": deliveries},
        diff=diff,
        report=report,
        changed=changed,
        same=[mart for mart in diff.marts if mart.state == "same"],
        # Every figure stands in the long mart; the wide ones repeat it.
        outside=sum(mart.outside_band for mart in facts or changed),
        by_models=sum(one.changed for one in diff.revisions if not one.is_by_delivery),
        revised={feed.feed: _together(diff, feed) for feed in diff.feeds},
        withheld={feed.feed for feed in report.in_state("withheld")},
        shown=FIGURES_SHOWN,
    )


def place(change: FigureChange) -> str:
    """Where and when a figure is of: ``Binnenstad, 2026-10``."""
    own = [value for name, value in change.key.items() if name not in SAID_ALREADY and value]
    codes = [change.key[name] for name in SAID_ALREADY[1:] if name in change.key]
    return ", ".join([change.region_name or "".join(codes), *own] if codes else own)


def in_short(mart: MartDiff) -> str:
    """What happened to a mart, in a few words."""
    match mart.state:
        case "new":
            return f"nieuwe tabel, {number(mart.rows_after)} rijen"
        case "gone":
            return "tabel bestaat niet meer"
        case "not compared":
            return "niet vergeleken"
    counts = [(mart.added, "erbij"), (mart.gone, "weg"), (mart.changed, "gewijzigd")]
    told = [f"{number(count)} {word}" for count, word in counts if count]
    if mart.outside_band:
        told.append(f"{number(mart.outside_band)} buiten de marge")
    if mart.has_other_columns:
        told.append("andere kolommen")
    return ", ".join(told)


def deliveries(changes: dict[str, tuple[str | None, str | None]]) -> str:
    """Which delivery came in the place of which, shortened to what tells them apart."""
    return "; ".join(
        f"{'' if edition == 'all' else f'{edition}: '}{(before or 'geen')[:8]}\u00a0→ {(after or 'geen')[:8]}"
        for edition, (before, after) in changes.items()
    )


def _together(diff: ReleaseDiff, feed: FeedDiff) -> Revision:
    """All revisions of a feed as one."""
    own = [one for one in diff.revisions if one.feed == feed.feed and one.is_by_delivery]
    return Revision(
        feed=feed.feed,
        delivery_before=None,
        delivery_after=None,
        changed=sum(one.changed for one in own),
        outside_band=sum(one.outside_band for one in own),
        filled=sum(one.filled for one in own),
        emptied=sum(one.emptied for one in own),
        became_definitive=sum(one.became_definitive for one in own),
    )
