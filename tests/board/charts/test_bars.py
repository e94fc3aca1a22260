"""Rankings, comparison rows, differences and age structures."""

from datetime import date

import pytest
from markupsafe import Markup

from dashboard.charts import ages, bars, differences
from dashboard.charts.bars import ComparisonRow, RankingGroup, RankingRow
from dashboard.words.numbers import number, signed

from .hostile import TEXT, classes, parsed, texts

DAY = date(2026, 12, 1).isoformat()


def rows(*values):
    return tuple(
        RankingRow(f"Buurt {value}", value, number(value), lower=value - 2, upper=value + 2) for value in values
    )


def width(element):
    return float(element.get("width").rstrip("%"))


def test_bars_are_proportional_and_start_at_zero():
    root = parsed(bars.ranking([RankingGroup("", rows(80, 40))]))
    first, second = classes(root, "bar")
    assert {first.get("x"), second.get("x")} == {"0%"}
    assert width(first) == pytest.approx(2 * width(second), abs=0.2)
    # The whisker of the highest is the widest thing on the scale.
    assert classes(root, "whisker")[0].get("x2") == "100%"


def test_negative_values_grow_from_zero_to_the_left():
    root = parsed(bars.ranking([RankingGroup("", (RankingRow("a", -50, "−50"), RankingRow("b", 50, "50")))]))
    left, right = classes(root, "bar")
    assert (left.get("x"), left.get("width")) == ("0%", "50%")
    assert (right.get("x"), right.get("width")) == ("50%", "50%")


def test_a_row_without_noise_has_no_whisker():
    root = parsed(bars.ranking([RankingGroup("", (RankingRow("a", 5, "5"),))]))
    assert classes(root, "whisker") == []


def test_rows_beyond_the_ninth_stand_in_a_fold_that_counts_them():
    root = parsed(
        bars.ranking(
            [RankingGroup("Boven.", rows(90, 89)), RankingGroup("Rest.", rows(*range(40, 20, -2)))], without_figure=2
        )
    )
    fold = root.find(".//details")
    assert fold.find("summary").text == "Toon de andere 3 en 2 zonder cijfer"
    assert len(fold.findall(".//li")) == 3
    assert len(root.findall(".//li")) == 12
    assert [one.text for one in root.iter("h3")] == ["Boven.", "Rest."]


def test_nine_rows_need_no_fold():
    root = parsed(bars.ranking([RankingGroup("", rows(*range(10, 19)))]))
    assert root.find(".//details") is None
    assert bars.ranking([]) == ""


def test_comparison_rows_share_one_scale():
    root = parsed(
        bars.comparison_rows(
            [ComparisonRow("a", "50", 50, 25, 40, "Hoger", " dan Maandrecht"), ComparisonRow("b", "25", 25, until=DAY)]
        )
    )
    first, second = classes(root, "bar")
    assert width(first) == pytest.approx(2 * width(second), abs=0.2)
    (upright,) = classes(root, "upright")
    assert upright.get("x1") == second.get("width")
    assert len(classes(root, "peer")) == 1
    assert [one.text for one in root.iter("b")] == ["Hoger"]
    assert root.findall(".//li")[1].get("data-until") == DAY


def test_a_row_without_a_figure_has_its_reason_and_no_bar():
    root = parsed(bars.comparison_rows([ComparisonRow("a", absence=Markup("Te weinig personen om te tonen"))]))
    assert "Te weinig personen om te tonen" in "".join(root.itertext())
    assert list(root.iter("rect")) == []


def test_key_names_what_is_there():
    root = parsed(bars.comparison_key("Spoorzicht", "Maandrecht", None))
    assert "".join(root.itertext()) == "SpoorzichtMaandrecht"


def test_differences_grow_from_zero_over_their_band():
    shown = [differences.Difference(f"m{index}", value) for index, value in enumerate([10.0, -5.0, None, 20.0])]
    root = parsed(differences.difference_bars("Verschil", shown, signed, band=(-15, 15), end_label="+20"))
    (bar,) = classes(root, "bar")
    assert bar.get("d").count("M") == 3
    assert len({column.split("h")[0].split(" ")[1] for column in bar.get("d")[1:].split("M")}) == 1
    assert len(classes(root, "band")) == 1
    zero = bar.get("d").split("h")[0].split(" ")[1]
    assert classes(root, "x")[0].get("d").startswith(f"M0 {zero}h")
    assert {"+20", "0", "−20"} <= set(texts(root))
    assert differences.difference_bars("x", [differences.Difference("a", None)], signed) == ""


def test_provisional_differences_are_open():
    shown = [differences.Difference("a", 1.0), differences.Difference("b", 2.0, is_provisional=True)]
    root = parsed(differences.difference_bars("x", shown, signed))
    assert [one.get("class") for one in classes(root, "bar")] == ["bar", "bar open"]


def test_stacks_fill_one_width_and_write_only_where_it_fits():
    parts = (ages.StackPart("jong", 97, "97%"), ages.StackPart("oud", 3, "3%"))
    root = parsed(ages.stack("Leeftijd", [ages.StackRow("Spoorzicht", parts)]))
    assert "97%" in texts(root)
    assert "3%" not in texts(root)
    assert "oud" in texts(root)


def test_hostile_texts_stay_texts():
    row = RankingRow(TEXT, 5, TEXT, TEXT, 4, 6, TEXT)
    for markup in (
        bars.ranking([RankingGroup(TEXT, (row,) * 12)]),
        bars.comparison_rows([ComparisonRow(TEXT, TEXT, 5, 4, 3, TEXT, TEXT, TEXT, until=TEXT)]),
        bars.comparison_key(TEXT, TEXT, TEXT),
        differences.difference_bars(TEXT, [differences.Difference(TEXT, 1.0)], lambda _: TEXT, end_label=TEXT),
        ages.stack(TEXT, [ages.StackRow(TEXT, (ages.StackPart(TEXT, 1, "a"),))]),
    ):
        assert TEXT in [*parsed(markup).itertext(), *(one.get("aria-label") for one in parsed(markup).iter("svg"))]
