"""How departments write their files: a folder per feed, the day of the export in the name, Dutch numbers and dates."""

import csv
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

Value = str | int | float | date | None


def write_csv(
    folder: Path,
    feed: str,
    name: str,
    headings: Sequence[str],
    rows: Iterable[Sequence[Value]],
    encoding: str = "utf-8",
) -> None:
    """Write the file of a feed with semicolons, decimal commas and days before months; its name contains FICTIEF."""
    file = folder / feed / f"{name}-fictief.csv"
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", encoding=encoding, newline="") as target:
        writer = csv.writer(target, delimiter=";", lineterminator="\r\n")
        writer.writerow(headings)
        writer.writerows([_dutch(value) for value in row] for row in rows)


def first_of_month(day: date) -> date:
    """The day on which the departments make their exports."""
    return day.replace(day=1)


def _dutch(value: Value) -> str:
    match value:
        case None:
            return ""
        case float():
            return str(value).replace(".", ",")
        case date():
            return f"{value:%d-%m-%Y}"
        case _:
            return str(value)
