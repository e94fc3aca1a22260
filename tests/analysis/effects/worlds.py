"""Made-up worlds of small counts with a planted effect, per design: seeded, and the true effect is known."""

from dataclasses import dataclass

import numpy as np

from dagster_project.analysis.effects.interrupted_series import InterruptedSeries
from dagster_project.analysis.effects.single_region import DonorPanel
from dagster_project.analysis.effects.staggered_start import NEVER, StaggeredPanel

# Negative binomial: the variance of a mean m is m + m^2 / SIZE.
SIZE = 8.0


@dataclass(frozen=True)
class World:
    design: StaggeredPanel | DonorPanel | InterruptedSeries
    effect: float


def counted(generator, mean, size=SIZE):
    return generator.poisson(mean * generator.gamma(size, 1 / size, size=mean.shape)).astype(float)


def numbered(count):
    return tuple(f"{number:03}" for number in range(count))


def season(months):
    return 1 + 0.2 * np.sin(2 * np.pi * np.arange(months) / 12)


def staggered(seed, effect, regions=200, months=60, started=60, first=(30, 36, 42), mean=0.9):
    """Neighbourhoods with on average 0.9 events a month and 39% zeros, a common season and trend, and three starts."""
    generator = np.random.default_rng(seed)
    level = generator.gamma(1.2, mean / 1.2, regions)
    starts = np.full(regions, NEVER)
    chosen = generator.permutation(regions)[:started]
    for number, start in enumerate(first):
        starts[chosen[number :: len(first)]] = start
    drift = np.exp(np.cumsum(generator.normal(0, 0.01, months)))
    without = level[:, None] * season(months) * drift
    active = (starts[:, None] != NEVER) & (np.arange(months) >= starts[:, None])
    values = counted(generator, without * np.where(active, 1 + effect, 1))
    panel = StaggeredPanel(numbered(regions), numbered(months), values, starts, base=12)
    return World(panel, float((effect * without)[active].mean()))


def single(seed, effect, regions=41, periods=24, before=16):
    """Rates per 1,000 of municipalities of several sizes that follow a common trend, each with a drift of its own."""
    generator = np.random.default_rng(seed)
    people = generator.lognormal(10, 0.6, regions) / 1000
    rate = generator.gamma(6, 5, regions)
    rate = rate[np.argsort(np.abs(rate - np.median(rate)))]
    common = np.exp(np.cumsum(generator.normal(0, 0.02, periods)))
    own = np.exp(np.cumsum(generator.normal(0, 0.01, (regions, periods)), axis=1))
    without = rate[:, None] * common * own
    factor = np.ones((regions, periods))
    factor[0, before:] = 1 + effect
    values = generator.poisson(people[:, None] * without * factor) / people[:, None]
    noise = float(np.sqrt(values[0].mean() / people[0]))
    panel = DonorPanel(numbered(regions), numbered(periods), values, before, tuple(range(before, periods)), noise)
    return World(panel, float((effect * without)[0, before:].mean()))


def interrupted(seed, effect, months=60, before=36):
    """About 60 events a month with a season and a drifting level."""
    generator = np.random.default_rng(seed)
    without = 60 * season(months) * np.exp(np.cumsum(generator.normal(0, 0.02, months)))
    values = counted(generator, without * np.where(np.arange(months) >= before, 1 + effect, 1), 50.0)
    series = InterruptedSeries(numbered(months), "month", values, before, tuple(range(before, months)))
    return World(series, float((effect * without)[before:].mean()))


def drifting(seed, effect, months=60, before=36):
    """A season, a noise of 10% and a level that drifts as the method's prior expects: half-Cauchy, seldom much."""
    generator = np.random.default_rng(seed)
    ratio = abs(0.25 * np.tan(np.pi * (generator.uniform(0.02, 0.98) - 0.5)))
    level = np.log(60 * season(months)) + 0.1 * ratio * np.cumsum(generator.normal(0, 1, months))
    without = np.exp(level + generator.normal(0, 0.1, months))
    values = without * np.where(np.arange(months) >= before, 1 + effect, 1)
    series = InterruptedSeries(numbered(months), "month", values, before, tuple(range(before, months)))
    return World(series, float((effect * without)[before:].mean()))
