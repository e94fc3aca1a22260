"""All neighbourhoods of the Netherlands in the key figures of 2020, as CBS published them.

One edition alone: it shows that ages add up and what the work costs, not how good a projection is.
"""

from time import process_time

import duckdb
import numpy as np
import pytest
from suppliers.replay import ABSENT, REAL_TABLE, parquet_of

from dagster_project.analysis.population.age_bands import split_groups, sum_bands
from dagster_project.analysis.population.population_outlook import PopulationHistory, project_population

pytestmark = pytest.mark.skipif(not REAL_TABLE.exists(), reason=ABSENT)

# CPU seconds for all neighbourhoods; 4 on a quiet machine.
MOST_SECONDS = 30


@pytest.fixture(scope="module")
def table() -> list[tuple]:
    """Level, municipality, inhabitants and the five age groups of each region that is inhabited."""
    return duckdb.sql(
        f"""
        select
            trim(SoortRegio_2), substr(trim(WijkenEnBuurten), 3, 4), AantalInwoners_5, k_0Tot15Jaar_8,
            k_15Tot25Jaar_9, k_25Tot45Jaar_10, k_45Tot65Jaar_11, k_65JaarOfOuder_12
        from '{parquet_of("TypedDataSet")}'
        where AantalInwoners_5 > 0 and k_0Tot15Jaar_8 is not null
        """
    ).fetchall()


def counts(table: list[tuple], level: str) -> np.ndarray:
    return np.array([row[2:] for row in table if row[0] == level], dtype=float)


def test_ages_add_up_to_inhabitants_but_for_rounding(table):
    for level in ("Gemeente", "Buurt"):
        whole, *ages = counts(table, level).T
        # CBS rounds each of the six to a multiple of five, up or down.
        assert np.abs(np.sum(ages, axis=0) - whole).max() <= 6 * 4


def test_bands_of_every_neighbourhood_reproduce_its_groups_exactly(table):
    groups = counts(table, "Buurt")[:, 1:]
    assert len(groups) > 13_000
    bands = split_groups(groups)
    assert (bands >= 0).all()
    np.testing.assert_allclose(sum_bands(bands), groups, rtol=1e-12, atol=1e-9)


def test_every_municipality_is_projected_within_seconds(table):
    """Editions of other years are made from this one: what it costs does not depend on the figures."""
    generator = np.random.default_rng(1)
    municipalities: dict[str, list[tuple]] = {}
    for row in table:
        if row[0] == "Buurt":
            municipalities.setdefault(row[1], []).append(row[3:])
    years = tuple(range(2010, 2021))
    started, projected = process_time(), 0
    for rows in municipalities.values():
        now = np.array(rows, dtype=float)
        groups = np.round(now * np.exp(generator.normal(0, 0.05, (len(years), *now.shape))) / 5) * 5
        history = PopulationHistory(years, groups, groups.sum(axis=1), np.full(groups.shape[:2], np.nan))
        outlook = project_population(history, 2020)
        np.testing.assert_allclose(outlook.groups.sum(axis=1), outlook.municipality, rtol=1e-9)
        projected += len(rows)
    assert projected > 13_000
    assert process_time() - started < MOST_SECONDS
