"""Horizontal bars from 0: rankings with tie bands and noise, and comparison rows of a profile."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from dashboard.charts.scale import short

# Room at the right for whiskers, so that they stay inside the picture.
_FULL = 100.0


@dataclass(frozen=True)
class RankingRow:
    """A row of a ranking: an area with its place, value and noise."""

    name: str
    value: float
    text: str
    place: str = ""
    lower: float | None = None
    upper: float | None = None
    href: str | None = None
    is_own: bool = False


@dataclass(frozen=True)
class RankingGroup:
    """Rows that belong together, and the sentence that opens them."""

    sentence: str
    rows: tuple[RankingRow, ...]


@dataclass(frozen=True)
class ComparisonRow:
    """A row of a profile: own value against the municipality (upright) and comparable areas (ring).

    ``absence`` (with its icon) stands in the place of the bar where there is no figure.
    """

    label: str
    text: str = ""
    value: float | None = None
    larger: float | None = None
    peers: float | None = None
    word: str = ""
    rest: str = ""
    href: str | None = None
    absence: Markup | None = None
    until: str | None = None


def ranking(groups: Sequence[RankingGroup], *, first_rows: int = 9, without_figure: int = 0) -> Markup:
    """Draw a ranking; rows beyond ``first_rows`` stand in a fold that counts them."""
    rows = [row for group in groups for row in group.rows]
    if not rows:
        return Markup("")
    edges = [edge for row in rows for edge in (row.value, row.lower, row.upper) if edge is not None]
    low, high = min(0.0, *edges), max(0.0, *edges)
    shown, folded, left = "", "", first_rows
    for group in groups:
        head = f"<h3>{escape(group.sentence)}</h3>" if group.sentence else ""
        before, after = group.rows[: max(left, 0)], group.rows[max(left, 0) :]
        shown += head + _rows(before, low, high) if before else ""
        folded += ("" if before else head) + _rows(after, low, high) if after else ""
        left -= len(group.rows)
    if folded:
        missing = f" en {without_figure} zonder cijfer" if without_figure else ""
        count = len(rows) - first_rows
        folded = f"<details><summary>Toon de andere {count}{missing}</summary>{folded}</details>"
    return Markup(f'<div class="rank">{shown}{folded}</div>')


def _rows(rows: Sequence[RankingRow], low: float, high: float) -> str:
    drawn = ""
    for row in rows:
        name = escape(row.name)
        link = f'<a href="{escape(row.href)}">{name}</a>' if row.href else name
        place = f"<small>{escape(row.place)}</small>" if row.place else ""
        own = ' class="own"' if row.is_own else ""
        drawn += f"<li{own}><span>{link}{place}</span>{_bar(row, low, high)}<b>{escape(row.text)}</b></li>"
    return f"<ol>{drawn}</ol>"


def _bar(row: RankingRow, low: float, high: float) -> str:
    def at(value: float) -> float:
        return (value - low) / ((high - low) or 1) * _FULL

    start, end = sorted((at(0.0), at(row.value)))
    drawn = f'<rect class="bar" x="{short(start)}%" width="{short(end - start)}%" height="14" rx="2"/>'
    if row.lower is not None and row.upper is not None:
        ends = f'x1="{short(at(row.lower))}%" x2="{short(at(row.upper))}%" y1="7" y2="7"'
        drawn += f'<line class="halo" {ends}/><line class="whisker" {ends}/>'
    return f'<svg aria-hidden="true">{drawn}</svg>'


def comparison_rows(rows: Sequence[ComparisonRow]) -> Markup:
    """Draw the rows of one block of a profile on one scale from 0."""
    values = [one for row in rows for one in (row.value, row.larger, row.peers) if one is not None]
    low, high = min([0.0, *values]), max([0.0, *values]) * 1.08
    return Markup(f'<ul class="cmp">{"".join(_comparison(row, low, high or 1.0) for row in rows)}</ul>')


def _comparison(row: ComparisonRow, low: float, high: float) -> str:
    label = escape(row.label)
    name = f'<a href="{escape(row.href)}">{label}</a>' if row.href else f"<span>{label}</span>"
    until = f' data-until="{escape(row.until)}"' if row.until else ""
    if row.value is None:
        return f'<li{until}>{name}<p class="no">{row.absence or ""}</p></li>'

    def at(value: float) -> float:
        return (value - low) / (high - low) * _FULL

    start, end = sorted((at(0.0), at(row.value)))
    drawn = '<rect class="track" y="6" width="100%" height="12"/>'
    drawn += f'<rect class="bar" x="{short(start)}%" y="6" width="{short(end - start)}%" height="12"/>'
    if row.larger is not None:
        x = f'x1="{short(at(row.larger))}%" x2="{short(at(row.larger))}%" y1="2" y2="22"'
        drawn += f'<line class="halo" {x}/><line class="upright" {x}/>'
    if row.peers is not None:
        drawn += f'<circle class="peer" cx="{short(at(row.peers))}%" cy="12" r="5"/>'
    word = f"<b>{escape(row.word)}</b>" if row.word else ""
    return (
        f'<li{until}>{name}<strong>{escape(row.text)}</strong><svg aria-hidden="true">{drawn}</svg>'
        f"<p>{word}{escape(row.rest)}</p></li>"
    )


def comparison_key(own: str, larger: str | None, peers: str | None) -> Markup:
    """Draw the shared key of the blocks of a profile."""
    parts = [key_part("0 0 16 12", '<path class="bar" d="M0 1h16v10H0z"/>', own)]
    if larger:
        parts.append(key_part("0 0 6 14", '<path class="upright" d="M3 0v14"/>', larger))
    if peers:
        parts.append(key_part("0 0 14 14", '<circle class="peer" cx="7" cy="7" r="5"/>', peers))
    return Markup(f'<p class="key">{"".join(parts)}</p>')


def key_part(box: str, body: str, words: str) -> str:
    """Draw a mark of a key with its meaning."""
    return f'<span><svg viewBox="{box}" aria-hidden="true">{body}</svg>{escape(words)}</span>'
