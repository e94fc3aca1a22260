from collections import defaultdict

import numpy as np
import pytest

from dagster_project.analysis.advice.advice_rows import ALL_OPTIONS, PER_HEAD, Need, Option, Spread, advice_rows

BUDGET, FLOOR = 250_000.0, 50.0
OPTIONS: list[Option] = [
    ("P", "O1", 8.0, 4.0, 40.0, 16_000.0, 3),
    ("P", "O2", 12.0, 5.0, 15.0, 9_000.0, 4),
    ("P", "O3", 5.0, None, 80.0, 35_000.0, 1),
]


def needs(budget: float = BUDGET) -> list[Need]:
    generator = np.random.default_rng(5)
    return [
        (
            *("P", budget, FLOOR, f"BU9999{number // 4:02}{number:02}", f"WK9999{number // 4:02}", "GM9999"),
            *(float(generator.uniform(20, 150)), 0.1, float(generator.uniform(500, 3000))),
        )
        for number in range(12)
    ]


@pytest.fixture(scope="module")
def rows() -> list[Spread]:
    return advice_rows(needs(), OPTIONS)


def test_three_spreads_and_more_stand_beside_the_one_per_head(rows):
    names = {row[1] for row in rows}
    assert {"A", "B", "C", PER_HEAD} <= names
    keys = [(row[1], row[2], row[4]) for row in rows]
    assert len({*keys}) == len(keys)


def test_neighbourhoods_add_up_to_their_totals(rows):
    cost: dict[tuple[str, str], float] = defaultdict(float)
    for row in rows:
        if row[3] == "neighbourhood":
            cost[(row[1], "WK" + row[2][2:8])] += row[6]
            cost[(row[1], "GM9999")] += row[6]
    totals = {(row[1], row[2]): row[6] for row in rows if row[4] == ALL_OPTIONS and row[1] != PER_HEAD}
    assert cost == pytest.approx({key: total for key, total in totals.items() if total})
    assert all(total <= BUDGET for total in totals.values())


def test_every_district_has_its_range_its_share_per_head_and_whether_it_loses(rows):
    districts = [row for row in rows if row[3] == "district"]
    assert districts
    for row in districts:
        _, _, _, _, _, _, cost, least, most, share, *_, loses = row
        assert least <= most
        assert cost >= FLOOR / 100 * share - 0.01 or row[1] == PER_HEAD
        assert loses == (cost < share)
    assert {row[15] for row in districts if row[1] != PER_HEAD} == {True, False}
    assert not any(row[15] for row in districts if row[1] == PER_HEAD)


def test_an_effect_without_standard_error_makes_wide_ranges():
    known = advice_rows(needs(), [(*option[:3], 0.01, *option[4:]) for option in OPTIONS])
    unknown = advice_rows(needs(), [(*option[:3], None, *option[4:]) for option in OPTIONS])
    width = [
        np.mean([(row[12] - row[11]) / row[10] for row in found if row[2] == "GM9999"]) for found in (known, unknown)
    ]
    assert width[0] < 0.02
    assert width[1] > 0.5


def test_equal_inputs_give_equal_rows(rows):
    assert advice_rows(needs(), OPTIONS) == rows


def test_without_options_needs_or_money_there_is_no_advice():
    assert advice_rows([], OPTIONS) == []
    assert advice_rows(needs(), []) == []
    assert advice_rows(needs(budget=20_000.0), OPTIONS) == []
