"""The fictional register of early-childhood education: toddlers, indications, places and hours per neighbourhood."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from random import Random

from dagster_project.sample.living_conditions import conditions
from dagster_project.sample.municipality import MUNICIPALITY, Neighbourhood, parts_of
from dagster_project.sample.registers.export_days import last_export, reported_months
from dagster_project.sample.registers.writing import Value, write_csv

_MONTHS = 24
_HOURS_PER_MONTH = 960 / 18
# Playgroups close for the school holidays.
_OPEN = {2: 0.75, 5: 0.85, 7: 0.6, 8: 0.4, 10: 0.78, 12: 0.7}


def write_early_childhood(folder: Path, as_of: date, seed: int) -> None:
    """The export of all months so far."""
    exported = last_export(as_of)
    headings = ("Peildatum", "Buurtcode", "Peuters", "Peuters met indicatie", "Geplaatste peuters")
    write_csv(
        folder,
        "vve.places",
        f"vve-{exported}",
        (*headings, "Aangeboden uren", "Bezochte uren"),
        (
            (last, place.code, *_counts(place, last, gone, seed))
            for last, gone in reported_months(exported, _MONTHS)
            for place in parts_of(MUNICIPALITY)
        ),
    )


def _counts(place: Neighbourhood, last: date, gone: float, seed: int) -> Iterator[Value]:
    truth = conditions(place, last.year, seed)
    random = Random(f"{seed}/{place.code}/{last:%Y-%m}/vve")
    toddlers = round(truth["population_0_14"] * 0.095)
    schooling = truth["low_education"] / max(truth["adults"], 1)
    indicated = min(toddlers, round(toddlers * schooling * random.uniform(0.7, 0.9)))
    placed = sum(random.random() < 0.84 for _ in range(indicated))
    offered = round(placed * _HOURS_PER_MONTH * 1.15 * _OPEN.get(last.month, 1) * gone, 1)
    yield from (toddlers, indicated, placed, offered, round(offered * random.uniform(0.84, 0.96), 1))
