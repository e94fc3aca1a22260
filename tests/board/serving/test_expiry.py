"""No figure is shown after its day: on any page, in any file, in any result of a search."""

import re
from datetime import date, timedelta

import pytest
from crawl import walk
from main_line.first_run import SAMPLE_DAY
from page_reader import read_page
from reader import reader

PAGES = (
    "/",
    "/b/BU99990104",
    "/b/WK999901",
    "/b/GM9999",
    "/k/welfare_recipients_quarter_count",
    "/k/welfare_recipients_per_1000/BU99990104",
    "/k/vacant_shop_pct",
    "/k/sickness_absence_12_months_pct",
    "/t/uitkeringen",
    "/t/organisatie",
    "/t/economische-zelfredzaamheid",
    "/vergelijk?k=welfare_recipients_per_1000&g=BU99990104&g=BU99990105",
    "/vergelijk?k=population_count&g=BU99990104&g=BU99990105",
    "/bron/welfare_recipients_per_1000",
    "/prognose/crimes_monthly_count/GM9999",
    "/maatregelen",
    "/maatregel/FM-003",
    "/advies",
    "/advies/FP-001",
    "/zoek?q=bijstand+spoorzicht",
    "/zoek?q=verzuim",
)
FILES = ("/k/welfare_recipients_per_1000/BU99990104", "/b/BU99990104", "/b/GM9999", "/t/uitkeringen/GM9999")
# Numbers of the page itself: a unit, rows that are folded, choices of a form, indicators of a theme, sources, screens,
# costs of a measure.
LAYOUT = (
    r"(?i)\b(per|keer)\s1\.000|Toon de andere \d+|Gebied [1-4]|\d+ cijfers?\b|(\d+ van de )?(?<![-\d])\d+ bron(nen)?\b"
    r"|\bIv3\b|(\d+ en )?\d+ pixels|tekst op 200%?|kosten €\s[\d.]+"
)
# Pages of texts that do not expire: numbers of checks, of articles of the law.
TEXTS = ("/bron", "/algoritme/")
LATER = SAMPLE_DAY + timedelta(days=40)


@pytest.fixture(scope="module")
def limits(release):
    """Each day that is the last of some figures."""
    days = "SELECT DISTINCT fresh_until FROM release.snapshot.fct_indicator_values ORDER BY 1"
    return [day for (day,) in release.cursor().execute(days).fetchall()]


@pytest.fixture(scope="module")
def last_days(release):
    """The last day of each figure."""
    query = "SELECT indicator_code, region_code, period, fresh_until FROM release.snapshot.fct_indicator_values"
    return {tuple(key): day for *key, day in release.cursor().execute(query).fetchall()}


@pytest.fixture(scope="module")
def later(sample_releases):
    """A reader 40 days after the release."""
    return reader(sample_releases, LATER)


def undated_numbers(text, names):
    """Numbers in a text that are no date, and stand in no name."""
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, "")
    text = re.sub(LAYOUT, "", text)
    text = re.sub(r"\d{2}-\d{2}-\d{4}|\d{4}-\d{2}-\d{2}(_\d+)?", "", text)
    return re.findall(r"\d[\d.,]*%?", text)


@pytest.mark.parametrize("address", PAGES)
def test_a_page_shows_figures_on_the_day_and_none_40_days_later(board, later, address, names):
    assert "data-until" in board.get(address).text or address.startswith(("/vergelijk", "/bron", "/t/eco"))
    answer = later.get(address)
    page = read_page(answer.text)
    assert answer.status_code == 200
    assert page.figures == page.parts == []
    assert [area for area in page.map_areas if re.search(r": .*\d", area.title)] == []
    assert page.until == []
    # Of a source the number of checks stays.
    assert address.startswith("/bron") or undated_numbers(page.text, names) == []
    assert "Geen actuele cijfers" in page.text


@pytest.fixture(scope="module")
def names(release):
    """Names that may hold numbers: of indicators, areas, themes, and their definitions."""
    query = """
        SELECT unnest([label_nl, short_label_nl, definition_nl, unit_nl, theme_label_nl, reference_moment,
                       label_en, indicator_code]) FROM dim_indicator
        UNION SELECT unnest([region_name, region_code]) FROM dim_region
    """
    return {name for (name,) in release.cursor().execute(query).fetchall() if name} | {
        "1 januari",
        "WCAG 2.2",
        "EN 301 549",
    }


@pytest.mark.parametrize("form", ["csv", "json", "xlsx"])
@pytest.mark.parametrize("address", FILES)
def test_a_file_is_empty_40_days_later(board, later, address, form):
    now, then = board.get(f"{address}.{form}"), later.get(f"{address}.{form}")
    assert now.status_code == then.status_code == 200
    if form == "csv":
        assert len(now.text.splitlines()) > 1
        assert len(then.text.splitlines()) == 1
    if form == "json":
        assert now.json()["rows"]
        assert then.json()["rows"] == []
    assert len(then.content) < len(now.content)


def test_the_pocket_book_and_the_outlines_are_empty_40_days_later(board, later):
    assert board.get("/zakboek.json").json()["figures"]
    assert later.get("/zakboek.json").json()["figures"] == []
    assert board.get("/omtrekken.json").json()["features"]
    assert later.get("/omtrekken.json").json()["features"] == []


def test_health_says_that_the_release_has_expired(board, later):
    assert (board.get("/gezond").status_code, later.get("/gezond").status_code) == (200, 503)
    assert later.get("/gezond").json()["status"] == "expired"


@pytest.mark.long
@pytest.mark.parametrize("address", [one for one in PAGES if not one.startswith("/bron")])
def test_figures_go_one_by_one(sample_releases, limits, last_days, address):
    today = SAMPLE_DAY
    board = reader(sample_releases, lambda: today)
    counts = []
    for limit in limits:
        for today in (limit, limit + timedelta(days=1)):
            page = read_page(board.get(address).text)
            expired = [one for one in page.figures if last_days[one.indicator, one.area, one.period] < today]
            assert expired == []
            assert [day for day in page.until if date.fromisoformat(day) < today] == []
            counts.append(len(page.figures) + len(page.bands) + len(page.parts) + len(page.until))
    assert counts[0] > counts[-1] == 0


@pytest.mark.long
def test_no_page_shows_a_figure_40_days_later(later, names):
    pages, found = 0, []
    for address, page in walk(later, found):
        pages += 1
        numbers = [] if address.startswith(TEXTS) else undated_numbers(page.text, names)
        found += [f"{address}: {numbers}"] if page.figures or page.bands or page.parts or numbers else []
    assert found == []
    assert pages > 500


@pytest.mark.parametrize("address", ["/", "/b/BU99990104"])
def test_figures_of_a_source_go_on_its_day(sample_releases, last_days, address):
    def shown():
        return [(one.indicator, one.area, one.period) for one in read_page(board.get(address).text).figures]

    today = SAMPLE_DAY
    board = reader(sample_releases, lambda: today)
    before = shown()
    today = min(last_days[key] for key in before)
    assert shown() == before
    today += timedelta(days=1)
    after = shown()
    assert after
    assert {key for key in before if last_days[key] < today} == {*before} - {*after} != set()


@pytest.mark.parametrize("text", ["Er zijn 1.280 inwoners", "48%", "sinds 01-12-2026 nog 3", "5 keer", "200% meer"])
def test_a_number_that_is_no_date_is_found(text):
    assert len(undated_numbers(text, {"0 tot 15 jaar"})) == 1


def test_dates_and_names_are_no_figures():
    assert undated_numbers("0 tot 15 jaar, uitgave 2026-11-29_1 van 29-11-2026", {"0 tot 15 jaar"}) == []
    assert undated_numbers("Nieuw sinds 25-10-2026. Bron 25-10-2026 bron. Alle 33 bronnen, 21 cijfers", set()) == []
