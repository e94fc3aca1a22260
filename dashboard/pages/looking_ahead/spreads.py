"""Spreads of a prevention budget in the words of its page: ranges, losers, parts and who starts first."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from dashboard.charts.ranges import RangeRow, range_key, range_rows
from dashboard.presentation.shown import rounding_of
from dashboard.reading.figure import DISTRICT, MUNICIPALITY, NEIGHBOURHOOD, Indicator
from dashboard.reading.prevention_plans import PER_HEAD, Spread
from dashboard.words import numbers, periods

# A part that fewer draws choose may as well be another one.
_STEADY_PCT = 80
_DATA = Markup('<data value="{}" data-m="{}" data-l="{}" data-n="{}" data-a="{}" data-o="{}">{}</data>')
_SPAN = Markup("{} tot {}")
_PER_HEAD_NOTE = Markup("{} Per inwoner: {}. Vallen effecten en zorgvraag anders uit: {}.")
_TIMES = Markup("{} keer")
Named = Callable[[str], str]


@dataclass(frozen=True)
class AlternativeRow:
    """A spread as a whole: the users of care that it probably avoids, and its money."""

    name: str
    avoided: Markup
    money: Markup
    until: date


@dataclass(frozen=True)
class DistrictRow:
    """Money of a district in each spread, and per head."""

    name: str
    cells: tuple[Markup, ...]
    until: date


@dataclass(frozen=True)
class PartRow:
    """A measure in a neighbourhood, and how far it can be relied on."""

    name: str
    measure: str
    spreads: str
    times: Markup
    chosen: Markup
    until: date


@dataclass(frozen=True)
class Spreads:
    """All that is said about near-optimal spreads; none of them is the best."""

    letters: Sequence[str]
    key: Markup
    ranges: Markup
    alternatives: Sequence[AlternativeRow]
    districts: Sequence[DistrictRow]
    # Districts that get less than per head in every spread, and in some.
    losers: str
    sometimes: str
    parts: Sequence[PartRow]
    steady: str
    # Neighbourhoods that start first, and a year later.
    waves: Sequence[str]


def in_words(found: Sequence[Spread], chosen: Indicator, named: Named) -> Spreads:
    """Put the spreads of a plan in words; ``named`` gives the name of an area."""
    near = [one for one in found if one.alternative != PER_HEAD]
    letters = sorted({one.alternative for one in near})
    by_district = _grouped([one for one in near if one.level == DISTRICT], named)
    by_part = _grouped([one for one in near if one.level == NEIGHBOURHOOD], named)
    losing = [(name, sum(one.is_loser or False for one in own)) for name, own in by_district]
    return Spreads(
        letters=letters,
        key=range_key(
            f"Bedrag in de {len(letters)} verdelingen",
            "8 van de 10 keer, als effecten en zorgvraag anders uitvallen",
            "Bij verdeling per inwoner",
        ),
        ranges=range_rows([_range_row(name, own) for name, own in by_district]),
        alternatives=[_alternative(one, chosen) for one in found if one.level == MUNICIPALITY],
        districts=[_district(name, own) for name, own in by_district],
        losers=periods.enumeration(name for name, times in losing if times == len(letters)),
        sometimes=periods.enumeration(name for name, times in losing if 0 < times < len(letters)),
        parts=[_part(name, own, len(letters)) for name, own in by_part],
        steady=_steady([own[0].chosen_pct or 0.0 for _, own in by_part]),
        waves=[
            periods.enumeration(dict.fromkeys(name for name, own in by_part if own[0].start_wave == wave))
            for wave in (1, 2)
        ],
    )


def span(lowest: Markup, highest: Markup) -> Markup:
    """Write a range; a single figure where both ends read the same."""
    return lowest if lowest.striptags() == highest.striptags() else _SPAN.format(lowest, highest)


def persons(one: Spread, column: str, chosen: Indicator) -> Markup:
    """Users of care fewer, rounded as the figures of the indicator are."""
    step = rounding_of(chosen) or 0
    return _cell(one, column, lambda value: numbers.figure(numbers.to_step(value, step), chosen))


def money(one: Spread, column: str = "cost_eur") -> Markup:
    """An amount of a spread: its money, or that in another column of its row."""
    return _cell(one, column, numbers.euros)


def _cell(one: Spread, column: str, write: Callable[[float], str]) -> Markup:
    """A figure that a machine can compare with its mart."""
    value: float = getattr(one, column)
    place = one.plan_code, one.alternative, one.area_code, one.option_code
    return _DATA.format(repr(value), column, *place, write(value))


def _grouped(found: Sequence[Spread], named: Named) -> list[tuple[str, list[Spread]]]:
    """The same part of all spreads together, with the name of its area; by name, since none comes first."""
    groups: dict[tuple[str, str, str], list[Spread]] = {}
    for one in found:
        groups.setdefault((named(one.area_code), one.area_code, one.option_code), []).append(one)
    return [(name, own) for (name, *_), own in sorted(groups.items())]


def _range_row(name: str, own: Sequence[Spread]) -> RangeRow:
    lowest, highest, first = min(own, key=_cost), max(own, key=_cost), own[0]
    word, rest = _compared(sum(one.is_loser or False for one in own), len(own))
    uncertain = span(money(first, "cost_lower_eur"), money(first, "cost_upper_eur"))
    return RangeRow(
        label=name,
        text=span(money(lowest), money(highest)),
        lower=lowest.cost_eur,
        upper=highest.cost_eur,
        least=first.cost_lower_eur or 0.0,
        most=first.cost_upper_eur or 0.0,
        compared=first.per_head_cost_eur or 0.0,
        word=word,
        rest=_PER_HEAD_NOTE.format(rest, money(first, "per_head_cost_eur"), uncertain),
        until=first.fresh_until.isoformat(),
    )


def _compared(times: int, count: int) -> tuple[str, str]:
    """Say in how many spreads a district gets less than per head; the first words are bold."""
    if times == count:
        return "Minder dan per inwoner", f" in alle {count} verdelingen."
    if times:
        return "Soms minder dan per inwoner", f": in {times} van de {count} verdelingen."
    return "", "In geen verdeling minder dan per inwoner."


def _alternative(one: Spread, chosen: Indicator) -> AlternativeRow:
    name = "Per inwoner" if one.alternative == PER_HEAD else f"Verdeling {one.alternative}"
    avoided = span(persons(one, "avoided_lower", chosen), persons(one, "avoided_upper", chosen))
    return AlternativeRow(name, avoided, money(one), one.fresh_until)


def _district(name: str, own: Sequence[Spread]) -> DistrictRow:
    return DistrictRow(name, (*map(money, own), money(own[0], "per_head_cost_eur")), own[0].fresh_until)


def _part(name: str, own: Sequence[Spread], count: int) -> PartRow:
    first, fewest, most = own[0], min(own, key=_doses), max(own, key=_doses)
    return PartRow(
        name=name,
        measure=f"{first.option_name} ({first.dose})",
        spreads=f"{len(own)} van de {count}",
        times=_TIMES.format(span(*(_cell(one, "doses_count", numbers.number) for one in (fewest, most)))),
        chosen=_cell(first, "chosen_pct", lambda share: f"{numbers.number(share)}%"),
        until=first.fresh_until,
    )


def _steady(shares: Sequence[float]) -> str:
    """Say how many parts can be relied on."""
    count, steady = len(shares), sum(share >= _STEADY_PCT for share in shares)
    often = f"in minstens {_STEADY_PCT}% van de berekeningen gekozen"
    if steady == 0:
        return f"Geen van de {count} onderdelen wordt {often}. Lees dit dus niet als een lijst om uit te voeren."
    verb = "wordt er 1" if steady == 1 else f"worden er {steady}"
    return f"Van de {count} onderdelen {verb} {often}. De andere kunnen net zo goed anders uitvallen."


def _cost(one: Spread) -> float:
    return one.cost_eur


def _doses(one: Spread) -> float:
    return one.doses_count or 0.0
