"""Great Expectations judges frames; its suites can be read back and its pages open without a network."""

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
from expectations.judge import judge, open_context
from expectations.judgement import Frame
from expectations.suites import SUITES

AS_OF = date(2026, 11, 23)
# Where the pages of the audit lie in a release, and the other parts of it.
BESIDE = {"index.html", "docs/index.html", "freshness/index.html", "freshness/checks/index.html", "diff/index.html"}


GOOD = {
    "freshness": {
        "feed": "cbs.key_figures",
        "deliverer": None,
        "clock": "checked",
        "clock_date": "2026-11-20",
        "maximum_age": "P1M",
        "fresh_until": "2026-12-20",
        "as_of": "2026-11-23",
        "days_old": 3,
        "days_left": 27,
    },
    "volume": {
        "feed": "cbs.key_figures",
        "table": "key_figures",
        "edition": "2020",
        "row_count": 100,
        "previous_row_count": 100,
        "minimum_rows": 90,
        "maximum_rows": 110,
        "margin": 10,
    },
    "fill_rate": {
        "feed": "cbs.key_figures",
        "table": "key_figures",
        "edition": "2020",
        "column": "population_count",
        "fill_pct": 80.0,
        "minimum_fill_pct": 80.0,
        "margin": 0,
    },
    "reconciliation": {
        "feed": "cbs.key_figures",
        "edition": "2020",
        "column": "population_count",
        "level": "district to municipality",
        "regions_compared": 3,
        "regions_outside_rounding": 1,
        "allowed_outside": 1,
        "margin": 0,
    },
    "marts": {"mart": "mart_reports", "row_count": 20, "minimum_rows": 20, "margin": 0, "stale_row_count": 0},
}
NEVER_DELIVERED = {"row_count": 0, "previous_row_count": None, "minimum_rows": 1, "maximum_rows": 0, "margin": -1}
BROKEN = [
    ("freshness", {"days_left": -2}, "was fresh until 2026-12-20 (P1M) and is 2 days too old on 2026-11-23; see"),
    (
        "freshness",
        {"days_left": -2, "deliverer": "Team HR"},
        "2 days too old on 2026-11-23; ask Team HR for a newer delivery",
    ),
    ("freshness", {"days_old": -1}, "2026-11-20 lies after 2026-11-23; correct the date"),
    ("freshness", {"days_left": None}, "could not be checked: no date is known so far"),
    ("volume", {"row_count": 89, "margin": -1}, "89 rows, 90 to 110 expected"),
    ("volume", {"row_count": 111, "margin": -1}, "111 rows, 90 to 110 expected"),
    ("volume", NEVER_DELIVERED, "0 rows in the first delivery; ask the supplier why"),
    ("volume", {"margin": None}, "could not be checked: the number of rows is not known"),
    ("fill_rate", {"fill_pct": 79.9, "margin": -10}, "79.9 % of the rows have a value, at least 80 % expected"),
    ("fill_rate", {"fill_pct": None, "margin": None}, "could not be checked: the table has no rows"),
    ("reconciliation", {"regions_outside_rounding": 2, "margin": -1}, "2 of 3 regions differ"),
    ("reconciliation", {"regions_compared": 0, "margin": None}, "could not be checked: no region was compared"),
    ("marts", {"row_count": 19, "margin": -1}, "19 rows, at least 20 expected; see which staging model"),
    ("marts", {"stale_row_count": 1234}, "1,234 past their limit, 0 expected; do not release"),
    ("marts", {"margin": -1, "stale_row_count": None}, "could not be checked: its rows could not be counted"),
]


def clock(feed, days_left):
    limit = AS_OF + timedelta(days=days_left) if days_left is not None else None
    shown = {"fresh_until": limit.isoformat(), "clock_date": (limit - timedelta(days=31)).isoformat()} if limit else {}
    return {**GOOD["freshness"], "feed": feed, "days_left": days_left, **shown}


def volume(feed, row_count, **values):
    counts = {"row_count": row_count, "margin": min(row_count - 90, 110 - row_count)}
    return {**GOOD["volume"], "feed": feed, "table": "reports", "edition": "current", **counts, **values}


def filled(column, fill_pct):
    return {**GOOD["fill_rate"], "column": column, "fill_pct": fill_pct, "margin": round(100 * (fill_pct - 80))}


def summed(column, regions_outside_rounding):
    outside = {"regions_outside_rounding": regions_outside_rounding, "margin": 1 - regions_outside_rounding}
    return {**GOOD["reconciliation"], "column": column, **outside}


def mart(name, row_count=20, stale_row_count=0):
    counts = {"row_count": row_count, "margin": row_count - 20, "stale_row_count": stale_row_count}
    return {**GOOD["marts"], "mart": name, **counts}


FIRST = {"previous_row_count": None, "minimum_rows": 1, "maximum_rows": 7, "margin": 0}
FRAMES = [
    Frame("freshness", [clock("fresh", 0), clock("stale", -1), clock("<b>unknown</b>", None)]),
    Frame("volume", [volume("steady", 100), volume("half", 50), volume("double", 200), volume("first", 7, **FIRST)]),
    Frame("fill_rate", [filled("population_count", 100.0), *(filled(f"column_{n}", 10.0) for n in range(150))]),
    Frame("reconciliation", [summed("population_count", 1), summed("household_count", 2)]),
    Frame("marts", [mart("good"), mart("short", row_count=19), mart("old", stale_row_count=1)]),
]


@pytest.fixture(scope="session")
def fresh_process(tmp_path_factory):
    """Judge in another process; it starts first, because importing Great Expectations takes long in both."""
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
    build_data_docs(context_dir, SUITES)
    return build_data_docs(context_dir, SUITES).parent


def test_every_row_gets_one_judgement(judgements):
    assert len(judgements) == sum(len(frame.rows) for frame in FRAMES)
    assert pickle.loads(pickle.dumps(judgements)) == judgements


@pytest.mark.parametrize(
    ("suite", "failed"),
    [("freshness", {"stale", "<b>unknown</b>"}), ("volume", {"half", "double"}), ("marts", {"short", "old"})],
)
def test_exactly_the_broken_subjects_fail(judgements, suite, failed):
    assert {j.subject for j in judgements if j.suite == suite and not j.passed} == failed


@pytest.fixture(scope="session")
def on_limits(fresh_process, tmp_path_factory):
    """Judgements on a good row of each suite, and on every broken variant of it."""
    assert GOOD.keys() == SUITES.keys()
    frames = [
        Frame(suite, [row, *({**row, **broken} for name, broken, _ in BROKEN if name == suite)])
        for suite, row in GOOD.items()
    ]
    found = judge(frames, AS_OF, tmp_path_factory.mktemp("limits"))
    assert found == judge_by_rules(frames)
    return {suite: [judgement for judgement in found if judgement.suite == suite] for suite in SUITES}


@pytest.mark.parametrize("suite", SUITES)
def test_a_good_row_passes_and_every_broken_one_fails(on_limits, suite):
    assert [judgement.passed for judgement in on_limits[suite]] == [True] + [False] * (len(on_limits[suite]) - 1)
    assert len(on_limits[suite]) > 1


@pytest.mark.parametrize(("suite", "broken", "sentence"), BROKEN)
def test_a_broken_row_gets_a_sentence_to_act_on(on_limits, suite, broken, sentence):
    variants = [values for name, values, _ in BROKEN if name == suite]
    assert sentence in on_limits[suite][1 + variants.index(broken)].message


def test_sentences_are_whole(on_limits, judgements):
    for judgement in (*judgements, *(found for suite in on_limits.values() for found in suite)):
        for sentence in (judgement.message, judgement.message_nl):
            assert sentence.endswith(".")
            assert not re.search(r"  |\.\.| [.,;:]|;\.|None|\n", sentence), sentence


def test_the_fast_judge_of_other_tests_agrees_with_great_expectations(judgements):
    assert judgements == judge_by_rules(FRAMES)


def test_a_judgement_names_the_row(judgements):
    (failed,) = [j for j in judgements if j.suite == "reconciliation" and not j.passed]
    assert failed.subject == "cbs.key_figures"
    assert failed.row == {"edition": "2020", "column": "household_count", "level": "district to municipality"}


def test_only_the_last_result_of_a_suite_is_kept(judgements, context_dir):
    runs = {path.parts[-3] for path in (context_dir / "gx" / "validations").rglob("*.json")}
    assert runs == {"2026-11-23"}


def test_a_later_call_adds_its_suites(tmp_path):
    judge([Frame("volume", [volume("half", 50)])], AS_OF, tmp_path)
    judge([Frame("marts", [mart("good")])], AS_OF, tmp_path)
    index = build_data_docs(tmp_path, ["volume", "marts"]).read_text()
    assert index.count("Niet in orde") == 1
    assert index.count(">In orde") == 1


def test_the_pages_leave_out_suites_of_an_earlier_run(tmp_path):
    judge([Frame("volume", [volume("half", 50)]), Frame("marts", [mart("good")])], AS_OF, tmp_path)
    index = build_data_docs(tmp_path, ["marts"]).read_text()
    assert (index.count("Niet in orde"), index.count(">In orde")) == (0, 1)


def failures(frame, tmp_path):
    judgements = judge([frame], AS_OF, tmp_path)
    assert judgements
    assert not any(judgement.passed for judgement in judgements)
    return [judgement.message for judgement in judgements]


@pytest.mark.parametrize("suite", SUITES)
def test_an_empty_frame_is_not_checked(suite, tmp_path):
    assert failures(Frame(suite, []), tmp_path) == [f"{suite}: could not be checked: the frame is empty."]


def test_an_unknown_suite_is_not_checked(tmp_path):
    found = failures(Frame("frehsness", [clock("fresh", 0)]), tmp_path)
    assert found == ["frehsness: could not be checked: there is no suite 'frehsness'."]


@pytest.mark.parametrize("suite", SUITES)
def test_a_missing_column_leaves_every_row_unchecked(suite, tmp_path):
    column = SUITES[suite].expectations[-1].column
    row = {name: value for name, value in GOOD[suite].items() if name != column}
    found = failures(Frame(suite, [row, row]), tmp_path)
    assert len(found) == 2
    assert all(f'could not be checked: Error: The column "{column}"' in message for message in found)


@pytest.mark.parametrize("suite", SUITES)
def test_an_exception_inside_great_expectations_leaves_every_row_unchecked(suite, tmp_path):
    column = SUITES[suite].expectations[0].column
    found = failures(Frame(suite, [GOOD[suite], {**GOOD[suite], column: "many"}]), tmp_path)
    assert len(found) == 2
    assert all("could not be checked: Column values, min_value, and max_value" in message for message in found)


@pytest.mark.parametrize("suite", SUITES)
def test_an_exception_of_any_metric_leaves_every_row_unchecked(suite, tmp_path, monkeypatch):
    from great_expectations.execution_engine import PandasExecutionEngine

    def explode(*_, **__):
        raise MemoryError("out of memory")

    monkeypatch.setattr(PandasExecutionEngine, "get_domain_records", explode)
    assert failures(Frame(suite, [GOOD[suite]]), tmp_path)[0].endswith("could not be checked: out of memory.")


@pytest.mark.parametrize(
    ("damage", "problem"),
    [
        (lambda results: results.pop(), "no result of expect_column_values_to_be_between on margin"),
        (lambda results: results[-1].result.update(unexpected_index_list=[]), "does not name the rows that failed"),
        (lambda results: setattr(results[0], "success", False), "does not name the rows that failed"),
        (lambda results: results[-1].result.update(element_count=1), "evaluated different numbers of rows: [1, 2]"),
        (lambda results: [one.result.update(element_count=1) for one in results], "evaluated 1 of 2 rows"),
    ],
)
def test_an_incomplete_result_leaves_every_row_unchecked(damage, problem, tmp_path, monkeypatch):
    from great_expectations import ValidationDefinition

    run = ValidationDefinition.run

    def damaged(*arguments, **options):
        validation = run(*arguments, **options)
        damage(validation.results)
        return validation

    monkeypatch.setattr(ValidationDefinition, "run", damaged)
    found = failures(Frame("volume", [volume("steady", 100), volume("half", 50)]), tmp_path)
    assert len(found) == 2
    assert all("could not be checked: " in message and problem in message for message in found)


def test_the_pages_need_nothing_from_outside(docs):
    pages = list(docs.rglob("*.html"))
    assert len(pages) == 1 + len(FRAMES)
    assert {path.suffix for path in docs.rglob("*") if path.is_file()} == {".html"}
    for page in pages:
        html = page.read_text()
        assert not re.search(r"https?://|//[a-z]|<script|<link|<img|@import|url\(", html), page
        release = docs.resolve().parents[1]
        targets = {(page.parent / unquote(link)).resolve() for link in re.findall(r'href="([^"#]+)"', html)}
        inside = {target for target in targets if target.is_relative_to(docs.resolve())}
        assert inside
        assert [target for target in inside if not target.is_file()] == []
        # Others lead to other pages of a release.
        assert {str(target.relative_to(release)) for target in targets - inside} <= BESIDE


def test_the_pages_have_a_sentence_for_each_failed_row(docs):
    index = (docs / "index.html").read_text()
    assert index.count("Niet in orde") == len(FRAMES)
    (freshness,) = docs.glob("validations/freshness/**/*.html")
    html = freshness.read_text()
    assert "stale checked: laatst bij de leverancier gecontroleerd 22-10-2026, geldig tot en met 22-11-2026" in html
    assert "1 van 3 regels in orde" in html
    assert "&lt;b&gt;unknown&lt;/b&gt; checked: kon niet worden gecontroleerd: er is nog geen datum bekend." in html
    (fill_rate,) = docs.glob("validations/fill_rate/**/*.html")
    assert "En nog 50 regels." in fill_rate.read_text()


def test_a_page_says_why_a_suite_was_not_checked(tmp_path):
    judge([Frame("volume", [])], AS_OF, tmp_path)
    build_data_docs(tmp_path, SUITES)
    assert "Niet in orde" in (tmp_path / "data_docs" / "index.html").read_text()
    (page,) = tmp_path.glob("data_docs/validations/volume/**/*.html")
    assert "Kon niet worden gecontroleerd" in page.read_text()


def test_a_page_names_a_failed_row_by_its_dutch_title_and_its_technical_name(tmp_path):
    rows = [{"title_nl": "Signalen (meldingen)", **volume("signalen.reports", 50)}, volume("untitled", 200)]
    (titled, untitled) = judge([Frame("volume", rows)], AS_OF, tmp_path)
    build_data_docs(tmp_path, SUITES)
    (page,) = (tmp_path / "data_docs" / "validations").rglob("*.html")
    assert "Signalen (meldingen) [signalen.reports reports current]: 50 rijen" in titled.message_nl
    assert titled.message.startswith("signalen.reports reports current: 50 rows")
    assert untitled.message_nl.startswith("untitled reports current: 200 rijen")
    for judgement in (titled, untitled):
        assert judgement.message_nl in page.read_text()


@pytest.mark.parametrize("renderer", ["SuiteContents", "IndexContents"])
def test_a_page_that_cannot_be_made_stops_the_run(renderer, tmp_path, monkeypatch):
    import expectations.views

    def explode(*_):
        raise ValueError("no page")

    judge([Frame("volume", [volume("steady", 100)])], AS_OF, tmp_path)
    monkeypatch.setattr(getattr(expectations.views, renderer), "render", explode)
    with pytest.raises(RuntimeError, match="incomplete"):
        build_data_docs(tmp_path, SUITES)
    assert not (tmp_path / "data_docs").exists()


def test_another_process_can_read_the_saved_suites(fresh_process):
    folder, process = fresh_process
    _, errors = process.communicate(timeout=120)
    assert (process.returncode, errors) == (0, "")
    from great_expectations.expectations.core import ExpectColumnValuesToBeBetween, ExpectColumnValuesToNotBeNull

    saved = open_context(folder).suites.get("freshness").expectations
    assert [(type(expected), expected.column) for expected in saved] == [
        (ExpectColumnValuesToNotBeNull, "days_old"),
        (ExpectColumnValuesToNotBeNull, "days_left"),
        (ExpectColumnValuesToBeBetween, "days_old"),
        (ExpectColumnValuesToBeBetween, "days_left"),
    ]
    assert (folder / "data_docs" / "index.html").is_file()
