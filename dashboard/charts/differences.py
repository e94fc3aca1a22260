"""Bars of a difference round 0, with the band of usual variation."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from dashboard.charts.scale import HEIGHT, WIDTH, Format, Scale, axis, choose, picture, short, ticks, time_labels

_TOP = 24
_BOTTOM = HEIGHT - 28
_LEFT = 34


@dataclass(frozen=True)
class Difference:
    """A difference of one period; no value where either side has no figure."""

    label: str
    value: float | None
    is_provisional: bool = False


def difference_bars(
    name: str,
    bars: Sequence[Difference],
    form: Format,
    *,
    band: tuple[float, float] | None = None,
    end_label: str = "",
) -> Markup:
    """Draw differences as bars from 0, provisional ones open, over the band within which they mean nothing."""
    known = [one.value for one in bars if one.value is not None]
    if not known:
        return Markup("")
    marks = ticks([*known, *(band or ()), 0.0], form)
    up = Scale(marks[0], marks[-1], _BOTTOM, _TOP)
    step = (WIDTH - _LEFT) / len(bars)
    zero = up(0.0)
    body = ""
    if band:
        top, bottom = up(band[1]), up(band[0])
        body += f'<path class="band" d="M{_LEFT} {short(top)}H{WIDTH}V{short(bottom)}H{_LEFT}z"/>'
    body += axis(marks, up, form, WIDTH, base=0.0)
    firm, loose = "", ""
    for index, one in enumerate(bars):
        if one.value is None:
            continue
        column = f"M{short(_LEFT + step * (index + 0.14))} {short(zero)}h{short(step * 0.72)}"
        column += f"V{short(up(one.value))}h{short(-step * 0.72)}z"
        if one.is_provisional:
            loose += column
        else:
            firm += column
    body += f'<path class="bar" d="{firm}"/>' if firm else ""
    body += f'<path class="bar open" d="{loose}"/>' if loose else ""
    last = bars[-1].value
    if end_label and last is not None:
        y = min(up(max(last, 0.0)) - 7, zero - 7)
        body += f'<text class="v e" x="{WIDTH}" y="{short(y)}">{escape(end_label)}</text>'
    places = [(_LEFT + step * (index + 0.5), bars[index].label) for index in choose(len(bars), 4)]
    return Markup(picture(name, body + time_labels(places, _BOTTOM + 19)))
