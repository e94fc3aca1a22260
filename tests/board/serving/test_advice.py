"""Advice on a prevention budget: shown where every condition is met, and else the conditions that are not."""

import html
import re
from datetime import timedelta

import pytest
from advised import DECIDED, EXPIRES, FIRST, PLAN, REASON, SECOND, advised_release
from crawl import Marts
from main_line.first_run import SAMPLE_DAY
from page_reader import read_page
from reader import changed_release, reader

from dagster_project.access import ReadAccess
from dagster_project.release.reader import open_release
from dashboard.board_settings import BoardSettings

ADDRESS = f"/advies/{PLAN}"
DAY = "%d-%m-%Y"


@pytest.fixture(scope="module")
def advised(sample_releases, tmp_path_factory):
    """A release in which the plan meets every condition."""
    return advised_release(sample_releases, tmp_path_factory.mktemp("advised"))


@pytest.fixture(scope="module")
def marts(advised):
    opened = open_release(advised)
    yield Marts(opened, SAMPLE_DAY)
    opened.close()


def text(client, address=ADDRESS):
    return html.unescape(client.get(address).text)


def test_a_plan_that_fails_gives_no_advice_but_why_and_what_to_do(board, cursor):
    gates = cursor.execute(
        "select label_nl, is_passed, reason_nl, action_nl from mart_prevention_advice_gates order by gate_order"
    ).fetchall()
    page = text(board)
    assert [is_passed for _, is_passed, *_ in gates].count(False) == 4
    assert "Er wordt geen advies getoond." in page
    assert "Van de 7 voorwaarden zijn er 4 niet vervuld." in page
    assert page.count(">Niet vervuld<") == 4
    assert page.count(">Vervuld<") == 3
    for label, is_passed, reason, action in gates:
        assert label in page
        assert is_passed or (reason in page and action in page)
    assert read_page(page).parts == []
    assert "€" not in page


def test_an_effect_that_is_not_known_is_named(board):
    assert "hoe onzeker het is: Fictief: buurtkamer." in text(board)


def test_plans_are_listed_with_their_verdict(board, advised):
    assert "Er wordt geen advies getoond." in text(board, "/advies")
    assert f'Geldig tot en met <span class="n">{EXPIRES:{DAY}}' in text(reader(advised), "/advies")


def test_a_plan_is_two_taps_from_the_overview(board):
    assert 'href="/advies"' in board.get("/").text
    assert f'href="{ADDRESS}"' in board.get("/advies").text
    for address in ("/maatregelen", "/algoritme/prevention_advice"):
        assert 'href="/advies"' in board.get(address).text
    assert 'href="/advies"' not in board.get("/algoritme/policy_effect").text
    assert {
        link: board.head(link).status_code for link in read_page(text(board)).own_links if "/prognose/" in link
    } == {"/prognose/wmo_clients_count/GM9999": 200}


def test_advice_says_for_what_by_whom_why_and_until_when(advised):
    page = text(reader(advised))
    for said in (
        "Fictief: minder inwoners die over vijf jaar",
        "Verantwoordelijk: Fictief: wethouder zorg",
        f"{FIRST} en {SECOND}, op {DECIDED:{DAY}}",
        REASON,
        f"t/m {EXPIRES:{DAY}}",
        "ongeveer even goed. Geen ervan is de beste.",
        "Het lot bepaalt wie eerst begint",
    ):
        assert said in page
    assert "Niet vervuld" not in page


def test_every_figure_of_advice_is_the_marts(advised, marts):
    page = read_page(reader(advised).get(ADDRESS).text)
    assert marts.differences(ADDRESS, page) == []
    shown = {(one.column, one.row[1:3]) for one in page.parts}
    spreads = {row[1] for row in marts.parts} - {"per_head"}
    districts = {row[2] for row, one in marts.parts.items() if one["region_level"] == "district"}
    assert len(spreads) >= 3
    # Each spread of each district, and the one per head.
    assert {("cost_eur", (spread, area)) for spread in spreads for area in districts} <= shown
    for column in ("per_head_cost_eur", "cost_lower_eur", "cost_upper_eur"):
        assert {area for name, (_, area) in shown if name == column} == districts
    # Each part of a spread with its stability, and nothing smaller than the mart has.
    parts = {(row[2], row[3]) for row, one in marts.parts.items() if one["region_level"] == "neighbourhood"}
    assert {(one.row[2], one.row[3]) for one in page.parts if one.column == "chosen_pct"} == parts
    assert {one.row for one in page.parts} <= marts.parts.keys()


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        (r'value="[\d.]+" data-m="cost_eur"', 'value="1.5" data-m="cost_eur"'),
        (r'(data-m="cost_eur"[^>]*>)[^<]+', r"\g<1>€ 1"),
        (r'(data-m="avoided_lower"[^>]*>)[^<]+', r"\g<1>995"),
        (r'data-m="chosen_pct" data-l="[^"]+"', 'data-m="chosen_pct" data-l="FP-999"'),
    ],
)
def test_a_figure_that_is_not_the_marts_is_found(advised, marts, was, becomes):
    page, count = re.subn(was, becomes, reader(advised).get(ADDRESS).text, count=1)
    assert count == 1
    assert len(marts.differences(ADDRESS, read_page(page))) == 1


def test_districts_that_get_less_are_named_as_often_as_they_do(sample_releases, tmp_path, cursor):
    losing = """
        update snapshot.mart_prevention_advice
        set is_loser = region_code = 'WK999901' or (region_code = 'WK999902' and alternative_code = 'B')
        where region_level = 'district'
    """
    names = dict(cursor.execute("select region_code, region_name from dim_region where is_newest_vintage").fetchall())
    page = text(reader(advised_release(sample_releases, tmp_path, losing)))
    assert f"<dt>In elke verdeling</dt><dd>{names['WK999901']}</dd>" in page
    assert f"<dt>In een deel van de verdelingen</dt><dd>{names['WK999902']}</dd>" in page
    assert page.count("<b>Minder dan per inwoner</b> in alle") == 1
    assert page.count("<b>Soms minder dan per inwoner</b>: in 1 van de") == 1
    assert page.count("In geen verdeling minder dan per inwoner.") == 1


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (12, "Geen van de "),
        (80, "in minstens 80% van de berekeningen gekozen. De andere"),
    ],
)
def test_the_page_says_how_many_parts_are_steady(sample_releases, tmp_path, share, said):
    change = f"update snapshot.mart_prevention_advice set chosen_pct = {share} where chosen_pct is not null"
    assert said in text(reader(advised_release(sample_releases, tmp_path, change)))


def test_advice_goes_with_its_decision_and_the_verdict_stays(sample_releases, tmp_path):
    last = SAMPLE_DAY + timedelta(days=2)
    today = last
    board = reader(advised_release(sample_releases, tmp_path, expires=last), lambda: today)
    assert f'Nog toonbaar <span class="n">t/m {last:{DAY}}' in text(board)
    assert read_page(text(board)).parts
    today += timedelta(days=1)
    page = text(board)
    assert f"niet meer geldig sinds {today:{DAY}}: het besluit is ouder dan zes maanden" in page
    assert read_page(page).parts == []
    assert "€" not in page
    assert "€" not in text(board, "/advies")


def test_nothing_is_said_of_a_plan_after_its_day(advised):
    later = reader(advised, SAMPLE_DAY + timedelta(days=40))
    for address in ("/advies", ADDRESS):
        page = text(later, address)
        assert "Niet meer toonbaar sinds" in page
        assert read_page(page).parts == []
        assert "€" not in page
        assert "voorwaarden zijn er" not in page


def test_a_plan_whose_figures_are_withheld_is_not_there(sample_releases, tmp_path):
    board = reader(changed_release(sample_releases, tmp_path, "delete from snapshot.mart_prevention_advice_gates"))
    assert board.get(ADDRESS).status_code == 404
    assert "Er zijn geen plannen om te tonen." in text(board, "/advies")


def test_no_advice_is_shown_without_its_rows(sample_releases, tmp_path):
    page = text(reader(advised_release(sample_releases, tmp_path, "delete from snapshot.mart_prevention_advice")))
    assert "Van dit plan is nu geen advies te tonen." in page
    assert "€" not in page
    assert "None" not in page


def test_a_theme_that_is_hidden_hides_its_plans(sample_releases, cursor):
    (theme,) = cursor.execute(
        "select theme_code from dim_indicator where indicator_code = (select any_value(indicator_code)"
        " from mart_prevention_advice_gates)"
    ).fetchone()
    settings = BoardSettings(trusted_proxies=["127.0.0.1"], groups_header="X-Groups")
    rules = {"everyone": {"themes": ["*"], "without": [theme]}, "groups": {"zorg": {"themes": [theme]}}}
    stranger = reader(sample_releases, settings=settings, access=ReadAccess.model_validate(rules))
    assert stranger.get(ADDRESS).status_code == 403
    assert "langer zelfstandig thuis" not in stranger.get("/advies").text
    assert stranger.get(ADDRESS, headers={"X-Groups": "zorg"}).status_code == 200
    assert "langer zelfstandig thuis" in stranger.get("/advies", headers={"X-Groups": "zorg"}).text


def test_a_plan_that_does_not_exist_has_no_page(board):
    assert board.get("/advies/FP-999").status_code == 404
