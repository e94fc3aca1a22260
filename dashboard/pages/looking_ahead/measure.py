"""Estimated effects of policy measures: the sheet of one, and the list of all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import sqrt

from dashboard.charts import line
from dashboard.presentation.graphs import Graph
from dashboard.presentation.page_rendering import render
from dashboard.presentation.route import ForbiddenError, NotFoundError, Query, Rendered
from dashboard.presentation.shown import address, earliest
from dashboard.reading.board import Board
from dashboard.reading.effects import Effect, EffectPoint, EstimateCheck, checks, effects, points
from dashboard.reading.figure import Area, Indicator, Measure
from dashboard.reading.series import measures as known_measures
from dashboard.reading.series import theme_of_measure
from dashboard.words import numbers, periods, verdicts

# An area that its own comparison did not resemble before the start says nothing: Abadie, Diamond and Hainmueller (2010)
# leave out those that were this many times as far off.
_WORST_BEFORE = 5
_ACTUAL, _COUNTERFACTUAL, _PLACEBO = "actual", "counterfactual", "placebo"


@dataclass(frozen=True)
class CheckRow:
    """A check in words."""

    label: str
    estimate: str
    band: str
    verdict: str
    until: date


@dataclass(frozen=True)
class EffectSheet:
    """All that is said about the effect of a measure."""

    measure: Measure
    indicator: Indicator
    area: Area
    href: str
    when: str
    cost: str | None
    effect: Effect | None
    # The sentence of the effect: its first part, and the rest.
    lead: str
    rest: str
    strength: verdicts.Strength | None
    # The figures with the measure beside those without it, and differences where there was no measure.
    graph: Graph | None
    placebos: Graph | None
    detectable: str | None
    chance: str | None
    rows: Sequence[CheckRow]
    until: date | None


def measure(board: Board, query: Query) -> Rendered:
    """Show what a measure probably did."""
    sheet = effect_sheet(board, query.path["measure"])
    return render("measure.html", board, "/t", sheet.until, vars(sheet), {sheet.indicator.theme_code})


def measures(board: Board, query: Query) -> Rendered:
    """List the measures of the municipality, each with the effect that it probably had."""
    found = effects(board)
    rows = [
        (one, board.areas.get(one.area_code), effect, verdicts.strength(effect.grade) if effect else None)
        for one in known_measures(board)
        for effect in [found.get(one.code)]
    ]
    themes = {board.indicators[taken.indicator_code].theme_code for taken, *_ in rows}
    return render("measures.html", board, "/t", earliest(*(row[2] for row in rows)), {"rows": rows}, themes)


def effect_sheet(board: Board, code: str) -> EffectSheet:
    """Say what a measure probably did. Raises NotFoundError and ForbiddenError."""
    taken = next((one for one in known_measures(board) if one.code == code), None)
    if taken is None:
        if theme_code := theme_of_measure(board, code):
            raise ForbiddenError("Deze maatregel is alleen voor bepaalde groepen.", theme_code)
        raise NotFoundError("Deze maatregel bestaat niet (meer). Kies een maatregel uit de lijst.")
    effect = effects(board).get(code)
    chosen = board.indicators[effect.indicator_code if effect else taken.indicator_code]
    area = board.areas.get(taken.area_code, board.municipality)
    lines = points(board, code) if effect else {}
    lead, rest = verdicts.parted(effect.sentence) if effect else ("", "")
    until = f" tot en met {periods.day(taken.end)}" if taken.end else ""
    return EffectSheet(
        measure=taken,
        indicator=chosen,
        area=area,
        href=address(chosen, area),
        when=f"vanaf {periods.day(taken.start)}{until}",
        cost=None if taken.cost_eur is None else numbers.euros(taken.cost_eur),
        effect=effect,
        lead=lead,
        rest=rest,
        strength=verdicts.strength(effect.grade) if effect else None,
        graph=_beside(chosen, area, taken, lines),
        placebos=_placebos(chosen, taken, lines, effect.design if effect else None),
        detectable=_detectable(effect, chosen),
        chance=verdicts.chance(effect.placebo_rank, effect.placebo_count) if effect else None,
        rows=[_row(one, chosen) for one in checks(board, code)] if effect else [],
        until=earliest(effect),
    )


def _beside(
    chosen: Indicator, area: Area, taken: Measure, lines: Mapping[tuple[str, str], Sequence[EffectPoint]]
) -> Graph | None:
    """The figures with the measure, beside what they would probably have been without it."""
    actual = [one for (name, _), found in lines.items() if name == _ACTUAL for one in found]
    without = [one for (name, _), found in lines.items() if name == _COUNTERFACTUAL for one in found]
    if len(actual) < 2 or len(without) < 2:
        return None
    drawn = line.line(
        f"{chosen.label} in {area.name}, met en zonder de maatregel",
        [line.Series("Gemeten", _line(actual)), line.Series("Zonder", _line(without))],
        lambda value: numbers.tick(value, chosen),
        measures=[line.PolicyMeasure("A", taken.start, taken.end)],
        with_band=False,
        fans=[_line(without)],
    )
    caption = (
        f"{chosen.label}, {area.name}. A: {taken.name}. Streepjes met band: zo was het waarschijnlijk geworden zonder"
        " de maatregel; 8 van de 10 keer valt het cijfer in de band."
    )
    return Graph(
        "Met en zonder de maatregel", drawn.svg, caption + ("" if drawn.starts_at_zero else " De as begint niet bij 0.")
    )


def _placebos(
    chosen: Indicator, taken: Measure, lines: Mapping[tuple[str, str], Sequence[EffectPoint]], design: str | None
) -> Graph | None:
    """The difference with the measure, beside differences of areas where nothing was done."""
    without = {
        one.period: one.value
        for (name, _), found in lines.items()
        if name == _COUNTERFACTUAL
        for one in found
        if one.value is not None
    }
    gaps = [
        line.Point(one.period_end, _axis(one), one.value - without[one.period])
        for (name, _), found in lines.items()
        if name == _ACTUAL
        for one in found
        if one.value is not None and one.period in without
    ]
    if len(gaps) < 2:
        return None
    usual = _spread([one for one in gaps if one.day < taken.start])
    ghosts = [_line(found) for (name, _), found in lines.items() if name == _PLACEBO]
    ghosts = [one for one in ghosts if _spread([p for p in one if p.day < taken.start]) <= _WORST_BEFORE * usual]
    if not ghosts:
        return None
    drawn = line.line(
        "Het verschil met de maatregel, naast dat van gebieden zonder maatregel",
        [line.Series("Verschil", tuple(gaps))],
        lambda value: numbers.tick(value, chosen),
        measures=[line.PolicyMeasure("A", taken.start, taken.end)],
        with_band=False,
        ghosts=ghosts,
    )
    return Graph(
        "Kan dit toeval zijn?",
        drawn.svg,
        f"Dunne lijnen: {_others(design, len(ghosts))}. Steekt de dikke lijn er niet bovenuit, dan kan het toeval"
        " zijn.",
    )


def _others(design: str | None, count: int) -> str:
    if design == "staggered":
        return f"hetzelfde verschil als de start door het lot over de gebieden was verdeeld, {count} keer"
    return f"hetzelfde verschil in {verdicts.places(count)} zonder maatregel die eerder goed te vergelijken waren"


def _spread(found: Sequence[line.Point]) -> float:
    """The root mean square of differences."""
    known = [one.value for one in found if one.value is not None]
    return sqrt(sum(value**2 for value in known) / len(known)) if known else 0.0


def _line(found: Sequence[EffectPoint]) -> tuple[line.Point, ...]:
    return tuple(line.Point(one.period_end, _axis(one), one.value, one.lower, one.upper) for one in found)


def _axis(one: EffectPoint) -> str:
    return periods.period_axis(one.period_type, one.period, one.period_end)


def _detectable(effect: Effect | None, chosen: Indicator) -> str | None:
    if effect is None or effect.minimum_detectable is None:
        return None
    word = numbers.unit_word(chosen)
    least = numbers.amount(effect.minimum_detectable, chosen) + (f" {word}" if word else "")
    return f"Met deze cijfers is een verschil pas te zien vanaf ongeveer {least}."


def _row(one: EstimateCheck, chosen: Indicator) -> CheckRow:
    return CheckRow(
        one.label,
        "" if one.estimate is None else verdicts.change(one.estimate, chosen),
        ""
        if one.lower is None or one.upper is None
        else f"{verdicts.change(one.lower, chosen)} tot {verdicts.change(one.upper, chosen)}",
        verdicts.passed(one.is_passed),
        one.fresh_until,
    )
