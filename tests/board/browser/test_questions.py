"""Ten questions of an alderman, each answered in at most two taps or one search from the overview.

The figure on the screen is compared with the mart.
"""

import re

import pytest
from babel.numbers import format_decimal

HOME = "/"


def shown(page, indicator, area):
    """The first figure of an indicator in an area that can be seen, as text and as number."""
    figure = page.locator(f'data[data-i="{indicator}"][data-a="{area}"]').first
    figure.scroll_into_view_if_needed(timeout=2_000)
    assert figure.is_visible()
    return figure.inner_text().strip(), float(figure.get_attribute("value")), figure.get_attribute("data-p")


def held(cursor, indicator, area):
    """The figure in the mart, its period and its decimals."""
    return cursor.execute(
        "select value, period, decimals from fct_indicator_values inner join dim_indicator using (indicator_code)"
        " where is_current and indicator_code = ? and region_code = ?",
        [indicator, area],
    ).fetchone()


def compare(page, cursor, indicator, area):
    text, value, period = shown(page, indicator, area)
    expected, expected_period, decimals = held(cursor, indicator, area)
    assert (value, period) == (expected, expected_period)
    assert text == in_dutch(expected, decimals)


def in_dutch(value, decimals):
    """The figure as Babel writes it, with a true minus, millions in words."""
    if abs(value) >= 1_000_000 and decimals == 0:
        return format_decimal(abs(value) / 1e6, "0.0", locale="nl_NL")
    return format_decimal(value, "#,##0" + ("." + "0" * decimals if decimals else ""), locale="nl_NL")


@pytest.fixture
def home(page):
    page.goto(HOME)
    return page


def search(page, words):
    page.locator("#q").fill(words)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/zoek"))


def tap(page, label):
    page.locator("main a", has_text=label).first.click()


@pytest.mark.parametrize(
    ("words", "indicator", "area"),
    [
        ("bijstand vissersbuurt", "welfare_recipients_quarter_count", "BU99990004"),
        ("lege winkels", "vacant_shop_pct", "GM9999"),
        ("vve bereik", "vve_reach_pct", "GM9999"),
        ("inbraken deze maand", "residential_burglaries_monthly_count", "GM9999"),
        ("saldo jeugdzorg", "youth_care_projected_balance_eur", "GM9999"),
    ],
)
def test_one_search_gives_the_figure(home, cursor, words, indicator, area):
    search(home, words)

    first = home.locator(".results > li").first
    assert first.locator("data").get_attribute("data-i") == indicator
    compare(home, cursor, indicator, area)


@pytest.mark.parametrize(
    "indicator",
    ["reports_open_count", "vve_reach_pct", "residential_burglaries_monthly_count", "vacant_shop_pct"],
)
def test_overview_shows_it_without_a_tap(home, cursor, indicator):
    compare(home, cursor, indicator, "GM9999")
