"""Places: ties within noise, comparisons, and titles that the rows do not contradict."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.words import places
from dashboard.words.noise import Estimate, differs
from dashboard.words.places import Placed

from .measured import LONELY, WELFARE


def placed(**values):
    return [Placed(code, Estimate(value, value - 5, value + 5)) for code, value in values.items()]


def flat(text):
    return str(text).replace("\N{NO-BREAK SPACE}", " ")


def test_a_top_group_is_clear_of_every_other_area():
    top, rest = places.ties(placed(a=89, b=87, c=53, d=50, e=48))
    assert top.codes == ("a", "b")
    assert top.sentence == "Duidelijk hoger dan de andere 3 buurten. Onderling niet te onderscheiden."
    assert rest.codes == ("c", "d", "e")
    assert rest.sentence == "Verschillen vallen grotendeels binnen de gewone schommeling."


def test_a_top_group_that_differs_among_itself_claims_no_tie():
    top, _ = places.ties(placed(a=120, b=100, c=20, d=10, e=5, f=4))
    assert top.codes == ("a",)
    with_two = places.ties(placed(a=120, b=114, c=108, d=20, e=15, f=10))[0]
    assert with_two.codes == ("a", "b", "c")
    assert with_two.sentence == "Duidelijk hoger dan de andere 3 buurten."


@pytest.mark.parametrize("gap", [7.0, 7.2])
def test_the_border_of_a_tie_is_the_noise_of_the_difference(gap):
    # Two bands of 5 make a noise of 7.07.
    groups = places.ties(placed(a=50 + gap, b=50, c=50))
    assert len(groups) == (2 if gap > 7.08 else 1)


def test_without_noise_bands_no_group_stands_apart():
    (only,) = places.ties([Placed("a", Estimate(90)), Placed("b", Estimate(10))])
    assert only.codes == ("a", "b")
    assert only.sentence == ""
    assert places.ranking_title((only,)) == "Alle buurten op een rij"


@given(st.lists(st.floats(0, 200), min_size=2, max_size=25), st.floats(0.1, 40))
def test_ties_keep_every_area_once_from_high_to_low(values, width):
    areas = [Placed(f"{index:02}", Estimate(value, value - width, value + width)) for index, value in enumerate(values)]
    by_code = {one.code: one.estimate for one in areas}
    groups = places.ties(areas)
    order = [by_code[code].value for group in groups for code in group.codes]
    assert order == sorted(values, reverse=True)
    if len(groups) == 2:
        high, low = ([by_code[code] for code in group.codes] for group in groups)
        assert all(differs(one, other) for one in high for other in low)


@pytest.mark.parametrize(
    ("values", "title", "on_map"),
    [
        ({"a": 90, "b": 20, "c": 21}, "Eén buurt staat bovenaan", "Bijstand: duidelijk het hoogst in één buurt"),
        ({"a": 90, "b": 89, "c": 20, "d": 19}, "Twee buurten staan samen bovenaan",
         "Bijstand: duidelijk het hoogst in twee buurten"),
        ({"a": 120, "b": 114, "c": 108, "d": 20, "e": 15, "f": 10}, "Drie buurten staan bovenaan",
         "Bijstand: duidelijk het hoogst in drie buurten"),
        ({"a": 20, "b": 21}, "Geen buurt steekt er duidelijk bovenuit", "Bijstand per buurt"),
    ],
)  # fmt: skip
def test_titles_of_rankings_and_maps(values, title, on_map):
    groups = places.ties(placed(**values))
    assert places.ranking_title(groups) == title
    assert places.map_title(groups, "Bijstand") == on_map


@pytest.mark.parametrize(
    ("first", "last", "text"), [(4, 4, "plaats 4"), (19, 22, "plaats 19–22"), (None, None, ""), (3, None, "")]
)
def test_places_leave_open_what_noise_leaves_open(first, last, text):
    assert flat(places.place(first, last)) == text


def test_place_among_all():
    assert places.place_among(8, 17, 12, 342) == "12e van 342, tussen 8e en 17e"
    assert places.place_among(1, 1, 1, 342) == "1e van 342"


@pytest.mark.parametrize(
    ("own", "larger", "peers", "text", "beyond"),
    [
        (Estimate(89, 80, 98), Estimate(41), 54, "Hoger dan Maandrecht (41), vergelijkbaar 54", True),
        (Estimate(20, 15, 25), Estimate(41), None, "Lager dan Maandrecht (41)", True),
        (Estimate(89, 41, 98), Estimate(41), 54, "Ongeveer als Maandrecht (41), vergelijkbaar 54", False),
        (Estimate(89, 41.1, 98), Estimate(41), None, "Hoger dan Maandrecht (41)", True),
        (Estimate(41.2, 41.1, 41.3), Estimate(41), None, "Ongeveer als Maandrecht (41)", False),
        (Estimate(89), Estimate(41), 54, "Maandrecht (41), vergelijkbaar 54", False),
        (Estimate(89, 80, 98), None, 54, "Vergelijkbaar 54", False),
        (Estimate(89, 80, 98), None, None, "Geen cijfer om mee te vergelijken", False),
    ],
)
def test_comparison_is_bold_only_beyond_noise(own, larger, peers, text, beyond):
    compared = places.comparison(own, larger, "Maandrecht", WELFARE, peers)
    assert flat(compared) == text
    assert compared.is_beyond_noise is beyond


@pytest.mark.parametrize(
    ("own", "others", "strength"),
    [
        (Estimate(90, 80, 100), [Estimate(40), Estimate(50)], 4.0),
        (Estimate(20, 10, 30), [Estimate(40), Estimate(50)], 2.0),
        # Within noise of one of both, between both, or without noise: it does not stand out.
        (Estimate(90, 80, 100), [Estimate(40), Estimate(80)], None),
        (Estimate(45, 44, 46), [Estimate(40), Estimate(50)], None),
        (Estimate(90), [Estimate(40)], None),
        (Estimate(90, 80, 100), [None], None),
        (Estimate(90, 80, 100), [Estimate(40), None], 5.0),
    ],
)
def test_excess_over_noise(own, others, strength):
    assert places.excess(own, *others) == strength


def test_stand_outs_are_the_three_strongest():
    found = places.stand_outs([("a", 1.2), ("b", None), ("c", 9.0), ("d", 3.0), ("e", 3.0)])
    assert [one.indicator_code for one in found] == ["c", "d", "e"]


def test_stand_out_sentence():
    sentence = places.stand_out_sentence("Eenzaamheid", "Maandrecht", 47.8, LONELY, 48.25)
    assert sentence == "Eenzaamheid. In Maandrecht is dat 47,8%, in vergelijkbare buurten 48,3%."


@pytest.mark.parametrize(
    ("words", "title"),
    [
        (["Hoger", "Hoger", ""], "Uitkeringen: hoger dan in Maandrecht"),
        (["Lager", "Lager"], "Uitkeringen: lager dan in Maandrecht"),
        (["Hoger", "Hoger", "", ""], "Uitkeringen: hoger dan in Maandrecht"),
        (["Hoger", "Hoger", "", "", ""], "Uitkeringen"),
        (["Hoger", "Hoger", "Lager"], "Uitkeringen"),
        (["Hoger"], "Uitkeringen"),
        (["", ""], "Uitkeringen"),
        ([], "Uitkeringen"),
    ],
)
def test_block_titles_are_not_contradicted_by_their_rows(words, title):
    rows = [places.Comparison(word, "") for word in words]
    assert places.block_title("Uitkeringen", rows, "Maandrecht") == title


@pytest.mark.parametrize(
    ("income", "title"),
    [(30.0, "Inkomen: hoger dan in Maandrecht"), (22.0, "Inkomen"), (28.0, "Inkomen: hoger dan in Maandrecht")],
)
def test_a_row_without_known_noise_may_contradict_a_title(income, title):
    unknown = places.comparison(Estimate(income), Estimate(28.0), "Maandrecht", WELFARE)
    rows = [places.Comparison("Hoger", ""), places.Comparison("Hoger", ""), unknown]
    assert places.block_title("Inkomen", rows, "Maandrecht") == title
