"""The profile of an area: what stands out, and each theme beside the municipality and comparable neighbourhoods."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from dashboard.charts import ages, bars
from dashboard.presentation.lookups import area_of
from dashboard.presentation.page_rendering import render
from dashboard.presentation.route import Query, Rendered
from dashboard.presentation.shown import address, as_data, earliest_of, estimate, shown
from dashboard.reading.board import Board
from dashboard.reading.figure import DISTRICT, MUNICIPALITY, NEIGHBOURHOOD, OWN_AREA, Area, Figure, Indicator, Theme
from dashboard.reading.neighbourhood_profile import NeighbourhoodRow, of_neighbourhood
from dashboard.reading.series import current
from dashboard.words import numbers, periods, places, states
from dashboard.words.noise import Estimate

# Age structure, benefits and the use of facilities come first; then the other themes in their order.
_FIRST = ("population", "benefits", "care", "early_childhood", "sport", "proximity", "income", "poverty")
_AGES = ("population_0_14_pct", "population_15_24_pct", "population_25_44_pct", "population_45_64_pct",
         "population_65_plus_pct")  # fmt: skip
# Figures of one size share a scale; figures without a scale of their own do not draw.
_COMPARED = {"pct", "per_1000", "per_1000_of_group", "km", "keur", "per_household", "persons", "days"}
_ROWS = 6


@dataclass(frozen=True)
class Outstanding:
    """A figure in which an area differs most from the municipality and comparable neighbourhoods."""

    label: str
    value: Markup
    unit: str
    # After the label.
    sentence: str
    href: str
    until: str


@dataclass(frozen=True)
class Block:
    """The rows of a theme; the first ones open, the rest folded."""

    title: str
    theme: Theme
    rows: tuple[Markup, ...]
    more: tuple[Markup, ...]
    more_count: int
    caption: str


def areas(board: Board, query: Query) -> Rendered:
    """Show a list of all areas."""
    districts = [
        (district, [one for one in board.neighbourhoods if one.parent_code == district.code])
        for district in board.of_level(DISTRICT)
    ]
    return render("areas.html", board, "/b", None, {"districts": districts, "own_areas": board.of_level(OWN_AREA)})


def area(board: Board, query: Query) -> Rendered:
    """Show the profile of an area."""
    here = area_of(board, query.path["area"])
    visible = _rows(board, here)
    figures = [row.figure for row in visible.values()]
    values = {
        "area": here,
        "parent": board.areas.get(here.parent_code or ""),
        "facts": [_fact(board, here, code, visible) for code in ("population_count", "household_count")
                  if code in visible],
        "outstanding": _outstanding(board, here, visible),
        "key": bars.comparison_key(
            here.name,
            board.municipality_of(here).name if here.level != MUNICIPALITY else None,
            "vergelijkbare buurten" if any(row.class_peers_value is not None for row in visible.values()) else None,
        ),
        "ages": _ages(board, here, visible),
        "blocks": _blocks(board, here, visible),
        "freshness": states.mixed_freshness(
            [one.checked_on for one in figures if one.checked_on], [one.fresh_until for one in figures]
        ),
        "near": [one for one in board.of_level(NEIGHBOURHOOD, around=here)
                 if one.parent_code == here.parent_code and one != here],
        "larger": board.municipality_of(here),
    }  # fmt: skip
    return render("area.html", board, "/b", earliest_of(figures), values)


def _rows(board: Board, here: Area) -> Mapping[str, NeighbourhoodRow]:
    """The profile of a neighbourhood; of a larger area its current figures beside those of the municipality."""
    if here.level == NEIGHBOURHOOD:
        return of_neighbourhood(board, here.code)
    larger_area = board.municipality_of(here)
    known = current(board, board.indicators, [here.code, larger_area.code])
    found = {}
    for code in board.indicators:
        figure, whole = known.get((code, here.code)), known.get((code, larger_area.code))
        if figure is not None:
            same = whole is not None and whole.period == figure.period and here.level != MUNICIPALITY
            larger = whole.value if same and whole is not None else None
            found[code] = NeighbourhoodRow(
                figure, None, None, None, larger, None, None, None, None, None, None, None, None
            )
    return found


def _fact(board: Board, here: Area, code: str, rows: Mapping[str, NeighbourhoodRow]) -> object:
    return shown(board, board.indicators[code], here, rows[code].figure)


def _outstanding(board: Board, here: Area, rows: Mapping[str, NeighbourhoodRow]) -> list[Outstanding]:
    candidates = []
    for code, row in rows.items():
        if row.figure.value is None or row.municipality_value is None or board.indicators[code].unit not in _COMPARED:
            continue
        peers = Estimate(row.class_peers_value) if row.class_peers_value is not None else None
        candidates.append((code, places.excess(estimate(row.figure), Estimate(row.municipality_value), peers)))
    found = []
    for one in _of_different_themes(board, places.stand_outs(candidates, limit=len(candidates))):
        indicator, row = board.indicators[one.indicator_code], rows[one.indicator_code]
        assert row.figure.value is not None
        assert row.municipality_value is not None
        sentence = places.stand_out_sentence(
            indicator.short_label,
            board.municipality_of(here).name,
            row.municipality_value,
            indicator,
            row.class_peers_value,
        )
        unit = numbers.unit_word(indicator, row.figure.value)
        found.append(
            Outstanding(
                indicator.short_label,
                as_data(row.figure, indicator),
                unit,
                sentence.removeprefix(indicator.short_label),
                address(indicator, here),
                row.figure.fresh_until.isoformat(),
            )
        )
    return found


def _of_different_themes(board: Board, ordered: Sequence[places.StandOut], limit: int = 3) -> list[places.StandOut]:
    """The strongest of each theme: three figures of one theme would say the same thrice."""
    found: dict[str, places.StandOut] = {}
    for one in ordered:
        found.setdefault(board.indicators[one.indicator_code].theme_code, one)
    return [*found.values()][:limit]


def _ages(board: Board, here: Area, rows: Mapping[str, NeighbourhoodRow]) -> Markup | None:
    """Ages of the area above those of the municipality."""
    if any(code not in rows or rows[code].figure.value is None for code in _AGES):
        return None
    own = [(code, rows[code].figure.value) for code in _AGES]
    whole = [(code, rows[code].municipality_value) for code in _AGES]
    parts = [_stack(board, here.name, own)]
    if here.level != MUNICIPALITY and all(value is not None for _, value in whole):
        parts.append(_stack(board, board.municipality_of(here).name, whole))
    return ages.stack(f"Inwoners naar leeftijd in {here.name}", parts)


def _stack(board: Board, name: str, shares: Sequence[tuple[str, float | None]]) -> ages.StackRow:
    return ages.StackRow(
        name,
        tuple(
            ages.StackPart(board.indicators[code].short_label, value, numbers.figure(value, board.indicators[code]))
            for code, value in shares
            if value is not None
        ),
    )


def _blocks(board: Board, here: Area, rows: Mapping[str, NeighbourhoodRow]) -> list[Block]:
    order = [*_FIRST, *(code for code in board.themes if code not in _FIRST)]
    blocks = []
    for code in order:
        if code not in board.themes:
            continue
        chosen = [one for one in board.of_theme(code) if one.code in rows and one.unit in _COMPARED]
        words = [_words(board, here, one, rows[one.code]) for one in chosen]
        compared = [
            (one, _comparison(board, here, one, rows[one.code], said)) for one, said in zip(chosen, words, strict=True)
        ]
        if compared:
            drawn = _by_unit(compared[:_ROWS])
            rest = _by_unit(compared[_ROWS:])
            title = places.block_title(board.themes[code].label, words, board.municipality_of(here).name)
            more = len(compared[_ROWS:])
            blocks.append(Block(title, board.themes[code], drawn, rest, more, _caption(board, rows, chosen)))
    return blocks


def _caption(board: Board, rows: Mapping[str, NeighbourhoodRow], chosen: Sequence[Indicator]) -> str:
    """Periods and sources of a block."""
    figures = [rows[one.code].figure for one in chosen]
    when = dict.fromkeys(periods.period(one.period_type, one.period, one.period_end) for one in figures)
    sources = dict.fromkeys(board.publisher(one.feed) for one in figures)
    return f"{periods.sentence_start(periods.enumeration(when))}. Bron: {periods.enumeration(sources)}."


def _by_unit(compared: Sequence[tuple[Indicator, bars.ComparisonRow]]) -> tuple[Markup, ...]:
    """Rows of one unit share a scale."""
    units = dict.fromkeys(indicator.unit for indicator, _ in compared)
    return tuple(bars.comparison_rows([row for one, row in compared if one.unit == unit]) for unit in units)


def _words(board: Board, here: Area, indicator: Indicator, row: NeighbourhoodRow) -> places.Comparison:
    """The comparison of a row with the municipality; empty for a row without a figure, and for the municipality."""
    if row.figure.value is None or here.level == MUNICIPALITY:
        return places.Comparison("", "")
    larger = Estimate(row.municipality_value) if row.municipality_value is not None else None
    name = board.municipality_of(here).name
    return places.comparison(estimate(row.figure), larger, name, indicator, row.class_peers_value)


def _comparison(
    board: Board, here: Area, indicator: Indicator, row: NeighbourhoodRow, words: places.Comparison
) -> bars.ComparisonRow:
    figure: Figure = row.figure
    href = address(indicator, here)
    one = shown(board, indicator, here, figure)
    if figure.value is None:
        return bars.ComparisonRow(indicator.short_label, absence=one.absence, href=href, until=str(figure.fresh_until))
    return bars.ComparisonRow(
        label=indicator.short_label,
        text=one.value
        + (Markup("&nbsp;{}").format(one.unit) if one.unit and not one.unit.startswith("per") else Markup()),
        value=figure.value,
        larger=row.municipality_value,
        peers=row.class_peers_value,
        word=words.word,
        rest=words.rest,
        href=href,
        until=str(figure.fresh_until),
    )
