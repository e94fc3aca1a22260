"""A value that DuckDB repeats in an error is in no message: it may be of a register."""

import duckdb
import pytest

from dagster_project.warehouse.dbt import without_values

PERSON = "123456782"


@pytest.mark.parametrize(
    "expression",
    [
        "text::integer",
        "text::date",
        "text::boolean",
        "text::timestamptz",
        "number::smallint",
        "(number * 1000)::integer",
    ],
)
def test_an_error_about_a_value_says_all_but_the_value(expression):
    connection = duckdb.connect()
    connection.execute(f"create table rows as select 'of {PERSON}' as text, {PERSON} as number")
    with pytest.raises(duckdb.Error) as error:
        connection.execute(f"select {expression} from rows").fetchall()
    message = f"Database Error in model stg_hr__absence\n  {error.value}"
    assert PERSON in message
    assert PERSON not in without_values(message)
    assert " Error: " in without_values(message)


def test_an_error_about_the_models_is_left_as_it_is():
    message = 'Binder Error: Referenced column "months" not found in FROM clause!'
    assert without_values(message) == message
