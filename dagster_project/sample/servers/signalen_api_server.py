"""Signalen's private REST API as far as reports go: lists a page at a time, histories, categories with their terms.

It serves the same reports as the nightly export, and the personal data that the real one adds to them.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import lru_cache
from random import Random
from typing import Any, NamedTuple
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dagster_project.sample.registers.signalen_catalogue import CATEGORIES, STATES, TERMS, Category, deadline
from dagster_project.sample.registers.signalen_export import OFFICIAL, ROWS_PER_REPORT, export_time
from dagster_project.sample.registers.signalen_reports import Assignment, Event, Place, Report, reports_until

ROOT = "/signalen"
PRIVATE = f"{ROOT}/signals/v1/private"
TERMS_PATH = f"{ROOT}/signals/v1/public/terms/categories/"
LARGEST_PAGE = 500


@lru_cache(maxsize=2)
def _reports(as_of: date, seed: int) -> list[Report]:
    return reports_until(export_time(as_of), seed)


def signalen_api_routes(as_of: date, seed: int) -> list[Route]:
    """Routes of the sample's Signalen in the night before ``as_of``."""
    return api_routes(lambda: _reports(as_of, seed), export_time(as_of))


def api_routes(reports: Callable[[], Sequence[Report]], at: datetime, largest_page: int = LARGEST_PAGE) -> list[Route]:
    """Routes of a Signalen with these reports, as of a moment."""

    def signals(request: Request) -> Response:
        found = sorted(reports(), key=lambda report: (report.created_at, report.id))
        if after := request.query_params.get("updated_after"):
            since = datetime.fromisoformat(after)
            found = [report for report in found if _updated_at(report, at) >= since]
        return _page(request, found, largest_page, lambda report: _item(report, at))

    def signal(request: Request) -> Response:
        report = next((one for one in reports() if one.id == request.path_params["id"]), None)
        if report is None:
            return JSONResponse({"detail": "Niet gevonden."}, 404)
        links = {"self": {"href": str(request.url)}}
        if report.parent is not None:
            links["sia:parent"] = {"href": str(request.url.replace(path=f"{PRIVATE}/signals/{report.parent}"))}
        return JSONResponse(_item(report, at) | {"_links": links})

    def history(request: Request) -> Response:
        report = next((one for one in reports() if one.id == request.path_params["id"]), None)
        return JSONResponse(_history(report, at) if report else {"detail": "Niet gevonden."}, 200 if report else 404)

    def categories(request: Request) -> Response:
        rows = [_category(request, number, category, at) for number, category in enumerate(CATEGORIES, start=1)]
        return _page(request, rows, largest_page, lambda row: row)

    def terms(request: Request) -> Response:
        mains = dict.fromkeys(category.main for category in CATEGORIES)
        rows = [{"_display": main, "name": main, "slug": slug(main), "sub_categories": []} for main in mains]
        return JSONResponse({"_links": {"next": {"href": None}}, "count": len(rows), "results": rows})

    return [
        Route(f"{PRIVATE}/signals/", _for_officials(signals)),
        Route(f"{PRIVATE}/signals/{{id:int}}", _for_officials(signal)),
        Route(f"{PRIVATE}/signals/{{id:int}}/history", _for_officials(history)),
        Route(f"{PRIVATE}/categories/", _for_officials(categories)),
        Route(TERMS_PATH, terms),
    ]


def slug(name: str) -> str:
    """A name in the form of an address."""
    return "-".join("".join(sign if sign.isalnum() else " " for sign in name.lower()).split())


def _for_officials(answer: Callable[[Request], Response]) -> Callable[[Request], Response]:
    """Refuse a request for a private address without a token."""

    def guarded(request: Request) -> Response:
        if not request.headers.get("authorization", "").startswith("Bearer "):
            return JSONResponse({"detail": "Authenticatiegegevens zijn niet opgegeven."}, 401)
        return answer(request)

    return guarded


def _page(request: Request, rows: Sequence[Any], largest_page: int, shown: Callable[[Any], dict[str, Any]]) -> Response:
    number = int(request.query_params.get("page", 1))
    size = min(int(request.query_params.get("page_size", largest_page)), largest_page)
    query = urlencode(dict(request.query_params) | {"page": str(number + 1)})
    following = f"{request.url.replace(query='')}?{query}" if number * size < len(rows) else None
    links = {"self": {"href": str(request.url)}, "next": {"href": following}, "previous": {"href": None}}
    results = [shown(row) for row in rows[(number - 1) * size : number * size]]
    return JSONResponse({"_links": links, "count": len(rows), "results": results})


class _Happened(NamedTuple):
    """Events of a report up to a moment, each with its number in the database."""

    events: list[tuple[int, Event]]
    assignments: list[tuple[int, Assignment]]
    places: list[tuple[int, Place]]


def _happened(report: Report, at: datetime) -> _Happened:
    first = report.id * ROWS_PER_REPORT
    return _Happened(
        [(first + number, event) for number, event in enumerate(report.events) if event.at <= at],
        [(first + number, given) for number, given in enumerate(report.assignments) if given.at <= at],
        [(first + number, place) for number, place in enumerate(report.places) if place.at <= at],
    )


def _updated_at(report: Report, at: datetime) -> datetime:
    happened = _happened(report, at)
    return max(happened.events[-1][1].at, happened.assignments[-1][1].at, happened.places[-1][1].at)


def _item(report: Report, at: datetime) -> dict[str, Any]:
    events, assignments, places = _happened(report, at)
    event, category, (place_id, place) = events[-1][1], assignments[-1][1].category, places[-1]
    rng = Random(report.uuid.int)
    area = place.neighbourhood.code if place.neighbourhood else None
    return {
        "_links": {"self": {"href": f"{PRIVATE}/signals/{report.id}"}},
        "_display": f"{report.id} - {event.state} - {report.created_at}",
        "id": report.id,
        "id_display": f"SIG-{report.id}",
        "signal_id": str(report.uuid),
        "source": report.source,
        "text": f"Fictieve melding: {category.sub}. Graag iets aan doen.",
        "text_extra": "",
        "status": {
            "text": "Fictieve toelichting, bedankt voor uw melding.",
            "user": OFFICIAL.format(report.id % 9 + 1),
            "state": event.state,
            "state_display": STATES[event.state],
            "created_at": event.at.isoformat(),
        },
        "location": {
            "id": place_id,
            "buurt_code": area,
            "area_code": area,
            "address": {"openbare_ruimte": "Maanstraat", "huisnummer": rng.randrange(1, 180)},
            "address_text": "Maanstraat 1 0999 XX Maandrecht",
            "geometrie": {
                "type": "Point",
                "coordinates": [float(f"{place.longitude:.7f}"), float(f"{place.latitude:.7f}")],
            },
        },
        "category": {
            "sub": category.sub,
            "sub_slug": slug(category.sub),
            "main": category.main,
            "main_slug": slug(category.main),
            "deadline": deadline(category, report.created_at).isoformat(),
        },
        "reporter": {"email": f"melder{report.id}@voorbeeld.example", "phone": "0600000000", "sharing_allowed": False},
        "priority": {"priority": report.priority},
        "type": {"code": report.type},
        "created_at": report.created_at.isoformat(),
        "updated_at": _updated_at(report, at).isoformat(),
        "notes": [{"text": 'Fictieve notitie: gebeld,\n"geen gehoor", later nog eens.'}],
        "has_parent": report.parent is not None,
        "assigned_user_email": OFFICIAL.format(report.id % 9 + 1),
    }


def _history(report: Report, at: datetime) -> list[dict[str, Any]]:
    """Newest first, as in Signalen, with authors and texts."""
    events, assignments, places = _happened(report, at)
    entries = [("UPDATE_STATUS", f"Status gewijzigd naar: {STATES[e.state]}", number, e.at) for number, e in events]
    entries += [
        ("UPDATE_CATEGORY_ASSIGNMENT", f"Categorie gewijzigd naar: {a.category.sub}", number, a.at)
        for number, a in assignments
    ]
    entries += [("UPDATE_LOCATION", "Locatie gewijzigd naar:", number, place.at) for number, place in places]
    entries.append(("UPDATE_PRIORITY", "Urgentie gewijzigd naar: Normaal", report.id, report.created_at))
    return [
        {
            "identifier": f"{what}_{number}",
            "when": when.isoformat(),
            "what": what,
            "action": action,
            "description": "Fictieve toelichting, bedankt voor uw melding.",
            "who": OFFICIAL.format(report.id % 9 + 1),
            "_signal": report.id,
        }
        for what, action, number, when in sorted(entries, key=lambda entry: (entry[3], entry[2]), reverse=True)
    ]


def _category(request: Request, number: int, category: Category, at: datetime) -> dict[str, Any]:
    term = [term for term in TERMS if term.category == category and term.created_at <= at][-1]
    base = str(request.base_url).rstrip("/")
    public = f"{base}{TERMS_PATH}{slug(category.main)}/sub_categories/{slug(category.sub)}"
    return {
        "_links": {"self": {"href": f"{base}{PRIVATE}/categories/{number}", "public": public}},
        "_display": f"{category.sub} ({category.main})",
        "id": number,
        "name": category.sub,
        "slug": slug(category.sub),
        "is_active": True,
        "sla": {"n_days": term.days, "use_calendar_days": term.calendar_days},
    }
