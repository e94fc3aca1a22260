"""Made-up cases: a measure with the published figures of its region and of others, to break in one way each."""

from dataclasses import replace
from datetime import date

import numpy as np

from dagster_project.analysis.effects.effect_case import EffectCase, Registration, Series, Wording

START = date(2025, 1, 1)
TREATED = "GM9999"
MEN_WITH_BENEFIT = Wording(
    unit_nl="per 1.000 inwoners",
    decimals=1,
    noun_nl="mensen met bijstand",
    factor=1000,
    is_stock=True,
    compared_nl="gemeenten",
)


def month(number):
    """The first day of a month, counted from January 2022."""
    return date(2022 + number // 12, number % 12 + 1, 1)


def day_before(day):
    return date.fromordinal(day.toordinal() - 1)


def monthly(values, groups=50_000.0, noise=np.nan, regions=None, **changed):
    """A series of months from January 2022 on (regions x months)."""
    count, months = values.shape
    fields = {
        "indicator_code": "welfare_recipients_per_1000",
        "period_type": "month",
        "periods": tuple(f"{month(at):%Y-%m}" for at in range(months)),
        "period_starts": tuple(month(at) for at in range(months)),
        "period_ends": tuple(day_before(month(at + 1)) for at in range(months)),
        "regions": regions or (TREATED, *(f"GM{9900 + at}" for at in range(1, count))),
        "values": values,
        "first_values": values.copy(),
        "noise": np.full(values.shape, noise),
        "groups": np.full(values.shape, groups),
        "missing_reasons": np.where(np.isnan(values), "unknown", "").astype("U32"),
        "is_provisional": np.zeros(values.shape, dtype=bool),
    }
    return Series(**(fields | changed))


def levels(seed=5, regions=31, months=54, effect=0.0, at=36):
    """Rates of regions that share trends; the first one is a mix of others with an effect from a month on."""
    generator = np.random.default_rng(seed)
    trends = np.cumsum(generator.normal(0, 0.3, (3, months)), axis=1)
    values = 30 + generator.uniform(-8, 8, (regions, 1)) + generator.dirichlet(np.ones(3), regions) @ trends
    values[0] = values[1:4].mean(axis=0)
    values = values + generator.normal(0, 0.3, values.shape)
    values[0, at:] *= 1 + effect
    return values


def case(values, series=None, starts=None, donors=None, control=None, wording=MEN_WITH_BENEFIT, **registered):
    """A measure of the first region since January 2025; the other regions are its donors."""
    series = series or monthly(values)
    starts = starts or {series.regions[0]: START}
    return EffectCase(
        registration=Registration("FM-999", starts, **registered),
        series=series,
        wording=wording,
        donors=tuple(region for region in series.regions if region not in starts) if donors is None else donors,
        control=control,
    )


def with_values(found, values):
    """The same case with other figures."""
    return replace(found, series=replace(found.series, values=values, first_values=values.copy()))
