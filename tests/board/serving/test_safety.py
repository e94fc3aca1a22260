"""Who may read what, what an answer allows a browser, and names from suppliers that try to break out."""

import csv
import io
import logging
import re
import tomllib

import httpx
import openpyxl
import pytest
from board_server import served
from main_line.first_run import SAMPLE_DAY
from page_reader import read_page
from pydantic import ValidationError
from reader import changed_release, reader

from dagster_project.errors import SetupError
from dashboard.board_settings import BoardSettings
from dashboard.serve import check_address
from dashboard.shelf import Shelf

PROXY = "10.0.0.5"
BEHIND = BoardSettings(
    host="0.0.0.0",
    groups_header="X-Forwarded-Groups",
    trusted_proxies=(PROXY,),
)
KINDS = (
    "/",
    "/t",
    "/t/economische-zelfredzaamheid",
    "/t/inkomen-en-vermogen",
    "/b",
    "/b/GM9999",
    "/b/BU99990104",
    "/k/lonely_pct/BU99990104",
    "/vergelijk",
    "/bron/lonely_pct",
    "/versheid",
    "/toegankelijkheid",
    "/zonder-verbinding",
    "/zoek?q=bijstand",
    "/zoek?q=woninginbraken",
    "/bestaat-niet",
    "/k/bestaat_niet",
)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.0.0.2"])
def test_this_machine_may_be_bound(host):
    check_address(BoardSettings(host=host))


@pytest.mark.parametrize(
    "settings",
    [
        BoardSettings(host="0.0.0.0"),
        BoardSettings(host="::"),
        BoardSettings(host="192.168.1.4"),
        BoardSettings(host="board.example"),
        BoardSettings(host="0.0.0.0", groups_header="X-Groups"),
        BoardSettings(host="0.0.0.0", trusted_proxies=(PROXY,)),
    ],
)
def test_another_address_is_refused(settings):
    with pytest.raises(SetupError, match="do: "):
        check_address(settings)


def test_a_public_board_may_be_bound_anywhere_and_refuses_an_internal_release(sample_releases):
    check_address(BoardSettings(host="0.0.0.0", public=True))
    with served(sample_releases, SAMPLE_DAY, BoardSettings(public=True)) as board:
        assert httpx.get(f"{board.url}/").status_code == 503


def test_another_address_may_be_bound_behind_a_proxy():
    check_address(BEHIND)


def test_a_wrong_proxy_is_refused():
    with pytest.raises(ValidationError):
        BoardSettings(trusted_proxies=("the proxy",))


def test_only_the_proxy_and_this_machine_are_let_in(sample_releases):
    def status(peer: str, host: str, settings: BoardSettings = BEHIND) -> int:
        return reader(sample_releases, SAMPLE_DAY, settings, peer, host).get("/").status_code

    assert status(PROXY, "bord.example") == 200
    assert status("127.0.0.1", "127.0.0.1:8050") == 200
    assert status("127.0.0.1", "localhost") == 200
    assert status("10.0.0.6", "bord.example") == 403
    assert status(PROXY, "bord.example", BoardSettings()) == 403
    # A page elsewhere whose name points to this machine.
    assert status("127.0.0.1", "evil.example:8050") == 403
    assert status("127.0.0.1", "127.0.0.1.evil.example") == 403


def test_a_stranger_gets_no_figure(sample_releases):
    stranger = reader(sample_releases, SAMPLE_DAY, BEHIND, "10.0.0.6", "bord.example")
    for page in (*KINDS, "/zakboek.json", "/gezond", "/k/lonely_pct/BU99990104.json"):
        answer = stranger.get(page, headers={"X-Forwarded-Groups": "social", "X-Forwarded-For": PROXY})
        assert answer.status_code == 403, page
        assert read_page(answer.text).figures == [], page


def test_settings_come_from_the_file():
    written = tomllib.loads('host = "0.0.0.0"\ntrusted_proxies = ["10.0.0.0/8"]')
    settings = BoardSettings.model_validate(written)
    assert settings.trusted_proxies == ("10.0.0.0/8",)
    with pytest.raises(ValidationError):
        BoardSettings.model_validate({"grups_header": "X"})


def test_a_browser_may_do_nothing_that_a_page_does_not_need(board):
    for page in KINDS:
        answer = board.get(page)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy, page
        assert "unsafe" not in policy, page
        assert answer.headers["x-content-type-options"] == "nosniff", page
        assert "set-cookie" not in answer.headers, page
        html = re.sub(r"<style>.*?</style>", "", answer.text, flags=re.S)
        assert not re.search(r"\son[a-z]+\s*=", re.sub(r">[^<]*<", "><", html)), page
        assert not re.search(r"\sstyle=", re.sub(r">[^<]*<", "><", html)), page
        # A link to a licence is followed by people alone.
        assert not re.search(r'(?:src|action)="(?:https?:)?//|<(?:link|use|image)[^>]*//', html), page


def test_a_first_page_is_small_and_asks_for_little(board):
    for page in KINDS:
        answer = board.get(page, headers={"Accept-Encoding": "gzip"})
        assert int(answer.headers["content-length"]) <= 20 * 1024, page
        assert len(re.findall(r"<(?:script|img|iframe|link)\b[^>]*(?:src|href)=\"/", answer.text)) <= 2, page


def test_only_reading_is_possible(board):
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        assert board.request(method, "/").status_code == 405


@pytest.mark.parametrize("path", ["/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2fapp.py", "/static/x.js"])
def test_no_other_file_is_served(board, path):
    assert board.get(path).status_code == 404


def test_the_log_names_no_reader_and_no_question(board, caplog):
    caplog.set_level(logging.INFO, "dashboard.requests")
    board.get("/zoek?q=jan+jansen", headers={"X-Forwarded-For": "203.0.113.7", "User-Agent": "Spy/1.0"})
    board.get("/b/BU99990104")
    logged = caplog.text
    assert "/zoek 200" in logged
    assert "/b/{area} 200" in logged
    assert not any(word in logged for word in ("jansen", "203.0.113.7", "127.0.0.1", "BU99990104", "Spy"))


def test_expensive_pages_are_bounded_per_reader(sample_releases):
    clock = [0.0]
    settings = BEHIND.model_copy(update={"expensive_pages_per_minute": 3})
    board = reader(sample_releases, SAMPLE_DAY, settings, PROXY, "bord.example", seconds=lambda: clock[0])

    def ask(word: str, who: str) -> int:
        return board.get(f"/zoek?q={word}", headers={"X-Forwarded-For": f"198.51.100.1, {who}"}).status_code

    assert [ask(word, "192.0.2.1") for word in ("a", "b", "c", "d")] == [200, 200, 200, 429]
    # A page that is there already costs nothing; other readers have a minute of their own.
    assert ask("a", "192.0.2.1") == 200
    assert ask("d", "192.0.2.2") == 200
    clock[0] = 61.0
    assert ask("e", "192.0.2.1") == 200


@pytest.mark.parametrize("address", ["/?q=", "/t?gebied=", "/b/BU99990104?k=", "/zakboek.json?g=", "/t/uitkeringen?x="])
def test_parameters_that_a_page_does_not_use_make_no_pages(sample_releases, monkeypatch, address):
    board, made = reader(sample_releases), []
    make = Shelf.page
    monkeypatch.setattr(
        Shelf, "page", lambda shelf, shelved, key, *rest: made.append(key) or make(shelf, shelved, key, *rest)
    )
    for value in "12":
        assert board.get(address + value).status_code == 200
    assert len({*made}) == 1 < len(made)


HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "{{ 7 * 7 }}",
    "</style><script>alert(1)</script>",
    "]]><svg onload=alert(1)>",
    "\u202egnp.exe\u202c",
    '=HYPERLINK("http://evil.example")',
    "x" * 300,
)


@pytest.fixture(scope="module")
def hostile(sample_releases, tmp_path_factory):
    """A release in which suppliers and registers name things as an attacker would."""
    releases = tmp_path_factory.mktemp("hostile")
    tables = (
        ("region_name", "dim_region"),
        ("region_name", "dim_region_outline"),
        ("name_nl", "dim_policy_measure"),
        ("label_nl", "dim_indicator"),
        ("short_label_nl", "dim_indicator"),
        ("definition_nl", "dim_indicator"),
        ("noun_nl", "dim_indicator"),
        ("supplier", "freshness"),
        ("withheld_reason_nl", "freshness"),
        ("message_nl", "audit_results"),
    )
    names = "[" + ", ".join("'" + name.replace("'", "''") + "'" for name in HOSTILE) + "]"
    changes = [
        f"update snapshot.{table} set {column} = list_extract({names}, 1 + (rowid % {len(HOSTILE)})::int)"
        for column, table in tables
    ]
    return reader(changed_release(sample_releases, releases, *changes))


def test_hostile_names_stay_text(hostile):
    escaped = 0
    for page in (*KINDS, "/t/uitkeringen", "/b/WK999901", "/k/welfare_recipients_per_1000",
                 "/vergelijk?k=lonely_pct&g=BU99990104&g=BU99990101", f"/zoek?q={HOSTILE[0]}"):  # fmt: skip
        answer = hostile.get(page)
        assert answer.status_code in (200, 404), page
        assert re.findall(r"<script[^>]*>", answer.text) in ([], ['<script src="/static/board.js" defer>']), page
        tags = re.sub(
            r"\"[^\"]*\"|'[^']*'", '""', " ".join(re.findall(r"<[a-zA-Z](?:[^>\"']|\"[^\"]*\"|'[^']*')*>", answer.text))
        )
        assert not re.search(r"\son[a-z]+=", tags), page
        assert "<img" not in answer.text, page
        assert "<svg onload" not in answer.text, page
        escaped += answer.text.count("&lt;script&gt;")
    assert escaped > 10


FILES = (
    "/k/lonely_pct/BU99990104",
    "/b/BU99990104",
    "/t/uitkeringen/GM9999",
    "/vergelijk/lonely_pct/BU99990104+BU99990101",
)


@pytest.mark.parametrize("file", FILES)
def test_hostile_names_leave_no_formula_in_files(hostile, file):
    rows = list(csv.reader(io.StringIO(hostile.get(f"{file}.csv").content.decode("utf-8-sig")), delimiter=";"))
    book = openpyxl.load_workbook(io.BytesIO(hostile.get(f"{file}.xlsx").content))
    cells = [cell for sheet in book for row in sheet for cell in row if isinstance(cell.value, str)]
    assert {cell.data_type for cell in cells} == {"s"}
    texts = [text for row in rows for text in row] + [cell.value for cell in cells]
    # A formula has an apostrophe before it.
    assert any(name[1:9] in text for name in HOSTILE for text in texts)
    assert not [text for text in texts if re.match(r"[\W_]*[=@+]", text) and not text.startswith("'")]
