"""Time as a straight line of rows, and where two such lines cross."""

import statistics
from collections.abc import Mapping
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Line:
    """Seconds as ``fixed + per_row * rows``, and how far the measurement that fits worst is from that."""

    fixed: float
    per_row: float
    worst: float

    def __str__(self) -> str:
        return f"{self.fixed:.1f} s + {self.per_row * 1e6:.2f} s per million rows, off by {self.worst:.0%} at most"


def fitted(seconds: Mapping[int, float]) -> Line:
    """The line with the least squares, through seconds by number of rows."""
    per_row, fixed = statistics.linear_regression(list(seconds), list(seconds.values()))
    worst = max(abs(fixed + per_row * rows - taken) / taken for rows, taken in seconds.items())
    return Line(fixed, per_row, worst)


def spread(work: Line, cores: int) -> Line:
    """Time of work whose part per row is spread evenly over cores: the best that they can do."""
    return replace(work, per_row=work.per_row / cores)


def crossing(one: Line, other: Line) -> float | None:
    """Rows from which on ``other`` takes less; None where it takes more for any number of them."""
    if other.per_row >= one.per_row:
        return None
    return max(0.0, (other.fixed - one.fixed) / (one.per_row - other.per_row))


def crossings(one: Line, other: Line, cores: int) -> list[str]:
    """Say where ``other`` on these cores, and on more, takes less time than ``one`` on one core; both by their work."""
    least = other.per_row / one.per_row
    lines = [f"  more than {least:.1f} cores, all at work, take less time per row than one core of the first"]
    for number in (cores, *(int(least * times) + 1 for times in (1, 2, 4))):
        rows = crossing(one, spread(other, number))
        lines.append(
            f"  {number} cores: less time " + ("for no number of rows" if rows is None else f"from {rows:,.0f} rows on")
        )
    return lines
