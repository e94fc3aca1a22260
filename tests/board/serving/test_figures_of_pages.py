"""Every figure on the pages, in downloads and in the pocket book is the figure of its mart."""

import re
from collections.abc import Iterable

import pytest
from figures_of_pages import Cell, ShownFigure, faults, figures, missing, truth_of
from main_line.first_run import SAMPLE_DAY

OWN_LEVELS = ("municipality", "district", "area", "neighbourhood")


@pytest.fixture(scope="module")
def truth(sample_releases):
    return truth_of(str(sample_releases / "latest" / "maandvers.duckdb"))


@pytest.fixture(scope="module")
def pairs(release):
    """Every indicator and own area of which the long mart has figures."""
    return (
        release.shown_on(SAMPLE_DAY)
        .execute(
            """
        select distinct figures.indicator_code, figures.region_code
        from fct_indicator_values as figures
        inner join dim_region as regions
            on figures.region_code = regions.region_code and regions.is_newest_vintage
        where regions.municipality_code = $municipality
        order by all
        """,
            {"municipality": release.info.municipality_code},
        )
        .fetchall()
    )


def general_pages(release) -> list[str]:
    cursor = release.shown_on(SAMPLE_DAY)
    areas = [
        code
        for (code,) in cursor.execute(
            "select region_code from dim_region where is_newest_vintage and municipality_code = $municipality"
            " order by region_code",
            {"municipality": release.info.municipality_code},
        ).fetchall()
    ]
    return ["/", "/t", "/b", "/versheid", "/vergelijk", "/toegankelijkheid", "/zonder-verbinding",
            "/t/economische-zelfredzaamheid", *(f"/b/{area}" for area in areas)]  # fmt: skip


def complaints(board, truth, addresses: Iterable[str]) -> list[str]:
    found = []
    for address in addresses:
        answer = board.get(address)
        if answer.status_code != 200:
            found.append(f"{address}: {answer.status_code}")
            continue
        found += [f"{address}: {fault}" for fault in faults(figures(answer.text), truth, SAMPLE_DAY)]
    return found


def complaints_of_indicators(board, truth, pairs) -> list[str]:
    found = []
    by_pair = {}
    for key, cell in truth.items():
        by_pair.setdefault(key[:2], {})[key] = cell
    for indicator, area in pairs:
        address = f"/k/{indicator}/{area}"
        answer = board.get(address)
        shown = figures(answer.text)
        own = by_pair[indicator, area]
        found += [f"{address}: {fault}" for fault in faults(shown, truth, SAMPLE_DAY)]
        # A month that still runs stands in no table.
        over = {key: cell for key, cell in own.items() if key[2] != f"{SAMPLE_DAY:%Y-%m}"}
        found += [f"{address}: lacks {key}" for key in missing(shown, over, SAMPLE_DAY, indicator, area)]
        if answer.status_code != 200 or (not any(one.key in own for one in shown) and 'class="no"' not in answer.text):
            found.append(f"{address}: {answer.status_code}, neither a figure nor the reason why there is none")
    return found


def test_some_indicators_in_some_areas_show_figures_of_their_marts(board, truth, pairs):
    assert complaints_of_indicators(board, truth, pairs[:: len(pairs) // 12]) == []


@pytest.mark.long
def test_all_pages_show_figures_of_their_marts(board, truth, pairs, release):
    """Follows links from the overview too: none of them is broken."""
    assert complaints_of_indicators(board, truth, pairs) == []
    queue, seen = general_pages(release), set()
    while queue:
        address = queue.pop()
        if address in seen or address.startswith("/k/"):
            continue
        seen.add(address)
        answer = board.get(address)
        assert answer.status_code == 200, address
        if not answer.headers["content-type"].startswith("text/html"):
            continue
        assert [*faults(figures(answer.text), truth, SAMPLE_DAY)] == [], address
        queue += [link.replace("&amp;", "&") for link in re.findall(r'href="(/[^"#]*)"', answer.text)]
    assert len(seen) > 500


def test_links_lead_to_pages(board, release):
    """From pages of each kind; the long crawl follows all."""
    links = set()
    for address in ("/", "/t", "/b", "/t/economische-zelfredzaamheid", "/vergelijk?k=lonely_pct&g=BU99990104"):
        links |= {*re.findall(r'href="(/[^"#]*)"', board.get(address).text)[:40]}
    broken = [link for link in sorted(links)[::3] if board.head(link.replace("&amp;", "&")).status_code != 200]
    assert broken == []


def test_downloads_are_the_figures_of_their_marts(board, truth):
    for address in (
        "/k/welfare_recipients_per_1000/BU99990104.json",
        "/b/BU99990104.json",
        "/t/uitkeringen/GM9999.json",
    ):
        rows = board.get(address).json()["rows"]
        assert rows, address
        for row in rows:
            cell = truth[row["indicator_code"], row["region_code"], row["period"]]
            assert row["value"] == pytest.approx(cell.value, abs=1e-9) if cell.value is not None else not row["value"]
            assert cell.value is not None or row["missing_reason"]


def test_the_pocket_book_has_the_figures_of_their_marts(board, truth):
    book = board.get("/zakboek.json").json()
    assert len(book["figures"]) > 300
    for i, a, p, value, _, _, reason, until in book["figures"]:
        key = book["indicators"][i][0], book["areas"][a][0], book["periods"][p]
        cell = truth[key]
        decimals = book["indicators"][i][3]
        if cell.value is None:
            assert value is None, key
            assert reason, key
        else:
            assert abs(value - cell.value) <= 0.5 * 10**-decimals * (1 + 1e-9), key
        assert str(cell.fresh_until) == book["days"][until] >= SAMPLE_DAY.isoformat(), key


KEY = ("welfare_recipients_count", "GM9999", "2026-Q1")
TRUTH = {KEY: Cell(1250.0, SAMPLE_DAY)}


@pytest.mark.parametrize(
    ("value", "text", "truth", "day", "fault"),
    [
        (1251.0, "1.251", TRUTH, SAMPLE_DAY, "shows 1251.0, is 1250.0"),
        (1250.0, "1.520", TRUTH, SAMPLE_DAY, "says '1.520' of 1250.0"),
        (1250.0, "125,0%", TRUTH, SAMPLE_DAY, "says"),
        (1250.0, "1.250", TRUTH, SAMPLE_DAY.replace(month=12), "after 2026-11-25"),
        (1250.0, "1.250", {KEY: Cell(None, SAMPLE_DAY)}, SAMPLE_DAY, "withholds"),
        (1250.0, "1.250", {}, SAMPLE_DAY, "withholds"),
    ],
)
def test_a_wrong_figure_is_found(value, text, truth, day, fault):
    (found,) = faults([ShownFigure(KEY, value, text)], truth, day)
    assert fault in found


@pytest.mark.parametrize(
    ("value", "text"),
    [(1250.0, "1.250"), (48.25, "48,3%"), (-23.1e6, "€ −23,1 mln"), (1.28, "€ 1.280"), (0.0, "0"), (1250.4, "1.250")],
)
def test_a_right_figure_is_let_through(value, text):
    assert [*faults([ShownFigure(KEY, value, text)], {KEY: Cell(value, SAMPLE_DAY)}, SAMPLE_DAY)] == []


def test_a_missing_figure_is_found():
    assert missing([], TRUTH, SAMPLE_DAY, *KEY[:2]) == [KEY]
    assert missing([ShownFigure(KEY, 1250.0, "1.250")], TRUTH, SAMPLE_DAY, *KEY[:2]) == []
    assert missing([], {KEY: Cell(None, SAMPLE_DAY)}, SAMPLE_DAY, *KEY[:2]) == []
