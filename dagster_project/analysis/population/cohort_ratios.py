"""Hamilton-Perry: each age band five years later, from how its cohort changed in earlier years."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dagster_project.analysis.population.age_bands import BAND_YEARS
from dagster_project.analysis.population.shrinkage import shrunk_ratios, whole_ratio

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

# Bands of 20 to 45 years: whose children the youngest band is.
PARENTS = slice(20 // BAND_YEARS, 45 // BAND_YEARS)
# The most by which a band of a neighbourhood may grow or shrink in five years, relative to its municipality: beyond
# it lie new estates and closed homes, which housing plans state and history does not.
WIDEST = 2.0


@dataclass(frozen=True)
class CohortRatios:
    """Change per cohort (regions, bands - 1) and children per adult (regions,), both over five years."""

    survivors: "NDArray[float64]"
    children: "NDArray[float64]"


def cohort_ratios(
    before: "NDArray[float64]", after: "NDArray[float64]", otherwise: CohortRatios | None = None
) -> CohortRatios:
    """Ratios from pairs of populations five years apart, those of small regions drawn towards the whole.

    ``before`` and ``after`` are persons by (pairs, regions, bands); the pairs are added up. Deviations from the whole
    are limited to a factor of two. The oldest band is filled from the two oldest. A cohort of which no pair knows
    anyone has the ratio of ``otherwise``, of one region: that of the municipality.
    """
    starts, ends = before.sum(axis=0), after.sum(axis=0)
    events, exposure = _aged(ends), _joined(starts)
    children, adults = ends[:, :1], ends[:, PARENTS].sum(axis=1, keepdims=True)
    return CohortRatios(
        survivors=_limited(events, exposure, 0.0 if otherwise is None else otherwise.survivors[0]),
        children=_limited(children, adults, 0.0 if otherwise is None else otherwise.children)[:, 0],
    )


def five_years_on(bands: "NDArray[float64]", ratios: CohortRatios) -> "NDArray[float64]":
    """Persons by (regions, bands) five years later."""
    from numpy import concatenate, zeros_like

    older = _joined(bands) * ratios.survivors
    grown = concatenate([zeros_like(bands[:, :1]), older], axis=1)
    grown[:, 0] = ratios.children * grown[:, PARENTS].sum(axis=1)
    return grown


def controlled(bands: "NDArray[float64]", total: "NDArray[float64]") -> "NDArray[float64]":
    """Scale persons by (regions, bands) so that each band adds up to ``total`` (bands,).

    A band in which no region has anyone is shared out by the regions' number of inhabitants.
    """
    from numpy import divide, ones_like, where

    sums = bands.sum(axis=0)
    inhabitants = bands.sum(axis=1, keepdims=True)
    everyone = inhabitants.sum()
    shares = inhabitants / everyone if everyone > 0 else ones_like(inhabitants) / len(inhabitants)
    factors = divide(total, sums, out=ones_like(total), where=sums > 0)
    return where(sums > 0, bands * factors, shares * total)


def _aged(bands: "NDArray[float64]") -> "NDArray[float64]":
    """The cohorts that are a band older: all bands but the youngest."""
    return bands[:, 1:]


def _joined(bands: "NDArray[float64]") -> "NDArray[float64]":
    """The cohorts before they age, the two oldest bands together."""
    from numpy import concatenate

    return concatenate([bands[:, :-2], bands[:, -2:].sum(axis=1, keepdims=True)], axis=1)


def _limited(
    events: "NDArray[float64]", exposure: "NDArray[float64]", otherwise: "NDArray[float64] | float"
) -> "NDArray[float64]":
    from numpy import clip

    whole = whole_ratio(events, exposure, otherwise)
    return clip(shrunk_ratios(events, exposure, otherwise), whole / WIDEST, whole * WIDEST)
