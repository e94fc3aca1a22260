"""Every template for every reader: axe-core, keyboard, 320 px, text of 200 %, without scripts, on paper."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from telephone import DESK, PHONE, telephone

INDICATOR = "welfare_recipients_quarter_count"
# One address of each template.
PAGES = [
    "/",
    "/zoek?q=bijstand+havenkwartier",
    "/zoek?q=zzzz",
    f"/k/{INDICATOR}/GM9999",
    "/k/lonely_pct/BU99990001",
    "/k/sickness_absence_12_months_pct",
    "/b",
    "/b/BU99990001",
    "/b/GM9999",
    "/t",
    "/t/economische-zelfredzaamheid",
    "/t/veiligheid",
    f"/vergelijk?k={INDICATOR}&g=BU99990001&g=BU99990102",
    f"/bron/{INDICATOR}",
    "/versheid",
    "/toegankelijkheid",
    "/zonder-verbinding",
    "/bestaat-niet",
]
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}}
# axe itself is checked for by the test that must find something.
BROKEN = "<html><body><img src='data:,'><p style='color:#ccc'>te licht</p></body></html>"


def violations(page: Page) -> list[str]:
    """What axe-core finds, in words."""
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found]


@pytest.fixture(scope="module", params=[PHONE, DESK], ids=["390", "1280"])
def screen(request, chromium: Browser, board):
    """A telephone and a desk."""
    with telephone(chromium, board, viewport=request.param) as context:
        yield context.new_page()


@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing(screen, path):
    screen.goto(path)

    assert violations(screen) == []


def test_axe_finds_what_is_wrong(chromium):
    page = chromium.new_page()
    page.set_content(BROKEN)
    found = violations(page)
    page.close()

    assert {line.split(":")[0] for line in found} >= {"image-alt", "color-contrast", "html-has-lang"}


# Space for the widest things in the narrowest window, with the scrollbar of a desk.
NARROW = {"width": 305, "height": 700}
OVERFLOW = """() => {
    const wide = [...document.querySelectorAll("body *")].filter((one) => {
        const box = one.getBoundingClientRect();
        const scrolls = one.closest(".scroll, .vh, svg, [hidden]");
        return box.width && box.right > document.documentElement.clientWidth + 1 && !scrolls;
    });
    return { page: document.documentElement.scrollWidth - document.documentElement.clientWidth,
             wide: wide.slice(0, 3).map((one) => one.outerHTML.slice(0, 120)) };
}"""
FITS = {"page": 0, "wide": []}


@pytest.fixture(scope="module")
def narrow(chromium: Browser, board):
    """The narrowest window."""
    with telephone(chromium, board, viewport=NARROW) as context:
        yield context.new_page()


@pytest.mark.parametrize("path", PAGES)
def test_nothing_scrolls_sideways_at_320_px(narrow, path):
    narrow.goto(path)

    assert narrow.evaluate(OVERFLOW) == FITS


def test_text_that_overflows_is_seen(narrow):
    narrow.goto("/")
    narrow.evaluate("document.querySelector('h1').style.width = '400px'")

    assert narrow.evaluate(OVERFLOW) != FITS


@pytest.mark.parametrize("path", PAGES)
def test_text_of_200_percent_fits_a_telephone(screen, path):
    """Text alone grows, as by a preference of the reader."""
    screen.goto(path)
    screen.evaluate("document.documentElement.style.fontSize = '200%'")

    found = screen.evaluate(OVERFLOW)
    screen.evaluate("document.documentElement.style.fontSize = ''")
    assert found == FITS


@pytest.mark.parametrize("path", PAGES)
def test_targets_are_large_enough(screen, path):
    """Links and buttons that stand alone are 24 px high at least (WCAG 2.2), those to tap 44."""
    screen.goto(path)
    small = screen.evaluate(
        """() => [...document.querySelectorAll("button, input, select, summary, nav a, .tile a, .results a")].map((one) => {
            const area = one.matches(".tile a, .results a") ? one.closest(".tile, li") : one;
            return [area.getBoundingClientRect().height, one.outerHTML.slice(0, 100)];
        }).filter(([height]) => height > 0 && height < 44)"""
    )

    assert small == []


def test_keyboard_walks_through_search_tile_map_and_table(page):
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Naar de inhoud")
    page.keyboard.press("Enter")
    walk(page, "#q")
    page.keyboard.type("eenzaamheid")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/zoek\?q=eenzaamheid"))
    walk(page, ".results a")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/k/lonely_pct/GM9999"))
    seen = walk(page, "svg a")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/(k/lonely_pct|b)/BU9999"))
    assert seen < 60
    page.goto("/")
    walk(page, ".tile a")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/k/"))
    walk(page, "summary, table a, p.links a")


def walk(page: Page, selector: str) -> int:
    """Press Tab until the focus is on such an element that can be seen; gives the number of presses."""
    for presses in range(1, 120):
        page.keyboard.press("Tab")
        here = page.evaluate(
            """(selector) => {
                const one = document.activeElement, box = one.getBoundingClientRect();
                return one.matches(selector) && box.width > 0 && box.top < innerHeight && box.bottom > 0;
            }""",
            selector,
        )
        if here:
            return presses
    raise AssertionError(f"Tab never reaches {selector}")


@pytest.mark.parametrize("path", ["/", "/zoek?q=bijstand", f"/k/{INDICATOR}/GM9999", "/b/BU99990001"])
def test_pages_need_no_script(chromium, board, screen, path):
    with telephone(chromium, board, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(path)
        without = page.locator("main").inner_text()
        expect(page.locator("[data-locate]")).to_have_count(page.locator("[data-locate][hidden]").count())
    screen.goto(path)

    assert len(without) > 300
    assert without.replace("Mijn locatie", "").split() == screen.locator("main").inner_text().replace(
        "Mijn locatie", ""
    ).split()


def test_profile_prints_on_two_pages(chromium, board):
    with telephone(chromium, board, viewport=DESK) as context:
        page = context.new_page()
        page.goto("/b/BU99990001")
        paper = page.pdf(format="A4", print_background=True)

    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", paper)) <= 2
