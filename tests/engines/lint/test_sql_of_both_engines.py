"""Every SQL model and data test is read by the grammars of DuckDB and Spark, and calls functions that Spark has.

This shows what the grammar and the list of functions show, not that figures are equal: the builds in ``tests/engines``
do that.
"""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import pytest
import sqlglot
from main_line.first_run import FirstRun
from sqlglot import ErrorLevel, exp
from sqlglot.errors import SqlglotError
from sqlglot.tokens import Token, TokenType

from dagster_project.installation.settings import DBT_PROJECT
from dagster_project.warehouse.dbt import PARSED, WAREHOUSE_VARIABLE, current_manifest
from dagster_project.warehouse.random_rounding import SECRET_VARIABLE

FUNCTIONS = Path(__file__).with_name("spark_functions.txt")
# Functions that are part of Spark's grammar, and in no list.
GRAMMAR = {"try_cast"}
# What sqlglot reads in the grammar of Spark as well, and Spark does not.
DUCKDB_ALONE = {
    exp.Pivot: "PIVOT or UNPIVOT",
    exp.Columns: "COLUMNS(…)",
    exp.Comprehension: "a list comprehension",
    exp.Slice: "a slice of a list or text",
}
JOINS_OF_DUCKDB = {"ASOF", "POSITIONAL"}
# Spark's varchar needs a length; string is a text in both.
TYPES_OF_DUCKDB = {"varchar", "timestamptz", "hugeint", "uhugeint", "ubigint", "uinteger", "usmallint", "utinyint"}
REMEDY = "write it so that both engines have it, or as a macro with a form per engine in dbt_models/macros/engines.sql"


def complaints(sql: str, engine: str) -> Iterator[str]:
    """Say what of a compiled model an engine would not take."""
    if engine == "spark":
        # dbt quotes names for DuckDB; to Spark that is a text.
        sql = sql.replace('"', "`")
    try:
        tree = sqlglot.parse_one(sql, read=engine, error_level=ErrorLevel.RAISE)
        if engine == "duckdb":
            tree.sql(dialect="spark", unsupported_level=ErrorLevel.RAISE)
            return
    except SqlglotError as error:
        yield f"cannot be read: {error}"
        return
    yield from (f"has {words}" for kind, words in DUCKDB_ALONE.items() if tree.find(kind))
    yield from (f"has {join.method} JOIN" for join in tree.find_all(exp.Join) if join.method in JOINS_OF_DUCKDB)
    tokens = sqlglot.tokenize(sql, read="spark")
    yield from ("has * EXCLUDE" for token in tokens if token.text.lower() == "exclude")
    yield from sorted(f"casts to {name}" for name in cast_to(tokens) & TYPES_OF_DUCKDB)
    yield from sorted(f"calls {name}()" for name in called(tokens) - known_functions())


def cast_to(tokens: Sequence[Token]) -> set[str]:
    """Types after ``::``, and in ``cast(… as …)``."""
    return {
        name.text.lower()
        for before, name, after in zip(tokens, tokens[1:], [*tokens[2:], None], strict=False)
        if before.text == "::" or (before.text.lower() == "as" and after and after.token_type is TokenType.R_PAREN)
    }


def called(tokens: Sequence[Token]) -> set[str]:
    """Names that stand directly before a bracket."""
    return {
        name.text.lower()
        for name, bracket in pairwise(tokens)
        if bracket.token_type is TokenType.L_PAREN
        and bracket.start == name.end + 1
        and name.text[:1].isalpha()
        and name.token_type not in (TokenType.STRING, TokenType.IDENTIFIER)
    }


def known_functions() -> set[str]:
    """What may be called: Spark's functions."""
    return GRAMMAR | {line for line in FUNCTIONS.read_text().splitlines() if not line.startswith("#")}


@pytest.fixture
def compiled(first_run: FirstRun, tmp_path: Path) -> dict[str, Path]:
    """The SQL of every model and data test for each engine, for DuckDB as it was run."""
    current_manifest()
    environment = {WAREHOUSE_VARIABLE: str(tmp_path / "warehouse.duckdb"), SECRET_VARIABLE: "test"}
    subprocess.run(
        [sys.executable, str(Path(__file__).with_name("compiling.py")), *map(str, (PARSED, DBT_PROJECT, tmp_path))],
        env=os.environ | environment,
        check=True,
        capture_output=True,
    )
    return {"duckdb": first_run.installation.home / "dbt", "spark": tmp_path}


@pytest.mark.whole_run
def test_every_model_and_data_test_is_taken_by_both_engines(compiled):
    for engine, folder in compiled.items():
        files = sorted(file for file in (folder / "compiled").rglob("*.sql") if file.is_file())
        assert len(files) > 300
        found = {file.stem: list(complaints(file.read_text("utf-8"), engine)) for file in files}
        assert {name: own for name, own in found.items() if own} == {}, (engine, REMEDY)


@pytest.mark.parametrize(
    ("sql", "complaint"),
    [
        ("select quantile_cont(a, 0.5) from t", "calls quantile_cont()"),
        ("select arg_max(a, b) from t", "calls arg_max()"),
        ("select regexp_full_match(a, 'x') from t", "calls regexp_full_match()"),
        ("select a[1:2] from t", "has a slice"),
        ("select [x + 1 for x in l] from t", "has a list comprehension"),
        ("pivot t on a using sum(b)", "has PIVOT"),
        ("select * from t asof join u using (a, b)", "has ASOF JOIN"),
        ("select * exclude (a) from t", "has * EXCLUDE"),
        ("select columns('x.*') from t", "has COLUMNS"),
        ("select a::hugeint from t", "casts to hugeint"),
        ("select cast(a as timestamptz) from t", "casts to timestamptz"),
        ("select a from t where", "cannot be read"),
    ],
)
def test_sql_of_duckdb_alone_is_found(sql, complaint):
    assert any(complaint in one for one in complaints(sql, "spark")), list(complaints(sql, "spark"))


def test_sql_of_no_engine_is_found():
    assert list(complaints("select a from t where", "duckdb"))


def test_sql_of_both_engines_passes():
    sql = """select "a"."b", max_by(x, y) over (partition by z) from "t" where try_cast(c as int) in (1, 2)"""
    assert list(complaints(sql, "spark")) == []
