"""Great Expectations judges frames; its suites are read back and its pages open without a network."""

import pickle
import re
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import unquote

import pytest
from landing.receiving import judge_by_rules

from expectations.data_docs import build_data_docs
from expectations.frames import Frame
from expectations.judge import judge, open_context
from expectations.rules import RULES, SUITE_TITLES, Rule

AS_OF = date(2026, 11, 23)
# Where the pages of the audit lie in a release, and the other parts of it.
BESIDE = ("freshness/index.html", "freshness/checks/index.html", "diff/index.html")


def clock(feed, clock_date):
    return {"feed": feed, "clock": "checked", "clock_date": clock_date, "maximum_age": "P1M", "is_binding": True}


def volume(feed, row_count, previous_row_count=100):
    return {
        "feed": feed,
        "table": "reports",
        "edition": "current",
        "row_count": row_count,
        "previous_row_count": previous_row_count,
        "minimum_rows": 90,
        "maximum_rows": 110,
    }


def filled(column, fill_pct):
    feed = {"feed": "cbs.key_figures", "table": "key_figures", "edition": "2020"}
    return {**feed, "column": column, "fill_pct": fill_pct, "minimum_fill_pct": 80.0}


def summed(column, regions_outside_rounding):
    return {
        "feed": "cbs.key_figures",
        "edition": "2020",
        "column": column,
        "level": "district to municipality",
        "regions_compared": 10,
        "regions_outside_rounding": regions_outside_rounding,
        "allowed_outside": 0,
    }


def mart(name, row_count=20, stale_row_count=0):
    return {"mart": name, "row_count": row_count, "minimum_rows": 20, "stale_row_count": stale_row_count}


FRAMES = [
    Frame("freshness", [clock("fresh", "2026-10-23"), clock("stale", "2026-10-22"), clock("<b>unknown</b>", None)]),
    Frame("volume", [volume("steady", 100), volume("half", 50), volume("double", 200), volume("first", 7, None)]),
    Frame("fill_rate", [filled("population_count", 100.0), *(filled(f"column_{n}", 10.0) for n in range(150))]),
    Frame("reconciliation", [summed("population_count", 0), summed("household_count", 1)]),
    Frame("marts", [mart("good"), mart("short", row_count=19), mart("old", stale_row_count=1)]),
]


@pytest.fixture(scope="session")
def fresh_process(tmp_path_factory):
    """Another process that judges; it starts first, because importing Great Expectations takes long in both."""
    folder = tmp_path_factory.mktemp("fresh")
    script = Path(__file__).with_name("fresh_process.py")
    process = subprocess.Popen([sys.executable, script, folder], stderr=subprocess.PIPE, text=True)
    yield folder, process
    process.kill()


@pytest.fixture(scope="session")
def context_dir(tmp_path_factory, fresh_process):
    return tmp_path_factory.mktemp("audit")


@pytest.fixture(scope="session")
def judgements(context_dir):
    judge(FRAMES, date(2026, 11, 22), context_dir)
    return judge(FRAMES, AS_OF, context_dir)


@pytest.fixture(scope="session")
def docs(judgements, context_dir):
    out = context_dir / "docs"
    build_data_docs(context_dir, out)
    return build_data_docs(context_dir, out).parent


def test_every_row_gets_one_judgement_of_each_expectation(judgements):
    rows = {frame.suite: len(frame.rows) for frame in FRAMES}
    assert len(judgements) == sum(rows[rule.suite] for rule in RULES.values())
    assert pickle.loads(pickle.dumps(judgements)) == judgements


@pytest.mark.parametrize(
    ("expectation", "failed"),
    [
        ("expect_clock_within_maximum_age", {"stale", "<b>unknown</b>"}),
        ("expect_row_count_within_band", {"half", "double"}),
        ("expect_mart_to_be_filled", {"short"}),
        ("expect_no_violations", {"old"}),
    ],
)
def test_exactly_the_broken_subjects_fail(judgements, expectation, failed):
    assert {j.subject for j in judgements if j.expectation == expectation and not j.passed} == failed


def test_great_expectations_finds_what_the_plain_rules_find(judgements, tmp_path):
    """So that tests may ask the rules, which answer at once: on every row above, and on clocks of every age."""
    assert _as_set(judgements) == _as_set(judge_by_rules(AS_OF)(FRAMES, True))
    for as_of in (date(2028, 2, 29), date(2027, 3, 31)):
        days = [as_of - timedelta(days=age) for age in range(-2, 100)]
        rows = [
            {**clock(f"{day} {age}", day.isoformat()), "maximum_age": age}
            for day in days
            for age in ("P1M", "P14D", "P3M")
        ]
        found = judge([Frame("freshness", rows)], as_of, tmp_path)
        assert {judgement.passed for judgement in found} == {True, False}
        assert _as_set(found) == _as_set(judge_by_rules(as_of)([Frame("freshness", rows)], True))


def _as_set(judgements):
    return {(j.suite, j.expectation, j.subject, tuple(j.row.items()), j.passed, j.message) for j in judgements}


def test_a_judgement_names_the_row(judgements):
    (failed,) = [j for j in judgements if j.suite == "reconciliation" and not j.passed]
    assert failed.subject == "cbs.key_figures"
    assert failed.row == {"edition": "2020", "column": "household_count", "level": "district to municipality"}


def test_only_the_last_run_is_kept(judgements, context_dir):
    runs = {path.parts[-3] for path in (context_dir / "gx" / "validations").rglob("*.json")}
    assert runs == {"2026-11-23"}


def test_a_later_call_of_the_same_run_adds_its_suites(tmp_path):
    judge([Frame("volume", [volume("half", 50)])], AS_OF, tmp_path)
    judge([Frame("marts", [mart("good")])], AS_OF, tmp_path, is_first=False)
    index = build_data_docs(tmp_path, tmp_path / "docs").read_text()
    assert index.count("Niet in orde") == 1
    assert index.count(">In orde") == 1


def failures(frame, tmp_path):
    judgements = judge([frame], AS_OF, tmp_path)
    assert judgements
    assert not any(judgement.passed for judgement in judgements)
    return [judgement.message for judgement in judgements]


@pytest.mark.parametrize("suite", SUITE_TITLES)
def test_an_empty_frame_fails_every_expectation(suite, tmp_path):
    told = failures(Frame(suite, []), tmp_path)
    assert told == [f"{suite}: could not be checked: the frame is empty."] * len(told)


def test_an_unknown_suite_fails(tmp_path):
    told = failures(Frame("frehsness", [clock("fresh", "2026-11-23")]), tmp_path)
    assert told == ["frehsness: could not be checked: there is no suite 'frehsness'."]


def test_a_missing_column_fails_every_row(tmp_path):
    rows = [{k: v for k, v in summed(column, 0).items() if k != "allowed_outside"} for column in ("a", "b")]
    told = failures(Frame("reconciliation", rows), tmp_path)
    assert len(told) == 2
    assert all("could not be checked" in message and "allowed_outside" in message for message in told)


def test_an_exception_inside_great_expectations_fails_every_row(tmp_path, monkeypatch):
    def explode(*_):
        raise MemoryError("out of memory")

    monkeypatch.setattr(Rule, "verdict", explode)
    told = failures(Frame("freshness", [clock("fresh", "2026-11-23")]), tmp_path)
    assert told == ["fresh checked: could not be checked: out of memory."]


def test_the_pages_need_nothing_from_outside(docs):
    pages = list(docs.rglob("*.html"))
    assert len(pages) == 1 + len(FRAMES)
    assert {path.suffix for path in docs.rglob("*") if path.is_file()} == {".html"}
    for page in pages:
        html = page.read_text()
        assert not re.search(r"https?://|//[a-z]|<script|<link|<img|@import|url\(", html), page
        # Those that lead out of these pages lead to other pages of a release.
        links = {link for link in re.findall(r'href="([^"#]+)"', html) if not link.endswith(BESIDE)}
        assert links
        for link in links:
            assert (page.parent / unquote(link)).resolve().is_file(), link


def test_the_pages_say_in_a_sentence_what_failed(docs):
    index = (docs / "index.html").read_text()
    assert index.count("Niet in orde") == len(FRAMES)
    (freshness,) = docs.glob("validations/freshness/**/*.html")
    html = freshness.read_text()
    assert "stale checked: laatst bij de leverancier gecontroleerd 22-10-2026, geldig tot en met 22-11-2026" in html
    assert "1 van 3 regels in orde" in html
    assert "&lt;b&gt;unknown" in html
    (fill_rate,) = docs.glob("validations/fill_rate/**/*.html")
    assert "En nog 50 regels." in fill_rate.read_text()


def test_a_page_tells_why_a_suite_was_not_judged(tmp_path):
    judge([Frame("volume", [])], AS_OF, tmp_path)
    build_data_docs(tmp_path, tmp_path / "docs")
    assert "Niet in orde" in (tmp_path / "docs" / "index.html").read_text()
    (page,) = tmp_path.glob("docs/validations/volume/**/*.html")
    assert "Kon niet worden gecontroleerd" in page.read_text()


def test_a_page_names_what_failed_as_dutch_readers_do_and_tells_its_technical_name_after_it(tmp_path):
    rows = [{"title_nl": "Signalen (meldingen)", **volume("signalen.reports", 50)}, volume("untitled", 200)]
    (titled, untitled) = judge([Frame("volume", rows)], AS_OF, tmp_path)
    build_data_docs(tmp_path, tmp_path / "docs")
    (page,) = (tmp_path / "docs" / "validations").rglob("*.html")
    assert "Signalen (meldingen) [signalen.reports reports current]: 50 rijen" in titled.message_nl
    assert titled.message.startswith("signalen.reports reports current: 50 rows")
    assert untitled.message_nl.startswith("untitled reports current: 200 rijen")
    for judgement in (titled, untitled):
        assert judgement.message_nl in page.read_text()


def test_a_page_that_cannot_be_made_stops_the_run(tmp_path, monkeypatch):
    import expectations.views

    judge([Frame("volume", [volume("steady", 100)])], AS_OF, tmp_path)
    monkeypatch.setattr(expectations.views.SuitePage, "template", "no_such_template.j2")
    with pytest.raises(RuntimeError, match="incomplete"):
        build_data_docs(tmp_path, tmp_path / "docs")
    assert not (tmp_path / "docs").exists()


def test_another_process_wrote_a_suite_that_this_one_reads_and_runs(fresh_process):
    folder, process = fresh_process
    _, errors = process.communicate(timeout=120)
    assert (process.returncode, errors) == (0, "")
    from expectations.row_expectations import ExpectClockWithinMaximumAge

    (expectation,) = open_context(folder).suites.get("freshness").expectations
    assert isinstance(expectation, ExpectClockWithinMaximumAge)
    assert expectation.as_of == "2026-11-23"
    assert expectation.ignore_row_if == "never"
    assert (folder / "docs" / "index.html").is_file()
