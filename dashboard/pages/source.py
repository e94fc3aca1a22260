"""Meaning, source, checks and proof of a figure."""

from dataclasses import dataclass
from datetime import date, timedelta

from dashboard.pages.for_analysts.question_index import KPI
from dashboard.presentation.lookups import indicator_of
from dashboard.presentation.page_rendering import render
from dashboard.presentation.route import Query, Rendered
from dashboard.presentation.shown import earliest, earliest_of
from dashboard.reading.audit import Revision, checks, newest_revisions, revisions
from dashboard.reading.board import Board
from dashboard.reading.figure import Indicator
from dashboard.reading.series import current
from dashboard.words import numbers, periods, states

_SUITES = {
    "fill_rate": "Zijn de kolommen even vol als eerder?",
    "freshness": "Is de levering jonger dan een maand?",
    "marts": "Kloppen de tabellen met hun afspraken?",
    "reconciliation": "Tellen buurten op tot de gemeente?",
    "volume": "Zijn er ongeveer evenveel rijen als eerder?",
}
_DIRECTIONS = {
    "higher_is_better": "Hoger is beter",
    "lower_is_better": "Lager is beter",
    "neutral": "Hoger of lager is niet beter of slechter",
}
# Sources that published within so many days before the release are new.
_NEW_DAYS = 31


@dataclass(frozen=True)
class Revised:
    """A revised figure in words."""

    area: str
    period: str
    first: str
    now: str
    changed_on: date
    until: date
    href: str


def source(board: Board, query: Query) -> Rendered:
    """Show meaning, source, licence, clocks, checks and proof of an indicator."""
    here = board.municipality
    chosen = indicator_of(board, query.path["indicator"])
    figure = current(board, [chosen.code], [here.code]).get((chosen.code, here.code))
    clock = board.clocks.get(chosen.source_feed)
    values = {
        "indicator": chosen,
        "theme": board.themes[chosen.theme_code],
        "formula": _formula(board, chosen),
        "direction": _DIRECTIONS[chosen.direction],
        "clock": clock,
        "source": board.sources.get(chosen.source_feed),
        "checks": [
            (_SUITES.get(check.suite, check.suite), check)
            for check in ([] if board.release.info.is_public else checks(board, chosen.source_feed))
        ],
        "revisions": [_revised(board, one) for one in revisions(board, chosen.code)],
        # A command and its options, each of which stays on one line.
        "proof": (
            f"maandvers prove {chosen.code}",
            f"region {here.code}",
            *([f"period {figure.period}"] if figure else []),
            f"release {board.release.info.release_id}",
            *(["sample"] if board.release.info.is_fictional else []),
        ),
        "rounding": _rounding(chosen),
        "questions": [
            one
            for one in board.release.catalogue.questions
            if one.theme == chosen.theme_code or (one.theme == KPI and chosen.kpi_order is not None)
        ],
        "expires": states.expires_soon(clock.fresh_until, board.today) if clock and clock.fresh_until else None,
    }
    return render("source.html", board, "/t", earliest_of([figure]), values, {chosen.theme_code})


def changes(board: Board, query: Query) -> Rendered:
    """Show which sources published something new, and which figures were revised last."""
    since = board.release.info.as_of - timedelta(days=_NEW_DAYS)
    new = [clock for clock in board.clocks.values() if clock.released_at and clock.released_at.date() >= since]
    revised = newest_revisions(board)
    values = {
        "since": since,
        "feeds": sorted(new, key=lambda clock: (clock.released_at, clock.supplier), reverse=True),
        "revisions": [(board.indicators[one.indicator_code], _revised(board, one)) for one in revised],
    }
    themes = {board.indicators[one.indicator_code].theme_code for one in revised}
    return render("changes.html", board, "/versheid", earliest(*revised), values, themes)


def _revised(board: Board, one: Revision) -> Revised:
    measured = board.indicators[one.indicator_code]
    return Revised(
        area=board.areas[one.area_code].name if one.area_code in board.areas else one.area_code,
        period=periods.period_row(one.period_type, one.period, one.period_end),
        first="" if one.first_value is None else numbers.figure(one.first_value, measured),
        now="" if one.value is None else numbers.figure(one.value, measured),
        changed_on=one.changed_on,
        until=one.fresh_until,
        href=f"/k/{one.indicator_code}/{one.area_code}",
    )


def _formula(board: Board, chosen: Indicator) -> str:
    if chosen.numerator is None or chosen.denominator is None:
        return "De bron levert dit cijfer zelf; wij rekenen het niet om."
    above, below = board.indicators.get(chosen.numerator), board.indicators.get(chosen.denominator)
    if above is None or below is None:
        return "Berekend uit een teller en een noemer van dezelfde bron."
    times = f", keer {numbers.number(chosen.factor)}" if chosen.factor and chosen.factor != 1 else ""
    return f"{above.label}, gedeeld door: {below.label}{times}."


def _rounding(chosen: Indicator) -> str | None:
    if chosen.is_count_of_persons:
        return "Aantallen personen uit eigen registers staan hier als veelvoud van 5, zodat niemand herkenbaar is."
    return f"De bron rondt af op {numbers.number(chosen.rounding)}." if chosen.rounding else None
