"""Forecast of an indicator in an area, in months and in years, and the errors of earlier ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from dashboard.charts import line
from dashboard.pages.looking_ahead.bands import cell, expected_line, fans, known_line, wide
from dashboard.pages.looking_ahead.outlook import Outlook, outlook
from dashboard.presentation.graphs import Graph
from dashboard.presentation.lookups import LEVEL_NAMES, area_of, indicator_of
from dashboard.presentation.page_rendering import render
from dashboard.presentation.route import NotFoundError, Query, Rendered
from dashboard.presentation.shown import address, earliest, rounding_of, shown
from dashboard.reading.board import Board
from dashboard.reading.figure import Area, Figure, Indicator
from dashboard.reading.forecasts import (
    Forecast,
    Nowcast,
    Quality,
    coming,
    forecasts,
    is_forecast,
    nowcasts,
    past,
    quality,
    scenarios,
)
from dashboard.reading.series import series
from dashboard.words import expectations, numbers, periods

# Years of the past beside what is expected.
_BEFORE = 3


@dataclass(frozen=True)
class ExpectedRow:
    """A row of the table: a period with the bands in which its figure is expected."""

    period: str
    wide: Markup
    close: Markup
    until: date


@dataclass(frozen=True)
class MethodRow:
    """Errors of a method: of a period, where repeating the year before was 1 in the history, and of a year."""

    name: str
    of_period: str
    of_year: str


@dataclass(frozen=True)
class Expectation:
    """All that is said about what is expected of an indicator in an area."""

    indicator: Indicator
    area: Area
    href: str
    # The last month that is expected, in a sentence; None where there is no forecast of months.
    expected: str | None
    verdict: str | None
    error: str
    # Why there is no forecast.
    reason: str | Markup | None
    graph: Graph | None
    # The forecast of a year ago beside what came.
    then: Graph | None
    # Scenarios of the years to come.
    outlook: Outlook | None
    rows: Sequence[ExpectedRow]
    methods: Sequence[MethodRow]
    # How often figures fell within the band.
    covered: str
    # How far off a projection of ten years was, in sentences.
    ten_years: Sequence[str]
    # Months that are not reported in full, each with its last day.
    incomplete: Sequence[tuple[str, date]]
    until: date | None


def forecast(board: Board, query: Query) -> Rendered:
    """Show what is expected of an indicator in an area."""
    area = area_of(board, query.path["area"])
    found = expectation(board, indicator_of(board, query.path["indicator"], area), area)
    return render("forecast.html", board, "/t", found.until, vars(found))


def expectation(board: Board, chosen: Indicator, area: Area) -> Expectation:
    """Say what is expected of an indicator in an area. Raises NotFoundError where nothing is said about it."""
    if not is_forecast(board, chosen.code):
        raise NotFoundError("Van dit cijfer maken we geen verwachting.")
    found = forecasts(board, chosen.code, area.code)
    known = quality(board, chosen.code, area.code, area.level)
    figures = series(board, chosen.code, [area.code])[area.code]
    next_ones, earlier = coming(found), past(found)
    later = outlook(chosen, area, figures, found, scenarios(board))
    return Expectation(
        indicator=chosen,
        area=area,
        href=address(chosen, area),
        expected=_expected(chosen, next_ones) or (later.expected if later else None),
        verdict=expectations.verdict(found[-1].beats_naive, is_long=not next_ones) if found else None,
        error=_error(known),
        reason=next((one.reason for one in known if one.reason), None)
        or (None if found else shown(board, chosen, area, None).absence),
        graph=_fan(chosen, area, figures, next_ones) if next_ones else None,
        then=_then(chosen, area, figures, earlier),
        outlook=later,
        rows=[_row(one, chosen) for one in next_ones],
        methods=_methods(known),
        covered=_covered(known),
        ten_years=_ten_years(known, area),
        incomplete=incomplete_of(board, chosen, area).sentences,
        until=earliest(*figures, *found),
    )


def fan_of(board: Board, chosen: Indicator, area: Area, figures: Sequence[Figure]) -> tuple[Graph, date] | None:
    """The chart of the coming months with its last day, for the page of the indicator; None without a forecast."""
    found = coming(forecasts(board, chosen.code, area.code))
    return (_fan(chosen, area, figures, found), min(one.fresh_until for one in found)) if found else None


def _expected(chosen: Indicator, found: Sequence[Forecast]) -> str | None:
    """The last month that is expected, as the sentence of the page."""
    if not found:
        return None
    last = found[-1]
    when = periods.period(last.period_type, last.period, last.period_end)
    return f"{expectations.expected(wide(last, chosen), chosen, when)}, als het beleid niet verandert."


def _error(known: Sequence[Quality]) -> str:
    if not known:
        return ""
    first = known[0]
    return expectations.error(first.wape_year_pct, first.naive_wape_year_pct, _simple(first).lower())


def _simple(known: Quality) -> str:
    """The simple way of forecasting that it was compared with: of years it is another one than of months."""
    return "Vorig jaar herhalen" if known.two_years_mase is not None else "Vast aandeel van de gemeente"


def _methods(known: Sequence[Quality]) -> list[MethodRow]:
    """Errors of the forecast and of simpler ones, of the area or else of its level."""
    one = next((one for one in known if one.mase is not None), None)
    if one is None:
        return []
    rows = (
        ("Deze verwachting", one.mase, one.wape_year_pct),
        (_simple(one), one.naive_mase, one.naive_wape_year_pct),
        ("Gemiddelde van twee jaar", one.two_years_mase, None),
    )
    return [
        MethodRow(name, numbers.number(mase, 2), "" if wape is None else expectations.share(wape))
        for name, mase, wape in rows
        if mase is not None
    ]


def _covered(known: Sequence[Quality]) -> str:
    share = next((one.coverage_80_pct for one in known if one.coverage_80_pct is not None), None)
    return "" if share is None else f"Van de cijfers viel {numbers.number(share)}% binnen de band; de bedoeling is 80%."


def _ten_years(known: Sequence[Quality], area: Area) -> list[str]:
    """The error of an old projection, in the area and in all of its level, or why it is not known."""
    told: list[str] = []
    for one in (of_area.ten_years for of_area in known):
        # Of months nothing is expected that far; the municipality is the only one of its level.
        if one.areas is None or (one.is_of_level and one.all_areas == 1):
            continue
        if one.origin is None or one.period is None or one.wape_pct is None:
            # The reason of the area may be that of its level as well.
            if one.reason and one.reason not in told:
                told.append(one.reason)
            continue
        where = f"in {area.name}"
        if one.is_of_level:
            where = f"in {one.areas} van de {one.all_areas} {LEVEL_NAMES[area.level]} gemiddeld"
        told.append(expectations.after_ten_years(one.origin, one.period, one.wape_pct, one.naive_wape_pct, where))
    return told


def _fan(chosen: Indicator, area: Area, figures: Sequence[Figure], found: Sequence[Forecast]) -> Graph:
    """The last years and what is expected, with both bands."""
    first = found[0].period_end
    recent = [one for one in figures if one.period_end < first and one.period_end.year >= first.year - _BEFORE]
    title = expectations.expected(
        wide(found[-1], chosen), chosen, periods.period(found[-1].period_type, found[-1].period, found[-1].period_end)
    )
    drawn = line.line(
        f"{chosen.label} in {area.name}, met verwachting",
        [*known_line(chosen, recent), expected_line(found)],
        lambda value: numbers.tick(value, chosen),
        with_band=False,
        fans=fans(found),
    )
    caption = (
        "Gestreept met band: verwacht bij ongewijzigd beleid. Donkere band: 5 van de 10 keer valt het cijfer daarin;"
        " lichte band: 8 van de 10 keer."
    )
    return Graph(title, drawn.svg, caption + ("" if drawn.starts_at_zero else " De as begint niet bij 0."))


def _then(chosen: Indicator, area: Area, figures: Sequence[Figure], earlier: Sequence[Forecast]) -> Graph | None:
    """The forecast of a year ago beside what came."""
    judged = [one.is_right for one in earlier if one.is_right is not None]
    if not judged:
        return None
    recent = [one for one in figures if one.period_end.year >= earlier[0].period_end.year - 1]
    known_until = periods.period(earlier[0].period_type, earlier[0].origin_period)
    drawn = line.line(
        f"{chosen.label} in {area.name}: de vorige verwachting en wat het werd",
        [*known_line(chosen, recent), expected_line(earlier)],
        lambda value: numbers.tick(value, chosen),
        with_band=False,
        fans=fans(earlier),
    )
    return Graph(
        expectations.fell_within(sum(judged), len(judged)),
        drawn.svg,
        f"Doorgetrokken: wat het werd. Gestreept met band: de verwachting met cijfers tot en met {known_until}.",
    )


def _row(one: Forecast, chosen: Indicator) -> ExpectedRow:
    return ExpectedRow(
        periods.sentence_start(periods.period_row(one.period_type, one.period, one.period_end)),
        cell(one, 80, chosen),
        cell(one, 50, chosen),
        one.fresh_until,
    )


@dataclass(frozen=True)
class Incomplete:
    """Months that are not reported in full: their codes, and sentences about them with a last day."""

    months: tuple[str, ...]
    sentences: tuple[tuple[str, date], ...]


def incomplete_of(board: Board, chosen: Indicator, area: Area) -> Incomplete:
    """Months that are not reported in full, and what they are expected to become."""
    found = nowcasts(board, chosen.code, area.code)
    waiting = [one for one in found if one.lower is None or one.upper is None]
    told = [(_incomplete(one, chosen), one.fresh_until) for one in found if one not in waiting]
    if waiting:
        names = periods.enumeration(periods.period("month", one.period) for one in waiting)
        told.append((expectations.waiting(names, len(waiting)), min(one.fresh_until for one in waiting)))
    return Incomplete(tuple(one.period for one in found), tuple(told))


def _incomplete(one: Nowcast, chosen: Indicator) -> str:
    assert one.reported is not None
    assert one.lower is not None
    assert one.upper is not None
    span = expectations.Range(one.lower, one.upper).rounded(rounding_of(chosen) or 0)
    return expectations.incomplete(one.reported, span, chosen, periods.period("month", one.period))
