"""Questions with their answers on the board, and whole marts as files."""

import csv
import io
import resource
from contextlib import closing
from datetime import date, timedelta

import pytest
from main_line.first_run import SAMPLE_DAY
from openpyxl import load_workbook
from page_reader import read_page
from reader import UNBOUNDED, reader

from dagster_project.access import ReadAccess
from dagster_project.release.reader import PublishedQuestion
from dashboard import downloads, export
from dashboard.pages.for_analysts import mart_index

QUESTIONS = "/bron/vragen"
# Safety for municipality and districts, and no benefits.
RULES = ReadAccess.model_validate(
    {"everyone": {"themes": ["population", "safety"], "levels": ["municipality", "district"]}}
)
WITHOUT_BENEFITS = ReadAccess.model_validate({"everyone": {"themes": ["*"], "without": ["benefits"]}})


@pytest.fixture(scope="module")
def page(board):
    return read_page(board.get(QUESTIONS).text)


def numbers_of(release, question: PublishedQuestion, day: date) -> list[tuple[str, float]]:
    """Every number that the SQL of a question gives."""
    with closing(release.shown_on(day)) as cursor:
        found = cursor.execute(question.sql)
        names = [name for name, *_ in found.description]
        return [
            (name, float(value))
            for row in found.fetchall()
            for name, value in zip(names, row, strict=True)
            if isinstance(value, int | float)
        ]


def test_every_question_has_the_answer_of_its_sql_and_its_marts(page, release):
    asked = release.catalogue.questions
    assert len(asked) == 30
    shown = {question.name: [] for question in asked}
    for one in page.answers:
        shown[one.question].append((one.column, one.value))
    for question in asked:
        assert question.question_nl in page.text
        assert " ".join(question.sql.split()) in page.text
        assert shown[question.name] == numbers_of(release, question, SAMPLE_DAY) != [], question.name
    marts = {link.rpartition("/")[2] for link in page.own_links if link.startswith("/bron/tabellen/")}
    assert marts == {name for name in release.marts if any(name in question.sql.split() for question in asked)}


def test_an_answer_is_written_in_dutch(page):
    texts = {(one.question, one.column): one.text for one in page.answers}
    assert texts["population", "population_count"].count(".") == 1
    assert texts["vacant_shops", "vacant_shop_pct"].endswith("%")
    assert texts["sports_subsidy", "subsidy_eur"].startswith("€")
    assert "oktober 2026" in page.text


def test_pages_lead_to_the_questions(board):
    assert QUESTIONS in read_page(board.get("/").text).own_links
    assert QUESTIONS in read_page(board.get("/bron/lonely_pct").text).own_links


def test_no_question_has_an_answer_once_the_figures_expired(sample_releases):
    later = read_page(reader(sample_releases, SAMPLE_DAY + timedelta(days=40)).get(QUESTIONS).text)
    assert later.answers == []
    assert later.text.count("Hierop is nu geen antwoord") == 30


def test_a_question_is_answered_for_readers_who_may_see_all_of_its_theme(sample_releases, page):
    everything = {one.question for one in page.answers}
    some = read_page(reader(sample_releases, access=WITHOUT_BENEFITS).get(QUESTIONS).text)
    # Benefits are on the overview as well.
    assert everything - {one.question for one in some.answers} == {"welfare_recipients", "red_kpis"}
    few = read_page(reader(sample_releases, access=RULES).get(QUESTIONS).text)
    assert few.answers == []
    assert few.text.count("niet allemaal voor u zijn") == 30


def rows_of(answer):
    assert answer.status_code == 200
    return list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")), delimiter=";"))


def test_a_mart_as_csv_is_what_the_command_exports(board, release, tmp_path):
    (exported,) = export.export_marts(release, SAMPLE_DAY, tmp_path, ["mart_safety"], export.CSV)
    answer = board.get("/bron/tabellen/mart_safety.csv")
    assert answer.content == exported.file.read_bytes()
    assert answer.headers["content-disposition"] == 'attachment; filename="mart_safety.csv"'
    assert answer.headers["x-fresh-until"] >= str(SAMPLE_DAY)
    assert len(rows_of(answer)) == exported.rows + 1


def test_a_mart_as_workbook_has_every_row_and_says_what_it_is(board):
    book = load_workbook(io.BytesIO(board.get("/bron/tabellen/mart_kpi.xlsx").content), read_only=True)
    figures, about = (list(book[name].values) for name in ("Cijfers", "Uitleg"))
    assert len(figures) == len(rows_of(board.get("/bron/tabellen/mart_kpi.csv")))
    assert ("Tabel", "mart_kpi") in [row[:2] for row in about]
    assert not any(row[:1] == ("Niet alles",) for row in about)


def test_a_part_of_a_mart_says_that_it_is_one(board, sample_releases):
    some = reader(sample_releases, access=WITHOUT_BENEFITS)
    address = "/bron/tabellen/mart_kpi.xlsx"
    about = list(load_workbook(io.BytesIO(some.get(address).content), read_only=True)["Uitleg"].values)
    assert any(row[:1] == ("Niet alles",) for row in about)
    assert "zonder wat niet voor u is" in some.get("/bron/tabellen/mart_kpi").text
    whole, part = (rows_of(one.get("/bron/tabellen/mart_kpi.csv")) for one in (board, some))
    assert 1 < len(part) < len(whole)


def test_a_file_has_nothing_that_expired(sample_releases):
    later = reader(sample_releases, SAMPLE_DAY + timedelta(days=40))
    assert len(rows_of(later.get("/bron/tabellen/mart_safety.csv"))) == 1
    assert len(rows_of(later.get("/bron/tabellen/dim_indicator.csv"))) > 300


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("mart_of_nothing", "niet in de uitgave"),
        ("mart_of_nothing.csv", "niet in de uitgave"),
        ("mart_kpi.parquet", "als .csv en .xlsx"),
        ("fct_indicator_values.xlsx", "te groot voor Excel"),
    ],
)
def test_what_is_no_file_is_refused_in_words(board, address, words, monkeypatch):
    monkeypatch.setattr(mart_index, "_MOST_ROWS", 10_000)
    answer = board.get(f"/bron/tabellen/{address}")
    assert answer.status_code == 404
    assert words in answer.text


def test_a_large_file_is_sent_while_its_rows_are_read():
    read = 0

    def rows():
        nonlocal read
        for number in range(2_000_000):
            read += 1
            yield (number, "a text of some length")

    table = downloads.Table("Lang", (downloads.Column("a", "A"), downloads.Column("b", "B")), rows(), ())
    parts = downloads.csv_parts(table)
    first = next(parts)
    assert len(first) < 100_000
    assert read < 10_000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert len(first) + sum(map(len, parts)) > 50_000_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000


def test_files_count_for_the_limit_of_a_reader(sample_releases):
    settings = UNBOUNDED.model_copy(update={"expensive_pages_per_minute": 2})
    board = reader(sample_releases, settings=settings)
    statuses = [board.get("/bron/tabellen/mart_kpi.csv").status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
