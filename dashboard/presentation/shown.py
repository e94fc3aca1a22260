"""A figure in the words of a page: text and unit, period, change, freshness, or why there is none."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from markupsafe import Markup

from dashboard.charts.icons import icon
from dashboard.reading.board import Board
from dashboard.reading.figure import Area, Figure, Indicator
from dashboard.words import numbers, periods, states
from dashboard.words.noise import Estimate
from dashboard.words.sentences import Reference

_DATA = Markup('<data value="{}" data-i="{}" data-a="{}" data-p="{}">{}</data>')
_ABSENT = Markup("{}{}")
_SMALL = Markup("<small>{}</small>")
# Signs of a figure that fit a telephone in the largest type.
_LONG = 8


class Expiring(Protocol):
    """Anything with a last day on which it may be shown."""

    @property
    def fresh_until(self) -> date:
        """The last day."""


@dataclass(frozen=True)
class Shown:
    """A figure as a reader sees it."""

    indicator: Indicator
    area: Area
    figure: Figure | None
    # The figure as machine-readable text, and its unit word.
    value: Markup
    unit: str
    # Why there is no figure, with its icon.
    absence: Markup
    period: str
    period_line: str
    freshness: Markup
    expires_soon: Markup | None
    until: date | None
    href: str

    @property
    def is_long(self) -> bool:
        """Whether the figure needs smaller type."""
        return len(self.value.striptags()) > _LONG

    @property
    def has_value(self) -> bool:
        """Whether there is a figure."""
        return self.figure is not None and self.figure.value is not None


def as_data(figure: Figure, indicator: Indicator) -> Markup:
    """A value that a machine can compare with its mart."""
    assert figure.value is not None
    text = numbers.figure(figure.value, indicator)
    return _DATA.format(repr(figure.value), figure.indicator_code, figure.area_code, figure.period, text)


def shown(board: Board, indicator: Indicator, area: Area, figure: Figure | None) -> Shown:
    """Put a figure in words; None is one that the release does not show."""
    href = address(indicator, area)
    if figure is None:
        return Shown(
            indicator,
            area,
            None,
            Markup(),
            "",
            _absent(_why_hidden(board, indicator, area)),
            "",
            "",
            Markup(),
            None,
            None,
            href,
        )
    has_value = figure.value is not None
    period = periods.period(figure.period_type, figure.period, figure.period_end)
    source = board.publisher(figure.feed)
    return Shown(
        indicator=indicator,
        area=area,
        figure=figure,
        value=as_data(figure, indicator) if has_value else Markup(),
        unit=numbers.unit_word(indicator, figure.value) if has_value else "",
        absence=Markup() if has_value else _absent(states.absence(figure.missing_reason or "unknown")),
        period=period,
        period_line=states.period_line(period, figure.status, rounding_of(indicator)),
        freshness=states.freshness(figure.released_on, figure.fresh_until, source, checked_on=figure.checked_on),
        expires_soon=states.expires_soon(figure.fresh_until, board.today),
        until=figure.fresh_until,
        href=href,
    )


def address(indicator: Indicator, area: Area) -> str:
    """The page of an indicator in an area."""
    return f"/k/{indicator.code}/{area.code}"


def estimate(figure: Figure) -> Estimate:
    """The value of a figure that has one, with its noise."""
    assert figure.value is not None
    return Estimate(figure.value, figure.noise_lower, figure.noise_upper)


def reference(figure: Figure | None) -> Reference | None:
    """The figure to compare with, with the words for its period; None where it has no value."""
    if figure is None or figure.value is None:
        return None
    return Reference(estimate(figure), periods.period(figure.period_type, figure.period, figure.period_end))


def earliest(*shown_ones: Expiring | None) -> date | None:
    """The first day after which something of these may not be shown any more."""
    return min((one.fresh_until for one in shown_ones if one is not None), default=None)


def earliest_of(figures: Iterable[Figure | None]) -> date | None:
    """The earliest last day of figures."""
    return earliest(*figures)


def rounding_of(indicator: Indicator) -> int | None:
    """The multiple that figures of an indicator are rounded to; None for those that are exact."""
    return 5 if indicator.is_count_of_persons else indicator.rounding


def cell(board: Board, indicator: Indicator, area: Area, figure: Figure | None) -> Markup:
    """A figure in a table, or why there is none; None is one that the release does not show."""
    if figure is not None and figure.value is not None:
        return as_data(figure, indicator)
    known = states.absence(figure.missing_reason or "unknown") if figure else _why_hidden(board, indicator, area)
    return _SMALL.format(known.text)


def _absent(absence: states.Absence) -> Markup:
    return _ABSENT.format(icon(absence.icon), absence.text)


def _why_hidden(board: Board, indicator: Indicator, area: Area) -> states.Absence:
    """Why the reader is shown no figure of an indicator at all."""
    if not board.may_see(indicator.code, area.level):
        return states.absence("restricted")
    clock = board.clocks.get(indicator.source_feed)
    if clock is not None and clock.is_withheld and clock.withheld_reason:
        return states.withheld_for(clock.withheld_reason)
    if clock is not None and clock.fresh_until is not None and clock.fresh_until < board.today:
        return states.expired(clock.fresh_until)
    return states.absence("unknown")
