"""Structure by age or another division: two sides of a pyramid, and stacked bars of shares."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from dashboard.charts.scale import WIDTH, picture, short

_ROW = 30
_MIDDLE = 84
_VALUE = 44


@dataclass(frozen=True)
class PyramidRow:
    """A group of a pyramid, youngest first, with the value of each side and its text."""

    label: str
    left: float | None
    right: float | None
    left_text: str
    right_text: str


@dataclass(frozen=True)
class StackPart:
    """A part of a stacked bar."""

    label: str
    value: float
    text: str


@dataclass(frozen=True)
class StackRow:
    """A stacked bar of one area."""

    name: str
    parts: tuple[StackPart, ...]


def pyramid(name: str, left_name: str, right_name: str, rows: Sequence[PyramidRow]) -> Markup:
    """Draw two sides with the groups between them, the oldest on top; a missing value has its text and no bar."""
    values = [one for row in rows for one in (row.left, row.right) if one is not None]
    most = max(values, default=0.0) or 1.0
    side = (WIDTH - _MIDDLE) / 2
    room = side - _VALUE
    height = 24 + _ROW * len(rows)
    body = f'<text class="b e" x="{short(side)}" y="14">{escape(left_name)}</text>'
    body += f'<text class="b" x="{short(side + _MIDDLE)}" y="14">{escape(right_name)}</text>'
    left, right = "", ""
    for index, row in enumerate(reversed(rows)):
        y = 24 + _ROW * index
        long_left, long_right = room * (row.left or 0) / most, room * (row.right or 0) / most
        left += f"M{short(side)} {y}h-{short(long_left)}v20h{short(long_left)}z" if row.left else ""
        right += f"M{short(side + _MIDDLE)} {y}h{short(long_right)}v20h-{short(long_right)}z" if row.right else ""
        line = y + 14
        body += f'<text class="t" x="{WIDTH // 2}" y="{line}">{escape(row.label)}</text>'
        body += f'<text class="b e" x="{short(side - long_left - 5)}" y="{line}">{escape(row.left_text)}</text>'
        body += (
            f'<text class="b" x="{short(side + _MIDDLE + long_right + 5)}" y="{line}">{escape(row.right_text)}</text>'
        )
    body += f'<path class="bar" d="{left}"/><path class="bar other" d="{right}"/>'
    return Markup(picture(name, body, height=height))


def stack(name: str, rows: Sequence[StackRow]) -> Markup:
    """Draw stacked bars of equal length, with the text of a part inside it where it fits; labels stand below once."""
    body, y = "", 0
    for row in rows:
        total = sum(part.value for part in row.parts) or 1.0
        body += f'<text class="b" y="{y + 12}">{escape(row.name)}</text>'
        x = 0.0
        for number, part in enumerate(row.parts, start=1):
            wide = part.value / total * WIDTH
            shade = min(number, 5)
            body += (
                f'<rect class="m{shade}" x="{short(x)}" y="{y + 18}" width="{short(max(wide - 1, 0))}" height="24"/>'
            )
            if wide > len(part.text) * 7 + 4:
                body += f'<text class="f{shade} t" x="{short(x + wide / 2)}" y="{y + 34}">{escape(part.text)}</text>'
            x += wide
        y += 56
    labels = rows[0].parts if rows else ()
    for number, part in enumerate(labels):
        column, line = number % 3, number // 3
        x, at = column * (WIDTH // 3), y + 18 * line
        body += f'<rect class="m{min(number + 1, 5)}" x="{x}" y="{at}" width="12" height="12"/>'
        body += f'<text x="{x + 18}" y="{at + 10}">{escape(part.label)}</text>'
    return Markup(picture(name, body, height=y + 18 * ((len(labels) + 2) // 3)))
