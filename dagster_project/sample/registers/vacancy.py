"""The fictional vacancy register: shops, offices, dwellings and business premises per neighbourhood."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from random import Random

from dagster_project.sample.living_conditions import conditions
from dagster_project.sample.municipality import MUNICIPALITY, Neighbourhood, parts_of
from dagster_project.sample.registers.export_days import last_export, reported_months
from dagster_project.sample.registers.writing import Value, write_csv
from dagster_project.sample.stories import vacant_shops_in

_MONTHS = 24
# Kind, premises per 1,000 inhabitants by character of the neighbourhood, usual vacancy, floor area of one in m2.
_KINDS = (
    ("winkel", {"centre": 38.0, "village": 6.0, "terraced": 4.0, "social": 3.5, "family": 2.5}, 0.085, 165),
    ("kantoor", {"centre": 16.0, "affluent": 3.0, "terraced": 2.0, "industrial": 320.0}, 0.11, 420),
    ("bedrijfsruimte", {"industrial": 1900.0, "village": 7.0, "rural": 24.0, "centre": 3.0}, 0.05, 980),
)


def write_vacancy(folder: Path, as_of: date, seed: int) -> None:
    """The export of all counts so far."""
    exported = last_export(as_of)
    headings = ("Peildatum", "Buurtcode", "Soort", "Panden", "Leegstaand", "Langdurig leegstaand")
    write_csv(
        folder,
        "vacancy.premises",
        f"leegstand-{exported}",
        (*headings, "Vloeroppervlak (m2)", "Leegstaand vloeroppervlak (m2)"),
        (
            (last, place.code, *counts)
            for last, _ in reported_months(exported, _MONTHS)
            for place in parts_of(MUNICIPALITY)
            for counts in _counts(place, last, seed)
        ),
    )


def _counts(place: Neighbourhood, last: date, seed: int) -> Iterator[tuple[Value, ...]]:
    for kind, per_1000, usual, area in _KINDS:
        premises = round(place.inhabitants / 1000 * per_1000.get(place.character, 0))
        level = usual * vacant_shops_in(place.code, last) if kind == "winkel" else usual
        if premises:
            yield kind, *_vacant(premises, level, area, Random(f"{seed}/{place.code}/{kind}"), last)
    truth = conditions(place, last.year, seed)
    dwellings = truth["dwellings"]
    usual = truth["vacant_dwellings"] / max(dwellings, 1) * 0.7
    yield "woning", *_vacant(dwellings, usual, 98, Random(f"{seed}/{place.code}/woning"), last)


def _vacant(premises: int, usual: float, area: int, random: Random, last: date) -> tuple[Value, ...]:
    """Vacancy that drifts slowly: each month is a little above or below the place's own level."""
    level = usual * random.uniform(0.6, 1.5)
    swing = Random(f"{random.random()}/{last:%Y-%m}").uniform(0.85, 1.15)
    vacant = min(premises, round(premises * level * swing))
    size = area * random.uniform(0.8, 1.2)
    return premises, vacant, round(vacant * 0.42), round(premises * size), round(vacant * size * 0.92)
