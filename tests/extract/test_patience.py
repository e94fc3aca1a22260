"""Patience with suppliers: retries, Retry-After, and an end to it."""

import httpx
import pytest
from landing.receiving import IMPATIENT, key_figures, one_edition, reports
from suppliers import faults

from dagster_project.errors import SupplierUnreachableError
from dagster_project.extract import http
from dagster_project.extract.http import Http, is_over_the_record_limit
from dagster_project.installation.settings import HttpSettings


@pytest.fixture
def desk(suppliers, tmp_path):
    return one_edition(key_figures(tmp_path / "landing", suppliers.cbs_url))


def asked(suppliers, part):
    return sum(path.endswith(part) for _, path in suppliers.requests)


def unreachable(url, settings=IMPATIENT):
    with Http("cbs.key_figures", settings) as client, pytest.raises(SupplierUnreachableError) as error:
        client.get(url)
    return error.value


def test_a_busy_supplier_is_asked_again_after_the_time_it_names(suppliers, tmp_path, caplog):
    suppliers.faults.set("TypedDataSet", faults.too_many_requests(times=1, retry_after=1))
    patient = IMPATIENT.model_copy(update={"longest_wait": 5})
    desk = one_edition(key_figures(tmp_path, suppliers.cbs_url, http=patient))
    assert desk.receive().problems == []
    assert "; again in 1.0 s" in caplog.text
    assert asked(suppliers, "TypedDataSet") == 2


def test_a_supplier_that_names_a_whole_day_is_not_waited_for(suppliers, desk, caplog):
    suppliers.faults.set("TypedDataSet", faults.too_many_requests(times=1, retry_after=86_400))
    assert desk.receive().problems == []
    assert f"; again in {IMPATIENT.longest_wait:.1f} s" in caplog.text


def test_an_unreachable_supplier_is_reported_after_the_last_attempt(suppliers, desk):
    suppliers.faults.set("TypedDataSet", faults.unavailable())
    message = desk.problem()
    assert "cbs / key_figures: gave no usable answer after 3 attempts" in message
    assert "status 503" in message
    assert "look at proxy and firewall" in message
    assert asked(suppliers, "TypedDataSet") == IMPATIENT.attempts
    assert not desk.store.quarantine.exists()
    assert list(desk.store.incoming.iterdir()) == []


def test_a_supplier_that_is_away_is_not_waited_for_table_by_table(suppliers, tmp_path):
    """Neither its list nor the first table answers, so neither will the others."""
    suppliers.faults.set(".", faults.unavailable())
    desk = key_figures(tmp_path, suppliers.cbs_url)
    assert len(desk.receive().problems) == 2
    assert len({path for _, path in suppliers.requests}) == 2
    assert desk.state.current == desk.state.candidates == {}
    assert desk.state.attempted_at == desk.now


def test_a_connection_that_breaks_is_tried_again_and_leaves_nothing_half(suppliers, desk):
    cut = faults.connection_reset()
    left = iter([cut, cut])
    suppliers.faults.set("TypedDataSet", lambda answer: next(left, lambda good: good)(answer))
    desk.receive_and_admit()
    assert asked(suppliers, "TypedDataSet") == 3
    assert desk.rows("select count(*) from data") == [(71,)]


def test_a_connection_that_keeps_failing_is_reported(suppliers, tmp_path):
    suppliers.faults.set("csv", faults.connection_reset())
    desk = reports(tmp_path, suppliers.signalen_url)
    assert "after 3 attempts" in desk.problem()
    assert asked(suppliers, "/csv/") == 3


def test_an_address_without_a_server_is_reported():
    assert "ConnectError" in str(unreachable("http://127.0.0.1:9/x"))


def test_a_missing_page_is_not_requested_again(suppliers):
    error = unreachable(f"{suppliers.cbs_url}/nowhere")
    assert "404" in error.came
    assert "attempts" not in error.problem
    assert len(suppliers.requests) == 1


def test_an_invalid_address_is_reported():
    assert "gave no usable answer" in str(unreachable("http://[cbs"))


def test_a_question_over_the_record_limit_is_not_repeated(replay):
    error = unreachable(f"{replay.cbs_url}/ODataApi/odata/84799NED/TypedDataSet?$format=json")
    assert "500" in error.came
    assert len(replay.requests) == 1


def test_a_time_limit_is_enforced(suppliers):
    async def say_nothing(_scope, receive, _send):
        while (await receive())["type"] != "http.disconnect":
            pass

    suppliers.app = say_nothing
    slow = HttpSettings(timeout=0.05, attempts=2, first_wait=0.001, longest_wait=0.002)
    assert "after 2 attempts" in str(unreachable(f"{suppliers.cbs_url}/ODataCatalog/Tables", slow))


@pytest.mark.parametrize(
    ("value", "least", "most"),
    [
        ("7", 7, 7),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0, 0),
        ("Wed, 21 Oct 2015 07:28:00 -0000", 0, 0),
        ("Wed, 21 Oct 2099 07:28:00 GMT", 1e9, 1e10),
    ],
)
def test_retry_after_is_read_in_both_its_forms(value, least, most):
    assert least <= http._retry_after(httpx.Response(429, headers={"Retry-After": value})) <= most


@pytest.mark.parametrize("value", [None, "soon", "-5"])
def test_retry_after_that_says_nothing_leaves_the_waiting_to_us(value):
    assert http._retry_after(httpx.Response(429, headers={} if value is None else {"Retry-After": value})) is None


def test_only_the_suppliers_own_refusal_counts_as_over_the_limit():
    assert not is_over_the_record_limit(500, b"internal error")
    assert not is_over_the_record_limit(200, b"10000 records")


def test_a_token_is_sent_and_never_logged(suppliers):
    seen = {}
    real = suppliers.app

    async def look(scope, receive, send):
        seen.update(scope["headers"])
        await real(scope, receive, send)

    suppliers.app = look
    with Http("x.y", IMPATIENT, token="s3cr3t") as client, pytest.raises(SupplierUnreachableError) as error:
        client.get(f"{suppliers.cbs_url}/nowhere")
    assert seen[b"authorization"] == b"Bearer s3cr3t"
    assert "s3cr3t" not in str(error.value)
