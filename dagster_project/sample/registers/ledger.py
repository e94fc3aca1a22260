"""Fictional general ledger: bookings per month, and the budget of each year."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from dagster_project.sample.municipality import MUNICIPALITY
from dagster_project.sample.registers.finances import budget, changed_budget, details, spent
from dagster_project.sample.registers.writing import Value, first_of_month, write_csv

_YEARS = 3
_PROGRAMMES = (
    "Bestuur en financiën",
    "Veiligheid",
    "Verkeer",
    "Economie",
    "Onderwijs",
    "Sport en cultuur",
    "Sociaal domein",
    "Gezondheid en milieu",
    "Wonen en ruimte",
)


def write_ledger(folder: Path, as_of: date, seed: int) -> None:
    """The exports of actuals and budget, made on the first of the month: all months before it are booked."""
    exported = first_of_month(as_of)
    until = exported - timedelta(days=1)
    years = range(until.year - _YEARS + 1, until.year + 1)
    write_csv(
        folder,
        "ledger.actuals",
        f"realisatie-{exported}",
        ("Boekjaar", "Periode", "Programma", "Taakveld", "Lasten of baten", "Bedrag", "Geboekt tot en met"),
        (row for year in years for row in _actuals(year, 12 if year < until.year else until.month, until, seed)),
    )
    write_csv(
        folder,
        "ledger.budget",
        f"begroting-{exported}",
        (
            "Boekjaar",
            "Programma",
            "Taakveld",
            "Lasten of baten",
            "Primitieve begroting",
            "Begroting na wijziging",
            "Stand per",
        ),
        (row for year in years for row in _budget(year, exported, seed)),
        # As an export from Excel on a Dutch computer: with a mark before the first heading.
        encoding="utf-8-sig",
    )


def _actuals(year: int, months: int, until: date, seed: int) -> Iterator[tuple[Value, ...]]:
    for detail in details(year):
        programme = _PROGRAMMES[int(detail[0])]
        for month, booked in enumerate(spent(MUNICIPALITY, detail, year, seed)[:months], start=1):
            for kind, amount in (("lasten", booked.expense), ("baten", booked.revenue)):
                if amount:
                    yield year, month, programme, detail, kind, amount, until


def _budget(year: int, exported: date, seed: int) -> Iterator[tuple[Value, ...]]:
    for detail in details(year):
        first = budget(MUNICIPALITY, detail, year, seed)
        now = changed_budget(MUNICIPALITY, detail, year, seed)
        for kind, adopted, changed in (("lasten", first.expense, now.expense), ("baten", first.revenue, now.revenue)):
            if adopted or changed:
                yield year, _PROGRAMMES[int(detail[0])], detail, kind, adopted, changed, exported
