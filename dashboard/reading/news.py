"""Releases with new figures, and the largest changes of the one that is shown, from ``diff.json``."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import orjson
from pydantic import ValidationError

from dagster_project.release.diff.changes import ReleaseDiff
from dagster_project.release.reader import DATAPACKAGE
from dashboard.reading.board import Board
from dashboard.reading.figure import FIGURE_WIDTH, Area, Figure, Indicator, figure_columns

DIFF = "diff.json"
_SHOWN = f"""
    select {figure_columns()}
    from fct_indicator_values
    where indicator_code in ({{indicators}}) and region_code in ({{areas}})
"""


@dataclass(frozen=True)
class LargestChange:
    """The figure of an indicator that moved furthest, as it is shown now, with its value in the release before."""

    indicator: Indicator
    area: Area
    figure: Figure
    before: float
    after: float


@dataclass(frozen=True)
class ReleaseNews:
    """A release with figures that the one before lacked."""

    release_id: str
    as_of: date
    made_at: datetime
    # Of the indicators that the reader may see.
    changed_count: int
    new_count: int
    is_first: bool


def read_diff(folder: Path) -> ReleaseDiff | None:
    """Read what a release changed; None where that cannot be read."""
    try:
        return ReleaseDiff.model_validate_json((folder / DIFF).read_bytes())
    except (OSError, ValidationError):
        return None


def has_news(diff: ReleaseDiff) -> bool:
    """Whether a release has other figures than the one before."""
    total = diff.total
    return diff.before is None or bool(total.changed or total.new or total.vanished)


def largest_changes(board: Board, most: int) -> list[LargestChange]:
    """The largest changes of the release that the reader may see and that are still shown, in their order."""
    diff = read_diff(board.release.folder)
    found = [(one.indicator_code, one.largest) for one in diff.indicators if one.largest] if diff else []
    known = [
        (code, change)
        for code, change in found
        if code in board.indicators
        and change.region_code in board.areas
        and board.may_see(code, board.areas[change.region_code].level)
    ]
    shown = _shown(board, [code for code, _ in known], [change.region_code for _, change in known])
    changes = (
        LargestChange(board.indicators[code], board.areas[change.region_code], figure, change.before, change.after)
        for code, change in known
        if (figure := shown.get((code, change.region_code, change.period))) and figure.value == change.after
    )
    return [change for change, _ in zip(changes, range(most), strict=False)]


def _shown(board: Board, indicators: list[str], areas: list[str]) -> Mapping[tuple[str, str, str], Figure]:
    rows = board.rows(_SHOWN, indicators=indicators, areas=areas)
    figures = (Figure(*row[:FIGURE_WIDTH]) for row in rows)
    return {(one.indicator_code, one.area_code, one.period): one for one in figures}


def releases_with_news(board: Board, most: int) -> list[ReleaseNews]:
    """The last releases with other figures than before, the newest first, up to the one that is shown."""
    return [news for news, _ in zip(_with_news(board), range(most), strict=False)]


def _with_news(board: Board) -> Iterator[ReleaseNews]:
    here = board.release.folder
    folders = [one for one in here.parent.glob("????-??-??_*") if one.is_dir() and not one.is_symlink()]
    for folder in sorted(folders, key=_order, reverse=True):
        diff = read_diff(folder)
        if diff is None or _order(folder) > _order(here) or not has_news(diff):
            continue
        themes = {theme for theme, _ in board.allowed}
        own = [
            one
            for one in diff.indicators
            if one.indicator_code in board.indicators and board.indicators[one.indicator_code].theme_code in themes
        ]
        yield ReleaseNews(
            release_id=diff.release_id,
            as_of=diff.as_of,
            made_at=_made_at(folder),
            changed_count=sum(one.changed for one in own),
            new_count=sum(one.new for one in own),
            is_first=diff.before is None,
        )


def _order(folder: Path) -> tuple[str, int]:
    """Place among releases: the day, and the number within that."""
    day, _, number = folder.name.rpartition("_")
    return day, int(number) if number.isdigit() else 0


def _made_at(folder: Path) -> datetime:
    created: str = orjson.loads((folder / DATAPACKAGE).read_bytes())["created"]
    return datetime.fromisoformat(created)
