"""Lines over time, with target, policy measures, noise band and a provisional part."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup, escape

from dashboard.charts.scale import (
    HEIGHT,
    WIDTH,
    Format,
    Scale,
    axis,
    choose,
    clipped,
    hatching,
    path,
    picture,
    short,
    spread,
    ticks,
    time_labels,
)

_TOP = 24
_BOTTOM = HEIGHT - 28
_LEFT = 34
_DOTS_UP_TO = 14
_APART = 32
_WIDEST_LABEL = 122


@dataclass(frozen=True)
class Point:
    """A figure of one period; no value where there is no figure, which leaves a gap in the line."""

    day: date
    label: str
    value: float | None
    lower: float | None = None
    upper: float | None = None
    is_provisional: bool = False


@dataclass(frozen=True)
class Series:
    """A line: its name and last value as they stand at its end, and its points in order of time."""

    name: str
    points: tuple[Point, ...]
    end_label: str = ""
    has_dots: bool = True


@dataclass(frozen=True)
class Target:
    """A target: a dotted line with a label at its right end."""

    value: float
    label: str


@dataclass(frozen=True)
class PolicyMeasure:
    """A dated policy measure: an upright line with a letter; marking it claims no effect."""

    letter: str
    start: date
    end: date | None = None


@dataclass(frozen=True)
class LineChart:
    """A drawn line chart, and whether its axis starts at 0 (if not, the caption must say so)."""

    svg: Markup
    starts_at_zero: bool


def line(
    name: str,
    series: Sequence[Series],
    form: Format,
    *,
    target: Target | None = None,
    measures: Sequence[PolicyMeasure] = (),
    with_band: bool = True,
    fans: Sequence[Sequence[Point]] = (),
    ghosts: Sequence[Sequence[Point]] = (),
    incomplete: Sequence[date] = (),
) -> LineChart:
    """Draw up to four lines in one box; the noise band belongs to the first.

    ``form`` writes the values along the axis. Points without a value leave a gap. ``fans`` are bands of their own,
    the widest first; ``ghosts`` are thin lines behind the others, without a name. ``incomplete`` are days of points
    that may still rise: they stand before a hatched ground.
    """
    if len(series) > 4:
        raise ValueError("a line chart has at most four lines")
    known = [point for one in series for point in one.points if point.value is not None]
    if not known:
        return LineChart(Markup(""), True)
    band = [point for point in series[0].points if point.value is not None] if with_band else []
    heights = [point.value for point in known if point.value is not None]
    edged = [*band, *(point for fan in fans for point in fan)]
    heights += [edge for point in edged for edge in (point.lower, point.upper) if edge is not None]
    heights += [point.value for ghost in ghosts for point in ghost if point.value is not None]
    heights += [target.value] if target else []
    marks = ticks(heights, form)
    days = sorted({point.day for points in ([one.points for one in series], fans) for part in points for point in part})
    widest = max((len(one.end_label) * 9 for one in series), default=0)
    names = max((len(one.name) * 6.8 for one in series), default=0) if len(series) > 1 else 0
    right = WIDTH - min(max(widest, names, 12), _WIDEST_LABEL) - 12
    across = Scale(days[0].toordinal(), days[-1].toordinal(), _LEFT, right)
    up = Scale(marks[0], marks[-1], _BOTTOM, _TOP)
    body = axis(marks, up, form, right + 8, base=marks[0])
    body += _incomplete(incomplete, days, across)
    body += "".join(f'<path class="thin" d="{_stretches(ghost, across, up)}"/>' for ghost in ghosts)
    body += _band(band, across, up)
    body += "".join(_band(fan, across, up, "band fan") for fan in fans)
    body += "".join(_measure(measure, across, days, right) for measure in measures)
    for number, one in enumerate(series, start=1):
        body += _series(one, number, across, up)
    body += _target(target, up, right) if target else ""
    body += _end_labels(series, up, right)
    body += _times(series, across)
    return LineChart(Markup(picture(name, body)), marks[0] == 0)


def _band(points: Sequence[Point], across: Scale, up: Scale, classes: str = "band") -> str:
    drawn = ""
    for run in _runs(points):
        edges = [
            (across(one.day.toordinal()), up(one.lower), up(one.upper))
            for one in run
            if one.lower is not None and one.upper is not None
        ]
        if len(edges) > 1:
            there = [(x, upper) for x, _, upper in edges]
            drawn += path(there + [(x, lower) for x, lower, _ in reversed(edges)], is_closed=True)
    return f'<path class="{classes}" d="{drawn}"/>' if drawn else ""


def _incomplete(incomplete: Sequence[date], days: Sequence[date], across: Scale) -> str:
    """Hatch the ground of these points, from halfway the one before."""
    known = [day for day in days if day in incomplete]
    if not known or len(days) < 2:
        return ""
    half = (across(days[-1].toordinal()) - across(days[0].toordinal())) / (len(days) - 1) / 2
    start, end = across(known[0].toordinal()) - half, across(known[-1].toordinal()) + half
    ground = f'<path class="waiting" d="M{short(start)} {_TOP}H{short(end)}V{_BOTTOM}H{short(start)}z"/>'
    return hatching("incomplete") + ground


def _stretches(points: Sequence[Point], across: Scale, up: Scale) -> str:
    runs = ([(across(one.day.toordinal()), up(one.value or 0.0)) for one in run] for run in _runs(points))
    return "".join(path(run) for run in runs)


def _runs(points: Sequence[Point]) -> list[list[Point]]:
    """Split points into stretches without a gap."""
    runs: list[list[Point]] = [[]]
    for point in points:
        if point.value is None:
            runs.append([])
        else:
            runs[-1].append(point)
    return [run for run in runs if run]


def _target(target: Target, up: Scale, right: float) -> str:
    y = up(target.value)
    return (
        f'<path class="goal" d="M0 {short(y)}h{short(right + 8)}"/>'
        f'<text class="b e" x="{short(right + 8)}" y="{short(y - 6)}">{escape(target.label)}</text>'
    )


def _measure(measure: PolicyMeasure, across: Scale, days: Sequence[date], right: float) -> str:
    """Draw a measure as far as the chart goes: its bar only if it started before, nothing if it starts later."""
    first, last = days[0].toordinal(), days[-1].toordinal()
    start = measure.start.toordinal()
    end = min(measure.end.toordinal() if measure.end else last, last)
    if start > last or end < first:
        return ""
    x = across(max(start, first))
    length = max(across(end) - x, 2)
    drawn = f'<path class="span" d="M{short(x)} {_BOTTOM - 2}h{short(length)}"/>'
    if start < first:
        return drawn
    return (
        f'<path class="up" d="M{short(x)} 12V{_BOTTOM}"/>{drawn}<circle class="mark" cx="{short(x)}" cy="10" r="9"/>'
        f'<text class="letter t" x="{short(x)}" y="14">{escape(measure.letter)}</text>'
    )


def _series(series: Series, number: int, across: Scale, up: Scale) -> str:
    """Draw the definitive stretch whole and the provisional one dashed, from the last definitive point on."""
    firm, loose, dots = "", "", ""
    known = [point for point in series.points if point.value is not None]
    for run in _runs(series.points):
        places = [(across(one.day.toordinal()), up(one.value or 0.0)) for one in run]
        split = next((index for index, one in enumerate(run) if one.is_provisional), len(run))
        if split > 1:
            firm += path(places[:split])
        if split < len(run) and len(run) > 1:
            loose += path(places[max(split - 1, 0) :])
    dotted = known if len(known) <= _DOTS_UP_TO else known[-1:]
    for point in dotted if series.has_dots else ():
        radius = "4.5" if point is known[-1] else "3"
        state = ' class="open"' if point.is_provisional else ""
        x, y = short(across(point.day.toordinal())), short(up(point.value or 0.0))
        dots += f'<circle{state} cx="{x}" cy="{y}" r="{radius}"/>'
    drawn = f'<path d="{firm}"/>' if firm else ""
    drawn += f'<path class="loose" d="{loose}"/>' if loose else ""
    return f'<g class="s{number}">{drawn}{dots}</g>'


def _end_labels(series: Sequence[Series], up: Scale, right: float) -> str:
    last = [next((point.value for point in reversed(one.points) if point.value is not None), None) for one in series]
    shown = [(one, value) for one, value in zip(series, last, strict=True) if value is not None and one.end_label]
    with_names = len(series) > 1
    low, high = _TOP, _BOTTOM - (12 if with_names else 0)
    places = spread([up(value) for _, value in shown], _APART, low, high)
    drawn = ""
    for (one, _), y in zip(shown, places, strict=True):
        x = short(right + 11)
        drawn += f'<text class="v" x="{x}" y="{short(y + (1 if with_names else 5))}">{escape(one.end_label)}</text>'
        if with_names:
            drawn += (
                f'<text class="k" x="{x}" y="{short(y + 14)}">{escape(clipped(one.name, WIDTH - right - 11))}</text>'
            )
    return drawn


def _times(series: Sequence[Series], across: Scale) -> str:
    labels = {point.day: point.label for one in series for point in one.points}
    days = sorted(labels)
    chosen = [days[index] for index in choose(len(days), 3 if max(map(len, labels.values())) > 8 else 5)]
    places = [(across(moment.toordinal()), labels[moment]) for moment in chosen]
    notches = "".join(f"M{short(x)} {_BOTTOM}v4" for x, _ in places)
    return f'<path class="x" d="{notches}"/>' + time_labels(places, _BOTTOM + 19)
