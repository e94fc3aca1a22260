"""Last figure of indicators and areas with the one of a year earlier, in one query."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import duckdb

_CURRENT = """
    select
        now.region_code,
        now.indicator_code,
        now.period_type,
        now.period,
        now.period_end_date,
        now.value,
        now.status,
        now.missing_reason,
        now.feed,
        now.released_at,
        now.checked_at,
        now.fresh_until,
        earlier.period as year_before_period,
        earlier.value as year_before_value,
        profile.is_change_outside_noise
    from fct_indicator_values as now
    left join fct_indicator_values as earlier
        on now.region_code = earlier.region_code
        and now.indicator_code = earlier.indicator_code
        and now.period_type = earlier.period_type
        and now.period_start_date = earlier.period_start_date + interval 1 year
        and earlier.fresh_until >= $today
        and earlier.indicator_code in (select unnest($indicators))
        and earlier.region_code in (select unnest($areas))
    left join mart_neighbourhood_profile as profile
        on now.region_code = profile.neighbourhood_code
        and now.indicator_code = profile.indicator_code
        and now.period = profile.period
        and profile.figure_fresh_until >= $today
        and profile.indicator_code in (select unnest($indicators))
        and profile.neighbourhood_code in (select unnest($areas))
    where
        now.is_current
        and now.fresh_until >= $today
        and now.indicator_code in (select unnest($indicators))
        and now.region_code in (select unnest($areas))
    order by now.region_code, now.indicator_code
"""


@dataclass(frozen=True)
class CurrentFigure:
    """Last figure of an indicator in an area, and what may be said beside it."""

    area_code: str
    indicator_code: str
    period_type: str
    period: str
    period_end: date
    value: float | None
    status: str
    missing_reason: str | None
    feed: str
    released_at: datetime | None
    checked_at: datetime
    fresh_until: date
    year_before_period: str | None
    year_before_value: float | None
    # None where chance is not known, as for counts of the whole municipality.
    is_change_outside_noise: bool | None

    @property
    def change(self) -> float | None:
        """Difference with a year earlier."""
        if self.value is None or self.year_before_value is None:
            return None
        return self.value - self.year_before_value


def current_figures(
    cursor: duckdb.DuckDBPyConnection, today: date, indicators: Sequence[str], areas: Sequence[str]
) -> dict[tuple[str, str], CurrentFigure]:
    """Return the last figures that may be shown today, by indicator and area."""
    if not indicators or not areas:
        return {}
    values = {"today": today, "indicators": list(indicators), "areas": list(areas)}
    rows = [CurrentFigure(*row) for row in cursor.execute(_CURRENT, values).fetchall()]
    return {(figure.indicator_code, figure.area_code): figure for figure in rows}
