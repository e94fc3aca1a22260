"""Sums of fractions do not depend on the order of rows, which differs between installations."""

import itertools
import re

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


def plain_sums_of_money(text: str) -> list[str]:
    """Sums of euros over the rows of a group; those over a window have an order."""
    return [line for line in re.findall(r"^\s+sum\(.*_eur\b.*$", text, re.MULTILINE) if " over " not in line]


def test_money_is_added_up_alike_in_any_order():
    models = sorted((DBT_PROJECT / "models/intermediate/finance").glob("*.sql"))
    # Iv3 has whole thousands, whose sum is exact.
    found = {
        model.stem: lines
        for model in models
        if model.stem != "int_finance__iv3" and (lines := plain_sums_of_money(model.read_text("utf-8")))
    }
    assert found == {}


def test_a_plain_sum_of_money_is_found():
    text = """
        sum(case when is_in_total then expense_eur end) as expense,
        sum(coalesce(booked.expense_eur, 0)) over year_to_date as expense_eur,
        sum(member_count) as members
    """
    assert [line.split(" as ")[1] for line in plain_sums_of_money(text)] == ["expense,"]
