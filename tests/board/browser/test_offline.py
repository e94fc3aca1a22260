"""The telephone without network: it shows what it kept, says from when, and no figure that has expired."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from main_line.first_run import SAMPLE_DAY
from playwright.sync_api import Page, expect
from telephone import telephone

RELEASE_DAY = f"{SAMPLE_DAY:%d-%m-%Y}"
HOME, AREA = "/", "/b/BU99990001"


@pytest.fixture(scope="module")
def kept(chromium, board) -> Iterator[Page]:
    """A telephone that visited the overview and a neighbourhood and then lost its network."""
    with telephone(chromium, board) as phone:
        page = phone.new_page()
        page.goto(HOME)
        wait(page, "navigator.serviceWorker.controller")
        page.goto(AREA)
        wait(page, "await caches.match(location.href)")
        phone.set_offline(True)
        yield page


@pytest.fixture
def visited(kept) -> Page:
    """That telephone, on the day of the release."""
    travel(kept, SAMPLE_DAY)
    return kept


def wait(page: Page, condition: str) -> None:
    """Wait until a condition holds; Playwright's own way needs what the content security policy forbids."""
    page.evaluate(
        f"""async () => {{
            for (let turn = 0; !({condition}); turn++) {{
                if (turn === 500) throw new Error("waited in vain");
                await new Promise((go) => setTimeout(go, 20));
            }}
        }}"""
    )


def travel(page: Page, day: date) -> None:
    """Set the clock of the pages and of the service worker, which Playwright's clock does not reach."""
    moment = f"{day.isoformat()}T12:00:00Z"
    page.context.clock.set_fixed_time(moment)
    page.context.service_workers[0].evaluate(
        """(moment) => {
            const Real = self.RealDate ??= Date;
            self.Date = class extends Real { constructor(...given) { super(...(given.length ? given : [moment])); } };
        }""",
        moment,
    )


def test_pages_that_were_visited_are_there_and_say_from_when(visited):
    visited.goto(HOME)

    expect(visited.locator("[data-offline]")).to_have_text(f"Zonder verbinding. Cijfers van {RELEASE_DAY}")
    assert visited.locator("data").count() > 10


def test_search_finds_welfare_in_a_neighbourhood(visited, cursor):
    visited.goto("/zoek?q=Bijstand+havenkwartier")

    expect(visited.locator("#q")).to_have_value("Bijstand havenkwartier")
    value, until = cursor.execute(
        "select value, fresh_until from fct_indicator_values where is_current"
        " and indicator_code = 'welfare_recipients_quarter_count' and region_code = 'BU99990001'"
    ).fetchone()
    first = visited.locator(".results > li").first
    expect(first).to_contain_text("bijstand in Havenkwartier")
    expect(first.locator("strong")).to_contain_text(f"{value:.0f}")
    expect(first).to_contain_text(f"{until:%d-%m-%Y}")
    expect(visited.locator("[data-offline]")).to_have_text(f"Zonder verbinding. Cijfers van {RELEASE_DAY}")


def test_area_that_was_not_visited_comes_from_the_pocket_book(visited):
    visited.goto("/b/BU99990102")

    assert visited.locator(".results strong").count() > 3
    expect(visited.locator(".results > li").first).to_contain_text("Sikkelpark")


def test_script_in_a_query_stays_text(visited):
    visited.goto("/zoek?q=%22%3E%3Cscript%3EglobalThis.hit%3D1%3C/script%3E%3Cimg%20src=x%20onerror=hit%3D1%3E")

    assert visited.evaluate("globalThis.hit") is None
    assert visited.locator("main script, main img").count() == 0


@pytest.mark.parametrize("path", [HOME, AREA, "/b/BU99990102", "/zoek?q=bijstand"])
def test_no_figure_after_forty_days(visited, path):
    travel(visited, SAMPLE_DAY + timedelta(days=40))
    visited.goto(path)

    assert visited.locator("data:visible, .results strong:visible").count() == 0
    expect(visited.locator("main")).to_contain_text("Niet meer toonbaar")


def test_newer_figures_are_offered(page):
    page.goto(HOME)
    wait(page, "navigator.serviceWorker.controller")
    travel(page, SAMPLE_DAY)
    page.evaluate(
        """async () => {
            const pages = await caches.open("pages"), kept = await pages.match("/");
            const headers = new Headers(kept.headers);
            headers.set("ETag", '"older"');
            await pages.put("/", new Response(await kept.text(), { headers }));
        }"""
    )
    page.goto(HOME)

    expect(page.locator("[data-newer]")).to_be_visible()
