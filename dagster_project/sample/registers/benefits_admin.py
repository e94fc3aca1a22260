"""The fictional benefits administration: recipients of municipal benefits per month and neighbourhood."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random

from dagster_project.sample.living_conditions import conditions
from dagster_project.sample.municipality import MUNICIPALITY, NEIGHBOURHOODS, Neighbourhood
from dagster_project.sample.registers.writing import Value, first_of_month, write_csv
from dagster_project.sample.stories import welfare_within_year

_HEADINGS = (
    "Peildatum",
    "Buurtcode",
    "Soort uitkering",
    "Huishoudens",
    "Personen",
    "Instroom",
    "Uitstroom",
    "Uitstroom naar werk",
)
# Four years, and the month that runs or was just over.
_MONTHS = 49
_MIDDLE = 15
# Share of all welfare recipients; IOAW, IOAZ and Bbz come on top of CBS's counts.
_SHARES = {"Algemene bijstand": 1.0, "IOAW": 0.03, "IOAZ": 0.008, "Bbz": 0.015}


def write_benefits_admin(folder: Path, as_of: date, seed: int) -> None:
    """Write the export of the first or the fifteenth: the last four years, up to the day before."""
    exported = as_of.replace(day=_MIDDLE if as_of.day >= _MIDDLE else 1)
    ends = [exported - timedelta(days=1)]
    while len(ends) < _MONTHS:
        ends.append(first_of_month(ends[-1]) - timedelta(days=1))
    own = [neighbourhood for neighbourhood in NEIGHBOURHOODS if neighbourhood.municipality_code == MUNICIPALITY]
    years = {end.year for end in ends}
    welfare = {(part.code, year): conditions(part, year, seed)["welfare"] for part in own for year in years}
    rows: list[tuple[Value, ...]] = []
    for end in reversed(ends):
        for part in own:
            rows += _of_month(part, end, welfare[part.code, end.year], seed)
        # A person without a fixed address belongs to the municipality and to no neighbourhood.
        rows.append((end, None, "Algemene bijstand", 21, 21, 2, 1, 0))
    write_csv(folder, "benefits_admin.recipients", f"uitkeringen-{exported:%Y-%m-%d}", _HEADINGS, rows)


def _of_month(part: Neighbourhood, end: date, welfare: int, seed: int) -> Iterator[tuple[Value, ...]]:
    recipients = welfare * welfare_within_year(part.code, end)
    for benefit, share in _SHARES.items():
        random = Random(f"{seed}/{part.code}/{benefit}/{end}")
        persons = round(recipients * share * random.uniform(0.97, 1.03))
        if not persons:
            continue
        flow = max(1, round(persons * 0.03))
        outflow = random.randint(0, 2 * flow)
        to_work = random.randint(0, outflow)
        yield end, part.code, benefit, round(persons * 0.87), persons, random.randint(0, 2 * flow), outflow, to_work
