"""Short-term forecasts of simulated small counts: calibration, error, sums, and nothing from after the origin."""

from dataclasses import replace

import numpy as np
import pytest

from dagster_project.analysis.forecasting.distribution import expected_coverage
from dagster_project.analysis.forecasting.panel import Panel
from dagster_project.analysis.forecasting.short_term import DEFAULT, RECENT, Forecast, forecast, origins_of

from ..fixed_seeds import FIRST_WORLDS, WORLDS
from .worlds import AHEAD, DISTRICTS, KNOWN, NEIGHBOURHOODS, panel_of, world


def last_forecast(panel: Panel) -> Forecast:
    known = replace(panel, values=panel.values[:KNOWN])
    return list(forecast(known, origins_of(KNOWN, 12, 24), AHEAD))[-1]


@pytest.fixture(scope="module")
def forecasts():
    worlds = [world(seed) for seed in FIRST_WORLDS]
    panels = [panel_of(one.counts) for one in worlds]
    return [(one, panel, last_forecast(panel)) for one, panel in zip(worlds, panels, strict=True)]


def coverage(panel: Panel, made: Forecast, columns: np.ndarray, width: float = 0.8) -> float:
    came = panel.values[KNOWN:]
    inside = expected_coverage(made.predictive.cdf_below(came), made.predictive.cdf(came), width)
    return float(inside[:, columns].mean())


def test_the_worlds_are_as_described(forecasts):
    zeros = np.mean([(one.counts == 0).mean() for one, *_ in forecasts])
    assert 0.36 < zeros < 0.44
    assert np.median(np.concatenate([one.means[0] for one, *_ in forecasts])) == pytest.approx(0.95, abs=0.1)


@pytest.mark.parametrize("level", [1, 2])
def test_eighty_per_cent_of_figures_lie_in_the_band(forecasts, level):
    """Of the municipality twelve worlds are twelve series, too few to tell: all worlds are in the long form below."""
    found = [coverage(panel, made, panel.levels[level]) for _, panel, made in forecasts]
    assert 0.75 <= np.mean(found) <= 0.85


@pytest.mark.long
def test_eighty_per_cent_of_figures_of_all_worlds_lie_in_the_band():
    found = []
    for seed in WORLDS:
        panel = panel_of(world(seed).counts)
        made = last_forecast(panel)
        found.append([coverage(panel, made, columns) for columns in panel.levels])
    assert np.mean(found, axis=0) == pytest.approx([0.80] * 3, abs=0.05)


def test_a_band_that_is_too_narrow_or_too_wide_is_noticed(forecasts):
    for factor, is_enough in ((0.3, False), (3.0, True)):
        found = np.mean(
            [
                coverage(panel, replace(made, variance=made.variance * factor), panel.levels[1])
                for _, panel, made in forecasts
            ]
        )
        assert (found > 0.85) == is_enough
        assert not 0.75 <= found <= 0.85


def test_no_band_lies_below_zero(forecasts):
    for *_, made in forecasts:
        assert (made.predictive.quantile(0.1) >= 0).all()
        # A band of a normal distribution would.
        assert (made.mean - 1.28 * np.sqrt(made.variance) < 0).any()


def test_errors_are_within_four_per_cent_of_knowing_the_true_mean(forecasts):
    def error(means, one):
        return np.sqrt(np.mean([(means - one.counts[KNOWN:]) ** 2]))

    parts = slice(0, NEIGHBOURHOODS)
    ratios = [error(made.mean[:, parts], one) / error(one.means[KNOWN:], one) for one, _, made in forecasts]
    repeated = [error(one.counts[KNOWN - 12 : KNOWN], one) / error(one.means[KNOWN:], one) for one, *_ in forecasts]
    assert np.mean(ratios) < 1.04
    assert np.mean(repeated) > 1.2


def test_levels_add_up_exactly(forecasts):
    for _, panel, made in forecasts:
        for group in panel.groups:
            assert (made.mean[:, list(group.parts)].sum(axis=1) == made.mean[:, group.column]).all()
        districts = made.mean[:, NEIGHBOURHOODS : NEIGHBOURHOODS + DISTRICTS]
        assert (districts[:, ::-1].sum(axis=1) == made.mean[:, panel.whole]).all()


def test_figures_that_are_in_no_part_stay_in_the_total():
    counts = world(1).counts[:KNOWN]
    panel = panel_of(counts)
    panel.values[:, panel.whole] += 30.0
    made = last_forecast(panel)
    outside = made.mean[:, panel.whole] - made.mean[:, NEIGHBOURHOODS : NEIGHBOURHOODS + DISTRICTS].sum(axis=1)
    assert np.mean(outside) == pytest.approx(30, rel=0.2)


def test_a_forecast_knows_nothing_after_its_origin():
    counts = world(2).counts
    other = counts.copy()
    other[KNOWN:] += 50
    first, second = (list(forecast(panel_of(values), (48, 51, KNOWN), AHEAD)) for values in (counts, other))
    for one, two in zip(first, second, strict=True):
        assert one.method == two.method
        assert (one.mean == two.mean).all()
        assert (one.variance == two.variance).all()
    # The same change before the origin is seen.
    other[KNOWN - 1] += 50
    assert (next(forecast(panel_of(other), (KNOWN,), AHEAD)).mean != first[-1].mean).any()


def test_the_same_figures_give_the_same_bytes():
    panel = panel_of(world(3).counts)
    first, second = (last_forecast(panel) for _ in range(2))
    assert first.mean.tobytes() == second.mean.tobytes()
    assert first.predictive.quantile(0.9).tobytes() == second.predictive.quantile(0.9).tobytes()


def test_shares_of_the_last_months_are_taken_where_they_were_better():
    """A stock in which regions drift apart slowly, as benefits do; and small counts, where they are not."""
    random = np.random.default_rng(4)
    drift = np.exp(np.cumsum(random.normal(0, 0.04, (KNOWN, 40)), axis=0))
    stock = np.round(120 * drift)
    values = np.column_stack([stock, stock.sum(axis=1)])
    panel = Panel(values, 40, tuple(range(40)), (), None, 12, 1)
    methods = [made.method for made in forecast(panel, origins_of(KNOWN, 12, 24), AHEAD)]
    assert methods[0] == DEFAULT
    assert methods[-1] == RECENT
    assert last_forecast(panel_of(world(5).counts)).method == DEFAULT


def test_small_regions_are_shrunk_to_the_share_of_their_size():
    random = np.random.default_rng(6)
    sizes = np.repeat([500.0, 3000.0], 30)
    counts = random.poisson(sizes / 1000, (KNOWN, 60)).astype(float)
    values = np.column_stack([counts, counts.sum(axis=1)])
    panel = Panel(values, 60, tuple(range(60)), (), sizes, 12, 1)
    (made,) = forecast(panel, (KNOWN,), AHEAD)
    raw = counts[-24:].mean(axis=0)
    assert np.abs(made.mean[:, :60].mean(axis=0) - sizes / 1000).mean() < 0.6 * np.abs(raw - sizes / 1000).mean()


def test_rounded_counts_have_bands_of_multiples_of_five_that_cover_as_often():
    found = []
    for seed in FIRST_WORLDS[:4]:
        random = np.random.default_rng(seed)
        means = 8 * world(seed).means
        counts = random.negative_binomial(20.0, 20 / (20 + means))
        rounded = counts // 5 * 5 + 5 * (random.random(counts.shape) < counts % 5 / 5)
        panel = panel_of(rounded.astype(float), step=5)
        made = last_forecast(panel)
        assert (made.predictive.quantile(0.9) % 5 == 0).all()
        found.append(coverage(panel, made, panel.levels[-1]))
    assert 0.75 <= np.mean(found) <= 0.85


def test_a_constant_series_gives_a_forecast_without_failing():
    panel = Panel(np.full((KNOWN, 1), 7.0), 0, (), (), None, 12, 1)
    (made,) = forecast(panel, (KNOWN,), AHEAD)
    assert (made.mean == 7).all()
    assert np.isfinite(made.predictive.quantile(0.9)).all()
