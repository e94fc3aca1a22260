"""Forecasts of an indicator in an area, how good earlier ones were, and months that are not reported in full."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from dashboard.reading.board import Board

FORECASTS = "fct_forecasts"
# The forecast of the coming months, if nothing changes.
UNCHANGED = "unchanged"
_FORECASTS = """
    select
        indicator_code,
        region_code,
        scenario_code,
        is_latest,
        origin_period,
        period_type,
        period,
        period_end_date,
        mean_value,
        lower_50,
        upper_50,
        lower_80,
        upper_80,
        actual_value,
        beats_naive,
        fresh_until
    from fct_forecasts
    where indicator_code = {indicator} and region_code = {area}
    order by scenario_code, is_latest, period_end_date
"""
_QUALITY = """
    select
        points_count,
        wape_year_pct,
        naive_wape_year_pct,
        mase,
        naive_mase,
        two_years_mase,
        coverage_80_pct,
        beats_naive,
        reason_nl,
        fresh_until,
        region_code = 'all' as is_of_level,
        ten_years_origin_period,
        ten_years_period,
        ten_years_wape_pct,
        naive_ten_years_wape_pct,
        ten_years_regions_count,
        regions_count,
        ten_years_reason_nl
    from fct_forecast_quality
    where indicator_code = {indicator}
        and (region_code = {area} or (region_level = {level} and region_code = 'all'))
    order by region_code = 'all'
"""
_SCENARIOS = """
    select
        scenario_code,
        label_nl,
        definition_nl
    from dim_scenario
    where scenario_order > 0
    order by scenario_order
"""
_NOWCASTS = """
    select
        period,
        reported_value,
        expected_value,
        lower_80,
        upper_80,
        reason_nl,
        fresh_until
    from fct_nowcasts
    where indicator_code = {indicator} and region_code = {area} and is_latest
    order by period
"""


@dataclass(frozen=True)
class Forecast:
    """Expected figure of a period, with its bands of 50 and 80 percent."""

    indicator_code: str
    area_code: str
    scenario: str
    # Of an earlier forecast the figure came, in ``actual``.
    is_latest: bool
    # The last period that it knew.
    origin_period: str
    period_type: str
    period: str
    period_end: date
    mean: float
    lower_50: float
    upper_50: float
    lower_80: float
    upper_80: float
    actual: float | None
    # Whether it did better in the past than repeating the year before; None where that could not be tested.
    beats_naive: bool | None
    fresh_until: date

    @property
    def is_right(self) -> bool | None:
        """Whether what came lies within the band of 80 percent; None if nothing came."""
        return None if self.actual is None else self.lower_80 <= self.actual <= self.upper_80


@dataclass(frozen=True)
class Scenario:
    """An assumption about the years to come."""

    code: str
    label: str
    definition: str


@dataclass(frozen=True)
class TenYears:
    """Error of the first edition that was projected ten years on, of an area or of all areas of its level together."""

    is_of_level: bool
    # None where nothing could be compared.
    origin: str | None
    period: str | None
    # In percent of the figures that came: of the projection, and of a constant share of the municipality.
    wape_pct: float | None
    naive_wape_pct: float | None
    # Areas that could be compared, of all that the level has; None of a forecast of months.
    areas: int | None
    all_areas: int | None
    # Why nothing could be compared.
    reason: str | None


@dataclass(frozen=True)
class Quality:
    """Errors of earlier forecasts of an area, or of all areas of its level together."""

    points: int
    # Error over the sum of a year, in percent of that sum: of the forecast, and of repeating the year before.
    wape_year_pct: float | None
    naive_wape_year_pct: float | None
    # Error per month, in that of repeating within the history; of the mean of two years as well.
    mase: float | None
    naive_mase: float | None
    two_years_mase: float | None
    coverage_80_pct: float | None
    beats_naive: bool | None
    # Why there is no forecast.
    reason: str | None
    fresh_until: date
    ten_years: TenYears = field(kw_only=True)


@dataclass(frozen=True)
class Nowcast:
    """A month that is not reported in full, and what it is expected to become."""

    period: str
    reported: float | None
    # None with a reason.
    expected: float | None
    lower: float | None
    upper: float | None
    reason: str | None
    fresh_until: date


def are_made(board: Board) -> bool:
    """Whether the release has forecasts at all."""
    return FORECASTS in board.release.marts


def is_forecast(board: Board, indicator: str) -> bool:
    """Whether the release forecasts an indicator anywhere, expired or not."""
    if not are_made(board):
        return False
    query = "select count(*) > 0 from release.snapshot.fct_forecast_quality where indicator_code = $indicator"
    row = board.cursor.execute(query, {"indicator": indicator}).fetchone()
    return bool(row and row[0])


def forecasts(board: Board, indicator: str, area: str) -> list[Forecast]:
    """Forecasts by scenario, the older one first."""
    if not are_made(board):
        return []
    rows = board.rows(_FORECASTS, indicator=indicator, area=area)
    return [Forecast(*row) for row in rows]


def quality(board: Board, indicator: str, area: str, level: str) -> list[Quality]:
    """Errors of earlier forecasts, those of the area itself before those of its level."""
    if not are_made(board):
        return []
    rows = board.rows(_QUALITY, indicator=indicator, area=area, level=level)
    return [Quality(*row[:10], ten_years=TenYears(*row[10:])) for row in rows]


def nowcasts(board: Board, indicator: str, area: str) -> list[Nowcast]:
    """Months that are not reported in full yet, oldest first."""
    if not are_made(board):
        return []
    rows = board.rows(_NOWCASTS, indicator=indicator, area=area)
    return [Nowcast(*row) for row in rows]


def scenarios(board: Board) -> list[Scenario]:
    """The scenarios of the long term, in their order."""
    return [Scenario(*row) for row in board.rows(_SCENARIOS)]


def coming(found: Sequence[Forecast], scenario: str = UNCHANGED) -> list[Forecast]:
    """The newest forecast of a scenario."""
    return [one for one in found if one.is_latest and one.scenario == scenario]


def past(found: Sequence[Forecast]) -> list[Forecast]:
    """The earlier forecast, of which the figures came since."""
    return [one for one in found if not one.is_latest]
