"""Who starts first, by lot, so that the effect of the first year can be measured against those who start later."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from numpy import bool_, float64, int64
    from numpy.random import Generator
    from numpy.typing import NDArray


def start_waves(need: "NDArray[float64]", is_chosen: "NDArray[bool_]", generator: "Generator") -> "NDArray[int64]":
    """Wave 1 or 2 per region (regions,), 0 for one that is not chosen.

    Chosen regions are paired by need, and of each pair the lot says which starts first; so both waves have regions of
    every size. The last of an odd number is drawn alone.
    """
    from numpy import argsort, zeros

    waves = zeros(len(need), dtype=int)
    ordered = [int(place) for place in argsort(-need, kind="stable") if is_chosen[place]]
    for first in range(0, len(ordered), 2):
        order = generator.permutation(2)
        for place, wave in zip(ordered[first : first + 2], order, strict=False):
            waves[place] = wave + 1
    return waves
