"""The fictional staff administration: employees per department and month, and their sickness absence."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import NamedTuple

from dagster_project.sample.registers.writing import Value, first_of_month, write_csv

# The Griffie is so small that its figures would reveal persons.
_DEPARTMENTS = {
    "Burgerzaken": 34,
    "Sociaal Domein": 96,
    "Ruimte en Wonen": 58,
    "Openbare Werken": 72,
    "Financiën en Control": 27,
    "HR en Organisatie": 16,
    "Griffie": 6,
}
_MONTHS = 48
# From which the life of every employee is known, however long ago it was.
_FIRST_DAY = date(2020, 1, 1)
_LEAVE = timedelta(weeks=16)
_PART_TIME = (1.0, 1.0, 1.0, 0.8889, 0.7778, 0.6667, 0.5556)
_SPELLS_PER_YEAR = 0.95
# How long spells last, in days, and how often of a hundred.
_DURATIONS = ((1, 7, 74), (8, 42, 18), (43, 240, 7), (366, 520, 1))
_REPEATED_WITHIN = 28


class Employee(NamedTuple):
    """A person with an appointment."""

    number: str
    department: str
    part_time: float


class Step(NamedTuple):
    """Days in which an employee is absent for one share."""

    employee: Employee
    first: date
    last: date | None
    pct: int
    kind: str = "ziek"

    def row(self) -> tuple[Value, ...]:
        """The step as the export writes it."""
        number, department, part_time = self.employee
        return number, department, self.first, self.last, part_time, self.pct, self.kind


def write_staff(folder: Path, as_of: date, seed: int) -> None:
    """The exports of staff and absence, made on the first of the month."""
    exported = first_of_month(as_of)
    write_csv(
        folder,
        "hr.staff",
        f"formatie-{exported}",
        ("Peildatum", "Afdeling", "Aantal medewerkers", "Fte"),
        _staff(exported, seed),
        encoding="cp1252",
    )
    write_csv(
        folder,
        "hr.absence",
        f"verzuim-{exported}",
        (
            "Personeelsnummer",
            "Afdeling",
            "Eerste dag",
            "Laatste dag",
            "Deeltijdfactor",
            "Verzuimpercentage",
            "Soort",
            "Stand per",
        ),
        ((*step.row(), exported) for step in _steps(exported, seed)),
        encoding="cp1252",
    )


def _employees(seed: int) -> list[Employee]:
    luck = Random(f"{seed}/employees")
    departments = [name for name, count in _DEPARTMENTS.items() for _ in range(count)]
    return [
        Employee(f"{100_000 + 37 * number}", name, luck.choice(_PART_TIME)) for number, name in enumerate(departments)
    ]


def _month_ends(exported: date) -> list[date]:
    ends = [exported - timedelta(days=1)]
    while len(ends) < _MONTHS:
        ends.append(ends[-1].replace(day=1) - timedelta(days=1))
    return ends[::-1]


def _staff(exported: date, seed: int) -> Iterator[tuple[Value, ...]]:
    employees = _employees(seed)
    for day in _month_ends(exported):
        for department in _DEPARTMENTS:
            own = [employee for employee in employees if employee.department == department]
            # In the large departments a person leaves or joins now and then.
            vacancies = (
                Random(f"{seed}/{department}/{day}/vacancies").randint(0, 2) if len(own) > _REPEATED_WITHIN else 0
            )
            present = own[vacancies:]
            yield day, department, len(present), round(sum(employee.part_time for employee in present), 2)


def _steps(exported: date, seed: int) -> Iterator[Step]:
    """Steps in the months of the export, cut off at its day; a spell is the same in every export."""
    began = _month_ends(exported)[0].replace(day=1)
    for step in (*_spells(exported, seed), *_remarkable(exported)):
        if step.first <= exported and (step.last is None or step.last >= began):
            yield step._replace(last=step.last if step.last and step.last < exported else None)


def _spells(exported: date, seed: int) -> Iterator[Step]:
    for employee in _employees(seed):
        luck = Random(f"{seed}/{employee.number}/absence")
        day = _FIRST_DAY + timedelta(days=luck.randrange(int(365 / _SPELLS_PER_YEAR)))
        while day < exported:
            (shortest, longest, _) = luck.choices(_DURATIONS, weights=[weight for *_, weight in _DURATIONS])[0]
            last = day + timedelta(days=luck.randint(shortest, longest) - 1)
            yield from _recovering(employee, day, last)
            day = last + timedelta(days=1 + luck.randrange(int(2 * 365 / _SPELLS_PER_YEAR)))


def _recovering(employee: Employee, first: date, last: date) -> Iterator[Step]:
    """The steps of a spell: a long one ends with a quarter of its days at half."""
    days = (last - first).days + 1
    if days <= _REPEATED_WITHIN:
        yield Step(employee, first, last, 100)
        return
    half = last - timedelta(days=days // 4)
    yield Step(employee, first, half - timedelta(days=1), 100)
    yield Step(employee, half, last, 50)


def _remarkable(exported: date) -> Iterator[Step]:
    """Cases in every quarter, of people outside the other lists: a repeat after 28 days, leave, the Griffie."""
    for year in range(_FIRST_DAY.year, exported.year + 1):
        for quarter, month in enumerate((1, 4, 7, 10)):
            start = date(year, month, 6)
            again = Employee(f"{900_001 + quarter}", "Burgerzaken", 1.0)
            repeated = start + timedelta(days=3 + _REPEATED_WITHIN)
            yield Step(again, start, start + timedelta(days=3), 100)
            yield Step(again, repeated, repeated + timedelta(days=4), 100)
            on_leave = Employee(f"{900_011 + quarter}", "Sociaal Domein", 0.8889)
            yield Step(on_leave, start, start + _LEAVE, 100, "zwangerschap")
        # Part of the Griffie has been ill for months in every autumn.
        griffie = Employee("900021", "Griffie", 0.5556)
        yield Step(griffie, date(year, 9, 14), date(year, 12, 18), 100)
