"""One indicator in one area: figure, judgement, course, map, ranking and table."""

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from dashboard.charts import bars
from dashboard.charts.icons import light
from dashboard.pages.looking_ahead.forecast import fan_of, incomplete_of
from dashboard.pages.municipalities import standing
from dashboard.presentation.graphs import course, map_of
from dashboard.presentation.lookups import area_of, indicator_of
from dashboard.presentation.page_rendering import render
from dashboard.presentation.route import Query, Rendered
from dashboard.presentation.shown import (
    address,
    as_data,
    earliest_of,
    estimate,
    reference,
    rounding_of,
    shown,
)
from dashboard.reading.board import Board
from dashboard.reading.figure import (
    DISTRICT,
    MUNICIPALITY,
    NEIGHBOURHOOD,
    OWN_AREA,
    Area,
    Figure,
    Indicator,
    is_year_before,
)
from dashboard.reading.forecasts import forecasts
from dashboard.reading.kpis import kpis
from dashboard.reading.municipality_profile import own_row
from dashboard.reading.neighbourhood_profile import NeighbourhoodRow, of_indicator
from dashboard.reading.series import current, measures, series
from dashboard.words import numbers, periods, places, sentences, states

# Counts depend on the size of an area, so a map of them shows where many people live.
_RELATIVE = {"pct", "per_1000", "per_1000_of_group", "per_household", "per_km2", "km", "score", "persons", "days",
             "eur_per_inhabitant", "keur", "class", "kwh", "m3"}  # fmt: skip
# A table shows the last three years at once, and the rest folded.
_ROWS = 12


@dataclass(frozen=True)
class Line:
    """A row of the table of periods."""

    period: str
    value: Markup
    status: str
    # From and to where chance or rounding may have brought the figure.
    noise: str
    until: str


def indicator(board: Board, query: Query) -> Rendered:
    """Show an indicator in an area, or in the municipality."""
    area = area_of(board, query.params.get("gebied") or query.path.get("area") or board.municipality.code)
    chosen = indicator_of(board, query.path["indicator"], area)
    municipality = board.municipality_of(area)
    lines = series(board, chosen.code, [area.code, municipality.code])
    own = lines[area.code]
    now = next(iter(current(board, [chosen.code], [area.code]).values()), None)
    kpi = kpis(board).get(chosen.code) if area.level == MUNICIPALITY else None
    now = kpi.figure if kpi else now
    # A count has no map of its own: where it is high, many people live. Its rate has.
    compared = chosen if chosen.unit in _RELATIVE else _rate_of(board, chosen, area)
    profile = of_indicator(board, compared.code, municipality)
    on_map = _on_map(board, compared, area, profile)
    taken = [measure for measure in measures(board) if measure.indicator_code == chosen.code]
    here = [measure for measure in taken if measure.area_code in _around(board, area)]
    before = next((one for one in own if now is not None and is_year_before(one, now)), None)
    incomplete = incomplete_of(board, chosen, area)
    among = own_row(board, chosen.code) if area == board.municipality else None
    graph = course(
        chosen, area.name, own, others=_beside(board, chosen, area, lines), target=kpi.target if kpi else None,
        measures=here, incomplete=incomplete.months,
    )  # fmt: skip
    words = sentences.target(kpi.light if kpi else "none", kpi.target if kpi else None, chosen)
    values = {
        "one": shown(board, chosen, area, now),
        "area": area,
        "light": words if kpi else None,
        "icon": light(words.light),
        "judgement": sentences.judgement(estimate(now), reference(before), chosen, kpi.tolerance if kpi else None)
        if now is not None and now.value is not None
        else None,
        "graph": graph,
        "expected": fan_of(board, chosen, area, own),
        "is_forecast": bool(forecasts(board, chosen.code, area.code)),
        "incomplete": incomplete.sentences,
        "measures": here,
        "lines": [_line(figure, chosen) for figure in reversed(own)],
        "first_rows": _ROWS,
        "theme": board.themes[chosen.theme_code],
        "areas": _chooser(board, chosen, area),
        "download": f"/k/{chosen.code}/{area.code}",
        "standing": standing(among, chosen) if among else None,
        **_ranking(compared, profile, board, area),
        "map": map_of(
            board, compared, on_map, area.level if area.level in (DISTRICT, OWN_AREA) else NEIGHBOURHOOD, municipality
        ),
        "compared": compared,
    }
    until = earliest_of([*own, *(row.figure for row in profile.values()), *on_map.values()])
    return render("indicator.html", board, "/t", until, values)


def _rate_of(board: Board, count: Indicator, area: Area) -> Indicator:
    """The indicator that sets a count against the number of people or things it could have been; else the count."""
    rates = [
        one
        for one in board.indicators.values()
        if one.numerator == count.code and one.unit in _RELATIVE and board.may_see(one.code, area.level)
    ]
    # '89 of every 1,000' is easier to picture than 8.9%.
    return min(rates, key=lambda one: one.unit == "pct", default=count)


def _on_map(
    board: Board, compared: Indicator, area: Area, profile: Mapping[str, NeighbourhoodRow]
) -> dict[str, Figure]:
    """Figures for a map of the level of the area: of districts or own areas on their pages, else of neighbourhoods."""
    if compared.unit not in _RELATIVE:
        return {}
    if area.level not in (DISTRICT, OWN_AREA):
        return {code: row.figure for code, row in profile.items()}
    found = current(board, [compared.code], [one.code for one in board.of_level(area.level, around=area)])
    return {code: figure for (_, code), figure in found.items()}


def _around(board: Board, area: Area) -> set[str]:
    """The area itself, and those that contain it: a measure there holds here too."""
    found, here = {area.code}, area
    while here.parent_code and here.parent_code in board.areas:
        here = board.areas[here.parent_code]
        found.add(here.code)
    return found


def _beside(board: Board, chosen: Indicator, area: Area, lines: Mapping[str, list[Figure]]) -> dict[str, list[Figure]]:
    """The municipality's line beside that of a smaller area, where sizes do not matter."""
    municipality = board.municipality_of(area)
    is_smaller = area != municipality and chosen.unit in _RELATIVE
    return {municipality.name: lines[municipality.code]} if is_smaller else {}


def _line(figure: Figure, chosen: Indicator) -> Line:
    has_value = figure.value is not None
    return Line(
        periods.sentence_start(periods.period_row(figure.period_type, figure.period, figure.period_end)),
        as_data(figure, chosen) if has_value else Markup("{}").format(_why(figure)),
        states.status(figure.status),
        _noise(figure, chosen),
        figure.fresh_until.isoformat(),
    )


def _noise(figure: Figure, chosen: Indicator) -> str:
    if figure.value is None or figure.noise_lower is None or figure.noise_upper is None:
        return ""
    step = rounding_of(chosen) or 0
    bounds = (numbers.to_step(bound, step) for bound in (figure.noise_lower, figure.noise_upper))
    return "–".join(numbers.figure(bound, chosen) for bound in bounds)


def _why(figure: Figure) -> str:
    return states.absence(figure.missing_reason or "unknown").text


def _chooser(board: Board, chosen: Indicator, area: Area) -> list[tuple[Area, bool]]:
    """Areas to go to, with whether it is this one."""
    levels = {"neighbourhood": (MUNICIPALITY, DISTRICT, OWN_AREA, NEIGHBOURHOOD), "district": (MUNICIPALITY, DISTRICT)}
    return [
        (one, one.code == area.code)
        for one in board.of_level(*levels.get(chosen.finest_level, (MUNICIPALITY,)), around=area)
        if board.may_see(chosen.code, one.level)
    ]


def _ranking(chosen: Indicator, profile: Mapping[str, NeighbourhoodRow], board: Board, area: Area) -> dict[str, object]:
    """Neighbourhoods from high to low, in groups that chance tells apart."""
    rows = {code: row for code, row in profile.items() if row.figure.value is not None and code in board.areas}
    if len(rows) < 2 or chosen.unit not in _RELATIVE:
        return {"ranking": None, "ranking_title": "", "ranking_note": ""}
    placed = [places.Placed(code, estimate(row.figure), row.first_rank, row.last_rank) for code, row in rows.items()]
    groups = places.ties(placed)
    drawn = bars.ranking(
        [
            bars.RankingGroup(tie.sentence, tuple(_bar(board, chosen, rows[code], area) for code in tie.codes))
            for tie in groups
        ],
        without_figure=len(profile) - len(rows),
    )
    note = (
        f"Plaats 1 heeft het {places.best_figure(chosen.direction)} cijfer. Dunne streep: gewone schommeling."
        if _has_places(rows)
        else ""
    )
    return {"ranking": drawn, "ranking_title": places.ranking_title(groups), "ranking_note": note}


def _has_places(rows: Mapping[str, NeighbourhoodRow]) -> bool:
    return any(row.first_rank for row in rows.values())


def _bar(board: Board, chosen: Indicator, row: NeighbourhoodRow, area: Area) -> bars.RankingRow:
    figure = row.figure
    there = board.areas[figure.area_code]
    assert figure.value is not None
    return bars.RankingRow(
        name=there.name,
        value=figure.value,
        text=as_data(figure, chosen),
        place=places.place(row.first_rank, row.last_rank),
        lower=figure.noise_lower,
        upper=figure.noise_upper,
        href=address(chosen, there),
        is_own=there.code == area.code,
    )
