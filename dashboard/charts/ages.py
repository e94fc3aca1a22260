"""Structure by age or another division: stacked bars of shares."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from dashboard.charts.scale import WIDTH, clipped, picture, short


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


def stack(name: str, rows: Sequence[StackRow]) -> Markup:
    """Draw stacked bars of equal length, with the text of a part inside it where it fits; labels stand below once."""
    body, y = "", 0
    for row in rows:
        total = sum(part.value for part in row.parts) or 1.0
        body += f'<text class="b" y="{y + 12}">{escape(clipped(row.name, WIDTH))}</text>'
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
    columns = 3 if all(clipped(part.label, WIDTH / 3 - 20) == part.label for part in labels) else 2
    for number, part in enumerate(labels):
        column, line = number % columns, number // columns
        x, at = column * (WIDTH // columns), y + 18 * line
        body += f'<rect class="m{min(number + 1, 5)}" x="{x}" y="{at}" width="12" height="12"/>'
        body += f'<text x="{x + 18}" y="{at + 10}">{escape(clipped(part.label, WIDTH / columns - 20))}</text>'
    return Markup(picture(name, body, height=y + 18 * -(-len(labels) // columns)))
