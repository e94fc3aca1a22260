"""A value that its column cannot hold is told with column and row; nothing is rounded, guessed or lost."""

import pytest
from suppliers import faults

from .receiving import key_figures, one_edition

COLUMN = "AantalInwoners_5"
SIZE = "GemiddeldeHuishoudensgrootte"


def receive_with(suppliers, landing, value, column=COLUMN, row=3):
    def change(records):
        key = next(name for name in records[0] if name.startswith(column))
        return [{**record, key: value if number == row else record[key]} for number, record in enumerate(records)]

    suppliers.faults.set("TypedDataSet", faults._on_records(change))
    desk = one_edition(key_figures(landing, suppliers.cbs_url))
    return desk, desk.receive().problems


@pytest.mark.parametrize(
    "value", [12.5, "12.5", "12,5", "many", ".", "<5", "1e400", "nan", "inf", "9" * 30, True, [5], {"n": 5}, "0x10"]
)
def test_what_is_no_whole_number_is_told_with_column_and_row(suppliers, tmp_path, value):
    _, (told,) = receive_with(suppliers, tmp_path, value)
    assert f"in column '{COLUMN}', row 4" in told
    assert "expected: a whole number" in told
    assert "(1 such values)" in told


@pytest.mark.parametrize("value", ["about 3", "nan", "-inf", "3,5"])
def test_what_is_no_number_is_told_with_column_and_row(suppliers, tmp_path, value):
    _, (told,) = receive_with(suppliers, tmp_path, value, column=SIZE)
    assert f"in column '{SIZE}_" in told
    assert "', row 4" in told
    assert "expected: a number" in told


@pytest.mark.parametrize(
    ("value", "landed"), [(None, None), ("", None), ("   ", None), ("  120", 120), (120.0, 120), (-99997, -99997)]
)
def test_what_is_a_whole_number_or_nothing_lands_as_that(suppliers, tmp_path, value, landed):
    desk, problems = receive_with(suppliers, tmp_path, value)
    assert problems == []
    assert desk.rows("select population_count from data offset 3 limit 1") == [(landed,)]


def test_a_region_that_comes_twice_under_another_row_number_is_seen(suppliers, tmp_path):
    _, (told,) = receive_with(suppliers, tmp_path, "GM9999    ", column="WijkenEnBuurten")
    assert "repeats its key (region_code)" in told
    assert "such as GM9999" in told
