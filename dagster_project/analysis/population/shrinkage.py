"""Ratios of small counts, drawn towards the ratio of the whole."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray


def whole_ratio(
    events: "NDArray[float64]", exposure: "NDArray[float64]", otherwise: "NDArray[float64] | float" = 0.0
) -> "NDArray[float64]":
    """Ratio of events to exposure of all regions (first axis) together, or ``otherwise`` where nothing was exposed."""
    from numpy import divide, full_like

    total = exposure.sum(axis=0)
    return divide(events.sum(axis=0), total, out=full_like(total, otherwise), where=total > 0)


def shrunk_ratios(
    events: "NDArray[float64]", exposure: "NDArray[float64]", otherwise: "NDArray[float64] | float" = 0.0
) -> "NDArray[float64]":
    """Ratio of events to exposure per region (first axis), drawn towards that of all regions together.

    Gamma-Poisson empirical Bayes with the variance between regions by moments (Marshall 1991, Applied Statistics
    40:283). A region without exposure gets the ratio of the whole; where regions differ no more than chance would have
    them differ, all do. Shapes (regions, ...) in and out. A whole without exposure has the ratio ``otherwise``.
    """
    from numpy import divide, maximum, zeros_like

    total = exposure.sum(axis=0)
    whole = whole_ratio(events, exposure, otherwise)
    ratios = divide(events, exposure, out=zeros_like(events), where=exposure > 0)
    mean_exposure = divide(total, maximum((exposure > 0).sum(axis=0), 1))
    spread = divide((exposure * (ratios - whole) ** 2).sum(axis=0), total, out=zeros_like(total), where=total > 0)
    by_chance = divide(whole, mean_exposure, out=zeros_like(total), where=mean_exposure > 0)
    between = maximum(spread - by_chance, 0.0)
    chance = divide(whole, exposure, out=zeros_like(events), where=exposure > 0)
    weight = divide(between, between + chance, out=zeros_like(events), where=(exposure > 0) & (between + chance > 0))
    return whole + weight * (ratios - whole)
