"""Rows of ranges from 0: what lies close together, what may happen, and what to compare it with."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from dashboard.charts.bars import key_part
from dashboard.charts.scale import short

_FULL = 100.0
# A range of one value is still seen.
_THINNEST = 1.0


@dataclass(frozen=True)
class RangeRow:
    """A row: a range (bar), the wider one that is uncertain (band), and the value to compare with (upright)."""

    label: str
    text: Markup
    lower: float
    upper: float
    least: float
    most: float
    compared: float
    word: str
    rest: Markup
    until: str


def range_rows(rows: Sequence[RangeRow]) -> Markup:
    """Draw rows of ranges on one scale from 0."""
    high = max((max(row.upper, row.most, row.compared) for row in rows), default=0.0) * 1.02 or 1.0
    return Markup(f'<ul class="cmp ranges">{"".join(_row(row, high) for row in rows)}</ul>')


def range_key(own: str, uncertain: str, compared: str) -> Markup:
    """Draw the key of rows of ranges."""
    parts = (
        key_part("0 0 16 12", '<path class="bar" d="M0 1h16v10H0z"/>', own),
        key_part("0 0 16 12", '<path class="band" d="M0 1h16v10H0z"/>', uncertain),
        key_part("0 0 6 14", '<path class="upright" d="M3 0v14"/>', compared),
    )
    return Markup(f'<p class="key">{"".join(parts)}</p>')


def _row(row: RangeRow, high: float) -> str:
    def at(value: float) -> float:
        return value / high * _FULL

    x = f'x1="{short(at(row.compared))}%" x2="{short(at(row.compared))}%" y1="2" y2="22"'
    drawn = (
        '<rect class="track" y="6" width="100%" height="12"/>'
        f"{_part('band', at(row.least), at(row.most), 1, 22)}{_part('bar', at(row.lower), at(row.upper), 6, 12)}"
        f'<line class="halo" {x}/><line class="upright" {x}/>'
    )
    word = f"<b>{escape(row.word)}</b>" if row.word else ""
    return (
        f'<li data-until="{escape(row.until)}"><span>{escape(row.label)}</span><strong>{row.text}</strong>'
        f'<svg aria-hidden="true">{drawn}</svg><p>{word}{row.rest}</p></li>'
    )


def _part(kind: str, start: float, end: float, top: int, height: int) -> str:
    place = f'x="{short(start)}%" y="{top}" width="{short(max(end - start, _THINNEST))}%" height="{height}"'
    return f'<rect class="{kind}" {place}/>'
