"""Real police figures of municipalities, with an effect planted in one of them: the interval and the test hold up."""

import numpy as np
import pytest
from suppliers.real_tables import police_file

from dagster_project.analysis.effects import single_region
from dagster_project.analysis.effects.donor_weights import PoorFitError, require_fit
from dagster_project.analysis.effects.single_region import DonorPanel

BURGLARY, START, SMALLEST = "1.1.1", "2021", 20_000


@pytest.fixture(scope="module")
def burglaries():
    """Residential burglaries per 1,000 inhabitants, municipalities x 2012 to 2025, and the inhabitants."""
    file = police_file()
    years = [str(year) for year in file["years"]]
    counts, people = file["counts"][BURGLARY], file["population"]
    known = [
        code
        for code in counts
        if all(counts[code].get(year) is not None and people.get(code, {}).get(year, 0) > SMALLEST for year in years)
    ]
    size = np.array([[people[code][year] for year in years] for code in known])
    return years, 1000 * np.array([[counts[code][year] for year in years] for code in known]) / size, size.mean(axis=1)


@pytest.mark.parametrize("effect", [-0.15, 0.0])
def test_planted_effects_are_covered_and_none_seldom_alarms(burglaries, effect):
    years, rates, size = burglaries
    before = years.index(START)
    covered, alarms = [], []
    for treated in np.random.default_rng(1).permutation(len(rates))[:25]:
        values = np.vstack([rates[treated], np.delete(rates, treated, axis=0)])
        true = effect * values[0, before:].mean()
        noise = float(np.sqrt(1000 * values[0].mean() / size[treated]))
        values[0, before:] *= 1 + effect
        panel = DonorPanel(
            tuple(map(str, range(len(values)))), tuple(years), values, before, tuple(range(before, len(years))), noise
        )
        tried = single_region.placebos(values, slice(0, before), panel.after)
        try:
            require_fit(tried.fits[0], values, slice(0, before), noise)
        except PoorFitError:
            continue
        effects = np.array([fit.effect for fit in tried.fits])
        covered.append(abs(effects[0] - true) <= tried.margin(effects))
        alarms.append(tried.p_value(effects) <= 0.05)
    assert len(covered) >= 20
    assert np.mean(covered) >= 0.65
    assert effect or np.mean(alarms) <= 0.1
