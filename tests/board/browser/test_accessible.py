"""Every template for every reader: axe-core, keyboard, 320 px, text of 200 %, without scripts, on paper."""

import re

import pytest
from advised import advised_release
from axe_playwright_python.sync_playwright import Axe
from board_server import served
from layout import FITS, OVERFLOW, SMALL_TARGETS
from main_line.first_run import SAMPLE_DAY
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
    "/bron/vragen",
    "/bron/tabellen",
    "/bron/tabellen/mart_finance",
    "/t/organisatie",
    "/prognose/crimes_monthly_count/BU99990001",
    "/prognose/youth_care_recipients_count/GM9999",
    "/maatregelen",
    "/maatregel/FM-003",
    "/maatregel/FM-005",
    "/advies",
    "/advies/FP-001",
    "/algoritmen",
    "/algoritme/policy_effect",
    "/versheid",
    "/wijzigingen",
    "/toegankelijkheid",
    "/zonder-verbinding",
    "/bestaat-niet",
]
RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
    # All rules are tried; what passed is not described element by element.
    "resultTypes": ["violations"],
}
# axe itself is checked for by the test that must find something.
BROKEN = "<html><body><img src='data:,'><p style='color:#ccc'>te licht</p></body></html>"


def violations(page: Page) -> list[str]:
    """What axe-core finds, in words."""
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found]


@pytest.fixture(scope="module")
def screen(chromium: Browser, board):
    """A screen whose size a test chooses."""
    with telephone(chromium, board) as context:
        yield context.new_page()


@pytest.mark.parametrize("path", PAGES)
def test_every_template_is_for_every_reader(screen, path):
    check_for_every_reader(screen, path)


def test_advice_is_for_every_reader(chromium, sample_releases, tmp_path):
    with (
        served(advised_release(sample_releases, tmp_path), SAMPLE_DAY) as advised,
        telephone(chromium, advised) as context,
    ):
        for path in ("/advies", "/advies/FP-001"):
            check_for_every_reader(context.new_page(), path)


def check_for_every_reader(screen: Page, path: str) -> None:
    """One visit: telephone, its text twice as large, the narrowest window, and a desk."""
    screen.set_viewport_size(PHONE)
    screen.goto(path)
    assert violations(screen) == []
    assert screen.evaluate(SMALL_TARGETS) == []
    assert screen.evaluate(OVERFLOW) == FITS

    screen.evaluate("document.documentElement.style.fontSize = '200%'")
    assert screen.evaluate(OVERFLOW) == FITS
    screen.evaluate("document.documentElement.style.fontSize = ''")

    screen.set_viewport_size(NARROW)
    assert screen.evaluate(OVERFLOW) == FITS

    screen.set_viewport_size(DESK)
    assert violations(screen) == []


def test_axe_finds_what_is_wrong(chromium):
    page = chromium.new_page()
    page.set_content(BROKEN)
    found = violations(page)
    page.close()

    assert {line.split(":")[0] for line in found} >= {"image-alt", "color-contrast", "html-has-lang"}


# Space for the widest things in the narrowest window, with the scrollbar of a desk.
NARROW = {"width": 305, "height": 700}


def test_text_that_overflows_and_a_small_target_are_seen(screen):
    screen.set_viewport_size(NARROW)
    screen.goto("/")
    screen.evaluate("document.querySelector('h1').style.width = '400px'")
    screen.evaluate("document.querySelector('form button').style.cssText = 'height: 20px; min-height: 0'")

    assert screen.evaluate(OVERFLOW) != FITS
    assert screen.evaluate(SMALL_TARGETS) != []


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
    focused, others = page.evaluate(
        """() => [document.activeElement, document.querySelector("svg a:not(:focus)")].map((one) => {
            const { stroke, strokeWidth } = getComputedStyle(one.querySelector("path"));
            return [getComputedStyle(one).outlineStyle, stroke, strokeWidth].join(" ");
        })"""
    )
    assert focused != others
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
    screen.set_viewport_size(PHONE)
    with telephone(chromium, board, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(path)
        without = page.locator("main").inner_text()
        expect(page.locator("[data-locate]")).to_have_count(page.locator("[data-locate][hidden]").count())
    screen.goto(path)

    assert len(without) > 300
    assert (
        without.replace("Mijn locatie", "").split()
        == screen.locator("main").inner_text().replace("Mijn locatie", "").split()
    )


def test_profile_prints_on_two_pages(chromium, board):
    with telephone(chromium, board, viewport=DESK) as context:
        page = context.new_page()
        page.goto("/b/BU99990001")
        paper = page.pdf(format="A4", print_background=True)

    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", paper)) <= 2
