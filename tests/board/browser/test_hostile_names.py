"""Names that suppliers could send: no script runs, and no layout breaks."""

import shutil

import duckdb
import pytest
from board_server import served
from layout import FITS, OVERFLOW
from main_line.first_run import SAMPLE_DAY
from telephone import telephone

from dagster_project.release.reader import DATABASE

NAMES = {
    "BU99990000": "<script>globalThis.hit=1</script>",
    "BU99990001": '"><img src=x onerror="globalThis.hit=1">',
    "BU99990002": "'-globalThis.hit-' {{ 7*7 }} </style><script>globalThis.hit=1</script>",
    "BU99990003": "\N{RIGHT-TO-LEFT OVERRIDE}trecseelG\N{POP DIRECTIONAL FORMATTING}",
    "BU99990004": '=HYPERLINK("http://evil.example")',
    "BU99990005": "Donaudampfschiff" * 19,
    "BU99990006": "<!--zakboek--></template>{value}",
}
PAGES = [
    "/",
    "/b",
    *(f"/b/{code}" for code in NAMES),
    "/b/WK999900",
    "/k/lonely_pct/BU99990000",
    "/k/welfare_recipients_quarter_count/BU99990001",
    "/t/bevolking?gebied=BU99990005",
    "/vergelijk?k=lonely_pct&g=BU99990001&g=BU99990005",
    "/zoek?q=donaudampfschiffdonaudampfschiff",
    "/zoek?q=%3Cscript%3EglobalThis.hit%3D1%3C/script%3E",
    "/zoek?q=" + "bijstand" * 200,
    "/zonder-verbinding",
]


@pytest.fixture(scope="module")
def hostile(sample_releases, tmp_path_factory):
    """A board of the sample in which neighbourhoods have hostile names."""
    releases = tmp_path_factory.mktemp("hostile")
    release = (sample_releases / "latest").resolve()
    shutil.copytree(release, releases / release.name)
    (releases / "latest").symlink_to(release.name)
    with duckdb.connect(str(releases / release.name / DATABASE)) as connection:
        for table, code, name in (
            ("dim_region", "region_code", "region_name"),
            ("dim_region_outline", "region_code", "region_name"),
            ("mart_neighbourhood_profile", "neighbourhood_code", "neighbourhood_name"),
        ):
            for region, hostile_name in NAMES.items():
                connection.execute(f"update snapshot.{table} set {name} = ? where {code} = ?", [hostile_name, region])
    with served(releases, SAMPLE_DAY) as board:
        yield board


@pytest.fixture(scope="module")
def reader(hostile, chromium):
    """A telephone without protection by the content security policy, so that escaping alone must do."""
    with telephone(chromium, hostile, bypass_csp=True) as phone:
        yield phone.new_page()


@pytest.mark.parametrize("path", PAGES)
def test_names_are_shown_as_text(reader, path):
    reader.goto(path)

    assert reader.evaluate("globalThis.hit") is None
    assert reader.locator("body script, body img").count() == 0
    assert reader.evaluate(OVERFLOW) == FITS


def test_name_stands_on_the_page_as_it_was_sent(reader):
    reader.goto("/b/BU99990000")

    assert reader.locator("h1").inner_text() == NAMES["BU99990000"]


def test_a_script_that_is_not_escaped_is_seen(reader):
    reader.set_content(f"<p>{NAMES['BU99990000']}</p>")

    assert reader.evaluate("globalThis.hit") == 1
