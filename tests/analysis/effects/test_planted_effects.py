"""In 200 worlds the interval of 80% covers a planted effect as often as it says; without one it seldom alarms."""

import numpy as np
import pytest

from dagster_project.analysis.effects import interrupted_series, single_region, staggered_start
from dagster_project.analysis.effects.donor_weights import PoorFitError
from dagster_project.analysis.effects.interrupted_series import LevelStep

from ..fixed_seeds import FIRST_WORLDS, NEXT_WORLDS, WORLDS
from . import worlds

PLANTED = -0.15


def tried(make, estimate, effect, seeds):
    """Coverage of the interval, and how often the effect counts as demonstrated."""
    covered, alarms = [], []
    for seed in seeds:
        world = make(seed, effect)
        try:
            found = estimate(world.design)
        except PoorFitError:
            continue
        covered.append(found.lower <= world.effect <= found.upper)
        alarms.append(found.p_value <= 0.05 and not found.lower <= 0 <= found.upper)
    assert len(covered) >= 0.9 * len(seeds)
    return float(np.mean(covered)), float(np.mean(alarms))


def of_staggered(panel):
    return staggered_start.estimate(panel, seed=7, after=panel.periods[30:])


def of_series(series):
    return interrupted_series.estimate(series, None)


CASES = [
    pytest.param(worlds.staggered, of_staggered, WORLDS, id="staggered"),
    pytest.param(worlds.single, single_region.estimate, WORLDS, id="synthetic_control"),
    pytest.param(worlds.interrupted, of_series, NEXT_WORLDS, id="interrupted_series"),
]


@pytest.mark.long
@pytest.mark.parametrize(("make", "estimate", "seeds"), CASES)
def test_the_interval_covers_a_planted_effect_in_80_per_cent_of_the_worlds(make, estimate, seeds):
    coverage, found = tried(make, estimate, PLANTED, seeds)
    assert coverage == pytest.approx(0.80, abs=0.05)
    assert found > 0.15


@pytest.mark.long
@pytest.mark.parametrize(("make", "estimate", "seeds"), CASES)
def test_without_an_effect_at_most_one_world_in_twenty_alarms(make, estimate, seeds):
    coverage, alarms = tried(make, estimate, 0.0, seeds)
    assert coverage == pytest.approx(0.80, abs=0.05)
    assert alarms <= 0.05


@pytest.mark.long
def test_bounds_of_a_series_are_right_when_its_level_drifts_as_expected():
    """Drifts drawn from the prior: averaged over these a right posterior covers exactly as often as it says."""
    coverage, _ = tried(worlds.drifting, of_series, 0.0, NEXT_WORLDS)
    assert coverage == pytest.approx(0.80, abs=0.05)


def test_bounds_of_a_step_are_quantiles_of_its_distribution():
    step = LevelStep(np.array([0.0, 0.2]), np.array([0.05, 0.5]), np.array([0.7, 0.3]), 40, is_logarithm=True)
    generator = np.random.default_rng(1)
    chosen = generator.choice(2, 200_000, p=step.weights)
    distances = np.abs(step.sizes[chosen] + step.errors[chosen] * generator.standard_t(40, 200_000) - step.size)
    for coverage in (0.5, 0.8, 0.95):
        assert np.mean(distances <= step.margin(coverage)) == pytest.approx(coverage, abs=0.005)
    assert step.p_value == pytest.approx(np.mean(distances >= step.size), abs=0.005)
    # Those of one distribution with its variance are not.
    assert np.mean(distances <= 1.3 * np.sqrt(np.mean(distances**2))) > 0.85


def test_drifts_count_by_how_far_they_lie_apart(monkeypatch):
    """Ratios in between, where there are many already, change nothing."""
    series = [worlds.interrupted(seed, PLANTED).design for seed in FIRST_WORLDS]
    margins = [interrupted_series.step(one).margin(0.8) for one in series]
    finer = sorted({*interrupted_series._LEVEL_RATIOS, *np.linspace(0.0, 0.3, 61).round(4)})
    monkeypatch.setattr(interrupted_series, "_LEVEL_RATIOS", tuple(finer))
    assert [interrupted_series.step(one).margin(0.8) for one in series] == pytest.approx(margins, rel=0.005)


def test_a_start_that_is_not_compared_with_what_did_not_start_alarms_too_often():
    """The before-and-after difference of the same worlds: why it is never shown as an effect."""
    alarms = []
    for seed in WORLDS[:40]:
        panel = worlds.staggered(seed, 0.0).design
        rows = panel.values[panel.starts == 30]
        change = rows[:, 30:].mean(axis=1) - rows[:, :30].mean(axis=1)
        alarms.append(abs(change.mean()) > 1.96 * change.std(ddof=1) / np.sqrt(len(change)))
    assert np.mean(alarms) > 0.05


def test_the_interval_of_a_synthetic_control_is_of_use_in_few_worlds_already():
    coverage, alarms = tried(worlds.single, single_region.estimate, PLANTED, WORLDS[:20])
    assert coverage >= 0.6
    assert alarms >= 0.8
