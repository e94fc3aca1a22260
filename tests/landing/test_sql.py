"""Rows as a relation of DuckDB: every value comes back as it was, without pandas."""

import subprocess
import sys

import pytest

from dagster_project.storage.sql import connect, relation_of

COLUMNS = {"name": "varchar", "number": "integer", "share": "double"}
ROWS = [('it\'s "so" \\ café\n', 1, 0.1 + 0.2), ("", None, 1 / 3), (None, -5, 5e-324)]


@pytest.mark.parametrize("rows", [ROWS, ROWS[:1], []])
def test_rows_come_back_as_they_were_given(rows):
    with connect() as connection:
        relation = relation_of(connection, COLUMNS, rows)
        assert (relation.columns, [str(kind) for kind in relation.types]) == (
            [*COLUMNS],
            ["VARCHAR", "INTEGER", "DOUBLE"],
        )
        assert relation.fetchall() == rows


@pytest.mark.parametrize(
    ("given", "is_imported"),
    [("relation_of(c, {'x': 'varchar'}, [('a',)])", False), ("c.sql('select $1::varchar[]', params=[['a']])", True)],
)
def test_pandas_is_imported_for_a_bound_parameter_and_not_for_a_relation(given, is_imported):
    code = (
        "import sys\nfrom dagster_project.storage.sql import connect, relation_of\n"
        f"c = connect()\n{given}.fetchall()\nsys.exit('pandas' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == is_imported
