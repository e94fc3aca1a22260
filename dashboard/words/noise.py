"""Noise bands: what a difference must exceed before a sentence may name it."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot


@dataclass(frozen=True)
class Estimate:
    """A value with its noise band; no bounds where the noise is unknown."""

    value: float
    lower: float | None = None
    upper: float | None = None

    def or_exact(self) -> "Estimate":
        """Return it with bounds: a larger area or a mean of peers of which no noise is known counts as exact."""
        return (
            self if self.lower is not None and self.upper is not None else Estimate(self.value, self.value, self.value)
        )


def noise_of_difference(first: Estimate, second: Estimate, tolerance: float | None = None) -> float | None:
    """Compute the noise of a difference: that of both, on the sides that face each other (Zou and Donner, 2008).

    Where a band is unknown the tolerance stands in; None if that is unknown too. The marts use the same rule.
    """
    above, below = (first, second) if first.value >= second.value else (second, first)
    if above.lower is None or below.upper is None:
        return tolerance
    return hypot(above.value - above.lower, below.upper - below.value)


def differs(first: Estimate, second: Estimate, tolerance: float | None = None) -> bool | None:
    """Report whether two values differ beyond noise; None if the noise is unknown and they are not equal."""
    if first.value == second.value:
        return False
    noise = noise_of_difference(first, second, tolerance)
    return None if noise is None else abs(first.value - second.value) > noise


def is_known_trend(series: Sequence[Estimate], tolerance: float | None = None) -> bool:
    """Report whether a series moved one way beyond noise.

    Its ends must differ beyond noise, and the middle of its last third must lie beyond the middle of its first third on
    the same side, so that one odd value at either end makes no trend.
    """
    if len(series) < 3 or not differs(series[0], series[-1], tolerance):
        return False
    third = max(1, len(series) // 3)
    early = sorted(one.value for one in series[:third])[third // 2]
    late = sorted(one.value for one in series[-third:])[third // 2]
    return (late - early) * (series[-1].value - series[0].value) > 0


def is_steady(series: Sequence[Estimate], tolerance: float | None = None) -> bool:
    """Report whether no value of a series differs beyond noise from the last one."""
    return bool(series) and all(differs(one, series[-1], tolerance) is False for one in series)
