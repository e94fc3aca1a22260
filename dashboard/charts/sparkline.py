"""Small lines without axes: in tiles, and side by side on one scale."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from dashboard.charts.scale import Scale, path, short

_WIDTH, _HEIGHT, _EDGE = 112, 44, 5


@dataclass(frozen=True)
class Multiple:
    """A small line of one area, with its last figure in words."""

    name: str
    text: str
    values: tuple[float | None, ...]
    href: str | None = None
    is_provisional: bool = False


def sparkline(
    values: Sequence[float | None],
    *,
    target: float | None = None,
    is_provisional: bool = False,
    limits: tuple[float, float] | None = None,
) -> Markup:
    """Draw the course of a figure in 112 × 44, the last one as a dot (open if provisional), with its target dotted.

    Decoration beside words that say the same. Nothing for fewer than two values. ``limits`` set the scale.
    """
    known = [(index, value) for index, value in enumerate(values) if value is not None]
    if len(known) < 2:
        return Markup("")
    heights = [value for _, value in known] + ([target] if target is not None else [])
    low, high = limits or (min(heights), max(heights))
    middle = _HEIGHT / 2
    up = Scale(low, high, _HEIGHT - _EDGE, _EDGE) if high > low else Scale(0, 1, middle, middle)
    across = Scale(known[0][0], known[-1][0], 2, _WIDTH - _EDGE)
    drawn = path([(across(index), up(value)) for index, value in known])
    last_x, last_y = short(across(known[-1][0])), short(up(known[-1][1]))
    goal = "" if target is None else f'<path class="goal" d="M0 {short(up(target))}h{_WIDTH}"/>'
    state = ' class="open"' if is_provisional else ""
    return Markup(
        f'<svg class="sp s1" viewBox="0 0 {_WIDTH} {_HEIGHT}" aria-hidden="true">{goal}<path d="{drawn}"/>'
        f'<circle{state} cx="{last_x}" cy="{last_y}" r="4"/></svg>'
    )


def small_multiples(items: Sequence[Multiple], *, is_one_scale: bool = True) -> Markup:
    """Draw small lines side by side, each with its name and last figure.

    On one scale levels compare; else each line has its own scale from 0, so that relative changes compare.
    """
    every = [value for item in items for value in item.values if value is not None]
    if not every:
        return Markup("")
    drawn = ""
    for item in items:
        name = escape(item.name)
        shown = f'<a href="{escape(item.href)}">{name}</a>' if item.href else name
        own = [0.0, *(value for value in item.values if value is not None)]
        limits = (min(every), max(every)) if is_one_scale else (min(own), max(own))
        line = sparkline(item.values, is_provisional=item.is_provisional, limits=limits)
        drawn += f"<li><b>{shown}</b>{line}<span>{escape(item.text)}</span></li>"
    return Markup(f'<ul class="many">{drawn}</ul>')
