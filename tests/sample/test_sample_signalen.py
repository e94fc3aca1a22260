"""The fictional Signalen export: complete, consistent, the same each time, and with a history that does not change."""

import csv
import io
import zipfile
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from functools import cache

import httpx
import pytest

from dagster_project.sample.registers.signalen_catalogue import CATEGORIES, deadline
from dagster_project.sample.registers.signalen_export import export_time, export_zip
from dagster_project.sample.registers.signalen_reports import EXTRA_REPORTS, reports_until

HTTP = httpx.Client(timeout=30)

AS_OF = date(2026, 11, 23)
SEED = 20260101


@cache
def rows(member: str, as_of: date = AS_OF) -> list[dict[str, str]]:
    with zipfile.ZipFile(io.BytesIO(export_zip(as_of, SEED))) as archive:
        return list(csv.DictReader(io.StringIO(archive.read(member).decode("utf-8"), newline="")))


def test_the_zip_contains_every_file_with_personal_data():
    with zipfile.ZipFile(io.BytesIO(export_zip(AS_OF, SEED))) as archive:
        assert archive.testzip() is None
        assert set(archive.namelist()) == {
            "signals.csv", "statuses.csv", "locations.csv", "categories.csv", "sla.csv", "reporters.csv", "notes.csv",
            "signals_assigned_user.csv",
        }  # fmt: skip
    assert all(row["email"].endswith(".example") or not row["email"] for row in rows("reporters.csv"))


def test_the_same_night_gives_the_same_bytes():
    assert export_zip.__wrapped__(AS_OF, SEED) == export_zip(AS_OF, SEED)


def test_a_busy_night_adds_reports_of_the_last_day_to_the_usual_ones(monkeypatch):
    usual = reports_until(export_time(AS_OF), SEED)
    monkeypatch.setenv(EXTRA_REPORTS, "500")
    busy = reports_until(export_time(AS_OF), SEED)
    assert (busy[: len(usual)], len(busy)) == (usual, len(usual) + 500)
    assert all(timedelta(0) <= export_time(AS_OF) - report.created_at < timedelta(days=1) for report in busy[-500:])
    assert busy == reports_until(export_time(AS_OF), SEED)


def test_four_years_of_reports_run_until_the_night_of_the_export():
    created = [row["created_at"] for row in rows("signals.csv")]
    assert 11_000 < len(created) < 14_000
    assert created[0].startswith("2022-11-0")
    assert "2026-11-22 12:00" < max(created) < "2026-11-23 02:15:05"
    for member in ("signals.csv", "statuses.csv", "locations.csv", "categories.csv"):
        ids = [row["id"] for row in rows(member)]
        assert len(ids) == len(set(ids))
        assert max(row["updated_at"] for row in rows(member)) < "2026-11-23 02:15:05"


def test_a_report_refers_to_its_own_newest_row():
    for member, pointer in (
        ("statuses.csv", "status_id"), ("locations.csv", "location_id"), ("categories.csv", "category_assignment_id"),
    ):  # fmt: skip
        newest = {}
        for row in rows(member):
            newest[row["_signal_id"]] = row["id"]
        assert {row["id"]: row[pointer] for row in rows("signals.csv")} == newest
        assert Counter(Counter(row["_signal_id"] for row in rows(member)).values())[2] > 100


def test_reports_live_as_reports_do():
    lives = defaultdict(list)
    for row in rows("statuses.csv"):
        lives[row["_signal_id"]].append(row)
    for life in lives.values():
        assert life[0]["state"] == "m"
        assert [row["created_at"] for row in life] == sorted(row["created_at"] for row in life)
    seen = Counter("-".join(row["state"] for row in life) for life in lives.values())
    assert seen["m-b-o"] > 2_500
    for life in (
        "m-b-o-reopen requested-reopened-b-o",
        "m-b-o-reopen requested-o",
        "m-a",
        "m-s",
        "m-b-h-o",
        "m",
        "m-b",
    ):
        assert seen[life] > 0, life


def test_split_reports_have_parts():
    states = {row["_signal_id"]: row["state"] for row in rows("statuses.csv")}
    parents = Counter(row["parent"] for row in rows("signals.csv") if row["parent"])
    assert len(parents) > 50
    assert all(states[parent] == "s" and 2 <= number <= 3 for parent, number in parents.items())


def test_locations_have_the_longitude_under_lat_and_are_in_known_areas():
    codes = Counter(row["area_code"][:6] for row in rows("locations.csv"))
    assert all(5 < float(row["lat"]) < 6 and 52 < float(row["lng"]) < 53 for row in rows("locations.csv"))
    total = codes.total()
    assert 0.01 < codes[""] / total < 0.03
    assert 0 < (codes["BU9998"] + codes["BU9997"]) / total < 0.015


def test_one_category_has_two_terms_over_time():
    terms = Counter(row["sub"] for row in rows("sla.csv"))
    assert len(terms) == len(CATEGORIES) == 41
    assert [sub for sub, number in terms.items() if number > 1] == ["Grofvuil"]
    assert {row["use_calendar_days"] for row in rows("sla.csv")} == {"t", "f"}
    assert {(row["main"], row["sub"]) for row in rows("categories.csv")} == {(c.main, c.sub) for c in CATEGORIES}


@pytest.mark.parametrize(
    ("sub", "reported", "due"),
    [
        ("Dode dieren", "2026-11-20 15:00+00:00", "2026-11-21 15:00+00:00"),
        ("Veeg- / zwerfvuil", "2026-11-20 15:00+00:00", "2026-11-25 15:00+00:00"),
        ("Huisafval", "2026-11-21 15:00+00:00", "2026-11-26 15:00+00:00"),
        ("Onkruid", "2026-11-23 15:00+00:00", "2026-12-14 15:00+00:00"),
        ("Grofvuil", "2025-06-30 15:00+00:00", "2025-07-07 15:00+00:00"),
        ("Grofvuil", "2025-07-07 15:00+00:00", "2025-07-10 15:00+00:00"),
    ],
)
def test_deadlines_count_calendar_days_or_working_days(sub, reported, due):
    (category,) = (category for category in CATEGORIES if category.sub == sub)
    assert deadline(category, datetime.fromisoformat(reported)) == datetime.fromisoformat(due)


def test_texts_need_a_real_csv_reader():
    texts = [row["text"] for row in rows("signals.csv")]
    assert all("ictieve melding" in text for text in texts)
    assert any("\n" in text and '"' in text and "," in text for text in texts)


def test_a_later_export_repeats_history_and_adds_to_it():
    later = AS_OF + timedelta(days=5)
    for member in ("statuses.csv", "locations.csv", "categories.csv"):
        known = {row["id"]: row for row in rows(member, later)}
        assert all(known[row["id"]] == row for row in rows(member))
        assert len(known) > len(rows(member))
    still = ("id", "signal_uuid", "text", "source", "type", "parent", "created_at")
    known = {row["id"]: [row[name] for name in still] for row in rows("signals.csv", later)}
    assert all(known[row["id"]] == [row[name] for name in still] for row in rows("signals.csv"))


def test_a_known_export_is_not_sent_again(suppliers):
    first = HTTP.get(suppliers.signalen_url)
    assert first.content == export_zip(AS_OF, SEED)
    assert first.headers["content-disposition"] == 'attachment; filename="20261123_021504UTC.zip"'
    tag, modified = first.headers["etag"], first.headers["last-modified"]
    assert modified == "Mon, 23 Nov 2026 02:15:04 GMT"
    for condition in ({"If-None-Match": tag}, {"If-Modified-Since": modified}):
        unchanged = HTTP.get(suppliers.signalen_url, headers=condition)
        assert (unchanged.status_code, unchanged.content, unchanged.headers["etag"]) == (304, b"", tag)
    for condition in (
        {"If-None-Match": '"another"', "If-Modified-Since": modified},
        {"If-Modified-Since": "Sun, 22 Nov 2026 02:15:04 GMT"},
        {"If-Modified-Since": "gisteren"},
    ):
        assert HTTP.get(suppliers.signalen_url, headers=condition).status_code == 200
    head = HTTP.head(suppliers.signalen_url)
    assert (head.status_code, head.content, int(head.headers["content-length"])) == (200, b"", len(first.content))


def test_the_next_night_brings_a_new_export(suppliers):
    tag = HTTP.head(suppliers.signalen_url).headers["etag"]
    suppliers.travel_to(AS_OF + timedelta(days=1))
    assert HTTP.get(suppliers.signalen_url, headers={"If-None-Match": tag}).status_code == 200
