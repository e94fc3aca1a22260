"""The municipality among all others, and among those of its size."""

from dataclasses import dataclass

from markupsafe import Markup

from dashboard.charts import bars
from dashboard.presentation.lookups import indicator_of
from dashboard.presentation.page_rendering import render
from dashboard.presentation.route import NotFoundError, Query, Rendered
from dashboard.presentation.shown import as_data, earliest_of, shown
from dashboard.reading.board import Board
from dashboard.reading.figure import Indicator
from dashboard.reading.municipality_profile import MunicipalityRow, of_indicator
from dashboard.words import numbers, places

# Municipalities on either side of the own one that stand open.
_NEAR = 4
_WITH_UNIT = Markup("{}\N{NO-BREAK SPACE}{}")


@dataclass(frozen=True)
class Standing:
    """Where the municipality stands among others, in words."""

    place: str | None
    class_place: str | None
    # Which figure has place 1.
    best: str
    country: Markup | None
    peers: str | None
    until: str


def municipalities(board: Board, query: Query) -> Rendered:
    """Show where the municipality stands in an indicator, with its noise band."""
    chosen = indicator_of(board, query.path["indicator"], board.municipality)
    rows = [row for row in of_indicator(board, chosen.code) if row.figure.value is not None]
    own = next((row for row in rows if row.is_own), None)
    if own is None:
        raise NotFoundError("Van dit cijfer zijn geen andere gemeenten bekend.")
    alike = [row for row in rows if row.size_class == own.size_class]
    values = {
        "one": shown(board, chosen, board.municipality, own.figure),
        "standing": standing(own, chosen),
        "moved": _moved(own),
        "near": _ranking(chosen, _around(sorted(rows, key=_order))),
        "alike": _ranking(chosen, sorted(alike, key=_order)),
        "alike_count": len(alike),
        "count": len(rows),
    }
    return render("municipalities.html", board, "/t", earliest_of(row.figure for row in rows), values)


def standing(own: MunicipalityRow, chosen: Indicator) -> Standing:
    """Say where the municipality stands among all others, and beside the country."""
    return Standing(
        place=_place(own.place, own.first_rank, own.last_rank, own.ranked_count),
        class_place=_place(own.class_place, own.class_first_rank, own.class_last_rank, own.class_ranked_count),
        best=places.best_figure(chosen.direction),
        country=_country(own, chosen),
        peers=None if own.class_peers_value is None else numbers.with_unit(own.class_peers_value, chosen),
        until=own.figure.fresh_until.isoformat(),
    )


def _country(own: MunicipalityRow, chosen: Indicator) -> Markup | None:
    if own.country is None:
        return None
    number, unit = as_data(own.country, chosen), numbers.unit_word(chosen, own.country.value)
    return _WITH_UNIT.format(number, unit) if unit else number


def _order(row: MunicipalityRow) -> tuple[int, str]:
    return (row.place or 1_000_000, row.name)


def _around(ordered: list[MunicipalityRow]) -> list[MunicipalityRow]:
    """The own municipality with those that stand near it."""
    here = next(position for position, row in enumerate(ordered) if row.is_own)
    return ordered[max(0, here - _NEAR) : here + _NEAR + 1]


def _place(place: int | None, first: int | None, last: int | None, count: int | None) -> str | None:
    if place is None or first is None or last is None or count is None:
        return None
    return places.place_among(first, last, place, count)


def _moved(own: MunicipalityRow) -> str | None:
    """The change in place in words, where it is more than noise."""
    if own.place_change is None:
        return None
    if not own.is_place_change_outside_noise:
        return "Een jaar eerder ongeveer dezelfde plaats."
    count = places.count_word(abs(own.place_change), "plaats", "plaatsen")
    return f"{count[:1].upper()}{count[1:]} {'beter' if own.place_change > 0 else 'slechter'} dan een jaar eerder."


def _ranking(chosen: Indicator, rows: list[MunicipalityRow]) -> Markup:
    drawn = [
        bars.RankingRow(
            name=row.name,
            value=row.figure.value or 0,
            text=as_data(row.figure, chosen),
            place=places.place(row.first_rank, row.last_rank),
            lower=row.figure.noise_lower,
            upper=row.figure.noise_upper,
            is_own=row.is_own,
        )
        for row in rows
    ]
    return bars.ranking([bars.RankingGroup("", tuple(drawn))])
