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


def stored(cursor, indicator, area):
    """The figure in the mart, its period and its decimals."""
    return cursor.execute(
        "select value, period, decimals from fct_indicator_values inner join dim_indicator using (indicator_code)"
        " where is_current and indicator_code = ? and region_code = ?",
        [indicator, area],
    ).fetchone()


def compare(page, cursor, indicator, area):
    text, value, period = shown(page, indicator, area)
    expected, expected_period, decimals = stored(cursor, indicator, area)
    assert (value, period) == (expected, expected_period)
    assert text.replace("\N{NO-BREAK SPACE}", " ") == in_dutch(indicator, expected, decimals)


def in_dutch(indicator, value, decimals):
    """The figure as Babel writes it, with a true minus, and millions in words."""
    if indicator.endswith("_eur") and abs(value) >= 1_000_000:
        return "€ {}{} mln".format("\N{MINUS SIGN}" if value < 0 else "", number(abs(value) / 1e6, 1))
    return number(value, decimals) + ("%" if indicator.endswith("_pct") else "")


def number(value, decimals):
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


def test_neighbourhood_that_stands_out_on_loneliness_is_one_tap_away(home, cursor):
    tap(home, "Eenzaamheid")

    worst = cursor.execute(
        "select neighbourhood_code from mart_neighbourhood_profile where indicator_code = 'lonely_pct'"
        " and value is not null order by value desc limit 1"
    ).fetchone()[0]
    compare(home, cursor, "lonely_pct", worst)


def test_freshness_says_until_when_each_source_is_shown(home, cursor):
    home.locator("header a", has_text="Versheid").click()

    until = cursor.execute("select min(fresh_until) from fct_indicator_values where feed = 'hr.absence'").fetchone()[0]
    assert f"{until:%d-%m-%Y}" in home.locator("main").inner_text()


def test_departments_stand_beside_the_national_figure_one_tap_away(home, cursor):
    tap(home, "Organisatie")

    name, absence = cursor.execute(
        "select department_name, sickness_absence_12_months_pct from mart_staff_absence where row_type = 'department'"
        " and sickness_absence_12_months_pct is not null order by period desc, department_name limit 1"
    ).fetchone()
    row = home.locator("tr, li", has_text=name).first
    assert number(absence, 1) in row.inner_text()


def test_handling_time_per_category_is_one_tap_away(home, cursor):
    # A tile has the same words.
    home.locator("main a[href='/t/openbare-ruimte']").click()

    category, days = cursor.execute(
        "select main_category, reports_handling_days_median from mart_report_categories"
        " where is_complete_period and reports_handling_days_median is not null"
        " order by period desc, reports_received_count desc limit 1"
    ).fetchone()
    row = home.locator("tr", has_text=category).first
    assert f"{number(days, 1)} dagen" in row.inner_text().replace("\N{NO-BREAK SPACE}", " ")


def test_changes_since_the_last_release_are_one_tap_away(home, cursor):
    tap(home, "Wat is er veranderd?")

    newest, revised = cursor.execute(
        "select max(released_at)::date, (select count(*) from mart_revisions) from fct_indicator_values"
    ).fetchone()
    text = home.locator("main").inner_text()
    assert f"{newest:%d-%m-%Y}" in text
    assert ("Geen enkel cijfer" in text) == (revised == 0)
