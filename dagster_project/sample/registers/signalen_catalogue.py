"""The categories, terms of service, channels and states of the sample's Signalen, by Signalen's own names."""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import NamedTuple


class Category(NamedTuple):
    """A sub category: how often it is reported, its term of service, and the months in which it is reported more."""

    main: str
    sub: str
    weight: float
    term_days: int
    calendar_days: bool
    busy_months: tuple[int, ...] = ()
    times_in_busy_months: float = 1


class Term(NamedTuple):
    """A term of service (a row of sla.csv): in force from its creation until the category gets a newer one."""

    id: int
    category: Category
    days: int
    calendar_days: bool
    created_at: datetime


_SUMMER = (6, 7, 8)
_GROWTH = (5, 6, 7, 8, 9)
_WINTER = (12, 1, 2)

# fmt: off
CATEGORIES = [
    Category("Afval", "Veeg- / zwerfvuil", 7, 3, False),
    Category("Afval", "Grofvuil", 6, 5, False),
    Category("Afval", "Huisafval", 4, 3, False),
    Category("Afval", "Container is vol", 6, 2, True, _SUMMER, 1.4),
    Category("Afval", "Prullenbak is vol", 3, 3, False, _SUMMER, 2),
    Category("Afval", "Container is kapot", 2.5, 5, False),
    Category("Afval", "Asbest / accu", 0.4, 1, True),
    Category("Afval", "Overig afval", 1.5, 5, False),
    Category("Wegen, verkeer, straatmeubilair", "Onderhoud stoep, straat en fietspad", 9, 10, False, _WINTER, 1.3),
    Category("Wegen, verkeer, straatmeubilair", "Verkeersbord, verkeersafzetting", 2.5, 10, False),
    Category("Wegen, verkeer, straatmeubilair", "Gladheid", 0.3, 1, True, _WINTER, 12),
    Category("Wegen, verkeer, straatmeubilair", "Straatmeubilair", 2, 21, True),
    Category("Wegen, verkeer, straatmeubilair", "Put / riolering verstopt", 3.5, 5, False, (10, 11, 12), 2),
    Category("Wegen, verkeer, straatmeubilair", "Speelplaats", 1.2, 10, False, _SUMMER, 1.8),
    Category("Wegen, verkeer, straatmeubilair", "Straatverlichting / openbare klok", 5, 7, True,
             (10, 11, 12, 1, 2), 1.9),
    Category("Wegen, verkeer, straatmeubilair", "Verkeerslicht", 0.8, 2, True),
    Category("Wegen, verkeer, straatmeubilair", "Verkeersoverlast / Verkeerssituaties", 2, 21, True),
    Category("Overlast in de openbare ruimte", "Parkeeroverlast", 5, 5, False),
    Category("Overlast in de openbare ruimte", "Fietswrak", 1.5, 21, True),
    Category("Overlast in de openbare ruimte", "Stank- / geluidsoverlast", 2, 5, False, _SUMMER, 1.8),
    Category("Overlast in de openbare ruimte", "Auto- / scooter- / bromfiets(wrak)", 0.9, 21, True),
    Category("Overlast in de openbare ruimte", "Graffiti / wildplak", 1.3, 10, False),
    Category("Overlast in de openbare ruimte", "Honden(poep)", 2, 10, False),
    Category("Overlast in de openbare ruimte", "Hinderlijk geplaatst object", 1.2, 5, False),
    Category("Overlast in de openbare ruimte", "Overig openbare ruimte", 1.4, 10, False),
    Category("Openbaar groen en water", "Boom", 5, 15, False, (9, 10, 11), 2),
    Category("Openbaar groen en water", "Maaien / snoeien", 4, 10, False, _GROWTH, 3),
    Category("Openbaar groen en water", "Onkruid", 2.5, 15, False, _GROWTH, 4),
    Category("Openbaar groen en water", "Drijfvuil", 0.6, 5, False, _SUMMER, 2),
    Category("Openbaar groen en water", "Oever / kade / steiger", 0.7, 21, True),
    Category("Openbaar groen en water", "Overig groen en water", 1.5, 10, False),
    Category("Overlast van dieren", "Ratten", 2, 5, False, (8, 9, 10), 1.8),
    Category("Overlast van dieren", "Wespen", 0.2, 3, False, (7, 8, 9), 15),
    Category("Overlast van dieren", "Dode dieren", 0.8, 1, True),
    Category("Overlast van en door personen of groepen", "Vuurwerkoverlast", 0.2, 3, True, (12, 1), 18),
    Category("Overlast van en door personen of groepen", "Jongerenoverlast", 2.2, 5, False, _GROWTH, 1.5),
    Category("Overlast van en door personen of groepen", "Drank- en drugsoverlast", 1, 3, False),
    Category("Overlast van en door personen of groepen", "Overige overlast door personen", 1, 5, False),
    Category("Overlast Bedrijven en Horeca", "Geluidsoverlast muziek", 1, 3, False, _SUMMER, 2),
    Category("Overlast Bedrijven en Horeca", "Overig horeca/bedrijven", 0.5, 10, False),
    Category("Overig", "Overig", 2.5, 10, False),
]
# fmt: on

DEPARTMENTS = {
    "Afval": "Afvalbeheer",
    "Openbaar groen en water": "Groen",
    "Wegen, verkeer, straatmeubilair": "Wegen",
}
SOURCES = {"online": 62, "app": 18, "Telefoon – CCA": 12, "Wijkteam": 4, "E-mail": 4}
INTERNAL_SOURCE = "Interne melding"
STATES = {
    "m": "Gemeld",
    "i": "In afwachting van behandeling",
    "b": "In behandeling",
    "h": "On hold",
    "ingepland": "Ingepland",
    "o": "Afgehandeld",
    "a": "Geannuleerd",
    "s": "Gesplitst",
    "reopen requested": "Verzoek tot heropenen",
    "reopened": "Heropend",
}

_TERMS_SINCE = datetime(2015, 1, 1, tzinfo=UTC)
# Bulky waste must be fetched sooner since this day: one category with two terms over time.
_SHORTENED = ("Grofvuil", 3, datetime(2025, 7, 1, 7, 30, tzinfo=UTC))


def terms() -> list[Term]:
    """Every term of service that ever was, oldest first within a category."""
    rows = []
    for number, category in enumerate(CATEGORIES, start=1):
        rows.append(Term(number, category, category.term_days, category.calendar_days, _TERMS_SINCE))
        sub, days, since = _SHORTENED
        if category.sub == sub:
            rows.append(Term(len(CATEGORIES) + 1, category, days, category.calendar_days, since))
    return rows


TERMS = terms()


def deadline(category: Category, created_at: datetime, factor: int = 1) -> datetime:
    """When a report must have been handled; working days count Monday to Friday, as Signalen counts them."""
    term = [term for term in _terms_of(category) if term.created_at <= created_at][-1]
    days = term.days * factor
    if term.calendar_days:
        return created_at + timedelta(days=days)
    moment = first_working_day(created_at)
    weeks, rest = divmod(days, 5)
    return first_working_day(moment, later=rest) + timedelta(weeks=weeks)


@cache
def _terms_of(category: Category) -> list[Term]:
    return [term for term in TERMS if term.category == category]


def first_working_day(moment: datetime, later: int = 0) -> datetime:
    """The moment itself or, in a weekend, the Monday after it; moved on by fewer than five working days."""
    moment += timedelta(days=max(0, 7 - moment.weekday()) if moment.weekday() > 4 else 0)
    over_weekend = 2 if moment.weekday() + later > 4 else 0
    return moment + timedelta(days=later + over_weekend)


def weight_in(category: Category, day: date) -> float:
    """Relative frequency of the category on a day."""
    return category.weight * (category.times_in_busy_months if day.month in category.busy_months else 1)
