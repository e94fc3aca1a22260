"""Limits on an answer: its size, also unpacked, and its time as a whole."""

import gzip
import io
import socket
import time
import zipfile
from contextlib import contextmanager, suppress
from threading import Thread

import pytest
from landing.receiving import IMPATIENT, key_figures, one_edition, reports
from suppliers import faults

from dagster_project.errors import DeliveryError, SupplierUnreachableError
from dagster_project.extract.http import Http
from dagster_project.installation.settings import HttpSettings
from extract.files import HEADINGS, OTHER, ROW, as_csv, as_xlsx, contract, desk, drop
from extract.test_odata_v4 import asked as by_odata_v4

HASTY = IMPATIENT.model_copy(update={"total_timeout": 0.5, "timeout": 5})
NARROW = IMPATIENT.model_copy(update={"largest_answer_mb": 1})
SMALL = IMPATIENT.model_copy(update={"largest_file_mb": 1})
MEGABYTES = b"0" * 3_000_000
HEAD = b"HTTP/1.1 200 OK\r\n"


@contextmanager
def answering(*parts, pause=0.05, status=HEAD, again=True):
    """A server that sends the parts of an answer with a pause after each, the last of them again and again."""

    def answer(connection):
        with connection, suppress(OSError):
            connection.recv(65536)
            connection.sendall(status)
            for part in parts:
                connection.sendall(part)
                time.sleep(pause)
            while again:
                connection.sendall(parts[-1])
                time.sleep(pause)

    def serve():
        with suppress(OSError):
            while True:
                Thread(target=answer, args=[listener.accept()[0]], daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/x?sig=geheim"
        listener.shutdown(socket.SHUT_RDWR)


def refused(url, settings, how="get"):
    with Http("cbs.key_figures", settings) as client, pytest.raises(DeliveryError) as error:
        client.get(url) if how == "get" else client.download(url, {}, io.BytesIO())
    return error.value


DRIPS = {
    "body": [b"Content-Length: 1000\r\n\r\n", b"x"],
    "body without a length": [b"Connection: close\r\n\r\n", b"x"],
    "chunks": [b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"],
    "headers": [b"X-Name: value\r\n"],
    "one header": [b"X-Name: value", b"x"],
    "empty packed members": [b"Content-Encoding: gzip\r\nConnection: close\r\n\r\n", gzip.compress(b"")],
}


@pytest.mark.parametrize("drip", DRIPS)
@pytest.mark.parametrize("how", ["get", "download"])
def test_an_answer_in_drips_ends(drip, how):
    started = time.monotonic()
    with answering(*DRIPS[drip]) as url:
        error = refused(url, HASTY, how)
    assert time.monotonic() - started < 3
    assert isinstance(error, SupplierUnreachableError)
    assert "cbs / key_figures: did not complete its answer in time" in str(error)
    assert "within 0.5 seconds" in str(error)
    assert "raise total_timeout below [http] in maandvers.toml, or MAANDVERS_HTTP__TOTAL_TIMEOUT" in str(error)
    assert "geheim" not in str(error)


def test_drips_of_a_page_end_too(tmp_path):
    with answering(b'Connection: close\r\n\r\n{"value":[', b" ") as url:
        one = one_edition(key_figures(tmp_path, url.partition("/x")[0], http=HASTY))
        assert "did not complete its answer in time" in one.receive().problems[-1]


def test_drips_end_on_a_connection_that_was_made_too_late(monkeypatch):
    """The time is over before there is a connection to end: names are looked up slowly."""
    look_up = socket.getaddrinfo

    def look_up_slowly(*arguments, **more):
        time.sleep(0.2)
        return look_up(*arguments, **more)

    monkeypatch.setattr(socket, "getaddrinfo", look_up_slowly)
    started = time.monotonic()
    with answering(*DRIPS["body"]) as url:
        error = refused(url, HASTY.model_copy(update={"total_timeout": 0.1}), "get")
    assert time.monotonic() - started < 3
    assert "did not complete its answer in time" in str(error)


def test_the_end_of_a_late_answer_is_not_that_of_the_next(monkeypatch):
    end = socket.socket.shutdown

    def end_slowly(connection, how):
        end(connection, how)
        time.sleep(0.1)

    monkeypatch.setattr(socket.socket, "shutdown", end_slowly)
    headers = b"Connection: close\r\n\r\n"
    with (
        answering(headers, b" ") as late,
        answering(headers, b"x", b"y", pause=0.1, again=False) as in_time,
        Http("a.b", HASTY) as client,
    ):
        with pytest.raises(DeliveryError, match="in time"):
            client.get(late)
        assert client.get(in_time) == b"xy"


def test_an_answer_in_time_is_complete():
    with answering(b"Connection: close\r\n\r\n", b"x", pause=0.05, again=False) as url, Http("a.b", HASTY) as client:
        assert client.get(url) == b"x"


LARGE = {
    "plain": {"body": MEGABYTES},
    "gzip": {"body": gzip.compress(MEGABYTES), "headers": {"content-encoding": "gzip"}},
}


def is_too_large(error, setting="largest_answer_mb"):
    assert "is too large" in str(error)
    assert "at most 1 MB, unpacked" in str(error)
    assert f"raise {setting} below [http] in maandvers.toml, or MAANDVERS_HTTP__{setting.upper()}" in str(error)
    return True


@pytest.mark.parametrize("packing", ["plain", "gzip"])
@pytest.mark.parametrize("how", ["get", "download"])
def test_an_answer_that_is_too_large_is_refused(suppliers, packing, how):
    given = LARGE[packing]
    headers = given.get("headers", {})
    suppliers.faults.set(".", lambda answer: faults.replace(answer, status=200, body=given["body"], headers=headers))
    error = refused(suppliers.cbs_url, NARROW, how)
    assert is_too_large(error)
    assert "cbs / key_figures" in str(error)
    assert len(suppliers.requests) == 1


@pytest.mark.parametrize("status", [b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 503 No\r\n", b"HTTP/1.1 500 No\r\n"])
def test_an_answer_without_end_ends(status):
    """Of an error no more is read than its start."""
    with answering(b"Connection: close\r\n\r\n", b"0" * 100_000, status=status, pause=0) as url:
        message = str(refused(url, NARROW))
        assert "is too large" in message or "status 50" in message


@pytest.mark.parametrize("packing", ["gzip, gzip", "br", "zstd"])
def test_a_packing_that_was_not_asked_for_is_refused(suppliers, packing):
    """Each layer may grow a thousandfold."""
    body = gzip.compress(gzip.compress(MEGABYTES * 10))
    headers = {"content-encoding": packing}
    suppliers.faults.set(".", lambda answer: faults.replace(answer, body=body, headers=headers))
    message = str(refused(suppliers.cbs_url, NARROW))
    assert f"came: {packing}" in message


def test_a_page_that_is_too_large_is_refused(suppliers, tmp_path):
    suppliers.faults.set("TypedDataSet", lambda answer: faults.replace(answer, body=answer.body + b" " * 3_000_000))
    assert is_too_large(one_edition(key_figures(tmp_path, suppliers.cbs_url, http=NARROW)).problem())


def zipped(name, content):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return file.getvalue()


def test_an_export_that_unpacks_to_too_much_is_refused(suppliers, tmp_path):
    export = zipped("signals.csv", MEGABYTES)
    assert len(export) < 10_000
    suppliers.faults.set(".", lambda answer: faults.replace(answer, body=export))
    message = reports(tmp_path, suppliers.signalen_url, http=NARROW).problem()
    assert "signals.csv" in message
    assert is_too_large(message)


def test_a_bundle_that_unpacks_to_too_much_is_refused(suppliers, tmp_path):
    bundle = zipped("Properties.csv", MEGABYTES)
    suppliers.faults.set("/csv/", lambda answer: faults.replace(answer, body=bundle))
    given = by_odata_v4(suppliers, tmp_path, form="csv_bundle")
    given.settings = given.settings.model_copy(update={"http": NARROW})
    assert is_too_large(given.receive().problems[0])


FILES = {
    "personeel_2026-11-01.csv": as_csv(HEADINGS, *[ROW] * 20_000),
    "personeel_2026-11-01.xlsx": as_xlsx(HEADINGS, ROW, OTHER, [MEGABYTES.decode()[:32_000]], *[ROW] * 4000),
}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("is_download", [False, True])
def test_a_file_that_is_too_large_to_read_is_refused(suppliers, tmp_path, name, is_download):
    location = f"{suppliers.cbs_url}/{name}" if is_download else None
    given = desk(tmp_path, contract(parameters={"location": location} if location else {}), http=SMALL)
    suppliers.faults.set(".", lambda answer: faults.replace(answer, status=200, headers={}, body=FILES[name]))
    drop(given, name, FILES[name])
    message = given.problem()
    assert f"hr / staff: the file {name} is too large" in message
    assert is_too_large(message, "largest_file_mb")


def test_the_limits_leave_room_for_the_largest_real_tables():
    defaults = HttpSettings()
    assert (defaults.total_timeout, defaults.largest_answer_mb, defaults.largest_file_mb) == (3600, 2000, 500)
