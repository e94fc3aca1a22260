"""Signalen's nightly export for data warehouses: the zip of CSV files, and the address of the newest one.

The files are written as Signalen 2.50 writes them: PostgreSQL's COPY, then rewritten by Python's csv module, hence CRLF
between records, and no difference between an empty text and none.
"""

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time
from email.utils import format_datetime, parsedate_to_datetime
from functools import lru_cache
from random import Random

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dagster_project.sample.registers.signalen_catalogue import DEPARTMENTS, STATES, TERMS, deadline
from dagster_project.sample.registers.signalen_reports import Report, reports_until

Row = Sequence[object]

PATH = "/signalen/signals/v1/private/csv/"
_EXPORTED_AT = time(2, 15, 4)
# Room for so many rows of one kind per report, so that their numbers stay the same in every export.
ROWS_PER_REPORT = 12
OFFICIAL = "medewerker.{}@maandrecht.example"
_TEXTS = [
    "Fictieve melding: {sub}. Graag iets aan doen.",
    'Fictieve melding: {sub}.\nHet ligt er al dagen, de buren zeggen "dat is altijd zo", en niemand komt.',
    "Fictieve melding: {sub}; naast de speeltuin, tegenover nummer 12, bij de bocht.",
    "Fictieve melding: {sub}.\r\n\r\nMet vriendelijke groet,\r\nJan Voorbeeld",
    "Fictieve melding: {sub} – café Het Verzonnen Anker, ’s avonds.",
]
_STREETS = ["Maanstraat", "Verzonnenlaan", "Halve Maanplein", "Denkbeeldweg", "Voorbeeldkade", "Polder de Nevel"]


def export_time(as_of: date) -> datetime:
    """When the export of that night was made."""
    return datetime.combine(as_of, _EXPORTED_AT, UTC)


# A zip takes a second to make, and is asked for again within a run.
@lru_cache(maxsize=4)
def export_zip(as_of: date, seed: int) -> bytes:
    """The export of the night before ``as_of``; the same bytes for the same day and seed."""
    at = export_time(as_of)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, rows in _files(reports_until(at, seed), at).items():
            text = io.StringIO(newline="")
            csv.writer(text).writerows(rows)
            member = zipfile.ZipInfo(name, date_time=at.timetuple()[:6])
            archive.writestr(member, text.getvalue().encode(), zipfile.ZIP_DEFLATED, compresslevel=1)
    return content.getvalue()


def signalen_routes(as_of: date, seed: int, make: Callable[[date, int], bytes] = export_zip) -> list[Route]:
    """Route of the newest export, with status 304 for a client that has it already."""
    at = export_time(as_of)

    def newest(request: Request) -> Response:
        # Day and seed decide every byte, so the tag is known before the zip is made.
        tag = f'"{hashlib.sha256(f"{as_of} {seed}".encode()).hexdigest()[:32]}"'
        headers = {
            "ETag": tag,
            "Last-Modified": format_datetime(at, usegmt=True),
            "Content-Disposition": f'attachment; filename="{at:%Y%m%d_%H%M%SUTC}.zip"',
        }
        if _is_held(request, tag, at):
            return Response(status_code=304, headers=headers)
        return Response(make(as_of, seed), headers=headers, media_type="application/zip")

    return [Route(PATH, newest, methods=["GET", "HEAD"])]


def _is_held(request: Request, tag: str, modified: datetime) -> bool:
    if tags := request.headers.get("if-none-match"):  # it outranks the date
        return tags.strip() == "*" or tag in tags
    try:
        return parsedate_to_datetime(request.headers["if-modified-since"]) >= modified
    except (KeyError, ValueError, TypeError):
        return False


def _files(reports: list[Report], at: datetime) -> dict[str, list[Row]]:
    files: dict[str, list[Row]] = {name: [header.split(",")] for name, header in _HEADERS.items()}
    for report in reports:
        for name, rows in _rows(report, at).items():
            files[name] += rows
    files["sla.csv"] += [
        [t.id, t.category.main, t.category.sub, t.days, "t" if t.calendar_days else "f", _timestamp(t.created_at)]
        for t in TERMS
        if t.created_at <= at
    ]
    return files


_HEADERS = {
    "signals.csv": "id,signal_uuid,source,text,text_extra,incident_date_start,incident_date_end,created_at,updated_at,"
    "operational_date,expire_date,image,upload,extra_properties,category_assignment_id,location_id,reporter_id,"
    "status_id,priority,priority_created_at,parent,type,type_created_at,directing_departments_assignment_id",
    "statuses.csv": "id,text,user,target_api,state_display,extern,created_at,updated_at,extra_properties,_signal_id,"
    "state",
    "locations.csv": "id,lat,lng,stadsdeel,buurt_code,address,address_text,created_at,updated_at,extra_properties,"
    "_signal_id,address_street,address_number,address_postalcode,address_city,area_code,area_name",
    "categories.csv": "id,main,sub,departments,created_at,updated_at,extra_properties,_signal_id,deadline,"
    "deadline_factor_3",
    "sla.csv": "id,main,sub,n_days,use_calendar_days,created_at",
    "reporters.csv": "id,email,phone,is_anonymized,created_at,updated_at,extra_properties,_signal_id",
    "notes.csv": "id,created_at,updated_at,_signal_id,text",
    "signals_assigned_user.csv": "id,assigned_to",
}


def _rows(report: Report, at: datetime) -> dict[str, list[Row]]:
    """Rows of one report in every file, by its history up to the export."""
    events = [event for event in report.events if event.at <= at]
    assignments = [assignment for assignment in report.assignments if assignment.at <= at]
    places = [place for place in report.places if place.at <= at]
    first = report.id * ROWS_PER_REPORT
    official = OFFICIAL.format(report.id % 9 + 1)
    rng = Random(report.uuid.int)  # the small print of a report, apart from the dice that decide its life
    category = assignments[-1].category
    text = rng.choice(_TEXTS).format(sub=category.sub)
    created = _timestamp(report.created_at)
    updated = _timestamp(max(events[-1].at, assignments[-1].at, places[-1].at))
    signal = [
        report.id, report.uuid, report.source, text, "", created, None, created, updated, None, None, None, None, "[]",
        first + len(assignments) - 1, first + len(places) - 1, report.id, first + len(events) - 1, report.priority,
        created, report.parent, report.type, created, None,
    ]  # fmt: skip
    statuses: list[Row] = [
        [
            first + number, "Fictieve toelichting, bedankt voor uw melding." if event.state == "o" else "",
            None if event.state == "m" else official, None, STATES[event.state], "False", moment, moment, "null",
            report.id, event.state,
        ]
        for number, event in enumerate(events)
        for moment in [_timestamp(event.at)]
    ]  # fmt: skip
    categories: list[Row] = [
        [
            first + number, given.category.main, given.category.sub, DEPARTMENTS.get(given.category.main, "Toezicht"),
            moment, moment, "{}", report.id, _timestamp(deadline(given.category, report.created_at)),
            _timestamp(deadline(given.category, report.created_at, factor=3)),
        ]
        for number, given in enumerate(assignments)
        for moment in [_timestamp(given.at)]
    ]  # fmt: skip
    locations: list[Row] = []
    for number, place in enumerate(places):
        street, house = rng.choice(_STREETS), rng.randrange(1, 180)
        address = {"openbare_ruimte": street, "huisnummer": house, "postcode": "0999 XX", "woonplaats": "Maandrecht"}
        code, name = (place.neighbourhood.code, place.neighbourhood.name) if place.neighbourhood else ("", "")
        locations.append(
            [
                # The export calls the x of a point lat, and its y lng.
                first + number, f"{place.longitude:.7f}", f"{place.latitude:.7f}", None, code, json.dumps(address),
                f"{street} {house} 0999 XX Maandrecht", _timestamp(place.at), _timestamp(place.at), "null", report.id,
                street, house, "0999 XX", "Maandrecht", code, name,
            ]
        )  # fmt: skip
    contact = (None, None) if report.anonymous else (f"melder{report.id}@voorbeeld.example", "0600000000")
    reporter = [report.id, *contact, str(report.anonymous), created, created, None, report.id]
    note = [report.id, updated, updated, report.id, 'Fictieve notitie: gebeld,\n"geen gehoor", later nog eens.']
    return {
        "signals.csv": [signal],
        "statuses.csv": statuses,
        "locations.csv": locations,
        "categories.csv": categories,
        "reporters.csv": [reporter],
        "notes.csv": [note] if rng.random() < 0.2 else [],
        "signals_assigned_user.csv": [[report.id, official]] if len(events) > 1 else [],
    }


def _timestamp(moment: datetime) -> str:
    """As PostgreSQL writes it: 2026-07-01 09:12:33.123+00, without zeros at the end of the fraction."""
    text = moment.isoformat(" ").removesuffix("+00:00")
    return f"{text.rstrip('0') if moment.microsecond else text}+00"
