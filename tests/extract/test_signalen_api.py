"""Signalen's REST API: the same tables as the nightly zip, from changed reports only, and no person written."""

import re
from dataclasses import replace
from datetime import date, timedelta
from urllib.parse import parse_qs

import duckdb
import orjson
import pytest
from landing.receiving import desk as desk_of
from landing.receiving import every_file, report_id
from pydantic import SecretStr
from starlette.applications import Starlette
from suppliers import faults
from suppliers.running import running

from dagster_project.installation.settings import FeedSettings, SupplierSettings
from dagster_project.sample.registers.signalen_export import export_time, export_zip
from dagster_project.sample.registers.signalen_reports import reports_until
from dagster_project.sample.servers.signalen_api_server import api_routes
from dagster_project.sample.service import DEFAULT_SEED

DAY = date(2026, 11, 23)
AT = export_time(DAY)
# A telephone number is a word: a checksum may contain the same digits.
PERSONAL = re.compile(rb"melder\d+@|medewerker\.\d|\b06\d{8}\b|Fictieve (melding|notitie|toelichting)|Maanstraat")
# Of the sample's reports the first two weeks: some were split, some closed and opened again.
ALL = reports_until(AT, DEFAULT_SEED)
REPORTS = ALL[:120]
EARLY = REPORTS[100].created_at
SIGNALS = "private/signals/\\?"


@pytest.fixture
def signalen():
    """A Signalen with the reports of two weeks, as they stand two years later; pages hold fifty."""
    with running(Starlette(routes=routes(REPORTS))) as suppliers:
        yield suppliers


def routes(reports, at=AT):
    return api_routes(lambda: [report for report in reports if report.created_at <= at], at, largest_page=50)


def by_api(signalen, landing, token="t0k3n"):
    own = SupplierSettings(
        base_url=f"{signalen.cbs_url}/signalen",
        token=SecretStr(token) if token else None,
        feeds={"reports": FeedSettings(protocol="signalen_api")},
    )
    return desk_of(landing, "signalen.reports", suppliers={"signalen": own})


def by_zip(tmp_path, day=DAY):
    path = tmp_path / f"{export_time(day):%Y%m%d_%H%M%SUTC}.zip"
    path.write_bytes(export_zip(day, DEFAULT_SEED))
    own = SupplierSettings(location=str(path))
    return desk_of(tmp_path / "landing", "signalen.reports", suppliers={"signalen": own})


def asked(signalen):
    """The last part of every address that was asked for, in order."""
    return [path.removeprefix("/signalen/signals/v1/") for _, path in signalen.requests]


def rows(desk, table, columns="*", order="1"):
    return desk.rows(f"select {columns} from data order by {order}", table)


# The same tables by both roads


def test_the_api_gives_the_same_tables_as_the_zip(signalen, tmp_path):
    export = by_zip(tmp_path)
    export.receive_and_admit()
    # The zip contains every report of the sample, this Signalen some of them.
    some = f"report_id in ({', '.join(str(report_id(report.id)) for report in REPORTS)})"
    expected = {
        table: export.rows(f"select * from data where {some} order by 1", table)
        for table in ("signals", "statuses", "locations", "categories")
    }
    terms = export.rows(
        "select main_category, sub_category, term_days, is_calendar_days from data"
        " qualify row_number() over (partition by main_category, sub_category order by created_at desc) = 1"
        " order by 1, 2",
        "sla",
    )
    api = by_api(signalen, tmp_path / "other")
    api.receive()
    assert rows(api, "signals") == expected["signals"]
    assert rows(api, "statuses") == expected["statuses"]
    # The API has current places and categories; the zip has previous ones as well.
    current = {row[5] for row in expected["signals"]}
    assert rows(api, "locations") == [row for row in expected["locations"] if row[0] in current]
    current = {row[4] for row in expected["signals"]}
    assert rows(api, "categories") == [row for row in expected["categories"] if row[0] in current]
    assert rows(api, "sla", "main_category, sub_category, term_days, is_calendar_days", "1, 2") == terms
    # Signalen 2.50 writes the longitude of a point first, where its zip writes it under the heading lat.
    assert api.rows("select min(longitude) > 5, max(longitude) < 6, min(latitude) > 52 from data", "locations") == [
        (True, True, True)
    ]


def test_a_report_that_was_split_off_keeps_its_parent(signalen, tmp_path):
    desk = by_api(signalen, tmp_path)
    desk.receive()
    parents = {report_id(report.id): report_id(report.parent) for report in REPORTS if report.parent}
    assert parents
    assert dict(desk.rows("select report_id, parent_report_id from data where parent_report_id > 0")) == parents


# Only changes


def test_nothing_new_asks_for_no_history(signalen, tmp_path):
    desk = by_api(signalen, tmp_path)
    desk.receive_and_admit()
    assert len([path for path in asked(signalen) if path.endswith("history")]) == len(REPORTS)
    signalen.requests.clear()
    assert desk.a_day_later().receive().confirmed == ["all"]
    assert asked(signalen) == [
        "private/signals/", "private/signals/", "public/terms/categories/", "private/categories/"
    ]  # fmt: skip


def test_changed_reports_are_combined_with_the_stored_ones(signalen, tmp_path):
    signalen.app = Starlette(routes=routes(REPORTS, EARLY))
    desk = by_api(signalen, tmp_path / "landing")
    before = desk.receive_and_admit().current["all"]
    later = EARLY + timedelta(days=3)
    changed = [r for r in REPORTS if any(EARLY < one.at <= later for one in (*r.events, *r.assignments, *r.places))]
    assert 0 < len(changed) < len([report for report in REPORTS if report.created_at <= later])
    signalen.app = Starlette(routes=routes(REPORTS, later))
    signalen.requests.clear()
    after = desk.a_day_later().receive_and_admit().current["all"]
    assert after.previous_id == before.delivery_id
    assert len([path for path in asked(signalen) if path.endswith("history")]) == len(changed)
    # It comes to the same as asking for everything.
    whole = by_api(signalen, tmp_path / "whole")
    whole.receive()
    for table in ("signals", "statuses"):
        assert rows(desk, table) == rows(whole, table)
    places = set(rows(desk, "locations"))
    assert places >= set(rows(whole, "locations"))


def test_a_damaged_delivery_is_not_combined_with_changed_reports(signalen, tmp_path):
    """A file with other values that reads without an error, as one flipped bit can leave it."""
    signalen.app = Starlette(routes=routes(REPORTS, EARLY))
    desk = by_api(signalen, tmp_path / "landing")
    desk.receive_and_admit()
    file = desk.store.parquet(desk.manifest().delivery_id, "statuses")
    other = tmp_path / "other.parquet"
    duckdb.execute(f"""
        copy (select * replace (created_at + interval 1 hour as created_at) from '{file}') to '{other}' (format parquet)
    """)
    other.replace(file)
    later = EARLY + timedelta(days=3)
    signalen.app = Starlette(routes=routes(REPORTS, later))
    signalen.requests.clear()
    desk.a_day_later().receive_and_admit()
    histories = [path for path in asked(signalen) if path.endswith("history")]
    assert len(histories) == len([report for report in REPORTS if report.created_at <= later])
    whole = by_api(signalen, tmp_path / "whole")
    whole.receive()
    assert rows(desk, "statuses") == rows(whole, "statuses")


def test_changes_are_requested_from_before_the_newest_stored_one(signalen, tmp_path):
    queries = []
    desk = by_api(signalen, tmp_path)
    desk.receive_and_admit()
    (newest,) = desk.rows("select max(updated_at) from data")[0]
    app = signalen.app

    async def listening(scope, receive, send):
        queries.append(parse_qs(scope["query_string"].decode()))
        await app(scope, receive, send)

    signalen.app = listening
    desk.receive()
    assert queries[0] == {
        "ordering": ["created_at"],
        "updated_after": [(newest - timedelta(hours=24)).isoformat()],
        "page_size": ["500"],
    }
    # Of Signalen's filters on the date of an incident before and after are swapped: they are never used.
    assert not [name for query in queries for name in query if name.startswith("incident_date")]


def test_the_zip_of_one_night_may_be_followed_by_the_api(tmp_path):
    desk = by_zip(tmp_path, DAY - timedelta(days=1))
    desk.receive_and_admit()
    with running(Starlette(routes=api_routes(lambda: ALL, AT))) as signalen:
        own = by_api(signalen, tmp_path / "landing").settings.suppliers
        desk.settings.suppliers = own
        desk.a_day_later().receive_and_admit()
        histories = [path for path in asked(signalen) if path.endswith("history")]
    assert 0 < len(histories) < 100
    night = tmp_path / "night"
    night.mkdir()
    export = by_zip(night)
    export.receive()
    for table in ("signals", "statuses", "sla"):
        assert rows(desk, table) == rows(export, table)


def test_reports_that_were_removed_go(signalen, tmp_path):
    desk = by_api(signalen, tmp_path)
    desk.receive_and_admit()
    gone = REPORTS[3]
    signalen.app = Starlette(routes=routes([report for report in REPORTS if report != gone]))
    signalen.requests.clear()
    desk.a_day_later().receive_and_admit()
    for table in ("signals", "statuses", "locations", "categories"):
        assert desk.rows(f"select count(*) from data where report_id = {report_id(gone.id)}", table) == [(0,)]
    assert desk.rows("select count(*) from data") == [(len(REPORTS) - 1,)]
    assert not [path for path in asked(signalen) if path.endswith("history")]


def test_a_new_term_of_service_starts_when_we_saw_it(signalen, tmp_path):
    desk = by_api(signalen, tmp_path)
    desk.receive_and_admit()
    signalen.faults.set("private/categories", on_results(shorter))
    desk.a_day_later().receive_and_admit()
    query = "select term_days, created_at > '2000-01-01' from data where sub_category = 'Grofvuil' order by created_at"
    assert desk.rows(query, "sla") == [(3, False), (1, True)]


def shorter(categories):
    return [one | {"sla": {**one["sla"], "n_days": 1}} if one["name"] == "Grofvuil" else one for one in categories]


# Pages that move


def test_a_report_that_comes_in_while_we_read_comes_once(signalen, tmp_path):
    """An older report turns up when the first page was read, so every later page begins one earlier."""
    reports = REPORTS[1:]
    signalen.app = Starlette(routes=api_routes(lambda: reports, AT, largest_page=50))

    def turn_up(answer):
        if len(reports) < len(REPORTS):
            reports.insert(0, REPORTS[0])
        return answer

    signalen.faults.set(SIGNALS, turn_up)
    desk = by_api(signalen, tmp_path)
    assert desk.receive().problems == []
    assert [number for (number,) in rows(desk, "signals", "report_id")] == sorted(
        report_id(report.id) for report in REPORTS
    )


def test_a_list_that_never_matches_its_count_is_reported(signalen, tmp_path):
    signalen.faults.set(SIGNALS, on_results(lambda results: results[::2]))
    message = by_api(signalen, tmp_path).problem()
    assert "its list changed during 3 readings" in message
    assert "expected: 120 reports" in message


def on_results(change):
    def fault(answer):
        page = orjson.loads(answer.body)
        return replace(answer, body=orjson.dumps({**page, "results": change(page["results"])}))

    return fault


# Faults


def test_no_personal_data_lands(signalen, tmp_path):
    desk = by_api(signalen, tmp_path)
    desk.receive_and_admit()
    assert [name for name, content in every_file(tmp_path).items() if PERSONAL.search(content)] == []


def test_without_a_token_the_setting_is_named(signalen, tmp_path):
    message = by_api(signalen, tmp_path, token=None).problem()
    assert "its API does not let us in" in message
    assert "came: status 401" in message
    assert "MAANDVERS_SUPPLIERS__SIGNALEN__TOKEN" in message


def test_without_an_address_the_setting_is_named(signalen, tmp_path):
    desk = by_api(signalen, tmp_path)
    desk.settings.suppliers["signalen"] = desk.settings.suppliers["signalen"].model_copy(update={"base_url": None})
    assert "set MAANDVERS_SUPPLIERS__SIGNALEN__BASE_URL" in desk.problem()


@pytest.mark.parametrize(
    ("path", "fault", "said"),
    [
        ("history", faults.html_page(), "its API gave no JSON"),
        ("history", faults.unavailable(), "gave no usable answer"),
        ("private/categories", faults.empty_body(), "its API gave no JSON"),
        (SIGNALS, lambda answer: changed(answer, b'"updated_at"', b'"bijgewerkt"'), "('updated_at')"),
        ("history", lambda answer: changed(answer, b"Gemeld", b"Fout"), "it has an unknown state"),
        ("history", lambda answer: changed(answer, b"UPDATE_STATUS_", b"UPDATE_STATUS_x"), "in another form"),
    ],
)
def test_an_answer_in_another_form_is_reported_and_the_stored_delivery_stays(signalen, tmp_path, path, fault, said):
    desk = by_api(signalen, tmp_path)
    signalen.faults.set(path, fault)
    message = desk.problem()
    assert said in message
    assert not PERSONAL.search(message.encode())
    assert desk.state.current == {}


def changed(answer, old, new):
    return replace(answer, body=answer.body.replace(old, new))


def test_circular_pages_are_reported(signalen, tmp_path):
    signalen.faults.set(SIGNALS, lambda answer: changed(answer, b"page=3", b"page=2"))
    assert "its pages are linked in a circle" in by_api(signalen, tmp_path).problem()
