"""Years to come in several scenarios: a chart with the band of the first, and a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from dashboard.charts import line
from dashboard.pages.looking_ahead.bands import cell, expected_line, fans, known_line, wide
from dashboard.presentation.graphs import Graph
from dashboard.presentation.shown import rounding_of
from dashboard.reading.figure import Area, Figure, Indicator
from dashboard.reading.forecasts import Forecast, Scenario, coming
from dashboard.words import expectations, numbers


@dataclass(frozen=True)
class YearRow:
    """A year with the band of each scenario, and its last day."""

    year: str
    cells: tuple[Markup, ...]
    until: date


@dataclass(frozen=True)
class Outlook:
    """The years to come."""

    expected: str
    graph: Graph
    # None of what is the same in all of them, such as inhabitants.
    scenarios: Sequence[Scenario]
    rows: Sequence[YearRow]

    @property
    def columns(self) -> list[str]:
        """Names of the cells of a row."""
        return [one.label for one in self.scenarios] or ["Verwacht"]


def outlook(
    chosen: Indicator,
    area: Area,
    figures: Sequence[Figure],
    found: Sequence[Forecast],
    scenarios: Sequence[Scenario],
) -> Outlook | None:
    """Say what is expected in years; None where that is not forecast."""
    years = {one.code: coming(found, one.code) for one in scenarios}
    known = [one for one in scenarios if len(years[one.code]) > 1]
    if not known:
        return None
    first = years[known[0].code]
    differ = len({tuple((one.lower_80, one.upper_80) for one in years[scenario.code]) for scenario in known}) > 1
    drawn = known if differ else known[:1]
    by_year = {code: {one.period: one for one in own} for code, own in years.items()}
    rows = [
        YearRow(
            one.period,
            tuple(cell(by_year[scenario.code][one.period], 80, chosen) for scenario in drawn),
            one.fresh_until,
        )
        for one in first
    ]
    sentence = expectations.expected(wide(first[-1], chosen), chosen, first[-1].period)
    return Outlook(
        f"{sentence} ({known[0].label.lower()})." if differ else f"{sentence}.",
        _graph(chosen, area, figures, [(one.label if differ else "Verwacht", years[one.code]) for one in drawn]),
        known if differ else [],
        rows,
    )


def _graph(
    chosen: Indicator, area: Area, figures: Sequence[Figure], drawn: Sequence[tuple[str, Sequence[Forecast]]]
) -> Graph:
    first = drawn[0][1]
    past = [one for one in figures if one.period_end < first[0].period_end]
    step = rounding_of(chosen) or 0
    lines = [
        expected_line(years, name, numbers.figure(numbers.to_step(years[-1].mean, step), chosen))
        for name, years in drawn
    ]
    picture = line.line(
        f"{chosen.label} in {area.name} op langere termijn",
        [*known_line(chosen, past), *lines],
        lambda value: numbers.tick(value, chosen),
        with_band=False,
        fans=fans(first),
    )
    title = expectations.expected(wide(first[-1], chosen), chosen, first[-1].period)
    of = f" van ‘{drawn[0][0].lower()}’" if len(drawn) > 1 else ""
    caption = f"5 en 8 van de 10 keer valt het cijfer in de band{of}."
    return Graph(title, picture.svg, caption + ("" if picture.starts_at_zero else " De as begint niet bij 0."))
