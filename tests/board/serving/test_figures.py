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


@pytest.mark.long
def test_figures_of_all_pages_are_those_of_the_marts(board, marts):
    found, figures, pages = [], set(), 0
    for address, page in walk(board):
        pages += 1
        found += marts.differences(address, page)
        figures |= {(one.indicator, one.area, one.period) for one in page.figures}
    assert found == []
    known = {key for key, (value, _) in marts.values.items() if value is not None}
    current = {key for key, value in marts.mapped.items() if value is not None}
    assert pages > 391 * 20
    # Of every indicator and area the last figure is on some page.
    assert current - {(indicator, area) for indicator, area, _ in figures} == set()
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
    ],
)
def test_dutch_figures_are_read(text, value, decimals, is_right):
    assert reads_as(text, value, decimals) == is_right
