"""Nowcasts from rows and as rows: of the months that are not reported in full now, and of those that were."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dagster_project.analysis.forecasting.nowcast import FEWEST_PERIODS, expected_final

Array = NDArray[np.float64]


class KnownFigure(NamedTuple):
    """A figure as it was known at an age: whole months after the month of its period. ``month`` counts months."""

    region_code: str
    month: int
    age: int
    value: float


class NowcastRow(NamedTuple):
    """A nowcast as of an age. It is empty while too few months are final, ``final_value`` while this one is not."""

    region_code: str
    month: int
    age: int
    is_latest: bool
    reported_value: float
    expected_value: float | None
    lower_80: float | None
    upper_80: float | None
    final_value: float | None


def nowcast_rows(known: Sequence[KnownFigure], complete_after: int, step: int) -> Iterator[NowcastRow]:
    """Nowcast of every month at the age at which it was first known, and of those that are not complete as of now.

    A figure is final ``complete_after`` months after its period. Each nowcast uses what was known at that time alone.
    """
    triangle, regions, first = _triangle(known, complete_after)
    is_known = np.array([np.isfinite(of_month).any(axis=0) for of_month in triangle])
    newest = max(figure.month + figure.age for figure in known)
    for period in range(len(triangle)):
        month = first + period
        age_now = newest - month
        incomplete = [age for age in range(min(complete_after, age_now + 1)) if is_known[period, age]]
        if not incomplete:
            continue
        final = triangle[period, :, complete_after] if age_now >= complete_after else None
        # Of a complete month one nowcast is scored; of another the newest as well.
        for age in sorted({incomplete[0], *([age_now] if age_now < complete_after else [])}):
            yield from _of_month(triangle, regions, first, period, age, complete_after, step, final, newest)


def _of_month(
    triangle: Array,
    regions: Sequence[str],
    first: int,
    period: int,
    age: int,
    complete_after: int,
    step: int,
    final: Array | None,
    newest: int,
) -> Iterator[NowcastRow]:
    reported = triangle[period, :, age]
    past = triangle[: max(period + age - complete_after + 1, 0)]
    past = past[np.isfinite(past[:, :, age]).any(axis=1)]
    made = None
    if len(past) >= FEWEST_PERIODS:
        made = expected_final(reported, past[:, :, age], past[:, :, complete_after], step)
    for column, region in enumerate(regions):
        if np.isnan(reported[column]):
            continue
        yield NowcastRow(
            region,
            first + period,
            age,
            first + period + age == newest,
            float(reported[column]),
            float(made.expected[column]) if made else None,
            float(made.lower[column]) if made else None,
            float(made.upper[column]) if made else None,
            None if final is None or np.isnan(final[column]) else float(final[column]),
        )


def _triangle(known: Sequence[KnownFigure], complete_after: int) -> tuple[Array, list[str], int]:
    """Figures by month, region and age, each kept until it changes; the regions; and the first month."""
    regions = sorted({figure.region_code for figure in known})
    column_of = {region: column for column, region in enumerate(regions)}
    first = min(figure.month for figure in known)
    months = max(figure.month for figure in known) - first + 1
    triangle = np.full((months, len(regions), complete_after + 1), np.nan)
    # Changes after a figure is final are revisions, not late reports.
    for figure in sorted(known, key=lambda figure: figure.age):
        if figure.age <= complete_after:
            triangle[figure.month - first, column_of[figure.region_code], figure.age :] = figure.value
    return triangle, regions, first
