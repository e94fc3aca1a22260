"""Pages of forecasts and effects: what they say is what the marts say, and nothing is said after its day."""

import html
import re
from datetime import timedelta

import pytest
from main_line.first_run import SAMPLE_DAY
from reader import changed_release, reader

from dagster_project.access import ReadAccess
from dagster_project.errors import SetupError
from dashboard.board_settings import BoardSettings
from dashboard.explain import explain_effect, explain_forecast

BAND = re.compile(
    r'<data value="(\S+) (\S+)" data-f="(\d+)" data-i="([^"]*)" data-a="([^"]*)" data-p="([^"]*)" data-s="([^"]*)">'
    r"(.*?)<"
)
MONTHS, YEARS = "/prognose/crimes_monthly_count/GM9999", "/prognose/youth_care_recipients_count/WK999901"


@pytest.fixture(scope="module")
def board(sample_releases):
    return reader(sample_releases)


def bands(page):
    """The bands on a page: (indicator, area, period, scenario, share) with their ends and text."""
    return {
        (i, a, p, s, int(share)): (float(lower), float(upper), text)
        for lower, upper, share, i, a, p, s, text in BAND.findall(page)
    }


def stored(cursor, indicator, area):
    rows = cursor.execute(
        "select period, scenario_code, lower_50, upper_50, lower_80, upper_80 from fct_forecasts"
        " where is_latest and indicator_code = ? and region_code = ?",
        [indicator, area],
    ).fetchall()
    return {
        (indicator, area, period, scenario, share): ends
        for period, scenario, *rest in rows
        for share, ends in ((50, tuple(rest[:2])), (80, tuple(rest[2:])))
    }


def differences(page, known):
    """Bands on a page that are not those of the mart."""
    return {key: band for key, band in bands(page).items() if known.get(key) != band[:2]}


@pytest.mark.parametrize("address", [MONTHS, YEARS])
def test_bands_of_a_page_are_those_of_the_mart(board, cursor, address):
    _, _, indicator, area = address.split("/")
    page, known = board.get(address).text, stored(cursor, indicator, area)
    assert differences(page, known) == {}
    # Of years the narrow band stands in the chart alone.
    assert len(bands(page)) == (len(known) if address == MONTHS else len(known) / 2)
    changed = re.sub(r'<data value="\S+ ', '<data value="1.5 ', page, count=1)
    assert len(differences(changed, known)) == 1


def test_scenarios_are_named_where_they_differ(board):
    inhabitants = html.unescape(board.get("/prognose/population_count/GM9999").text)
    assert ("Trend zet door" in inhabitants, "De verwachting in een tabel" in inhabitants) == (False, True)
    assert {scenario for *_, scenario, _ in bands(inhabitants)} == {"rates_held"}
    care = html.unescape(board.get(YEARS).text)
    assert ("Trend zet door" in care, "De scenario’s in een tabel" in care) == (True, True)


def test_counts_of_persons_are_expected_in_fives(board):
    texts = [text for _, _, text in bands(board.get("/prognose/benefit_recipients_count/GM9999").text).values()]
    assert texts
    numbers = [int(one.replace(".", "")) for text in texts for one in re.findall(r"[\d.]+", text)]
    assert all(number % 5 == 0 for number in numbers)


def test_every_forecast_has_a_page_and_a_verdict(board, cursor):
    for indicator, beats in cursor.execute(
        "select indicator_code, bool_and(beats_naive) from fct_forecasts"
        " where is_latest and region_code = 'GM9999' group by indicator_code"
    ).fetchall():
        page = board.get(f"/prognose/{indicator}/GM9999").text
        assert ("tot nu toe beter dan" in page) == beats, indicator
        assert ("tot nu toe niet beter dan" in page) == (not beats), indicator


def test_a_figure_that_is_expected_in_years_alone_links_to_it_where_it_is(board):
    oldest, older = "population_80_plus_of_municipality_count", "population_65_plus_count"
    assert f'href="/prognose/{oldest}/GM9999"' in board.get(f"/k/{oldest}/GM9999").text
    assert "In 2040 waarschijnlijk" in board.get(f"/prognose/{oldest}/GM9999").text
    assert f'href="/prognose/{older}/WK999901"' in board.get(f"/k/{older}/WK999901").text
    # Districts have no figure of 80 and older.
    assert "/prognose/" not in board.get(f"/k/{oldest}/WK999901").text
    assert "De bron levert geen cijfer" in board.get(f"/prognose/{oldest}/WK999901").text


def test_an_indicator_shows_what_is_expected_and_which_months_still_wait(board, cursor):
    page = board.get("/k/crimes_monthly_count/GM9999").text
    assert 'href="/prognose/crimes_monthly_count/GM9999"' in page
    assert 'class="band fan"' in page
    assert 'class="waiting"' in page
    without = board.get("/k/vacant_shop_pct/GM9999").text
    assert "/prognose/" not in without
    assert 'class="waiting"' not in without


def test_a_forecast_of_years_says_how_far_off_one_was_after_ten(board, cursor):
    page = html.unescape(board.get("/prognose/population_65_plus_count/BU99990201").text)
    assert "Hoe goed was een verwachting na tien jaar?" in page
    assert page.count("Met de cijfers van 2013 zat de verwachting voor 2023 er in") == 2
    assert "in 22 van de 24 buurten gemiddeld" in page
    whole = html.unescape(board.get("/prognose/population_65_plus_count/GM9999").text)
    assert whole.count("Met de cijfers van 2013") == 1
    moved = html.unescape(board.get("/prognose/population_65_plus_count/BU99990103").text)
    assert "De grenzen van toen zijn niet om te rekenen naar die van nu." in moved
    assert moved.count("Met de cijfers van 2013") == 1
    care = html.unescape(board.get("/prognose/youth_care_recipients_count/BU99990201").text)
    assert care.count("Dit cijfer is pas sinds 2018 bekend.") == 1
    assert "na tien jaar" not in board.get("/prognose/crimes_monthly_count/GM9999").text


def test_an_area_without_a_forecast_says_why(board, cursor):
    indicator, area, reason = cursor.execute(
        "select indicator_code, region_code, reason_nl from fct_forecast_quality"
        " where reason_nl is not null and region_code <> 'all' order by all limit 1"
    ).fetchone()
    assert html.escape(reason) in board.get(f"/prognose/{indicator}/{area}").text


def test_an_indicator_that_is_not_forecast_has_no_page(board):
    assert board.get("/prognose/vacant_shop_pct/GM9999").status_code == 404


def test_every_measure_has_a_sheet_with_its_grade(board, cursor):
    listed = html.unescape(board.get("/maatregelen").text)
    rows = cursor.execute(
        "select measure_code, grade, grade_reason_nl, sentence_nl, estimate from mart_policy_effects"
    ).fetchall()
    assert {grade for _, grade, *_ in rows} >= {"A", "B", "D"}
    for measure, grade, reason, sentence, estimate in rows:
        assert sentence in listed
        page = html.unescape(board.get(f"/maatregel/{measure}").text)
        assert f"({grade})</b>" in page
        assert reason[1:] in page
        assert ("Met en zonder de maatregel" in page) == (estimate is not None)
        assert "bewezen" not in page.lower()


def test_the_effect_of_a_measure_is_two_taps_away(board):
    assert 'href="/maatregelen"' in board.get("/").text
    assert 'href="/maatregel/FM-003"' in board.get("/maatregelen").text


def test_nothing_is_expected_or_said_of_a_measure_after_its_day(sample_releases, cursor):
    later = reader(sample_releases, SAMPLE_DAY + timedelta(days=40))
    sentences = [one for (one,) in cursor.execute("select sentence_nl from mart_policy_effects").fetchall()]
    assert sentences
    for address in (MONTHS, YEARS, "/maatregelen", "/maatregel/FM-003", "/k/crimes_monthly_count/GM9999"):
        page = html.unescape(later.get(address).text)
        assert bands(page) == {}
        assert re.search(r"waarschijnlijk [\d€]", page) is None
        assert not [one for one in sentences if one in page]


def test_a_theme_that_is_hidden_hides_its_measures(sample_releases):
    settings = BoardSettings(trusted_proxies=["127.0.0.1"], groups_header="X-Groups")
    rules = {"everyone": {"themes": ["*"], "without": ["benefits"]}, "groups": {"werk": {"themes": ["benefits"]}}}
    stranger = reader(sample_releases, settings=settings, access=ReadAccess.model_validate(rules))
    assert stranger.get("/maatregel/FM-003").status_code == 403
    assert "werkbrigade" not in stranger.get("/maatregelen").text
    assert stranger.get("/maatregel/FM-003", headers={"X-Groups": "werk"}).status_code == 200


def test_the_command_line_says_the_same(sample_releases, cursor):
    text = explain_forecast(sample_releases, SAMPLE_DAY, "crimes_monthly_count", None)
    assert "tot nu toe" in text
    assert len(re.findall(r"^\w+ 20\d\d  ", text.replace("\u00a0", " "), re.M)) == 12
    (sentence,) = cursor.execute("select sentence_nl from mart_policy_effects where measure_code = 'FM-003'").fetchone()
    assert sentence in explain_effect(sample_releases, SAMPLE_DAY, "FM-003")
    with pytest.raises(SetupError, match="maken we geen verwachting"):
        explain_forecast(sample_releases, SAMPLE_DAY, "vacant_shop_pct", None)
    with pytest.raises(SetupError, match="bestaat niet"):
        explain_effect(sample_releases, SAMPLE_DAY, "FM-999")


def test_a_month_that_is_not_complete_tells_what_it_becomes(sample_releases, tmp_path):
    change = (
        "update snapshot.fct_nowcasts set expected_value = 90, lower_80 = 80, upper_80 = 99, reason_nl = null"
        " where indicator_code = 'crimes_monthly_count' and region_code = 'GM9999'"
        " and is_latest and period = (select max(period) from snapshot.fct_nowcasts"
        " where indicator_code = 'crimes_monthly_count')"
    )
    page = reader(changed_release(sample_releases, tmp_path, change)).get("/k/crimes_monthly_count/GM9999").text
    assert "waarschijnlijk worden het er 80 tot 99" in page
