"""The models of the short term: what is taken over from an earlier build, and forecasts as rows."""

import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from dagster_project.analysis.forecasting.short_term_rows import period_after

from .judging import SCHEMA, Row, build, judge, warehouse
from .worlds import world

MODEL = "int_forecasts__short_term"
MONTHS = 48
ROOT = Path(__file__).parents[3]


def rows(indicator: str, seed: int) -> list[Row]:
    """Counts of twelve neighbourhoods and their municipality."""
    found = []
    for number, of_month in enumerate(world(seed).counts[:MONTHS, :12], start=1):
        period = period_after("2022-10", number)
        values = [(f"BU9999000{place:X}", float(value)) for place, value in enumerate(of_month)]
        found += [Row(code, "neighbourhood", indicator, period, number, value) for code, value in values]
        found.append(Row("GM9999", "municipality", indicator, period, number, float(of_month.sum())))
    return found


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    """A warehouse in a file with two indicators and their forecasts."""
    file = tmp_path_factory.mktemp("models") / "warehouse.duckdb"
    with warehouse(rows("a", 1) + rows("b", 2), 12, 1) as connection:
        build(connection, MODEL)
        connection.execute(f"ATTACH '{file}' AS stored; COPY FROM DATABASE memory TO stored")
    return file


@pytest.fixture
def built(original, tmp_path):
    return Path(shutil.copy(original, tmp_path))


def forecasts(file: Path, indicator: str) -> list[tuple]:
    with duckdb.connect(file) as connection:
        return connection.table(f"{SCHEMA}.{MODEL}").filter(f"indicator_code = '{indicator}'").fetchall()


def build_without_libraries(file: Path) -> subprocess.CompletedProcess:
    """Build the model in a process in which nothing can be forecast."""
    code = f"""
import sys
sys.path[:0] = [{str(ROOT)!r}, {str(ROOT / "tests")!r}]
sys.modules["dagster_project.analysis.forecasting.short_term_rows"] = None
import duckdb
from analysis.forecasting.judging import build
build(duckdb.connect({str(file)!r}), {MODEL!r})
assert not {{"numpy", "pandas", "scipy", "statsforecast"}} & set(sys.modules)
"""
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


def test_nothing_is_forecast_again_while_its_input_is_the_same(built):
    before = forecasts(built, "a"), forecasts(built, "b")
    done = build_without_libraries(built)
    assert done.returncode == 0, done.stderr
    assert (forecasts(built, "a"), forecasts(built, "b")) == before


@pytest.mark.parametrize(
    "change",
    [
        "int_forecasts__series SET value = value + 4 WHERE period_number = 48",
        "int_forecasts__regions SET size_value = 500 WHERE region_level = 'neighbourhood'",
        "int_forecasts__regions SET reason_nl = 'Geen' WHERE region_code = 'BU99990000'",
    ],
)
def test_only_the_indicator_that_changed_is_forecast_again(built, change):
    before = forecasts(built, "a"), forecasts(built, "b")
    with duckdb.connect(built) as connection:
        connection.execute(f"UPDATE {SCHEMA}.{change} AND indicator_code = 'b'")
    done = build_without_libraries(built)
    assert done.stderr.strip() == "nothing is computed of b: ModuleNotFoundError"
    assert (forecasts(built, "a"), forecasts(built, "b")) == (before[0], [])
    with duckdb.connect(built) as connection:
        build(connection, MODEL)
    assert forecasts(built, "a") == before[0]
    assert forecasts(built, "b") != before[1]


def test_a_build_from_nothing_gives_the_same_rows(built):
    with warehouse(rows("b", 2) + rows("a", 1), 12, 1) as connection:
        build(connection, MODEL)
        again = connection.table(f"{SCHEMA}.{MODEL}").fetchall()
    assert again == forecasts(built, "a") + forecasts(built, "b")


def test_a_table_with_other_columns_is_not_taken_over(built):
    with duckdb.connect(built) as connection:
        connection.execute(f"ALTER TABLE {SCHEMA}.{MODEL} DROP COLUMN lower_50")
        build(connection, MODEL)
    assert {len(row) for row in forecasts(built, "a")} == {15}


def test_a_year_is_forecast_from_seven_origins_of_which_the_last_is_the_newest(built):
    found = forecasts(built, "a")
    origins = sorted({row[2] for row in found})
    assert origins == ["2025-04", "2025-07", "2025-10", "2026-01", "2026-04", "2026-07", "2026-10"]
    assert {row[2] for row in found if row[5]} == {"2026-10"}
    newest = [row[3] for row in found if row[5] and row[1] == "GM9999"]
    assert (min(newest), max(newest), len(newest)) == ("2026-11", "2027-10", 12)
    # Only figures that are known have probabilities.
    assert all((row[12] is None) == (row[3] > "2026-10") for row in found)


def test_periods_are_counted_on():
    assert period_after("2026-10", 3) == "2027-01"
    assert period_after("2026-Q3", 2) == "2027-Q1"
    assert period_after("2026", 4) == "2030"


def test_repeating_last_year_is_not_beaten_where_every_year_is_the_same():
    """A season that never changes: repeating it is right, and no forecast can be better."""
    months = [period_after("2022-10", number) for number in range(1, MONTHS + 1)]
    levels = [40 + 10 * (number % 12) for number in range(1, MONTHS + 1)]
    same = [
        Row(code, level, "a", month, number, value * share)
        for number, (month, value) in enumerate(zip(months, levels, strict=True), start=1)
        for code, level, share in (("BU99990000", "neighbourhood", 0.4), ("GM9999", "municipality", 1.0))
    ]
    with warehouse(same, 12, 1) as connection:
        verdicts = judge(connection).project("beats_naive, naive_mase, coverage_80_pct").fetchall()
    assert {beats for beats, *_ in verdicts} == {False}


def test_repeating_last_year_is_beaten_where_counts_are_chance():
    with warehouse(rows("a", 3), 12, 1) as connection:
        (pooled,) = (
            judge(connection)
            .filter("region_level = 'neighbourhood' and region_code is null")
            .project("beats_naive, mase < naive_mase, coverage_80_pct between 65 and 95, points_count, origins_count")
            .fetchall()
        )
    # Twelve neighbourhoods; of origins 3, 6 and 9 months ago a part came.
    assert pooled == (True, True, True, 12 * (12 + 12 + 12 + 9 + 6 + 3), 6)
