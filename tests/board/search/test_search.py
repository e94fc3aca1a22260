"""Searches of an alderman on the sample: each finds the figure that the mart holds."""

import time
from datetime import timedelta

import pytest
from main_line.first_run import SAMPLE_DAY

from dashboard import search
from dashboard.reading.board import open_board
from dashboard.search.words import postcodes, stems, words

LIMIT_SECONDS = 0.05


@pytest.fixture(scope="module")
def found(cursor, release):
    return search.index(cursor, release.info.municipality_code)


QUERIES = [
    ("bijstand", "welfare_recipients_quarter_count", "GM9999"),
    ("Hoeveel uitkeringen zijn er?", "welfare_recipients_quarter_count", "GM9999"),
    ("wwb havenkwartier", "welfare_recipients_quarter_count", "BU99990001"),
    ("PARTICIPATIEWET Sikkelpark", "welfare_recipients_quarter_count", "BU99990102"),
    ("bijstnd havenkwartir", "welfare_recipients_quarter_count", "BU99990001"),
    ("eenzaamheid", "lonely_pct", "GM9999"),
    ("eenzame mensen", "lonely_pct", "GM9999"),
    ("' or 1=1; bijstand <script>", "welfare_recipients_quarter_count", "GM9999"),
    ("lege winkels", "vacant_shop_pct", "GM9999"),
    ("inbraken deze maand", "residential_burglaries_monthly_count", "GM9999"),
    ("openstaande meldingen", "reports_open_count", "GM9999"),
    ("bereik vve", "vve_reach_pct", "GM9999"),
    ("tekort jeugdzorg", "youth_care_projected_balance_eur", "GM9999"),
    ("hoeveel inwoners heeft de Binnenstad", "population_count", "BU99990000"),
    ("woningen oudemeer noord", "dwelling_count", "GA999903"),
    ("wmo nieuwe maan", "wmo_clients_per_1000", "WK999901"),
    ("havenkwartier", None, "BU99990001"),
    ("Rond de Haven", None, "GA999901"),
    ("oudemeer", None, "WK999902"),
]


@pytest.mark.parametrize(("query", "indicator", "area"), QUERIES)
def test_first_result_is_what_was_asked_and_has_the_figure_of_the_mart(opened, cursor, found, query, indicator, area):
    first = search.find(opened, found, query)[0]

    assert (first.match.indicator_code, first.match.area_code) == (indicator, area)
    stored = cursor.execute(
        "select period, value, fresh_until from fct_indicator_values"
        " where is_current and indicator_code = ? and region_code = ?",
        [indicator or "population_count", area],
    ).fetchone()
    assert (first.figure.period, first.figure.value, first.figure.fresh_until) == stored


def test_a_figure_stands_beside_that_of_the_same_period_a_year_earlier(opened, cursor, found):
    first = search.find(opened, found, "openstaande meldingen")[0]

    stored = cursor.execute(
        "select value from fct_indicator_values where indicator_code = ? and region_code = ? and period = ?",
        ["reports_open_count", "GM9999", f"{int(first.figure.period[:4]) - 1}{first.figure.period[4:]}"],
    ).fetchone()
    assert first.before.value == stored[0]


@pytest.mark.parametrize(
    ("query", "corrected"),
    [
        ("bijstand havenkwartir", "bijstand havenkwartier"),
        ("Eenzaamhied", "eenzaamheid"),
        ("bijstand havenkwartier", None),
        ("zzzzqq", None),
    ],
)
def test_a_typing_error_is_corrected_in_words(found, query, corrected):
    assert found.corrected(query) == corrected


def test_figure_of_the_municipality_and_profile_of_the_area_stand_below(cursor, found):
    *_, whole, profile = found.match("bijstand havenkwartier")

    assert (whole.indicator_code, whole.area_code) == ("welfare_recipients_quarter_count", "GM9999")
    assert (profile.indicator_code, profile.area_code) == (None, "BU99990001")


def test_postcode_finds_its_neighbourhoods_and_a_figure_in_them(opened, found):
    assert {match.area_code[:6] for match in found.match("0992 AB") if not match.indicator_code} == {"BU9999"}
    first = search.find(opened, found, "bijstand 0992")[0]
    assert first.match.area_code.startswith("BU999901")
    assert first.figure


def test_words_that_fit_nothing_find_nothing(opened, found):
    assert search.find(opened, found, "zzzzqq") == []
    assert search.find(opened, found, "") == []


def test_no_figure_is_found_once_it_has_expired(release, found):
    results = search.find(open_board(release, SAMPLE_DAY + timedelta(days=400), ""), found, "bijstand")

    assert results
    assert [result.figure for result in results] == [None] * len(results)


@pytest.mark.parametrize(
    ("word", "same"),
    [("uitkeringen", "uitkering"), ("Woningen", "woning"), ("meldingen", "melding"), ("geïnde", "geinde")],
)
def test_forms_of_a_word_have_one_stem(word, same):
    assert stems(word) == stems(same)


def test_a_number_that_is_no_postcode_is_none():
    assert postcodes("2500.000 inwoners in 1234ab") == ("1234",)


@pytest.mark.parametrize("areas", [70, 15_000])
def test_answers_within_50_ms_for_391_indicators_in_a_municipality_and_in_the_country(opened, areas):
    """An index with so many more neighbourhoods; the figures are those of the sample's 24."""
    many = search.index(opened.cursor, opened.municipality.code)
    for number in range(areas):
        name = f"Nieuwbuurt {number % 500} aan de Waterkant van Ouddorp{number // 3}"
        many.areas.add(f"BU1111{number:04}", words(name), 1.0)
        many.words_of_area[f"BU1111{number:04}"] = len(words(name))
    search.find(opened, many, "bijstand")

    def seconds(query):
        started = time.process_time()
        search.find(opened, many, query)
        return time.process_time() - started

    assert max(min(seconds(query) for _ in range(2)) for query, _, _ in QUERIES) < LIMIT_SECONDS
