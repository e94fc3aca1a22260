"""Sums of fractions do not depend on the order of rows, which differs between installations."""

import itertools

import duckdb
import jinja2

from dagster_project.installation.settings import DBT_PROJECT

# Shares of working days; their floating-point sum has more than one last digit.
FRACTIONS = (0.1, 0.7, 0.2, 1e6 / 3, 0.6667, 21.3)


def sums(expression: str) -> set[float]:
    """Every outcome of a sum over the fractions, in each order of rows."""
    connection = duckdb.connect()
    connection.execute("SET threads = 1")
    return {
        connection.execute(f"SELECT {expression} FROM (SELECT unnest(?::double[]) AS share)", [order]).fetchall()[0][0]
        for order in itertools.permutations(FRACTIONS)
    }


def exact_sum(expression: str) -> str:
    engines = jinja2.Template((DBT_PROJECT / "macros/engines.sql").read_text(encoding="utf-8"))
    return str(engines.module.exact_sum(expression))


def test_a_sum_of_fractions_is_the_same_in_any_order():
    (exact,) = sums(exact_sum("share"))
    assert abs(exact - sum(FRACTIONS)) < 1e-9


def test_a_plain_sum_is_not():
    assert len(sums("sum(share)")) > 1
