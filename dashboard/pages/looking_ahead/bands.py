"""Forecasts as lines with bands, and as cells of a table."""

from collections.abc import Sequence
from dataclasses import replace

from markupsafe import Markup

from dashboard.charts import line
from dashboard.presentation.graphs import series_of
from dashboard.presentation.shown import rounding_of
from dashboard.reading.figure import Figure, Indicator
from dashboard.reading.forecasts import Forecast
from dashboard.words import expectations, periods

_DATA = Markup('<data value="{} {}" data-f="{}" data-i="{}" data-a="{}" data-p="{}" data-s="{}">{}</data>')


def wide(one: Forecast, chosen: Indicator) -> expectations.Range:
    """The band of 80 percent, rounded as the figures of the indicator are."""
    return expectations.Range(one.lower_80, one.upper_80).rounded(rounding_of(chosen) or 0)


def close(one: Forecast, chosen: Indicator) -> expectations.Range:
    """The band of 50 percent, rounded in the same way."""
    return expectations.Range(one.lower_50, one.upper_50).rounded(rounding_of(chosen) or 0)


def cell(one: Forecast, share: int, chosen: Indicator) -> Markup:
    """The band of 50 or 80 percent, which a machine can compare with its mart."""
    lower, upper, shown = (
        (one.lower_80, one.upper_80, wide(one, chosen))
        if share == 80
        else (one.lower_50, one.upper_50, close(one, chosen))
    )
    text = expectations.between(shown, chosen)
    return _DATA.format(
        repr(lower), repr(upper), share, one.indicator_code, one.area_code, one.period, one.scenario, text
    )


def known_line(chosen: Indicator, figures: Sequence[Figure]) -> list[line.Series]:
    """The line of the past; none without a figure."""
    known = [one for one in figures if one.value is not None]
    return [replace(series_of(chosen, "Gemeten", figures), end_label="", has_dots=False)] if known else []


def expected_line(found: Sequence[Forecast], name: str = "Verwacht", end_label: str = "") -> line.Series:
    """The line of expected values."""
    points = (
        line.Point(one.period_end, periods.period_axis(one.period_type, one.period, one.period_end), one.mean)
        for one in found
    )
    return line.Series(name, tuple(points), end_label, has_dots=False)


def fans(found: Sequence[Forecast]) -> list[list[line.Point]]:
    """Both bands, the wider one first."""
    return [
        [line.Point(one.period_end, "", one.mean, one.lower_80, one.upper_80) for one in found],
        [line.Point(one.period_end, "", one.mean, one.lower_50, one.upper_50) for one in found],
    ]
