"""Credentials in a location: they are used, and appear in no message, log or file."""

import logging
import re
import traceback

import pytest
from landing.receiving import every_file, key_figures, one_edition, reports
from proof.test_replay import nothing_differs
from starlette.responses import RedirectResponse
from suppliers import faults

from dagster_project.cli.options import PlainFormatter
from dagster_project.errors import SetupError, shown
from dagster_project.extract.extractors import extractor_for
from dagster_project.installation.settings import SupplierSettings
from extract.files import as_csv, contract, desk, drop

SECRETS = ("Ge-heim", "Hand-tekening", "lees-er")
NAME = "personeel_2026-11-01.csv"
SIGNED = "?sv=2026&sig=Hand-tekening%3D&token=Hand-tekening"
# Addresses as people type them, and how they are shown.
ADDRESSES = {
    "https://lees-er:Ge-heim@host/a.zip": "https://host/a.zip",
    "HTTPS://lees-er:Ge-heim@host:8443/a": "HTTPS://host:8443/a",
    "sftp://lees-er:Ge-heim@host/a": "sftp://host/a",
    "https://lees-er:Ge@-heim@host/": "https://host/",
    "https://lees-er:Ge-heim/?#@host/": "https://host/",
    "https://lees-er:hier Ge-heim@host/": "https://host/",
    "https://Hand-tekening@host/a": "https://host/a",
    f"https://host/a{SIGNED}": "https://host/a?sv=…&sig=…&token=…",
    "https://host/a?key=Hand-tekening;x=Ge-heim": "https://host/a?key=…",
    "https://host/a?Hand-tekening": "https://host/a?…",
    "https://host/a#access_token=Hand-tekening": "https://host/a#…",
    "no folder https:/lees-er:Ge-heim@host/a": "no folder https:/host/a",
    # The questions of Maandvers itself, and what is no address.
    "https://host:8080/@a/b?$format=json&$filter=x&f=json": "https://host:8080/@a/b?$format=json&$filter=x&f=json",
    "(https://host/a?sig=Hand-tekening), 'https://b/'": "(https://host/a?sig=…), 'https://b/'",
    "file:///home/a@b/c.csv": "file:///home/a@b/c.csv",
    "https://host: mail a@b.nl": "https://host: mail a@b.nl",
    "C:/a@b/c?d": "C:/a@b/c?d",
}


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_is_shown_without_its_credentials(address):
    assert shown(address) == ADDRESSES[address]
    assert shown(shown(address)) == ADDRESSES[address]
    assert str(SetupError(f"{address} does not answer")) == f"{ADDRESSES[address]} does not answer"


def secrets_in(text):
    return [secret for secret in SECRETS if secret.casefold() in text.casefold()]


def secrets_below(folder):
    return {name: found for name, content in every_file(folder).items() if (found := secrets_in(str(content)))}


def with_credentials(url, query=SIGNED):
    return url.replace("://", "://lees-er:Ge-heim@") + query


def at_export(suppliers, folder, query=SIGNED):
    return reports(folder / "landing", with_credentials(suppliers.signalen_url, query))


@pytest.fixture(autouse=True)
def everything_logged(caplog):
    caplog.set_level(logging.DEBUG)


def test_an_export_is_received_and_no_file_contains_its_credentials(suppliers, tmp_path, caplog):
    seen = []
    real = suppliers.app

    async def look(scope, receive, send):
        seen.append((dict(scope["headers"]).get(b"authorization"), scope["query_string"].decode()))
        await real(scope, receive, send)

    suppliers.app = look
    given = at_export(suppliers, tmp_path)
    given.receive_and_admit()
    assert seen[0] == (b"Basic bGVlcy1lcjpHZS1oZWlt", SIGNED[1:])
    assert given.manifest().url == f"{suppliers.signalen_url}?sv=…&sig=…&token=…"
    assert secrets_below(tmp_path) == {}
    assert secrets_in(caplog.text) == []


def redirect(status):
    async def app(scope, receive, send):
        if b"moved" in scope["query_string"]:
            await faults._send(faults.Answer("", status, {}, b""), send)
        else:
            await RedirectResponse(f"{scope['path']}{SIGNED}&moved=1")(scope, receive, send)

    return app


FAULTS = {
    "busy": faults.unavailable(),
    "cut off": faults.connection_reset(),
    "no zip": faults.html_page(),
    "empty zip": faults.zip_without_members(),
    "a cache": faults.with_headers(x_cache="HIT from proxy"),
    "not found": lambda answer: faults.replace(answer, status=404, body=b""),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_no_message_about_an_export_contains_its_credentials(suppliers, tmp_path, caplog, fault):
    suppliers.faults.set(".", FAULTS[fault])
    given = at_export(suppliers, tmp_path)
    message = given.problem()
    assert secrets_in(message + caplog.text) == []
    assert secrets_below(tmp_path) == {}


@pytest.mark.parametrize("status", [404, 503])
def test_an_address_that_a_supplier_redirects_to_is_shown_without_its_signature(suppliers, tmp_path, caplog, status):
    suppliers.app = redirect(status)
    message = reports(tmp_path / "landing", suppliers.signalen_url).problem()
    assert str(status) in message
    assert secrets_in(message + caplog.text) == []
    assert secrets_below(tmp_path) == {}


@pytest.mark.parametrize("location", ["http://lees-er:Hand-tekening/Ge-heim@x/", "http://[lees-er:Ge-heim@x"])
def test_an_address_that_cannot_be_requested_shows_no_part_of_itself(tmp_path, caplog, location):
    assert secrets_in(reports(tmp_path, location).problem() + caplog.text) == []


def test_a_new_signature_is_the_same_address(suppliers, tmp_path):
    location = with_credentials(f"{suppliers.cbs_url}/staff.csv")
    content = as_csv()
    suppliers.faults.set(".", lambda answer: faults.replace(answer, status=200, headers={"etag": '"1"'}, body=content))
    given = desk(tmp_path, contract(), suppliers={"hr": SupplierSettings(location=location)})
    given.receive_and_admit()
    asked = []
    suppliers.faults.set(".", lambda answer: faults.replace(answer, status=304, body=b""))
    supplier = SupplierSettings(location=location.replace("Hand-tekening", "Hand-tekening-2"))
    given.settings = given.settings.model_copy(update={"suppliers": {"hr": supplier}})
    assert given.receive().problems == asked
    assert secrets_below(tmp_path) == {}


def test_a_page_of_links_is_named_without_its_credentials(suppliers, tmp_path, caplog):
    page = b'<a href="https://host/a.csv?sig=Hand-tekening">a</a><a href="https://lees-er:Ge-heim@host/b.csv">b</a>'
    suppliers.faults.set(".", lambda answer: faults.replace(answer, status=200, body=page))
    location = with_credentials(f"{suppliers.cbs_url}/downloads")
    parameters = {"location": location, "link_pattern": "staff"}
    given = desk(tmp_path, contract(parameters=parameters))
    message = given.problem()
    assert "https://host/b.csv" in message
    assert secrets_in(message + caplog.text) == []


def test_a_service_is_asked_with_credentials_and_its_payload_replayed_without(suppliers, tmp_path, caplog):
    given = one_edition(key_figures(tmp_path / "landing", with_credentials(suppliers.cbs_url, "")))
    given.receive_and_admit()
    assert secrets_below(tmp_path) == {}
    assert secrets_in(caplog.text) == []
    assert nothing_differs(given, tmp_path)


def test_an_unexpected_error_shows_neither_address_nor_value_of_an_own_register(tmp_path, caplog, monkeypatch):
    text = "could not convert Ge-heim of https://lees-er:x@host/"

    def fail(*_):
        raise ValueError(text)

    monkeypatch.setattr("dagster_project.extract.files.table_file.hashlib.file_digest", fail)
    given = desk(tmp_path, contract(contact=None))
    drop(given, NAME, as_csv())
    message = given.problem()
    assert "ValueError" in message
    assert "table_file.py" in caplog.text
    assert secrets_in(message + caplog.text) == []


def test_doctor_names_an_export_without_its_credentials(suppliers, tmp_path):
    given = at_export(suppliers, tmp_path)
    with extractor_for(given.store.feed, given.settings) as extractor:
        (edition,) = extractor.editions({})
        assert extractor.examine(edition, tmp_path).table == f"{suppliers.signalen_url}?sv=…&sig=…&token=…"


def test_a_line_of_the_log_has_no_credentials_in_its_traceback():
    try:
        raise ValueError("https://lees-er:Ge-heim@host/")
    except ValueError as error:
        record = logging.LogRecord(
            "x", logging.ERROR, "x.py", 1, "failed", (), (type(error), error, error.__traceback__)
        )
        assert "Ge-heim" in traceback.format_exc()
    line = PlainFormatter("%(message)s").format(record)
    assert re.search("ValueError: https://host/", line)
    assert secrets_in(line) == []
