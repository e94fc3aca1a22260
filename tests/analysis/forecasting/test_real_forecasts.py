"""Forecasts of published tables: sickness absence by quarter, and registered crime per municipality and year.

Judged by the house's own SQL on the figures until some year; the years after that show whether the verdicts were right.
"""

import csv
import json
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import duckdb
import pytest

from .judging import SCHEMA, Row, judge, warehouse

REAL = Path(__file__).parents[4] / "shared/real-data"
ABSENCE = REAL / "hr/80072ned_actuals_derived.csv"
CRIME = REAL / "police/police_47018NED_municipalities_2012_2025.json"

pytestmark = [
    pytest.mark.skipif(not CRIME.exists(), reason=f"the real files are not in {REAL}"),
    pytest.mark.filterwarnings("ignore:divide by zero"),
]


def absence() -> Iterable[Row]:
    """The absence of sectors as that of municipalities of their own, where all quarters are known."""
    series = defaultdict(list)
    with ABSENCE.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            end = row["kwartaal_einde"]
            series[row["BedrijfskenmerkenSBI2008"]].append(
                (f"{end[:4]}-Q{int(end[5:7]) // 3}", float(row["Ziekteverzuimpercentage_1"]))
            )
    longest = max(map(len, series.values()))
    # One sector in three: sectors move together, so all of them say little more.
    for sector, values in [one for one in sorted(series.items()) if len(one[1]) == longest][::3]:
        for number, (quarter, value) in enumerate(sorted(values), start=1):
            yield Row(sector, "municipality", sector, quarter, number, value)


def crime() -> Iterable[Row]:
    """Crimes of each kind per municipality, with the Netherlands as the whole."""
    table = json.loads(CRIME.read_text(encoding="utf-8"))
    for kind in table["offences"][::3]:
        counts = table["counts"][kind["code"]]
        complete = [
            code
            for code, own in counts.items()
            if code in table["population"] and all(own.get(str(year)) is not None for year in table["years"])
        ]
        for number, year in enumerate(table["years"], start=1):
            for code in complete:
                value = float(counts[code][str(year)])
                yield Row(code, "neighbourhood", kind["code"], str(year), number, value)
            whole = float(sum(counts[code][str(year)] for code in complete))
            yield Row("NL00", "municipality", kind["code"], str(year), number, whole)


# Rows, periods in a year and step of each table.
TABLES = {"absence": (absence, 4, 0), "crime": (crime, 1, 1)}
NEWEST = "2026"


@cache
def judged(table: str, last: str = NEWEST) -> duckdb.DuckDBPyConnection:
    """Forecasts of a table and their verdicts, knowing periods until ``last``."""
    rows, periods_per_year, step = TABLES[table]
    connection = warehouse([row for row in rows() if row.period <= last], periods_per_year, step)
    judge(connection)
    return connection


def called_better(table: str, last: str = NEWEST) -> set[tuple[str, str, str | None]]:
    """Indicator, level and region (None: all of the level) of the forecasts that are called better."""
    query = f"SELECT indicator_code, region_level, region_code FROM {SCHEMA}.int_forecasts__quality WHERE beats_naive"
    return set(judged(table, last).execute(query).fetchall())


def errors_after(table: str, last: str) -> dict[tuple[str, str, str | None], tuple[float, float]]:
    """Sum of absolute errors of the forecasts from origins since ``last``, and of repeating last year."""
    found: dict[tuple, list[tuple[float, float]]] = defaultdict(list)
    query = f"""SELECT indicator_code, region_level, region_code, abs(error), abs(year_before_error)
        FROM {SCHEMA}.int_forecasts__errors WHERE origin_period >= '{last}'"""
    for indicator, level, region, error, repeated in judged(table).execute(query).fetchall():
        for address in ((indicator, level, region), (indicator, level, None)):
            found[address].append((error, repeated))
    return {address: tuple(map(sum, zip(*errors, strict=True))) for address, errors in found.items()}


@pytest.mark.parametrize(("table", "last"), [("absence", "2023-Q4"), ("crime", "2022")])
def test_forecasts_that_are_called_better_were_better_afterwards(table, last):
    called = called_better(table, last)
    assert called
    later = errors_after(table, last)
    error, repeated = (sum(later[address][place] for address in called) for place in (0, 1))
    assert error < repeated
    levels = [later[address] for address in called if address[2] is None]
    assert all(error < repeated for error, repeated in levels)


def test_regions_that_won_by_chance_would_not_have_been():
    """Of 342 municipalities some win at every origin. Without asking their level, the verdict would have been wrong."""
    connection = judged("crime", "2022")
    query = f"""SELECT indicator_code, region_level, region_code FROM {SCHEMA}.int_forecasts__quality
        WHERE region_level = 'neighbourhood' AND region_code IS NOT NULL AND mase < 0.7 * naive_mase
        AND NOT beats_naive"""
    winners = connection.execute(query).fetchall()
    later = errors_after("crime", "2022")
    assert len(winners) > 20
    error, repeated = (sum(later[address][place] for address in winners) for place in (0, 1))
    assert error > repeated


def test_forecasts_that_lose_to_repeating_last_year_are_marked():
    """Crime fell for years and rose after the lockdowns: of the country a forecast by trend was mostly worse."""
    query = f"""SELECT indicator_code, region_level, region_code FROM {SCHEMA}.int_forecasts__quality
        WHERE region_level = 'municipality' AND mase > naive_mase"""
    lost = set(judged("crime").execute(query).fetchall())
    assert len(lost) > 1
    assert not lost & called_better("crime")


def test_bands_cover_real_figures_about_as_often_as_they_say():
    """Over years with the pandemic and without: each alone is too lucky or too unlucky."""
    query = f"""SELECT sum(coverage_80_pct * points_count), sum(points_count) FROM {SCHEMA}.int_forecasts__quality
        WHERE region_code IS NULL AND points_count > 0"""
    for table, ends in (("absence", ("2021-Q4", "2023-Q4", NEWEST)), ("crime", ("2022", NEWEST))):
        sums = [judged(table, last).execute(query).fetchall()[0] for last in ends]
        covered, points = map(sum, zip(*sums, strict=True))
        assert 75 <= covered / points <= 85, table
