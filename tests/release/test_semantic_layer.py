"""dbt's semantic layer: valid to MetricFlow itself, and in agreement with the KPIs of the release."""

import csv
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from dagster_project.installation.settings import DBT_PROJECT, SEEDS
from dagster_project.marts.dictionary import read_rows
from dagster_project.warehouse.dbt import MANIFEST, NO_TELEMETRY, SEMANTICS, WAREHOUSE_VARIABLE, current_manifest

MF = Path(sys.executable).with_name("mf")


@pytest.fixture
def project(tmp_path):
    """The project as it was parsed, in another folder: MetricFlow writes its logs there."""
    current_manifest()
    shutil.copytree(DBT_PROJECT, tmp_path / "dbt_models")
    return tmp_path / "dbt_models"


@pytest.fixture
def warehouse(sample_home, tmp_path):
    return shutil.copy(sample_home / "warehouse.duckdb", tmp_path)


def metricflow(project, warehouse, *arguments):
    """Call MetricFlow as an analyst does, in the folder of the project."""
    environment = {**os.environ, **NO_TELEMETRY, WAREHOUSE_VARIABLE: str(warehouse)}
    return subprocess.run([MF, *arguments], cwd=project, env=environment, capture_output=True, text=True, check=False)


def declared_metrics():
    return json.loads(current_manifest().read_bytes())["metrics"].values()


def published_kpis():
    with (SEEDS / "kpis.csv").open(encoding="utf-8", newline="") as lines:
        return [row["indicator_code"] for row in csv.DictReader(lines)]


def test_metrics_are_the_kpis_with_the_labels_of_the_dictionary():
    rows = read_rows(json.loads(MANIFEST.read_bytes()))
    expected = {code: rows[code]["short_label_nl"] or rows[code]["label_nl"] for code in published_kpis()}
    assert {one["name"]: one["label"] for one in declared_metrics()} == expected


def test_metrics_are_the_figures_of_mart_kpi(project, warehouse, sample_home, tmp_path):
    checked = metricflow(project, warehouse, "validate-configs")
    assert checked.returncode == 0, checked.stdout
    assert checked.stdout.count("ERRORS: 0") >= 6
    answer = tmp_path / "answer.csv"
    names = ",".join(one["name"] for one in declared_metrics())
    asked = metricflow(project, warehouse, "query", "--metrics", names, "--csv", str(answer))
    assert asked.returncode == 0, asked.stdout
    (found,) = csv.DictReader(answer.read_text().splitlines())
    with duckdb.connect(str(sample_home / "releases/latest/maandvers.duckdb"), read_only=True) as release:
        kpis = dict(release.execute("select indicator_code, value from snapshot.mart_kpi").fetchall())
    assert sorted(kpis) == sorted(published_kpis())
    assert {code: float(value) for code, value in found.items()} == pytest.approx(kpis)


def test_a_measure_of_a_column_that_is_not_there_is_invalid(project, warehouse):
    file = project / "target" / SEMANTICS.name
    parsed = json.loads(file.read_bytes())
    (measure,) = parsed["semantic_models"][0]["measures"]
    measure["expr"] = "worth"
    file.write_text(json.dumps(parsed))
    checked = metricflow(project, warehouse, "validate-configs")
    assert 'column "worth" not found' in checked.stdout
