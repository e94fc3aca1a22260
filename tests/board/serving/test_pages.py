"""Every kind of page: whole, small, without foreign requests, and under a strict content security policy."""

import base64
import gzip
import hashlib
import html
import re
import subprocess
import sys
import time

import pytest
from main_line.first_run import SAMPLE_DAY
from page_reader import read_page
from reader import reader

# Asks thirty questions, once per release and day for all readers who may see the same.
QUESTIONS = "/bron/vragen"
ADDRESSES = {
    "/": "Zoek",
    "/zoek?q=bijstand+spoorzigt": "Spoorzicht",
    "/zoek": "Zoek",
    "/k/welfare_recipients_quarter_count": "Inwoners met bijstand",
    "/k/welfare_recipients_per_1000/BU99990104": "Planetenbuurt",
    "/k/welfare_recipients_per_1000/GM9999": "In Nederland is het",
    "/gemeenten/welfare_recipients_per_1000": "In Nederland is het",
    "/k/welfare_recipients_per_1000?gebied=BU99990104": "Planetenbuurt",
    "/b": "Planetenbuurt",
    "/b/BU99990104": "Planetenbuurt",
    "/b/WK999901": "Nieuwe Maan",
    "/b/GA999901": "Rond de haven",
    "/t": "Uitkeringen",
    "/t/uitkeringen": "Uitkeringen",
    "/t/economische-zelfredzaamheid": "Economische zelfredzaamheid",
    "/vergelijk?k=welfare_recipients_per_1000&g=BU99990104&g=BU99990105": "Spoorzicht",
    "/bron/welfare_recipients_per_1000": "CC BY",
    QUESTIONS: "Welke vijf buurten hebben de meeste inwoners?",
    "/bron/tabellen": "Alle cijfers",
    "/bron/tabellen/mart_finance": "Lasten (euro)",
    "/advies": "Er wordt geen advies getoond",
    "/advies/FP-001": "Wat u kunt doen",
    "/versheid": "30-11-2026",
    "/toegankelijkheid": "WCAG",
    "/zonder-verbinding": "verbinding",
}
FILES = {
    "/k/welfare_recipients_per_1000/BU99990104": "csv",
    "/b/BU99990104": "xlsx",
    "/t/uitkeringen/GM9999": "json",
    "/vergelijk/welfare_recipients_per_1000/BU99990104+BU99990105": "csv",
}
KB = 1_000
LARGEST = 20 * KB
MOST_REQUESTS = 3


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_page_is_whole_and_small_and_fetches_nothing_elsewhere(board, address):
    answer = board.get(address)
    page = read_page(answer.text)
    assert answer.status_code == 200
    assert ADDRESSES[address] in page.text
    assert page.unclosed == []
    assert len(gzip.compress(answer.content, 6)) <= LARGEST
    fetched = {one for one in page.fetched if not one.startswith("data:")}
    assert 1 + len(fetched) <= MOST_REQUESTS
    assert page.foreign == set()
    assert (page.elements.count("h1"), page.elements.count("main")) == (1, 1)
    assert 'lang="nl"' in answer.text


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_policy_admits_the_style_of_a_page_and_nothing_inline_else(board, address):
    answer = board.get(address)
    page, policy = read_page(answer.text), answer.headers["content-security-policy"]
    (style,) = re.findall(r"<style>(.*?)</style>", answer.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert not {"unsafe-inline", "unsafe-eval", "*"} & {*re.split(r"[ ;']+", policy)}
    assert page.handlers == page.styled == []
    assert [script for script in page.scripts if "src" not in script] == []


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ("<p onclick=x()>", "handlers"),
        ("<p style=color:red>", "styled"),
        ("<script src='https://elsewhere.example/x.js'></script>", "foreign"),
        ("<p><b></p>", "unclosed"),
    ],
)
def test_what_a_page_may_not_hold_is_found(html, found):
    assert getattr(read_page(html), found)
    assert not getattr(read_page("<p><a href='https://cbs.nl'>CBS</a></p>"), found)


@pytest.mark.parametrize("address", FILES)
def test_a_table_can_be_downloaded(board, address):
    answer = board.get(f"{address}.{FILES[address]}")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"].endswith(f'.{FILES[address]}"')
    assert answer.headers["x-fresh-until"]


@pytest.mark.parametrize(
    "address",
    [
        "/k/no_such_figure",
        "/k/welfare_recipients_per_1000/BU00000000",
        "/b/BU00000000",
        "/t/onzin",
        "/bron/onzin",
        "/k/welfare_recipients_per_1000/BU99990104.pdf",
        "/vergelijk?k=onzin",
        "/nergens",
        "/static/../app.py",
        "/static/%2e%2e/app.py",
    ],
)
def test_an_address_of_nothing_says_so(board, address):
    answer = board.get(address)
    assert answer.status_code == 404
    assert "etag" not in answer.headers
    assert "def " not in answer.text


def test_a_page_names_its_release_and_its_first_last_day(board):
    answer = board.get("/")
    page = read_page(answer.text)
    assert answer.headers["x-fresh-until"] == min(page.until)
    assert f"Uitgave {answer.headers['x-release']}" in page.text


def test_the_figure_comes_before_its_chart_and_its_table(board):
    text = board.get("/k/welfare_recipients_quarter_count").text
    body = text[text.index("<body") :]
    places = [body.index(part) for part in ("<data", "Bijgewerkt", '<svg class="g', "<table")]
    assert places == sorted(places)


def test_a_figure_that_may_not_be_shown_says_why(board, release):
    query = """
        SELECT indicator_code, neighbourhood_code, missing_reason FROM release.snapshot.mart_neighbourhood_profile
        WHERE missing_reason = 'suppressed' ORDER BY 1, 2 LIMIT 5
    """
    found = release.cursor().execute(query).fetchall()
    assert found
    for indicator, area, _ in found:
        page = read_page(board.get(f"/k/{indicator}/{area}").text)
        assert "Te weinig personen om te tonen" in page.text


def test_only_reading_is_possible(board):
    assert board.post("/", data={"q": "x"}).status_code == 405
    assert board.head("/").status_code == 200


@pytest.mark.parametrize(
    "address", [one for one in ADDRESSES if one not in {"/toegankelijkheid", "/zonder-verbinding", QUESTIONS}]
)
def test_a_page_that_is_not_kept_yet_takes_less_than_100_ms(sample_releases, address):
    def taken():
        # Every board keeps pages of its own; its first page opens the release, its first search makes an index.
        fresh = reader(sample_releases)
        fresh.get("/zoek?q=zzzz")
        began = time.process_time()
        assert fresh.get(address).status_code == 200
        return time.process_time() - began

    assert min(taken() for _ in range(2)) < 0.1


WITHOUT_PANDAS = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from starlette.testclient import TestClient
from dashboard.app import create_app
from dashboard.board_settings import BoardSettings

_, releases, day, *addresses = sys.argv
app = create_app(Path(releases), lambda: datetime.fromisoformat(day).replace(tzinfo=UTC), BoardSettings())
board = TestClient(app, "http://127.0.0.1:8050", client=("127.0.0.1", 50_000))
failed = [address for address in addresses if board.get(address).status_code != 200]
print(failed, "pandas" in sys.modules)
"""


def test_no_page_imports_pandas(sample_releases):
    """It would double the memory of the board."""
    addresses = [
        *ADDRESSES,
        *(f"{address}.{form}" for address, form in FILES.items()),
        "/zakboek.json",
        "/omtrekken.json",
    ]
    command = [sys.executable, "-W", "ignore", "-c", WITHOUT_PANDAS, str(sample_releases), str(SAMPLE_DAY), *addresses]
    told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert told.stdout.strip() == "[] False"


def test_a_source_shows_the_questions_of_its_theme_with_sql_to_copy(board, release):
    page = board.get("/bron/welfare_recipients_per_1000")
    questions = {one.theme: one for one in release.catalogue.questions}
    assert html.escape(questions["benefits"].sql, quote=False) in page.text.replace("&#39;", "'")
    assert questions["benefits"].question_nl in page.text
    assert questions["safety"].question_nl not in page.text
    assert questions["kpi"].question_nl in board.get("/bron/welfare_recipients_quarter_count").text
