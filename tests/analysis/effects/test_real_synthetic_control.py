"""Basque Country and German reunification: the published weights, with predictors chosen as the authors chose them.

The search for the importance of predictors is part of these papers, not of Maandvers, which matches the outcome alone.
"""

import csv
from pathlib import Path
from statistics import fmean

import numpy as np
import pytest
from scipy.optimize import minimize

from dagster_project.analysis.effects.donor_weights import simplex_weights

REAL = Path(__file__).parents[4] / "shared/real-data/causal"
SCHOOLING = ("school.illit", "school.prim", "school.med", "school.high")


def rows_of(name):
    with (REAL / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def mean_of(rows, place, name, column, years):
    values = [row[column] for row in rows if row[place] == name and int(float(row["year"])) in years]
    return fmean(float(value) for value in values if value)


def weighted(predictors, importance):
    """Weights of the donors with predictors (first column: the region) of some importance."""
    scaled = predictors / predictors.std(axis=1, ddof=1, keepdims=True) * np.sqrt(importance)[:, None]
    return simplex_weights(scaled[:, 1:], scaled[:, 0])


def importance_of(predictors, outcomes):
    """Importance of the predictors that brings the outcomes (years x regions) of the mix nearest to the region."""

    def error(raw):
        weights = weighted(predictors, np.abs(raw) / np.abs(raw).sum())
        return float(np.mean((outcomes[:, 0] - outcomes[:, 1:] @ weights) ** 2))

    start = np.full(len(predictors), 1 / len(predictors))
    found = minimize(error, start, method="Nelder-Mead", options={"maxiter": 1000, "maxfev": 20_000}).x
    return np.abs(found) / np.abs(found).sum()


def table(rows, place, names, column, years):
    """Years x regions."""
    values = {(row[place], int(float(row["year"]))): row[column] for row in rows}
    return np.array([[float(values[name, year]) for name in names] for year in years])


def test_the_basque_country_is_cataluna_and_madrid():
    rows = [row for row in rows_of("basque.csv") if float(row["regionno"]) != 1]
    for row in rows:
        if row["school.high"]:
            row["school.high"] = str(float(row["school.high"]) + float(row["school.post.high"]))
            total = sum(float(row[name]) for name in SCHOOLING)
            row.update({name: str(100 * float(row[name]) / total) for name in SCHOOLING})
    basque = next(row["regionname"] for row in rows if "Basque" in row["regionname"])
    names = [basque, *sorted({row["regionname"] for row in rows} - {basque})]
    sectors = [column for column in rows[0] if column.startswith("sec.")]
    wanted = [
        *((column, range(1964, 1970)) for column in (*SCHOOLING, "invest")),
        ("gdpcap", range(1960, 1970)),
        *((column, range(1961, 1970, 2)) for column in sectors),
        ("popdens", range(1969, 1970)),
    ]
    predictors = np.array([[mean_of(rows, "regionname", name, *one) for name in names] for one in wanted])
    years = range(1955, 1998)
    income = table(rows, "regionname", names, "gdpcap", years)
    before = income[years.index(1960) : years.index(1970)]
    weights = weighted(predictors, importance_of(predictors, before))
    found = {name.split()[0]: weight for name, weight in zip(names[1:], weights, strict=True) if weight > 0.005}
    assert found == {"Cataluna": pytest.approx(0.851, abs=0.001), "Madrid": pytest.approx(0.149, abs=0.001)}
    gap = income[:, 0] - income[:, 1:] @ weights
    assert gap[years.index(1975) :].mean() == pytest.approx(-0.69956, abs=0.0005)


def test_west_germany_is_austria_the_united_states_japan_switzerland_and_the_netherlands():
    rows = rows_of("germany.csv")
    names = ["West Germany", *sorted({row["country"] for row in rows} - {"West Germany"})]

    def predictors(decade, schooling, invest):
        wanted = [
            *((column, decade) for column in ("gdp", "trade", "infrate", "industry")),
            ("schooling", schooling),
            (invest, (1980,)),
        ]
        return np.array([[mean_of(rows, "country", name, *one) for name in names] for one in wanted])

    years = range(1960, 2004)
    product = table(rows, "country", names, "gdp", years)
    later = product[years.index(1981) : years.index(1991)]
    importance = importance_of(predictors(range(1971, 1981), (1970, 1975), "invest70"), later)
    weights = weighted(predictors(range(1981, 1991), (1980, 1985), "invest80"), importance)
    found = {name: round(float(weight), 3) for name, weight in zip(names[1:], weights, strict=True) if weight > 0.005}
    published = {"Austria": 0.415, "Japan": 0.163, "Netherlands": 0.098, "Switzerland": 0.108, "USA": 0.216}
    assert found == {name: pytest.approx(weight, abs=0.01) for name, weight in published.items()}
    gap = product[:, 0] - product[:, 1:] @ weights
    assert gap[years.index(1990) :].mean() == pytest.approx(-1555.1, abs=50)
