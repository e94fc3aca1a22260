"""The script of the board: expiry of an open page, the neighbourhood of a position, pages loaded ahead."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from telephone import telephone

from dashboard.pocket_book import outlines


def test_figures_go_while_a_page_is_open(page, board):
    page.goto("/")
    days = page.eval_on_selector_all(".tile[data-until]", "(all) => all.map((one) => one.dataset.until)")
    first, last = min(days), max(days)
    assert first < last
    figures = page.locator(".tile data").count()

    # Midnight in the Netherlands; the page looks again when a reader comes back to it.
    left = []
    for moment in ("T22:30:00Z", "T23:30:00Z"):
        page.clock.set_fixed_time(f"{first}{moment}")
        page.evaluate("dispatchEvent(new Event('pageshow'))")
        left.append(page.locator(".tile data").count())
    page.clock.set_fixed_time(board.now() + timedelta(days=40))
    page.evaluate("dispatchEvent(new Event('pageshow'))")

    assert left[0] == figures > left[1] > 0
    assert page.locator("main data").count() == 0
    expect(page.locator(".tile").first).to_contain_text("Niet meer toonbaar sinds")
    assert page.locator(".tile a").count() == len(days)


@pytest.fixture
def place(cursor, opened):
    """A neighbourhood, and a point inside it."""
    row = cursor.execute(
        "select region_code, longitude, latitude from dim_region_outline where region_level = 'neighbourhood'"
        " order by region_code limit 1"
    ).fetchone()
    assert row[0] in {one["properties"]["code"] for one in outlines(opened)["features"]}
    return row


@pytest.mark.parametrize("is_inside", [True, False])
def test_position_finds_the_neighbourhood_and_is_not_sent(chromium, board, place, is_inside):
    code, longitude, latitude = place
    position = {"longitude": longitude, "latitude": latitude if is_inside else latitude + 2}
    with telephone(chromium, board, geolocation=position, permissions=["geolocation"]) as phone:
        page, asked = phone.new_page(), []
        page.goto("/")
        phone.on("request", lambda request: asked.append(f"{request.url} {request.post_data or ''}"))
        page.locator("[data-locate]").click()
        if is_inside:
            expect(page).to_have_url(re.compile(f"/b/{code}$"))
        else:
            expect(page.locator("[data-locate-answer]")).to_contain_text("niet in een buurt van deze gemeente")

    assert any("/omtrekken.json" in line for line in asked)
    digits = [str(one)[:5] for one in position.values()]
    assert not [line for line in asked if any(part in line for part in digits)]


def test_a_neighbouring_area_is_loaded_ahead(page):
    page.goto("/b/BU99990001")
    near = page.locator("a[data-near]").first
    with page.expect_request(lambda request: request.headers.get("x-ahead") == "1") as ahead:
        near.hover()

    assert ahead.value.url.endswith(near.get_attribute("href"))
