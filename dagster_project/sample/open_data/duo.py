"""DUO's side: pages of links to CSV files in cp1252, with a school year in the name and small counts as <5."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from email.utils import format_datetime
from functools import partial
from random import Random
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from dagster_project.sample.living_conditions import conditions
from dagster_project.sample.municipality import MUNICIPALITIES, NEIGHBOURHOODS, Neighbourhood

PAGES = {"schools": "schoolvestigingen", "pupils": "leerlingen", "school_advice": "schooladviezen"}
# Years of pupils and advice that are on their page at once.
_YEARS = 3
_WITHOUT_SCHOOL = {"industrial", "recreation", "rural"}
_INHABITANTS_PER_SCHOOL = 2400
_NAMES = ["De Regenboog", "’t Maanlicht", "De Wegwijzer", "De Vlieger", "Sint Jozef", "Het Kompas", "De Zonnewijzer"]
_DENOMINATIONS = ["Openbaar", "Rooms-Katholiek", "Protestants-Christelijk", "Algemeen bijzonder"]
_AGES = range(4, 15)
_ADVICE = [
    "VSO",
    "PRO",
    "VMBO_B",
    "VMBO_B_K",
    "VMBO_K",
    "VMBO_K_GT",
    "VMBO_GT",
    "VMBO_GT_HAVO",
    "HAVO",
    "HAVO_VWO",
    "VWO",
]
# Weights of the levels of advice for a child of parents with little, some and much schooling.
_ADVICE_BY_EDUCATION = {
    "low_education": (3, 7, 14, 9, 15, 8, 16, 6, 10, 5, 7),
    "medium_education": (1, 2, 7, 5, 11, 7, 20, 10, 17, 9, 11),
    "high_education": (0, 1, 2, 1, 4, 3, 10, 9, 20, 18, 32),
}


class School(NamedTuple):
    """A location of a primary school, with its neighbourhood."""

    code: str
    name: str
    denomination: str
    neighbourhood: Neighbourhood

    @property
    def share(self) -> float:
        """Share of its neighbourhood's pupils who attend it."""
        return 1 / _school_count(self.neighbourhood)


def schools() -> list[School]:
    """Every primary school of the three municipalities; their number and place do not change."""
    places = [place for place in NEIGHBOURHOODS for _ in range(_school_count(place))]
    return [
        School(
            f"99{chr(ord('A') + number // 26)}{chr(ord('A') + number % 26)}00",
            f"Basisschool {_NAMES[number % len(_NAMES)]} (fictief)",
            _DENOMINATIONS[number % len(_DENOMINATIONS)],
            place,
        )
        for number, place in enumerate(places)
    ]


def page_url(base_url: str, feed: str) -> str:
    """Address of the page of links to the files of a feed."""
    return f"{base_url}/open_onderwijsdata/{PAGES[feed]}.jsp"


def duo_routes(as_of: date, seed: int) -> list[Route]:
    """The pages, and the files offered on them on ``as_of``."""
    first_of_month = as_of.replace(day=1)
    # Made when they are asked for, which is seldom.
    files: dict[str, tuple[date, Callable[[], bytes]]] = {
        "02.-alle-schoolvestigingen-basisonderwijs.csv": (first_of_month, _schools_file)
    }
    # Pupils are counted in October and published in March; advice is published after the summer.
    last_counted = as_of.year - (1 if as_of.month >= 3 else 2)
    last_advised = as_of.year - (1 if as_of.month >= 9 else 2)
    for year in range(last_counted, last_counted - _YEARS, -1):
        name = f"01.-leerlingen-po-soort-po-cluster-leeftijd-{year}-{year + 1}.csv"
        files[name] = (date(year + 1, 3, 1), partial(_pupils_file, year, seed))
    for year in range(last_advised, last_advised - _YEARS, -1):
        name = f"04-leerlingen-bo-sbo-schooladviezen-{year}-{year + 1}.csv"
        files[name] = (date(year + 1, 9, 1), partial(_advice_file, year, seed))

    def page(_request: Request) -> HTMLResponse:
        links = "".join(f'<li><a href="/open_onderwijsdata/images/{name}">{name}</a></li>' for name in files)
        return HTMLResponse(f'<html><body><a href="/">Home</a><ul>{links}</ul></body></html>')

    def file(request: Request) -> Response:
        found = files.get(request.path_params["name"])
        if found is None:
            return Response(status_code=404)
        published_on, content_of = found
        modified = format_datetime(
            datetime(published_on.year, published_on.month, published_on.day, tzinfo=UTC), usegmt=True
        )
        headers = {"Last-Modified": modified}
        if request.headers.get("If-Modified-Since") == modified:
            return Response(status_code=304, headers=headers)
        return Response(content_of(), media_type="text/csv", headers=headers)

    return [
        *(Route(f"/open_onderwijsdata/{name}.jsp", page) for name in PAGES.values()),
        Route("/open_onderwijsdata/images/{name}", file),
    ]


def _school_count(neighbourhood: Neighbourhood) -> int:
    if neighbourhood.character in _WITHOUT_SCHOOL:
        return 0
    return round(neighbourhood.inhabitants / _INHABITANTS_PER_SCHOOL)


def _schools_file() -> bytes:
    headings = ["PROVINCIE", "INSTELLINGSCODE", "VESTIGINGSCODE", "VESTIGINGSNAAM", "POSTCODE", "PLAATSNAAM"]
    headings += ["GEMEENTENUMMER", "GEMEENTENAAM", "DENOMINATIE", "TELEFOONNUMMER"]
    rows = [
        ["Flevoland", school.code[:4], school.code, school.name, "9999 ZZ", *_municipality(school), school.denomination]
        for school in schools()
    ]
    return _csv(headings, ([*row, "0000000000"] for row in rows))


def _pupils_file(year: int, seed: int) -> bytes:
    headings = ["PEILDATUM", *_KEY, "SOORT_PO", "CLUSTER", *(f"LEEFTIJD_{age}" for age in _AGES)]
    rows = []
    for school, pupils in _pupils(year, seed):
        ages = _spread(pupils, [6, 12, 12, 12, 12, 12, 12, 12, 9, 1, 0], Random(f"{seed}/{school.code}/{year}/ages"))
        rows.append([f"{year}1001", *_place(school), "Bo", "", *map(_suppressed, ages)])
    # A special school, which is no regular primary school.
    rows.append([f"{year}1001", "99ZZ", "0", "School De Ster (fictief)", "9999 ZZ", "MAANDRECHT", "9999", "MAANDRECHT"])
    rows[-1] += ["Sbo", "", *map(_suppressed, [0, 0, 3, 8, 11, 12, 14, 13, 9, 2, 0])]
    return _csv(headings, rows)


def _advice_file(year: int, seed: int) -> bytes:
    headings = ["PEILDATUM_LEERLINGEN", "PRIKDATUM_ADVIEZEN", *_KEY, "SOORT_PO", *_ADVICE, "ADVIES_NIET_MOGELIJK"]
    rows = []
    for school, pupils in _pupils(year, seed):
        truth = conditions(school.neighbourhood, year, seed)
        weights = [
            sum(truth[level] * levels[place] for level, levels in _ADVICE_BY_EDUCATION.items())
            for place in range(len(_ADVICE))
        ]
        advice = _spread(round(pupils * 0.12), weights, Random(f"{seed}/{school.code}/{year}/advice"))
        rows.append([f"{year}1001", f"{year + 1}0801", *_place(school), "Bo", *map(_suppressed, advice), "0"])
    return _csv(headings, rows)


_KEY = ["INSTELLINGSCODE", "VESTIGINGSCODE", "INSTELLINGSNAAM_VESTIGING", "POSTCODE_VESTIGING", "PLAATSNAAM"]
_KEY += ["GEMEENTENUMMER", "GEMEENTENAAM"]


def _place(school: School) -> list[str]:
    # These files write a location without its leading zero, unlike the list of schools.
    return [school.code[:4], school.code[5:], school.name, "9999 ZZ", *_municipality(school)]


def _municipality(school: School) -> list[str]:
    code = school.neighbourhood.municipality_code
    name = MUNICIPALITIES[code].upper()
    return [name, code[2:], name]


def _pupils(year: int, seed: int) -> Iterator[tuple[School, int]]:
    for school in schools():
        children = conditions(school.neighbourhood, year, seed)["population_0_14"]
        yield school, round(children * 0.6 * school.share)


def _spread(number: int, weights: Sequence[float], random: Random) -> list[int]:
    """Give each of a number of children one of the places, by chance."""
    drawn = random.choices(range(len(weights)), weights, k=number)
    return [drawn.count(place) for place in range(len(weights))]


def _suppressed(count: int) -> str:
    return "<5" if 0 < count < 5 else str(count)


def _csv(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\n")
    writer.writerow(headings)
    writer.writerows(rows)
    return text.getvalue().encode("cp1252")
