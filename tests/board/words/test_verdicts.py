"""Words for effects: how strong a comparison is, chance, and sentences in parts."""

import pytest

from dashboard.words.verdicts import chance, change, parted, passed, places, strength

from .measured import LONELY, WELFARE


@pytest.mark.parametrize(
    ("grade", "name"), [("A", "Sterk"), ("B", "Redelijk"), ("C", "Zwak"), ("D", "Niet te schatten")]
)
def test_every_grade_has_a_name_and_a_meaning(grade, name):
    found = strength(grade)
    assert (found.grade, found.name) == (grade, name)
    assert found.meaning.endswith(".")


def test_an_unknown_grade_is_an_error():
    with pytest.raises(KeyError):
        strength("E")


@pytest.mark.parametrize(
    ("rank", "count", "text"),
    [
        (1, 18, "Van 18 gebieden zonder maatregel was het verschil nergens even groot."),
        (2, 18, "Van 18 gebieden zonder maatregel was het verschil in 1 gebied even groot."),
        (None, 18, None),
    ],
)
def test_chance_is_told_in_places(rank, count, text):
    assert chance(rank, count) == text


def test_an_effect_has_a_direction():
    assert change(-35, WELFARE) == "35 minder"
    assert change(0.5, LONELY).replace("\u00a0", " ") == "0,5 procentpunt meer"
    assert change(0, WELFARE) == "0"


def test_long_sentences_part_after_the_first_claim():
    assert parted("Waarschijnlijk 5 minder; het kan toeval zijn. Meer.") == (
        "Waarschijnlijk 5 minder.",
        "Het kan toeval zijn. Meer.",
    )
    assert parted("Niet aantoonbaar: 5 minder tot 1,5 meer. Voorlopig.") == (
        "Niet aantoonbaar: 5 minder tot 1,5 meer.",
        "Voorlopig.",
    )
    assert parted("Niet te schatten.") == ("Niet te schatten.", "")


def test_checks_are_told_plainly():
    assert [passed(one) for one in (True, False, None)] == ["in orde", "niet in orde", ""]
    assert [places(one) for one in (1, 1200)] == ["1 gebied", "1.200 gebieden"]
