"""The fictional sports registers: members per neighbourhood, subsidised clubs, and the use of accommodations."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from random import Random

from dagster_project.sample.living_conditions import conditions
from dagster_project.sample.municipality import MUNICIPALITY, parts_of
from dagster_project.sample.registers.export_days import last_export, reported_months
from dagster_project.sample.registers.writing import Value, write_csv

_YEARS = 3
_MONTHS = 24
# Club, sport, members per 1,000 inhabitants, part of them under eighteen, euros of subsidy per member.
_CLUBS = (
    ("VV Maandrecht", "Voetbal", 52, 0.52, 21.0),
    ("SC Nieuwe Maan", "Voetbal", 38, 0.58, 24.0),
    ("TV De Markerbal", "Tennis", 29, 0.22, 6.5),
    ("Gymclub Evenwicht", "Turnen", 18, 0.84, 38.0),
    ("HC Oudemeer", "Hockey", 21, 0.61, 11.0),
    ("De Zeehond", "Zwemmen", 14, 0.66, 44.0),
    ("AV Polderloop", "Atletiek", 11, 0.41, 19.5),
    ("Judoclub De Mat", "Judo", 7, 0.79, 33.0),
)
# Accommodation, its neighbourhood, hours a month that it is open, part of them that it is used.
_ACCOMMODATIONS = (
    ("Sporthal De Maan", "BU99990002", 330.0, 0.78),
    ("Sporthal Kwartier", "BU99990100", 310.0, 0.71),
    ("Gymzaal Oudemeer", "BU99990200", 240.0, 0.52),
    ("Zwembad De Plas", "BU99990103", 380.0, 0.86),
    ("Sportpark Zuid", "BU99990008", 290.0, 0.63),
    ("Sportpark Kometen", "BU99990105", 270.0, 0.58),
)
_SUMMER = (7, 8)


def write_sports(folder: Path, as_of: date, seed: int) -> None:
    """The exports of the three registers."""
    exported = last_export(as_of)
    # Members and subsidy of a year are known in the next one.
    years = range(exported.year - _YEARS, exported.year)
    write_csv(
        folder,
        "sports.memberships",
        f"leden-{exported}",
        ("Jaar", "Vereniging", "Sport", "Buurtcode", "Leden", "Jeugdleden"),
        (row for year in years for row in _members(year, seed)),
        # As an export of an older program on a Dutch computer.
        encoding="cp1252",
    )
    write_csv(
        folder,
        "sports.clubs",
        f"verenigingen-{exported}",
        ("Jaar", "Vereniging", "Sport", "Subsidie (euro)", "Leden"),
        (row for year in years for row in _clubs(year, seed)),
    )
    write_csv(
        folder,
        "sports.accommodation_use",
        f"accommodaties-{exported}",
        ("Peildatum", "Accommodatie", "Buurtcode", "Beschikbare uren", "Gebruikte uren"),
        (
            row
            for last, gone in reported_months(exported, _MONTHS)
            for row in _use(last, gone, Random(f"{seed}/{last:%Y-%m}/use"))
        ),
    )


def _members(year: int, seed: int) -> Iterator[tuple[str | int, ...]]:
    for place in parts_of(MUNICIPALITY):
        people = conditions(place, year, seed)["population"]
        for club, sport, per_1000, young, _ in _CLUBS:
            random = Random(f"{seed}/{place.code}/{club}/{year}")
            members = round(people * per_1000 / 1000 * random.uniform(0.7, 1.3))
            if members:
                yield year, _marked(club), sport, place.code, members, round(members * young)


def _clubs(year: int, seed: int) -> Iterator[tuple[Value, ...]]:
    members: dict[str, int] = {}
    for _, club, _, _, count, _ in _members(year, seed):
        members[str(club)] = members.get(str(club), 0) + int(count)
    for club, sport, _, _, per_member in _CLUBS:
        # Some members live elsewhere.
        everywhere = round(members[_marked(club)] * 1.06)
        yield year, _marked(club), sport, round(everywhere * per_member, 2), everywhere


def _use(last: date, gone: float, random: Random) -> Iterator[tuple[Value, ...]]:
    for name, neighbourhood, hours, used in _ACCOMMODATIONS:
        available = round(hours * gone, 1)
        part = used * random.uniform(0.92, 1.08) * (0.55 if last.month in _SUMMER else 1)
        yield last, _marked(name), neighbourhood, available, round(available * min(part, 1), 1)


def _marked(name: str) -> str:
    return f"{name} (fictief)"
