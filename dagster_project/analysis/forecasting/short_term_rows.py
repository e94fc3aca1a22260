"""Short-term forecasts from rows and as rows: the way in for a table of figures."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from dagster_project.analysis.forecasting.panel import Group, Panel
from dagster_project.analysis.forecasting.short_term import Forecast, forecast, origins_of

WHOLE, DISTRICT, PART = "municipality", "district", "neighbourhood"
_QUANTILES = (0.1, 0.25, 0.75, 0.9)
# The least history of which shares and seasons can be estimated.
_FEWEST_YEARS, _FEWEST_PERIODS = 2, 7


class Figure(NamedTuple):
    """A published figure of one indicator; ``number`` counts its periods from 1, ``size`` is that of the region."""

    region_code: str
    region_level: str
    period: str
    number: int
    value: float | None
    step: int
    season: int
    size: float | None


class ForecastRow(NamedTuple):
    """A forecast of one region and period; both probabilities are empty while the figure is not known.

    They are the predictive distribution just below and at the figure that came.
    """

    region_code: str
    origin_period: str
    period: str
    horizon: int
    is_latest: bool
    method: str
    mean_value: float
    lower_80: float
    lower_50: float
    upper_50: float
    upper_80: float
    probability_below: float | None
    probability_at: float | None


def short_term_rows(figures: Sequence[Figure], members: Mapping[str, Sequence[str]]) -> Iterator[ForecastRow]:
    """Forecast every region of one indicator a year ahead, from the newest origin and from earlier ones.

    ``members`` are the neighbourhoods of districts and areas. The municipality is among the figures, without gaps.
    """
    panel, regions = _panel(figures, members)
    periods = {figure.number: figure.period for figure in figures}
    last = len(panel.values)
    fewest = max(_FEWEST_YEARS * panel.season, _FEWEST_PERIODS)
    for made in forecast(panel, origins_of(last, panel.season, fewest), panel.season):
        yield from _rows(panel, regions, made, periods[made.origin], is_latest=made.origin == last)


def period_after(period: str, number: int) -> str:
    """Name of the period so many after 2026-10, 2026-Q3 or 2026.

    >>> period_after("2026-10", 3), period_after("2026-Q3", 2), period_after("2026", 1)
    ('2027-01', '2027-Q1', '2027')
    """
    year, mark, rest = period[:4], period[4:6].rstrip("0123456789"), period[4:].lstrip("-Q")
    in_year = {"-": 12, "-Q": 4, "": 1}[mark]
    years, index = divmod(int(year) * in_year + (int(rest) - 1 if rest else 0) + number, in_year)
    return f"{years}{mark}{index + 1:02}" if in_year == 12 else f"{years}{mark}{index + 1 if mark else ''}"


def _panel(figures: Iterable[Figure], members: Mapping[str, Sequence[str]]) -> tuple[Panel, list[str]]:
    figures = list(figures)
    levels = {figure.region_code: figure.region_level for figure in figures}
    sizes = {figure.region_code: figure.size for figure in figures}
    regions = sorted(levels)
    column_of = {region: column for column, region in enumerate(regions)}
    values = np.full((max(figure.number for figure in figures), len(regions)), np.nan)
    for figure in figures:
        if figure.value is not None:
            values[figure.number - 1, column_of[figure.region_code]] = figure.value
    parts = [region for region in regions if levels[region] == PART]
    groups = [
        Group(
            column_of[region],
            tuple(column_of[part] for part in sorted(members.get(region, ())) if levels.get(part) == PART),
            levels[region] == DISTRICT,
        )
        for region in regions
        if levels[region] not in (WHOLE, PART)
    ]
    known = [size for part in parts if (size := sizes[part]) is not None]
    (whole,) = (region for region in regions if levels[region] == WHOLE)
    panel = Panel(
        values=values,
        whole=column_of[whole],
        parts=tuple(column_of[part] for part in parts),
        groups=tuple(groups),
        # A neighbourhood without inhabitants has events too: a size of none would keep its share at none.
        sizes=np.maximum(known, 1.0) if parts and len(known) == len(parts) else None,
        season=figures[0].season,
        step=figures[0].step,
    )
    return panel, regions


def _rows(
    panel: Panel, regions: Sequence[str], made: Forecast, origin: str, *, is_latest: bool
) -> Iterator[ForecastRow]:
    predictive = made.predictive
    actual = np.full(made.mean.shape, np.nan)
    seen = panel.values[made.origin : made.origin + len(actual)]
    actual[: len(seen)] = seen
    below, at = predictive.cdf_below(actual), predictive.cdf(actual)
    bands = [predictive.quantile(probability) for probability in _QUANTILES]
    for step in range(len(actual)):
        period = period_after(origin, step + 1)
        for column, region in enumerate(regions):
            is_known = not np.isnan(actual[step, column])
            lower_80, lower_50, upper_50, upper_80 = (float(band[step, column]) for band in bands)
            yield ForecastRow(
                region,
                origin,
                period,
                step + 1,
                is_latest,
                made.method,
                float(made.mean[step, column]),
                lower_80,
                lower_50,
                upper_50,
                upper_80,
                float(below[step, column]) if is_known else None,
                float(at[step, column]) if is_known else None,
            )
