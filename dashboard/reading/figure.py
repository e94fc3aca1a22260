"""Values that pages, search and pocket book share: indicators, areas, figures and their clocks."""

from dataclasses import dataclass, fields
from datetime import date, datetime

NEIGHBOURHOOD, DISTRICT, OWN_AREA, MUNICIPALITY, COUNTRY = (
    "neighbourhood",
    "district",
    "area",
    "municipality",
    "country",
)


@dataclass(frozen=True)
class Theme:
    """A theme of the dictionary; ``slug`` stands in addresses."""

    code: str
    label: str
    slug: str


@dataclass(frozen=True)
class Indicator:
    """An indicator of the dictionary."""

    code: str
    label: str
    short_label: str
    definition: str
    theme_code: str
    unit: str
    unit_noun: str | None
    decimals: int
    direction: str
    reference_moment: str
    source_feed: str
    finest_level: str
    # Codes of the indicators above and below the line, and 100 or 1000; None for a figure that is delivered.
    numerator: str | None
    denominator: str | None
    factor: int | None
    rounding: int | None
    is_count_of_persons: bool
    # Place on the overview; None for an indicator that is not there.
    kpi_order: int | None
    # First day on which the source counts in another way.
    series_break: date | None


@dataclass(frozen=True)
class Area:
    """A region of the newest borders; ``level`` is a region_level of the marts, 'area' for an own area."""

    code: str
    name: str
    level: str
    parent_code: str | None
    postcode: str | None = None
    # None for the country.
    municipality_code: str | None = None


@dataclass(frozen=True)
class Figure:
    """A figure of an indicator in an area and a period, with its noise band where chance is known."""

    indicator_code: str
    area_code: str
    period_type: str
    period: str
    period_start: date
    period_end: date
    value: float | None
    noise_lower: float | None
    noise_upper: float | None
    status: str
    missing_reason: str | None
    feed: str
    # Days in UTC: moments cost more to read than all the rest.
    released_on: date | None
    checked_on: date | None
    fresh_until: date


# The columns of a figure stand first in the rows of every mart that is read.
FIGURE_WIDTH = len(fields(Figure))


def figure_columns(area: str = "region_code", clocks: str = "", missing_reason: str = "missing_reason") -> str:
    """The columns of a Figure in a mart whose columns of the area and of the figure's own clocks are named so."""
    return f"""
        indicator_code,
        {area},
        period_type,
        period,
        period_start_date,
        period_end_date,
        value,
        noise_lower,
        noise_upper,
        status,
        {missing_reason},
        feed,
        {clocks}released_at::date,
        {clocks}checked_at::date,
        {clocks}fresh_until"""


def is_year_before(one: Figure, now: Figure) -> bool:
    """Whether a figure is of the same period a year before."""
    is_same = (one.period_start.month, one.period_type) == (now.period_start.month, now.period_type)
    return is_same and one.period_start.year + 1 == now.period_start.year


@dataclass(frozen=True)
class Measure:
    """A dated policy measure."""

    code: str
    name: str
    indicator_code: str
    area_code: str
    start: date
    end: date | None
    cost_eur: float | None


@dataclass(frozen=True)
class Clock:
    """The clocks of a feed, and why its figures are withheld where they are."""

    feed: str
    supplier: str
    checked_at: datetime | None
    released_at: datetime | None
    period_end: date | None
    fresh_until: date | None
    is_withheld: bool
    withheld_reason: str | None
    # The last good delivery is shown, since asking has failed.
    is_last_good: bool
