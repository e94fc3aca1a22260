"""Meaning, source, checks and proof of a figure."""

from dashboard.pages.lookups import indicator_of
from dashboard.pages.rendering import render
from dashboard.pages.route import Query, Rendered
from dashboard.pages.shown import earliest_of
from dashboard.reading.audit import checks, revisions
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


def source(board: Board, query: Query) -> Rendered:
    """Show meaning, source, licence, clocks, checks and proof of an indicator."""
    chosen = indicator_of(board, query.path["indicator"])
    here = board.municipality
    figure = current(board, [chosen.code], [here.code]).get((chosen.code, here.code))
    clock = board.clocks.get(chosen.source_feed)
    values = {
        "indicator": chosen,
        "theme": board.themes[chosen.theme_code],
        "formula": _formula(board, chosen),
        "direction": _DIRECTIONS[chosen.direction],
        "clock": clock,
        "source": board.sources.get(chosen.source_feed),
        "checks": [(_SUITES.get(check.suite, check.suite), check) for check in checks(board, chosen.source_feed)],
        "revisions": [
            (
                board.areas[one.area_code].name if one.area_code in board.areas else one.area_code,
                periods.period_row(one.period_type, one.period, one.period_end),
                "" if one.first_value is None else numbers.figure(one.first_value, chosen),
                "" if one.value is None else numbers.figure(one.value, chosen),
                one.changed_on,
            )
            for one in revisions(board, chosen.code)
        ],
        "proof": f"maandvers prove {chosen.code} --region {here.code}"
        + (f" --period {figure.period}" if figure else "")
        + f" --release {board.release.info.release_id}"
        + (" --sample" if board.release.info.is_fictional else ""),
        "rounding": _rounding(chosen),
        "expires": states.expires_soon(clock.fresh_until, board.today) if clock and clock.fresh_until else None,
    }
    return render("source.html", board, "/t", earliest_of([figure]), values)


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
