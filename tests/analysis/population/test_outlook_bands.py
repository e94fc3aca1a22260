import numpy as np
import pytest

from dagster_project.analysis.population.outlook_bands import FEWEST_POINTS, ErrorModel, bands, fit_errors

TRUTH = ErrorModel(of_size=4.0, of_all=0.01, freedom=600)
MANY = 600


def world(seed: int, points: int = 600) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Projections, what came, and horizons, with errors of a known variance."""
    generator = np.random.default_rng(seed)
    projected, horizon = np.exp(generator.uniform(3, 8, points)), generator.integers(1, 8, points).astype(float)
    growth = horizon / 5
    spread = np.sqrt(growth * TRUTH.of_size / projected + growth**2 * TRUTH.of_all)
    return projected, projected * np.exp(generator.normal(0, spread)), horizon


def coverage(projected: np.ndarray, actual: np.ndarray, horizon: np.ndarray, model: ErrorModel, level: str) -> float:
    lower, upper = bands(projected, horizon, model)[level]
    return float(((lower <= actual) & (actual <= upper)).mean())


@pytest.mark.parametrize(("level", "wanted"), [("50", 0.5), ("80", 0.8)])
def test_bands_cover_new_figures_as_often_as_they_say(level, wanted):
    model = fit_errors(*world(1), MANY)
    shares = [coverage(*world(seed), model, level) for seed in range(2, 12)]
    assert np.mean(shares) == pytest.approx(wanted, abs=0.05)


def test_the_parts_of_the_error_are_told_apart():
    model = fit_errors(*world(1, points=4000), MANY)
    assert model.of_size == pytest.approx(TRUTH.of_size, rel=0.25)
    assert model.of_all == pytest.approx(TRUTH.of_all, rel=0.25)


def test_larger_errors_make_wider_bands_and_no_band_is_negative():
    projected, actual, horizon = world(3)
    wider = fit_errors(projected, projected * (actual / projected) ** 2, horizon, MANY)
    assert (
        bands(projected, horizon, wider)["80"][1] > bands(projected, horizon, fit_errors(*world(3), MANY))["80"][1]
    ).all()
    lower, _ = bands(np.array([0.0, 1.0, 3.0]), np.array([15.0, 15.0, 15.0]), ErrorModel(9.0, 1.0, MANY))["80"]
    assert (lower >= 0).all()


def test_errors_of_few_figures_say_nothing():
    assert fit_errors(*(column[: FEWEST_POINTS - 1] for column in world(1)), MANY) is None
    projected, actual, horizon = world(1, FEWEST_POINTS)
    actual[0] = np.nan
    assert fit_errors(projected, actual, horizon, MANY) is None


def test_bands_from_few_independent_errors_are_wider():
    projected, actual, horizon = world(1)
    widths = [
        np.log(np.divide(*bands(projected, horizon, fit_errors(projected, actual, horizon, freedom))["80"])).mean()
        for freedom in (0.5, 2, 10, MANY)
    ]
    assert widths == sorted(widths)
    assert widths[1] < 1.4 * widths[3]
