"""Cards of algorithms in a release: every field of the register, on a page and for programs."""

import csv
from pathlib import Path

from dagster_project.release.algorithm_cards import HEADINGS, RESULTS, said

SEED = Path(__file__).parents[2] / "seeds" / "algorithms.csv"


def algorithms():
    with SEED.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_algorithm_tells_all_fields_of_the_register():
    for row in algorithms():
        assert all(row.values()), row["algorithm_code"]
        assert set(row) == {"algorithm_code", "name_nl", *HEADINGS}


def test_results_belong_to_an_algorithm():
    assert set(RESULTS) <= {row["algorithm_code"] for row in algorithms()}


def test_values_are_written_in_dutch():
    assert [said(value) for value in (None, True, False, 12.34, "x")] == ["", "ja", "nee", "12,3", "x"]
