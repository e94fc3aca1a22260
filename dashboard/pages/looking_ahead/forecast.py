"""Forecast of an indicator in an area, in months and in years, and the errors of earlier ones."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from markupsafe import Markup

from dashboard.charts import line
from dashboard.presentation.graphs import Graph, series_of
from dashboard.presentation.lookups import area_of, indicator_of
from dashboard.presentation.rendering import render
from dashboard.presentation.route import NotFoundError, Query, Rendered
from dashboard.presentation.shown import address, earliest, rounding_of
from dashboard.reading.board import Board
from dashboard.reading.figure import Area, Figure, Indicator
from dashboard.reading.forecasts import Forecast, Nowcast, Quality, coming, forecasts, nowcasts, past, quality
from dashboard.reading.series import series
from dashboard.words import expectations, numbers, periods

# Years of the past beside what is expected.
_BEFORE = 3
_SCENARIOS = {
    "rates_held": "Gebruik per leeftijd blijft gelijk",
    "trend": "Gebruik verandert zoals de laatste jaren",
    "policy": "Met het beleid uit de scenario’s",
}
_DATA = Markup('<data value="{}" data-f="{}" data-i="{}" data-a="{}" data-p="{}" data-s="{}">{}</data>')


@dataclass(frozen=True)
class Row:
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
    reason: str | None
    graph: Graph | None
    # The forecast of a year ago beside what came.
    then: Graph | None
    long_term: Graph | None
    rows: Sequence[Row]
    scenario_rows: Sequence[tuple[str, Sequence[Row]]]
    methods: Sequence[MethodRow]
    # How often figures fell within the band.
    covered: str
    # Months that are not reported in full, each with its last day.
    incomplete: Sequence[tuple[str, date]]
    until: date | None


def forecast(board: Board, query: Query) -> Rendered:
    """Show what is expected of an indicator in an area."""
    found = expectation(board, indicator_of(board, query.path["indicator"]), area_of(board, query.path["area"]))
    return render("forecast.html", board, "/t", found.until, vars(found))


def expectation(board: Board, chosen: Indicator, area: Area) -> Expectation:
    """Say what is expected of an indicator in an area. Raises NotFoundError where nothing is said about it."""
    found = forecasts(board, chosen.code, area.code)
    known = quality(board, chosen.code, area.code, area.level)
    if not found and not known:
        raise NotFoundError("Van dit cijfer maken we geen verwachting.")
    figures = series(board, chosen.code, [area.code])[area.code]
    next_ones, earlier = coming(found), past(found)
    scenarios = {name: coming(found, name) for name in _SCENARIOS}
    return Expectation(
        indicator=chosen,
        area=area,
        href=address(chosen, area),
        expected=_expected(chosen, next_ones),
        verdict=expectations.verdict(next_ones[-1].beats_naive) if next_ones else None,
        error=_error(known),
        reason=next((one.reason for one in known if one.reason), None),
        graph=_fan(chosen, area, figures, next_ones) if next_ones else None,
        then=_then(chosen, area, figures, earlier),
        long_term=_long_term(chosen, area, scenarios),
        rows=[_row(one, chosen) for one in next_ones],
        scenario_rows=[
            (_SCENARIOS[name], [_row(one, chosen) for one in years]) for name, years in scenarios.items() if years
        ],
        methods=_methods(known),
        covered=_covered(known),
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
    return f"{expectations.expected(_wide(last, chosen), chosen, when)}, als het beleid niet verandert."


def _wide(one: Forecast, chosen: Indicator) -> expectations.Range:
    return expectations.Range(one.lower_80, one.upper_80).rounded(rounding_of(chosen) or 0)


def _close(one: Forecast, chosen: Indicator) -> expectations.Range:
    return expectations.Range(one.lower_50, one.upper_50).rounded(rounding_of(chosen) or 0)


def _error(known: Sequence[Quality]) -> str:
    return expectations.error(known[0].wape_year_pct, known[0].naive_wape_year_pct) if known else ""


def _methods(known: Sequence[Quality]) -> list[MethodRow]:
    """Errors of the forecast and of simpler ones, of the area or else of its level."""
    one = next((one for one in known if one.mase is not None), None)
    if one is None:
        return []
    rows = (
        ("Deze verwachting", one.mase, one.wape_year_pct),
        ("Vorig jaar herhalen", one.naive_mase, one.naive_wape_year_pct),
        ("Gemiddelde van twee jaar", one.two_years_mase, None),
    )
    return [
        MethodRow(name, numbers.number(mase, 2), "" if wape is None else f"{numbers.number(wape)}%")
        for name, mase, wape in rows
        if mase is not None
    ]


def _covered(known: Sequence[Quality]) -> str:
    share = next((one.coverage_80_pct for one in known if one.coverage_80_pct is not None), None)
    return "" if share is None else f"Van de cijfers viel {numbers.number(share)}% binnen de band; de bedoeling is 80%."


def _fan(chosen: Indicator, area: Area, figures: Sequence[Figure], found: Sequence[Forecast]) -> Graph:
    """The last years and what is expected, with both bands."""
    first = found[0].period_end
    recent = [one for one in figures if one.period_end < first and one.period_end.year >= first.year - _BEFORE]
    title = expectations.expected(
        _wide(found[-1], chosen), chosen, periods.period(found[-1].period_type, found[-1].period, found[-1].period_end)
    )
    drawn = line.line(
        f"{chosen.label} in {area.name}, met verwachting",
        [*_known_line(chosen, recent), _expected_line(found)],
        lambda value: numbers.tick(value, chosen),
        with_band=False,
        fans=_fans(found),
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
    drawn = line.line(
        f"{chosen.label} in {area.name}: de verwachting van een jaar geleden",
        [*_known_line(chosen, recent), _expected_line(earlier)],
        lambda value: numbers.tick(value, chosen),
        with_band=False,
        fans=_fans(earlier),
    )
    return Graph(
        expectations.fell_within(sum(judged), len(judged)),
        drawn.svg,
        "Doorgetrokken: wat het werd. Gestreept met band: wat we een jaar geleden verwachtten.",
    )


def _long_term(chosen: Indicator, area: Area, scenarios: dict[str, list[Forecast]]) -> Graph | None:
    """Scenarios as lines of years, with the band of the first."""
    drawn = {name: years for name, years in scenarios.items() if len(years) > 1}
    if not drawn:
        return None
    last = next(iter(drawn.values()))[-1]
    lines = [
        line.Series(_SCENARIOS[name], tuple(_point(one) for one in years), numbers.figure(years[-1].mean, chosen))
        for name, years in drawn.items()
    ]
    picture = line.line(
        f"{chosen.label} in {area.name} op langere termijn",
        lines,
        lambda value: numbers.tick(value, chosen),
        with_band=False,
        fans=_fans(next(iter(drawn.values()))),
    )
    title = expectations.expected(_wide(last, chosen), chosen, last.period)
    names = periods.enumeration(f"{number}: {_SCENARIOS[name].lower()}" for number, name in enumerate(drawn, 1))
    return Graph(title, picture.svg, f"Drie scenario’s. {names}. De band hoort bij het eerste.")


def _known_line(chosen: Indicator, figures: Sequence[Figure]) -> list[line.Series]:
    known = [one for one in figures if one.value is not None]
    return [replace(series_of(chosen, "Gemeten", figures), end_label="", has_dots=False)] if known else []


def _expected_line(found: Sequence[Forecast]) -> line.Series:
    return line.Series("Verwacht", tuple(_point(one) for one in found), has_dots=False)


def _fans(found: Sequence[Forecast]) -> list[list[line.Point]]:
    wide = [line.Point(one.period_end, "", one.mean, one.lower_80, one.upper_80) for one in found]
    close = [line.Point(one.period_end, "", one.mean, one.lower_50, one.upper_50) for one in found]
    return [wide, close]


def _point(one: Forecast) -> line.Point:
    return line.Point(one.period_end, periods.period_axis(one.period_type, one.period, one.period_end), one.mean)


def _row(one: Forecast, chosen: Indicator) -> Row:
    return Row(
        periods.sentence_start(periods.period_row(one.period_type, one.period, one.period_end)),
        _cell(one, "80", _wide(one, chosen), chosen),
        _cell(one, "50", _close(one, chosen), chosen),
        one.fresh_until,
    )


def _cell(one: Forecast, share: str, shown: expectations.Range, chosen: Indicator) -> Markup:
    """A band that a machine can compare with its mart."""
    text = expectations.between(shown, chosen)
    value = f"{one.lower_80!r} {one.upper_80!r}" if share == "80" else f"{one.lower_50!r} {one.upper_50!r}"
    return _DATA.format(value, share, one.indicator_code, one.area_code, one.period, one.scenario, text)


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
