"""Age groups split into bands of five years, by monotone interpolation of the cumulative count."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

# First ages of the groups in the key figures of neighbourhoods; the last group is open.
GROUP_STARTS = (0, 15, 25, 45, 65)
# Those of municipalities, of which the persons of 80 and older are published as well.
MUNICIPAL_STARTS = (*GROUP_STARTS, 80)
BAND_YEARS = 5
# The open group is spread up to here, in a straight line to zero: of 65 and older a quarter is then 80 or older, as in
# the Netherlands. It gives no shape of its own.
OLDEST = 95
BAND_COUNT = OLDEST // BAND_YEARS


def split_groups(groups: "NDArray[float64]", starts: tuple[int, ...] = GROUP_STARTS) -> "NDArray[float64]":
    """Split persons per age group into bands of five years: (..., groups) to (..., 19), both in persons.

    Fritsch-Carlson interpolation (PCHIP) of the number of persons younger than each age, so no band is negative and
    each group is the sum of its bands. In the last group the number per year of age falls in a straight line. Raises
    ValueError for another number of groups, or a negative or missing count.
    """
    from numpy import arange, concatenate, cumsum, diff, isfinite, maximum, minimum, zeros_like
    from scipy.interpolate import CubicHermiteSpline, PchipInterpolator

    if groups.shape[-1] != len(starts):
        raise ValueError(f"{groups.shape[-1]} age groups instead of {len(starts)}")
    if not (isfinite(groups) & (groups >= 0)).all():
        raise ValueError("a count of persons is missing or negative")
    ages = [*starts, OLDEST]
    younger = concatenate([zeros_like(groups[..., :1]), cumsum(groups, axis=-1)], axis=-1)
    slopes = PchipInterpolator(ages, younger, axis=-1).derivative()(ages)
    per_age = groups[..., -2:] / [starts[-1] - starts[-2], OLDEST - starts[-1]]
    # Three times the mean of the group before is the steepest that stays monotone there.
    slopes[..., -2] = minimum(2 * per_age[..., 1], 3 * per_age[..., 0])
    slopes[..., -1] = 0.0
    spline = CubicHermiteSpline(ages, younger, slopes, axis=-1)
    # Rounding of floating point may leave a band a hair below zero.
    bands = maximum(diff(spline(arange(0, OLDEST + 1, BAND_YEARS)), axis=-1), 0.0)
    return _scaled_to(bands, groups, starts)


def sum_bands(bands: "NDArray[float64]", starts: tuple[int, ...] = GROUP_STARTS) -> "NDArray[float64]":
    """Add bands of five years up to the age groups: (..., 19) to (..., groups), in persons."""
    from numpy import add

    return add.reduceat(bands, [start // BAND_YEARS for start in starts], axis=-1)


def _scaled_to(bands: "NDArray[float64]", groups: "NDArray[float64]", starts: tuple[int, ...]) -> "NDArray[float64]":
    """The bands with each group made exactly its count."""
    from numpy import diff, divide, ones_like, repeat

    sums = sum_bands(bands, starts)
    factors = divide(groups, sums, out=ones_like(groups), where=sums > 0)
    sizes = diff([*starts, OLDEST]) // BAND_YEARS
    return bands * repeat(factors, sizes, axis=-1)
