"""Scales, round ticks and short coordinates, shared by all charts."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from markupsafe import escape

# One box for all charts in a panel; the page scales it to the width that there is.
WIDTH = 358
HEIGHT = 236

_NUMBER = re.compile(r"-?[\d.]+(?:,\d+)?")

# The width of an average letter of the chart text.
_LETTER = 6.8

Format = Callable[[float], str]


@dataclass(frozen=True)
class Scale:
    """A linear map from values to coordinates."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Return the coordinate of a value."""
        span = self.high - self.low
        return self.start if span == 0 else self.start + (value - self.low) / span * (self.end - self.start)


def ticks(values: Iterable[float], form: Format | None = None) -> tuple[float, ...]:
    """Choose three to five round ticks that enclose all values, such that ``form`` writes each of them exactly.

    An axis that would start near 0 anyway starts at 0.
    """
    known = [*values] or [0.0]
    low, high = min(known), max(known)
    if 0 <= low < 0.4 * high:
        low = 0.0
    if low == high:
        low, high = (low - abs(low) / 10, high + abs(high) / 10) if low else (0.0, 1.0)
    found: list[tuple[float, ...]] = []
    for step in round_steps((high - low) / 4):
        first, last = floor(low / step + 1e-9), ceil(high / step - 1e-9)
        if last - first <= 4:
            last = max(last, first + 2)
            found.append(tuple(round(index * step, 12) for index in range(first, last + 1)))
    return first_exact(found, form)


def round_steps(least: float) -> tuple[float, ...]:
    """Return round steps of 1, 2, 2.5 and 5 times a power of ten, from about ``least`` up."""
    power = floor(log10(least))
    return tuple(part * 10.0 ** (power + more) for more in range(3) for part in (1, 2, 2.5, 5))


def first_exact(choices: Sequence[tuple[float, ...]], form: Format | None) -> tuple[float, ...]:
    """Return the first choice of marks whose texts lie as far apart as they do: no 2,5 that is written as 3."""
    return next((marks for marks in choices if form is None or _is_exact([form(one) for one in marks])), choices[0])


def _is_exact(texts: Sequence[str]) -> bool:
    found = [_NUMBER.search(text.replace("\N{MINUS SIGN}", "-")) for text in texts]
    numbers = [float(one.group().replace(".", "").replace(",", ".")) for one in found if one]
    if len(numbers) < len(texts):
        return False
    step = (numbers[-1] - numbers[0]) / (len(numbers) - 1)
    return step > 0 and all(abs(one - numbers[0] - index * step) < step * 1e-6 for index, one in enumerate(numbers))


def short(value: float) -> str:
    """Write a coordinate with at most one decimal."""
    text = f"{value:.1f}"
    text = text[:-2] if text.endswith(".0") else text
    return {"-0": "0"}.get(text, text)


def path(points: Sequence[tuple[float, float]], *, is_closed: bool = False) -> str:
    """Write the data of a path: absolute start, then relative steps, which take fewer bytes."""
    if not points:
        return ""
    x, y = (round(10 * part) for part in points[0])
    result = f"M{short(x / 10)} {short(y / 10)}"
    steps = []
    for raw_x, raw_y in points[1:]:
        next_x, next_y = round(10 * raw_x), round(10 * raw_y)
        second = short((next_y - y) / 10)
        steps.append(f"{short((next_x - x) / 10)}{'' if second.startswith('-') else ' '}{second}")
        x, y = next_x, next_y
    if steps:
        # A minus sign separates as well as a space does.
        result += "l" + steps[0] + "".join(one if one.startswith("-") else f" {one}" for one in steps[1:])
    return result + ("z" if is_closed else "")


def picture(name: str, body: str, *, width: int = WIDTH, height: int = HEIGHT, classes: str = "g") -> str:
    """Wrap the body of a chart that is one image with a name."""
    return f'<svg class="{classes}" viewBox="0 0 {width} {height}" role="img" aria-label="{escape(name)}">{body}</svg>'


def hatching(name: str) -> str:
    """Define a hatched fill under a name, which is unique on a page."""
    return (
        f'<defs><pattern id="{name}" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        '<path class="hatch" d="M0 0v7"/></pattern></defs>'
    )


def choose(count: int, most: int) -> tuple[int, ...]:
    """Choose up to ``most`` (at least 3) places out of ``count``, evenly spaced, the first and the last among them."""
    if count <= most:
        return tuple(range(count))
    for parts in range(most - 1, 1, -1):
        if (count - 1) % parts == 0:
            return tuple(range(0, count, (count - 1) // parts))
    return (0, (count - 1) // 2, count - 1)


def spread(wanted: Sequence[float], apart: float, low: float, high: float) -> tuple[float, ...]:
    """Move labels as little as needed so that they lie ``apart`` and stay between ``low`` and ``high``."""
    order = sorted(range(len(wanted)), key=lambda index: wanted[index])
    placed = [wanted[index] for index in order]
    for index in range(1, len(placed)):
        placed[index] = max(placed[index], placed[index - 1] + apart)
    limit = high
    for index in reversed(range(len(placed))):
        placed[index] = min(placed[index], limit)
        limit = placed[index] - apart
    if placed and placed[0] < low:
        placed = [max(one, low + index * apart) for index, one in enumerate(placed)]
    result = [0.0] * len(wanted)
    for index, one in zip(order, placed, strict=True):
        result[index] = one
    return tuple(result)


def clipped(text: str, room: float) -> str:
    """Shorten a name that would leave its room in a drawing, where text does not wrap."""
    most = max(int(room / _LETTER), 2)
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def axis(marks: Sequence[float], scale: Scale, form: Format, right: float, *, base: float | None = None) -> str:
    """Draw hairlines with their labels above them at the left edge; the line at ``base`` is the axis itself."""
    hairlines = "".join(f"M0 {short(scale(mark))}h{short(right)}" for mark in marks if mark != base)
    drawn = f'<path class="h" d="{hairlines}"/>'
    if base is not None:
        drawn += f'<path class="x" d="M0 {short(scale(base))}h{short(right)}"/>'
    return drawn + "".join(f'<text y="{short(scale(mark) - 5)}">{escape(form(mark))}</text>' for mark in marks)


def time_labels(labels: Sequence[tuple[float, str]], y: float, right: float = WIDTH) -> str:
    """Draw labels under an axis, centred on their places; one that would leave the chart ends at its edge."""
    drawn = []
    for x, text in labels:
        anchor = "t"
        half = len(text) * 3.1
        if x + half > right:
            x, anchor = right, "e"
        elif x - half < 0:
            x, anchor = 0, ""
        classes = f' class="{anchor}"' if anchor else ""
        drawn.append(f'<text{classes} x="{short(x)}" y="{short(y)}">{escape(text)}</text>')
    return "".join(drawn)
