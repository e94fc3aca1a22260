"""Error bands of long projections, from the errors that earlier projections turned out to have."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

STEP_YEARS = 5
FEWEST_POINTS = 20
ROUNDS = 5
# Names of the bands and the share of all cases below their upper end.
LEVELS = (("50", 0.75), ("80", 0.9))


@dataclass(frozen=True)
class ErrorModel:
    """Variance of log errors at five years, in two parts.

    ``of_size`` is divided by persons and grows with the horizon; ``of_all`` grows with its square. ``freedom``: how
    many independent errors it is known from.
    """

    of_size: float
    of_all: float
    freedom: float


def fit_errors(
    projected: "NDArray[float64]", actual: "NDArray[float64]", horizon: "NDArray[float64]", freedom: float
) -> ErrorModel | None:
    """Fit the variance of past errors to size and horizon; all (points,), horizon in years. None without enough points.

    ``freedom`` is the number of independent errors: projections of one region from editions less than five years apart
    go wrong together.

    Non-negative least squares on squared log errors, each divided by its expected square so that large ones do not
    decide alone. Half a person is added on both sides, so that zero has a logarithm.
    """
    from numpy import array, isfinite, log, maximum, stack
    from scipy.optimize import nnls

    is_known = isfinite(projected) & isfinite(actual)
    projected, actual, horizon = projected[is_known], actual[is_known], horizon[is_known]
    if len(projected) < FEWEST_POINTS:
        return None
    squares = log((actual + 0.5) / (projected + 0.5)) ** 2
    terms = _terms(projected, horizon)
    fitted = array([1.0, 0.0])
    for _ in range(ROUNDS):
        expected = maximum(terms @ fitted, 1e-9)
        fitted, _rest = nnls(stack([term / expected for term in terms.T], axis=1), squares / expected)
    of_size, of_all = (float(one) for one in fitted)
    return ErrorModel(of_size, of_all, max(freedom, 1.0))


def bands(
    projected: "NDArray[float64]", horizon: "NDArray[float64]", model: ErrorModel
) -> dict[str, tuple["NDArray[float64]", "NDArray[float64]"]]:
    """Lower and upper ends of the 50 and 80 % bands, never below zero, in the unit of the projection.

    By Student's t: a variance that few errors show may well be larger.
    """
    from numpy import array, exp, maximum, sqrt
    from scipy.special import stdtrit

    width = sqrt(_terms(projected, horizon) @ array([model.of_size, model.of_all]))
    return {
        level: (
            maximum((projected + 0.5) * exp(-stdtrit(model.freedom, below) * width) - 0.5, 0.0),
            (projected + 0.5) * exp(stdtrit(model.freedom, below) * width) - 0.5,
        )
        for level, below in LEVELS
    }


def _terms(projected: "NDArray[float64]", horizon: "NDArray[float64]") -> "NDArray[float64]":
    from numpy import stack

    growth = horizon / STEP_YEARS
    return stack([growth / (projected + 0.5), growth**2], axis=1)
