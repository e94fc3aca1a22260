"""The faults themselves: each has its effect on the chosen part, until it is removed."""

import io
import zipfile
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from . import faults
from .fixtures import AS_OF, replay, shared_replay, shared_sample, suppliers

HTTP = httpx.Client(timeout=30)

__all__ = ["replay", "shared_replay", "shared_sample", "suppliers"]

TABLE = "/ODataFeed/odata/86165NED"


def ask(suppliers, path=f"{TABLE}/TypedDataSet", **options):
    return HTTP.get(suppliers.cbs_url + path, params={"$format": "json", **options})


def records(suppliers, *arguments, **options):
    return ask(suppliers, *arguments, **options).json()["value"]


def members(suppliers):
    archive = zipfile.ZipFile(io.BytesIO(HTTP.get(suppliers.signalen_url).content))
    return {name: archive.read(name) for name in archive.namelist()}


def test_a_fault_binds_only_the_addresses_it_is_chosen_for_until_cleared(suppliers):
    suppliers.faults.set(r"TypedDataSet", faults.unavailable())
    assert ask(suppliers).status_code == 503
    assert ask(suppliers, f"{TABLE}/TableInfos").status_code == 200
    suppliers.faults.clear()
    assert ask(suppliers).status_code == 200


def test_broken_bodies(suppliers):
    suppliers.faults.set("TypedDataSet", faults.truncated())
    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        ask(suppliers).json()
    suppliers.faults.set("TypedDataSet", faults.html_page())
    assert (ask(suppliers).status_code, ask(suppliers).headers["content-type"]) == (200, "text/html")
    suppliers.faults.set("TypedDataSet", faults.connection_reset())
    with pytest.raises(httpx.RemoteProtocolError):
        ask(suppliers)
    suppliers.faults.set("csv", faults.empty_body())
    assert HTTP.get(suppliers.signalen_url).content == b""


def test_too_many_requests_end(suppliers):
    suppliers.faults.set("TypedDataSet", faults.too_many_requests(times=2, retry_after=7))
    answers = [ask(suppliers) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [429, 429, 200]
    assert answers[0].headers["retry-after"] == "7"


def test_columns_come_and_go(suppliers):
    suppliers.faults.set("DataProperties|TypedDataSet", faults.missing_column("AantalInwoners"))
    assert "AantalInwoners_5" not in records(suppliers)[0]
    assert "Mannen_6" in records(suppliers)[0]
    keys = [row["Key"] for row in records(suppliers, f"{TABLE}/DataProperties")]
    assert "Mannen_6" in keys
    assert "AantalInwoners_5" not in keys
    suppliers.faults.set("DataProperties|TypedDataSet", faults.extra_column("Nieuw_999"))
    assert records(suppliers)[3]["Nieuw_999"] == 1
    assert records(suppliers, f"{TABLE}/DataProperties")[-1]["Key"] == "Nieuw_999"


def test_rows_go_missing(suppliers):
    whole = len(records(suppliers))
    suppliers.faults.set("TypedDataSet", faults.half_the_rows())
    assert len(records(suppliers)) == (whole + 1) // 2
    suppliers.faults.set("TypedDataSet", faults.silently_cut(at=10))
    assert len(records(suppliers)) == 10


def test_pages_go_wrong(replay):
    path = "/ODataFeed/odata/84799NED/TypedDataSet"
    replay.faults.set("TypedDataSet", faults.silently_cut())
    cut = ask(replay, path, **{"$select": "ID"}).json()
    assert (len(cut["value"]), "odata.nextLink" in cut) == (10_000, False)
    replay.faults.set("TypedDataSet", faults.duplicate_page())
    first = ask(replay, path, **{"$select": "ID"}).json()
    assert HTTP.get(first["odata.nextLink"]).json()["value"] == first["value"]
    replay.faults.set("TypedDataSet", faults.next_link_loop())
    page = HTTP.get(first["odata.nextLink"])
    assert HTTP.get(page.json()["odata.nextLink"]).content == page.content


def test_zips_go_wrong(suppliers):
    whole = members(suppliers)
    suppliers.faults.set("csv", faults.wrong_encoding())
    with pytest.raises(UnicodeDecodeError):
        members(suppliers)["signals.csv"].decode()
    suppliers.faults.set("csv", faults.zip_without_members())
    assert members(suppliers) == {}
    suppliers.faults.set("csv", faults.zip_without("sla.csv"))
    assert set(whole) - set(members(suppliers)) == {"sla.csv"}
    suppliers.faults.set("csv", faults.csv_missing_column("sla.csv", "n_days"))
    assert members(suppliers)["sla.csv"].startswith(b"id,main,sub,use_calendar_days,created_at\r\n1,")
    suppliers.faults.set("csv", faults.html_page())
    assert not zipfile.is_zipfile(io.BytesIO(HTTP.get(suppliers.signalen_url).content))


def test_the_sample_of_another_day_answers_at_the_same_address(suppliers):
    suppliers.travel_to(AS_OF.replace(month=7))
    (infos,) = records(suppliers, f"{TABLE}/TableInfos")
    assert infos["Modified"] == "2026-05-01T02:00:00"


def test_more_headers_are_sent(suppliers):
    suppliers.faults.set("TypedDataSet", faults.with_headers(x_cache="HIT"))
    answer = ask(suppliers)
    assert answer.headers["X-Cache"] == "HIT"
    assert answer.json()["value"]


def test_a_cache_repeats_its_first_answer_with_its_age(suppliers):
    cache = faults.Cache(datetime(2026, 11, 23, 5, tzinfo=UTC), tells=["age", "date", "x-cache"])
    suppliers.faults.set("TypedDataSet", cache)
    first = ask(suppliers)
    assert (first.headers["Age"], first.headers["X-Cache"]) == ("0", "MISS from proxy")
    cache.now += timedelta(days=2)
    suppliers.travel_to(AS_OF + timedelta(days=400))
    kept = ask(suppliers)
    assert kept.content == first.content
    assert (kept.headers["Age"], kept.headers["X-Cache"]) == ("172800", "HIT from proxy")
    assert kept.headers["Date"] == first.headers["Date"] == "Mon, 23 Nov 2026 05:00:00 GMT"
    suppliers.faults.clear()
    assert ask(suppliers).content != first.content
