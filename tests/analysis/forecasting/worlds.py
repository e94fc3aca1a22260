"""Simulated small counts of which the true means are known: 200 neighbourhoods with 0 to 3 events in most months."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dagster_project.analysis.forecasting.panel import Group, Panel

Array = NDArray[np.float64]

NEIGHBOURHOODS, DISTRICTS, KNOWN, AHEAD = 200, 10, 60, 12


@dataclass(frozen=True)
class World:
    """True means and counts of shape (months, neighbourhoods): those known, and the year that comes."""

    means: Array
    counts: Array


def world(seed: int) -> World:
    """Negative binomial counts with a season and a slight trend, about 40% zeros, of a median mean of 0.95 a month."""
    random = np.random.default_rng(seed)
    months = np.arange(KNOWN + AHEAD)
    usual = np.exp(random.normal(np.log(0.95), 1.1, NEIGHBOURHOODS))
    season = np.exp(0.25 * np.sin(2 * np.pi * months / 12) + 0.002 * months)
    means = season[:, None] * usual
    size = 4.0
    return World(means, random.negative_binomial(size, size / (size + means)).astype(float))


def panel_of(counts: Array, step: int = 1) -> Panel:
    """Counts with districts and the municipality that they add up to, in this order of columns."""
    neighbourhoods = counts.shape[1]
    districts = np.array_split(np.arange(neighbourhoods), DISTRICTS)
    sums = [counts[:, inside].sum(axis=1) for inside in districts]
    return Panel(
        values=np.column_stack([counts, *sums, counts.sum(axis=1)]),
        whole=neighbourhoods + DISTRICTS,
        parts=tuple(range(neighbourhoods)),
        groups=tuple(
            Group(neighbourhoods + number, tuple(inside.tolist()), True) for number, inside in enumerate(districts)
        ),
        sizes=None,
        season=12,
        step=step,
    )
