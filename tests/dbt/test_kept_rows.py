"""Python models that look ahead compute nothing again while their inputs stand, and give the same rows if they do."""

import importlib.util
from dataclasses import dataclass, field
from types import ModuleType

import duckdb
import pytest

from dagster_project.analysis import method_digest
from dagster_project.installation.settings import DBT_PROJECT
from dagster_project.warehouse.kept_rows import computed, fingerprint_of, known_fingerprints, united_rows

INTERMEDIATE = DBT_PROJECT / "models/intermediate"
COLUMNS = {"name": "varchar", "amount": "double", "is_real": "boolean", "input_fingerprint": "varchar"}
PLANS = """
    select
        plan_code, 250000::double as budget_eur, 50::double as floor_pct, 'BU9999000' || number as region_code,
        'WK99990' || (number % 2) as district_code, 'GM9999' as municipality_code,
        (40 + 7 * number)::double as need_count, 0.1::double as need_spread,
        (1000 + 150 * number)::double as inhabitants_count
    from range(8) as numbers (number)
    cross join (values ('P1'), ('P2')) as plans (plan_code)
"""
OPTIONS = """
    select
        plan_code, option_code, effect_pct::double as effect_pct, 4::double as effect_standard_error_pct,
        30::double as reach_count, cost_eur::double as cost_eur, 2 as most_doses
    from (values ('P1', 'O1', 8, 16000), ('P1', 'O2', 5, 9000), ('P2', 'O1', 6, 11000))
        as options (plan_code, option_code, effect_pct, cost_eur)
"""


@dataclass(frozen=True)
class Address:
    schema: str = "intermediate"
    identifier: str = "own_table"


@dataclass
class Context:
    """As much of dbt as a model uses, over the tables of a warehouse."""

    session: duckdb.DuckDBPyConnection
    this: Address = field(default_factory=Address)

    def config(self, *, materialized: str) -> None:
        assert materialized == "table"

    def ref(self, name: str) -> duckdb.DuckDBPyRelation:
        return self.session.table(name)


@pytest.fixture
def session() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("create schema intermediate")
    return connection


def test_a_fingerprint_does_not_depend_on_the_last_digits_of_a_sum():
    sums = 0.1 + 0.2, 0.3
    assert sums[0] != sums[1]
    one, other = (fingerprint_of("method", {"BU1": ["BU2"]}, [("2025", value, None)]) for value in sums)
    assert one == other
    assert one != fingerprint_of("method", {"BU1": ["BU2"]}, [("2025", 0.30000001, None)])
    assert one != fingerprint_of("method", {"BU1": ["BU3"]}, [("2025", 0.3, None)])


def spreads() -> ModuleType:
    path = INTERMEDIATE / "advice/int_advice__spreads.py"
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def build(session: duckdb.DuckDBPyConnection, module: ModuleType) -> list[tuple]:
    """Replace the model's table, as dbt does, and read it."""
    relation = module.model(Context(session), session)
    session.execute(f"create or replace table intermediate.own_table as {relation.sql_query()}")
    return session.table("intermediate.own_table").fetchall()


def test_rows_come_back_as_they_were_in_one_order(session):
    rows = [("b", 0.1, None, "x"), ("a'", None, True, "x")]
    first = united_rows(session, Address(), COLUMNS, [], rows)
    assert first.fetchall() == [rows[1], rows[0]]
    session.execute(f"create table intermediate.own_table as {first.sql_query()}")
    assert known_fingerprints(session, Address(), COLUMNS) == {"x"}
    both = united_rows(session, Address(), COLUMNS, ["x"], [("c", 2.0, False, "y")]).fetchall()
    assert both == [("a'", None, True, "x"), ("b", 0.1, None, "x"), ("c", 2.0, False, "y")]
    assert united_rows(session, Address(), COLUMNS, [], []).fetchall() == []


def test_a_table_of_other_columns_or_none_keeps_nothing(session):
    assert known_fingerprints(session, Address(), COLUMNS) == set()
    session.execute("create table intermediate.own_table as select 'x' as input_fingerprint, 1 as amount")
    assert known_fingerprints(session, Address(), COLUMNS) == set()
    kinds = ", ".join(f"{name} {kind}" for name, kind in {**COLUMNS, "amount": "float"}.items())
    session.execute(f"create or replace table intermediate.own_table ({kinds})")
    assert known_fingerprints(session, Address(), COLUMNS) == set()


def test_only_a_plan_that_changed_is_computed_again(session, monkeypatch):
    session.execute(f"create table int_advice__needs as {PLANS}")
    session.execute(f"create table int_advice__options as {OPTIONS}")
    module = spreads()
    first = build(session, module)
    assert {row[0] for row in first} == {"P1", "P2"}

    computed: list[str] = []
    compute = module.spread
    monkeypatch.setattr(
        module, "spread", lambda inputs, fingerprint: computed.append(inputs[0][0][0]) or compute(inputs, fingerprint)
    )
    assert build(session, module) == first
    assert computed == []

    session.execute("update int_advice__options set cost_eur = 12000 where plan_code = 'P2'")
    second = build(session, module)
    assert computed == ["P2"]
    assert [row for row in second if row[0] == "P1"] == [row for row in first if row[0] == "P1"]

    session.execute("drop table intermediate.own_table")
    assert build(session, module) == second
    assert computed == ["P2", "P1", "P2"]


def test_another_method_computes_again(session, monkeypatch):
    session.execute(f"create table int_advice__needs as {PLANS}")
    session.execute(f"create table int_advice__options as {OPTIONS}")
    module = spreads()
    first = build(session, module)
    monkeypatch.setattr("dagster_project.analysis.method_digest", lambda package: method_digest(package) + "2")
    second = build(session, module)
    assert {row[-1] for row in first} & {row[-1] for row in second} == set()
    assert [row[:-1] for row in first] == [row[:-1] for row in second]


def test_a_method_that_fails_leaves_its_subject_out_and_says_so(caplog):
    def fails():
        raise FloatingPointError("12345 of a register")

    assert computed("crimes_monthly_count", fails) == []
    assert "nothing is computed of crimes_monthly_count: FloatingPointError" in caplog.text
    assert "12345" not in caplog.text
    assert computed("crimes_monthly_count", lambda: [(1,)]) == [(1,)]
