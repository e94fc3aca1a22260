"""A measure is estimated once: its rows are taken over while its inputs stand, and from scratch they are the same."""

import shutil

import duckdb
import pytest

from dagster_project.storage.database import DatabaseFile
from dagster_project.warehouse.dbt import run_dbt

ROWS = "select * exclude (input_fingerprint) from intermediate.int_effects__results order by all"
SENTENCES = """
    select measure_code, text from intermediate.int_effects__results where part = 'summary' and code = 'sentence_nl'
"""


@pytest.fixture
def warehouse(sample_home, tmp_path):
    return shutil.copy(sample_home / "warehouse.duckdb", tmp_path / "warehouse.duckdb")


def rebuilt(warehouse, target):
    run_dbt(
        ("build", "--select", "int_effects__results", "--no-write-json"),
        warehouse=DatabaseFile(warehouse),
        municipality="GM9999",
        secret="test",
        target=target / "dbt",
    )
    return asked(warehouse, ROWS)


def asked(warehouse, *queries):
    with duckdb.connect(str(warehouse)) as connection:
        for query in queries:
            connection.execute(query)
        return connection.fetchall()


@pytest.mark.whole_run
def test_an_effect_is_taken_over_until_its_figures_change_and_is_the_same_from_scratch(warehouse, tmp_path):
    first = asked(warehouse, ROWS)
    assert len({row[0] for row in first}) == 7
    # A mark in stored rows shows which of them were estimated again.
    asked(
        warehouse,
        "update intermediate.int_effects__results set text = 'mark' where code = 'sentence_nl'",
        "update intermediate.int_effects__figures set value = value + 1"
        " where region_code = 'BU99990104' and indicator_code = 'welfare_recipients_per_1000' and period = '2025'",
    )
    rebuilt(warehouse, tmp_path)
    assert {code for code, text in asked(warehouse, SENTENCES) if text != "mark"} == {"FM-003"}
    asked(
        warehouse,
        "update intermediate.int_effects__figures set value = value - 1"
        " where region_code = 'BU99990104' and indicator_code = 'welfare_recipients_per_1000' and period = '2025'",
        "drop table intermediate.int_effects__results",
    )
    assert rebuilt(warehouse, tmp_path) == first
