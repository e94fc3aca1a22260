"""Charts and maps of figures, with the sentences above and below them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from dashboard.charts import line
from dashboard.charts.choropleth import MapArea, choropleth
from dashboard.presentation.shown import address, estimate
from dashboard.reading.board import Board
from dashboard.reading.figure import DISTRICT, MUNICIPALITY, NEIGHBOURHOOD, OWN_AREA, Area, Figure, Indicator, Measure
from dashboard.reading.region_outlines import outlines
from dashboard.words import numbers, periods, places, sentences, states

_LETTERS = "ABCDEFGH"
# Of the areas of a map: one, several, and the level whose outlines stand above them.
_LEVELS = {
    NEIGHBOURHOOD: ("buurt", "buurten", DISTRICT),
    DISTRICT: ("wijk", "wijken", MUNICIPALITY),
    OWN_AREA: ("gebied", "gebieden", MUNICIPALITY),
}


@dataclass(frozen=True)
class Graph:
    """A chart, the sentence above it and the sentences below it."""

    title: str
    svg: Markup
    caption: str


@dataclass(frozen=True)
class Map:
    """A map with its legend, the sentence above it and the period that it is of."""

    title: str
    box: Markup
    period: str


def course(
    indicator: Indicator,
    name: str,
    figures: Sequence[Figure],
    *,
    others: Mapping[str, Sequence[Figure]] | None = None,
    target: float | None = None,
    measures: Sequence[Measure] = (),
    incomplete: Collection[str] = (),
) -> Graph | None:
    """Draw the course of an indicator in an area, beside ``others`` by name; None without two figures.

    ``incomplete`` are periods that are not reported in full.
    """
    known = [figure for figure in figures if figure.value is not None]
    if len(known) < 2:
        return None
    lines = {name: figures, **(others or {})}
    drawn = line.line(
        f"{indicator.label} in {name}",
        [series_of(indicator, label, own) for label, own in lines.items() if any(one.value is not None for one in own)],
        lambda value: numbers.tick(value, indicator),
        target=line.Target(target, sentences.target_label(target, indicator)) if target is not None else None,
        measures=[
            line.PolicyMeasure(letter, measure.start, measure.end)
            for letter, measure in zip(_LETTERS, measures, strict=False)
        ],
        incomplete=[figure.period_end for figure in figures if figure.period in incomplete],
    )
    comparable = [figure for figure in known if not _is_before_break(indicator, figure)] or known
    first = periods.since(comparable[0].period_type, comparable[0].period, comparable[0].period_end)
    title = sentences.line_title([estimate(figure) for figure in comparable], first, indicator)
    caption = _caption(indicator, known, drawn.starts_at_zero, measures)
    if incomplete:
        caption.append("Gearceerd: nog niet alles is gemeld.")
    return Graph(title, drawn.svg, " ".join(caption))


def series_of(indicator: Indicator, name: str, figures: Sequence[Figure]) -> line.Series:
    """The line of an area, with gaps where there is no figure and where the source began to count otherwise."""
    points = [
        line.Point(
            figure.period_end,
            periods.period_axis(figure.period_type, figure.period, figure.period_end),
            figure.value,
            figure.noise_lower,
            figure.noise_upper,
            figure.status == "provisional",
        )
        for figure in figures
    ]
    earlier = sum(_is_before_break(indicator, figure) for figure in figures)
    if 0 < earlier < len(points):
        points.insert(earlier, line.Point(figures[earlier].period_start, "", None))
    known = [figure.value for figure in figures if figure.value is not None]
    return line.Series(name, tuple(points), numbers.figure(known[-1], indicator))


def _is_before_break(indicator: Indicator, figure: Figure) -> bool:
    return indicator.series_break is not None and figure.period_end < indicator.series_break


def _caption(
    indicator: Indicator, known: Sequence[Figure], starts_at_zero: bool, measures: Sequence[Measure]
) -> list[str]:
    first, last = known[0], known[-1]
    span = [periods.period(one.period_type, one.period, one.period_end) for one in (first, last)]
    words = [f"{indicator.label}, {span[0]} tot en met {span[1]}."]
    if any(figure.noise_lower is not None for figure in known):
        words.append("De lichte band is de gewone schommeling.")
    if last.status == "provisional":
        words.append("Gestreept en open: voorlopig.")
    if not starts_at_zero:
        words.append("De as begint niet bij 0.")
    if indicator.series_break and _is_before_break(indicator, first) and not _is_before_break(indicator, last):
        day = periods.day(indicator.series_break)
        words.append(f"Vanaf {day} telt de bron anders: vergelijk eerdere cijfers niet met latere.")
    for letter, measure in zip(_LETTERS, measures, strict=False):
        until = f" tot en met {periods.day(measure.end)}" if measure.end else ""
        words.append(f"{letter}: {measure.name}, vanaf {periods.day(measure.start)}{until}.")
    return words


def map_of(
    board: Board,
    indicator: Indicator,
    figures: Mapping[str, Figure],
    level: str = NEIGHBOURHOOD,
    municipality: Area | None = None,
) -> Map | None:
    """Draw a relative figure by area of a level, with the next larger areas outlined; None without outlines."""
    within = municipality or board.municipality
    drawn = {code: outline for code, outline in outlines(board, level, within).items() if code in board.areas}
    known = [figures[code] for code in drawn if code in figures and figures[code].value is not None]
    if not known:
        return None
    noun, plural, around = _LEVELS[level]
    areas = [
        MapArea(
            code,
            board.areas[code].name,
            outline,
            figures[code].value if code in figures else None,
            _in_words(indicator, figures.get(code)),
            address(indicator, board.areas[code]),
        )
        for code, outline in drawn.items()
    ]
    groups = places.ties([places.Placed(figure.area_code, estimate(figure)) for figure in known], plural)
    picture = choropleth(
        f"{indicator.label} per {noun}",
        areas,
        lambda value: numbers.tick(value, indicator),
        outlines=[*outlines(board, around, within).values()],
        noun=noun,
        plural=plural,
    )
    period = periods.period(known[0].period_type, known[0].period, known[0].period_end)
    title = places.map_title(groups, indicator.short_label, noun, plural)
    return Map(title, picture.box, states.period_line(period, known[0].status))


def _in_words(indicator: Indicator, figure: Figure | None) -> str:
    if figure is None:
        return states.absence("other_borders").text
    if figure.value is None:
        return states.absence(figure.missing_reason or "unknown").text
    return numbers.figure(figure.value, indicator)
