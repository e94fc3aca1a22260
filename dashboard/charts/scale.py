"""Scales, round ticks and short coordinates, shared by all charts."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from markupsafe import escape

# One box for all charts in a panel; the page scales it to the width that there is.
WIDTH = 358
HEIGHT = 236

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


def ticks(values: Iterable[float], *, from_zero: bool = False) -> tuple[float, ...]:
    """Choose three to five round ticks that enclose all values.

    An axis that would start near 0 anyway starts at 0, and so does one that must (``from_zero``).
    """
    known = [*values] or [0.0]
    low, high = min(known), max(known)
    if from_zero or (low >= 0 and low < 0.4 * high):
        low, high = min(low, 0.0), max(high, 0.0)
    if low == high:
        low, high = (low - abs(low) / 10, high + abs(high) / 10) if low else (0.0, 1.0)
    raw = (high - low) / 4
    power = 10.0 ** floor(log10(raw))
    for _ in range(2):
        for step in (power, 2 * power, 2.5 * power, 5 * power):
            first, last = floor(low / step + 1e-9), ceil(high / step - 1e-9)
            if last - first <= 4:
                first, last = (first, last) if last - first >= 2 else (first, first + 2)
                return tuple(round(index * step, 12) for index in range(first, last + 1))
        power *= 10
    raise AssertionError("five steps of a power of ten enclose any range of four raw steps")


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


def choose(count: int, most: int) -> tuple[int, ...]:
    """Choose up to ``most`` places out of ``count``, evenly spaced, the first and the last always among them."""
    if count <= most:
        return tuple(range(count))
    # The widest set of equal steps; failing that, the first and the last alone with what lies about the middle.
    for parts in range(most - 1, 1, -1):
        if (count - 1) % parts == 0:
            return tuple(range(0, count, (count - 1) // parts))
    return tuple(sorted({round(index * (count - 1) / (most - 1)) for index in range(most)}))


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
