"""Every figure on every page is the marts', and none is shown that they withhold."""

import re

import pytest
from crawl import Marts, reads_as, walk
from main_line.first_run import SAMPLE_DAY
from page_reader import read_page

# A part of the whole, with a page of each kind, for every push.
KINDS = (
    "/",
    "/b",
    "/b/BU99990104",
    "/b/BU99990009",
    "/b/WK999901",
    "/b/GA999901",
    "/b/GM9999",
    "/k/welfare_recipients_quarter_count",
    "/k/welfare_recipients_of_working_age_per_1000/BU99990104",
    "/k/general_assistance_recipients_count/BU99990009",
    "/k/youth_care_projected_balance_eur",
    "/k/reports_handling_days_median/WK999900",
    "/t",
    "/t/uitkeringen",
    "/t/financien",
    "/t/veiligheid?gebied=BU99990001",
    "/t/economische-zelfredzaamheid",
    "/vergelijk?k=welfare_recipients_per_1000&g=BU99990104&g=BU99990105&g=WK999902",
    "/vergelijk?k=population_count&g=BU99990104&g=BU99990105",
    "/bron/welfare_recipients_per_1000",
    "/zoek?q=bijstand+spoorzigt",
    "/zoek?q=leegstand",
    "/prognose/crimes_monthly_count/GM9999",
    "/advies",
    "/advies/FP-001",
)


@pytest.fixture(scope="module")
def marts(release):
    """The marts as shown on the day of the sample."""
    return Marts(release, SAMPLE_DAY)


@pytest.mark.parametrize("address", KINDS)
def test_figures_of_a_page_are_those_of_the_marts(board, marts, address):
    answer = board.get(address)
    assert answer.status_code == 200
    assert marts.differences(address, read_page(answer.text)) == []


@pytest.mark.parametrize("address", [one for one in KINDS if re.fullmatch(r"/k/\w+/\w+", one)])
def test_a_page_lacks_no_figure_of_the_marts(board, marts, address):
    assert marts.missing(address, read_page(board.get(address).text)) == []


@pytest.mark.long
def test_figures_of_all_pages_are_those_of_the_marts(board, marts):
    found, figures, pages = [], set(), 0
    for address, page in walk(board, found):
        pages += 1
        found += marts.differences(address, page)
        if re.fullmatch(r"/k/\w+/\w+", address):
            found += marts.missing(address, page)
        figures |= {(one.indicator, one.area, one.period) for one in page.figures}
    known = {key for key, (value, _) in marts.values.items() if value is not None}
    current = {key for key, value in marts.mapped.items() if value is not None}
    # The newest figure of each indicator and area is on some page; some pages are reached by choosing an area.
    for indicator, area in current - {(indicator, area) for indicator, area, _ in figures}:
        assert f'<option value="{area}">' in board.get(f"/k/{indicator}").text
        address = f"/k/{indicator}/{area}"
        page = read_page(board.get(address).text)
        found += marts.differences(address, page) + marts.missing(address, page)
        assert (indicator, area) in {(one.indicator, one.area) for one in page.figures}
    assert found == []
    assert pages > 391 * 20
    assert len(figures) > 0.9 * len(known)


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        (r'<data value="[\d.]+"', '<data value="1280.5"'),
        (r"(<data [^>]*>)[^<]+<", r"\g<1>1.279,9<"),
        (r'data-p="[^"]+"', 'data-p="1999"'),
    ],
)
def test_a_figure_that_is_not_the_marts_is_found(board, marts, was, becomes):
    address = "/k/welfare_recipients_quarter_count"
    changed = re.sub(was, becomes, board.get(address).text, count=1)
    assert len(marts.differences(address, read_page(changed))) == 1


def test_a_figure_that_a_page_lacks_is_found(board, marts):
    address = "/k/welfare_recipients_of_working_age_per_1000/BU99990104"
    whole = board.get(address).text
    last = re.findall(r'<data [^>]*data-a="BU99990104" data-p="([^"]+)"', whole)[-1]
    changed = re.sub(rf'<data [^>]*data-a="BU99990104" data-p="{last}">[^<]*</data>', "", whole)
    assert marts.missing(address, read_page(changed)) == [f"{address} lacks {last}"]
    assert len(marts.missing(address, read_page("<p>"))) == 1


def test_a_band_that_is_not_the_marts_is_found(board, marts):
    address = "/prognose/crimes_monthly_count/GM9999"
    changed = re.sub(r'<data value="\S+ ', '<data value="1.5 ', board.get(address).text, count=1)
    assert len(marts.differences(address, read_page(changed))) == 1


def test_a_wrong_area_of_a_map_is_found(board, marts):
    address = "/k/welfare_recipients_of_working_age_per_1000"
    whole = board.get(address).text
    assert marts.differences(address, read_page(whole)) == []
    changed = re.sub(r"(<title>[^<:]+: )[^<]+</title>", r"\g<1>12.345</title>", whole, count=1)
    assert len(marts.differences(address, read_page(changed))) == 1


@pytest.mark.parametrize(
    ("text", "value", "decimals", "is_right"),
    [
        ("1.280", 1280.0, 0, True),
        ("1.280", 1279.6, 0, True),
        ("1.280", 1281.0, 0, False),
        ("48,3%", 48.25, 1, True),
        ("48%", 48.25, 1, False),
        ("€ −23,1 mln", -23_094_000.0, 0, True),
        ("€ 23,1 mln", -23_094_000.0, 0, False),
        ("Te weinig personen", 3.0, 0, False),
        ("125,0%", 1250.0, 0, False),
    ],
)
def test_dutch_figures_are_read(text, value, decimals, is_right):
    assert reads_as(text, value, decimals) == is_right


def test_links_lead_to_pages(board):
    """From pages of each kind; the long crawl follows all."""
    links = set()
    for address in ("/", "/t", "/b", "/t/economische-zelfredzaamheid", "/vergelijk?k=lonely_pct&g=BU99990104"):
        links |= {*sorted(read_page(board.get(address).text).own_links)[:40]}
    assert [link for link in sorted(links)[::3] if board.head(link).status_code != 200] == []


def test_downloads_are_the_figures_of_their_marts(board, marts):
    for address in (
        "/k/welfare_recipients_per_1000/BU99990104.json",
        "/b/BU99990104.json",
        "/t/uitkeringen/GM9999.json",
    ):
        rows = board.get(address).json()["rows"]
        assert rows, address
        for row in rows:
            value, _ = marts.values[row["indicator_code"], row["region_code"], row["period"]]
            assert row["value"] == (None if value is None else pytest.approx(value, abs=1e-9))
            assert (row["missing_reason"] is None) == (value is not None)


def test_the_pocket_book_has_the_figures_of_their_marts(board, marts):
    book = board.get("/zakboek.json").json()
    assert len(book["figures"]) > 300
    for i, a, p, shown, _, _, reason, until in book["figures"]:
        key = book["indicators"][i][0], book["areas"][a][0], book["periods"][p]
        value, last_day = marts.values[key]
        if value is None:
            assert shown is None, key
            assert reason, key
        else:
            assert abs(shown - value) <= 0.5 * 10 ** -book["indicators"][i][3] * (1 + 1e-9), key
        assert str(last_day) == book["days"][until] >= SAMPLE_DAY.isoformat(), key


def test_all_pages_say_the_same_of_when_a_figure_was_published(board):
    pages = ("/", "/k/welfare_recipients_quarter_count", "/t/economische-zelfredzaamheid")
    text = {page: read_page(board.get(page).text).text for page in pages}
    days = {
        re.search(r"ijgewerkt (\d\d-\d\d-\d{4})", words.partition("Inwoners met bijstand")[2])[1]
        for words in text.values()
    }
    assert len(days) == 1
