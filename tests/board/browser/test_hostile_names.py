"""Names that suppliers could send: no script runs, no layout breaks, and no figure is turned round."""

import duckdb
import pytest
from board_server import served
from layout import FITS, OVERFLOW
from main_line.first_run import SAMPLE_DAY
from reader import changed_release
from telephone import DESK, PHONE, telephone

from dagster_project.release.reader import DATABASE, LATEST

NAMES = (
    "<script>globalThis.hit=1</script>",
    '"><img src=x onerror="globalThis.hit=1">',
    "'-globalThis.hit-' {{ 7*7 }} </style><script>globalThis.hit=1</script>",
    # Never ended: all that follows would run from right to left.
    "\N{RIGHT-TO-LEFT OVERRIDE}trecseelG",
    '=HYPERLINK("http://evil.example")',
    "Donaudampfschiff" * 19,
    "<!--zakboek--></template>{value}",
)
AREAS = tuple(f"BU9999000{place}" for place in range(len(NAMES)))
# Columns in which a register or a supplier names things; of each, the first names become hostile.
NAMED = (
    ("mart_staff_absence", "department_name", "row_type = 'department'"),
    ("mart_report_categories", "main_category", "true"),
    ("dim_policy_measure", "name_nl", "true"),
    ("mart_prevention_advice_gates", "plan_name_nl", "true"),
    ("freshness", "supplier", "true"),
    # The page lists those of the own size class.
    (
        "mart_municipality_profile",
        "municipality_name",
        "not is_own and size_class in (select size_class from snapshot.mart_municipality_profile where is_own)",
    ),
)
PAGES = [
    "/",
    "/b",
    *(f"/b/{code}" for code in AREAS),
    "/b/WK999900",
    "/k/lonely_pct/BU99990000",
    "/k/welfare_recipients_quarter_count/BU99990001",
    "/k/benefit_outflow_to_work_pct",
    "/t/bevolking?gebied=BU99990005",
    "/t/organisatie",
    "/t/openbare-ruimte",
    "/t/economische-zelfredzaamheid",
    "/gemeenten/population_count",
    "/gemeenten/lonely_pct",
    "/vergelijk?k=lonely_pct&g=BU99990001&g=BU99990005",
    "/maatregelen",
    "/maatregel/FM-001",
    "/advies",
    "/advies/FP-001",
    "/prognose/crimes_monthly_count/BU99990001",
    "/versheid",
    "/wijzigingen",
    "/zoek?q=donaudampfschiffdonaudampfschiff",
    "/zoek?q=%3Cscript%3EglobalThis.hit%3D1%3C/script%3E",
    "/zoek?q=" + "bijstand" * 200,
    "/zonder-verbinding",
]
# Characters that change the direction of what follows.
TURNED = """() => /[\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069]/.test(document.documentElement.outerHTML)"""


def hostile_names(release):
    """Changes that give areas, departments, categories, measures, sources and municipalities hostile names."""
    changes = []
    for table, code, name in (
        ("dim_region", "region_code", "region_name"),
        ("dim_region_outline", "region_code", "region_name"),
        ("mart_neighbourhood_profile", "neighbourhood_code", "neighbourhood_name"),
    ):
        changes += [renamed(table, name, hostile, code, area) for area, hostile in zip(AREAS, NAMES, strict=True)]
    with duckdb.connect(str(release / DATABASE), read_only=True) as connection:
        for table, column, condition in NAMED:
            known = f"select distinct {column} from snapshot.{table} where {condition} order by 1"
            changes += [
                renamed(table, column, hostile, column, name)
                for (name,), hostile in zip(connection.execute(known).fetchall(), NAMES, strict=False)
            ]
    return changes


def renamed(table, column, name, key, value):
    return f"update snapshot.{table} set {column} = {literal(name)} where {key} = {literal(value)}"


def literal(text):
    return "'" + text.replace("'", "''") + "'"


@pytest.fixture(scope="module")
def hostile(sample_releases, tmp_path_factory):
    """A board of the sample with hostile names."""
    changes = hostile_names((sample_releases / LATEST).resolve())
    with served(changed_release(sample_releases, tmp_path_factory.mktemp("hostile"), *changes), SAMPLE_DAY) as board:
        yield board


@pytest.fixture(scope="module")
def screen(hostile, chromium):
    """A screen without protection by the content security policy, so that escaping alone must do."""
    with telephone(chromium, hostile, bypass_csp=True) as phone:
        yield phone.new_page()


@pytest.mark.parametrize("path", PAGES)
def test_names_are_shown_as_text(screen, path):
    for size in (PHONE, DESK):
        screen.set_viewport_size(size)
        assert screen.goto(path).ok
        assert screen.evaluate("globalThis.hit") is None
        assert screen.locator("body script, body img").count() == 0
        assert screen.evaluate(OVERFLOW) == FITS
        assert not screen.evaluate(TURNED)


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/b/BU99990000", "h1"),
        ("/t/organisatie", "tbody th"),
        ("/t/openbare-ruimte", "tbody th"),
        ("/gemeenten/lonely_pct", ".rank"),
        ("/versheid", "tbody th"),
    ],
)
def test_a_name_stands_on_the_page_as_it_was_sent(screen, path, place):
    screen.goto(path)

    assert any(NAMES[0] in text for text in screen.locator(place).all_text_contents())


def test_a_name_that_is_not_escaped_or_turns_the_text_round_is_seen(screen):
    screen.set_content(f"<p>{NAMES[0]}{NAMES[3]}</p>")

    assert screen.evaluate("globalThis.hit") == 1
    assert screen.evaluate(TURNED)
