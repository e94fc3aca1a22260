"""A theme is added by the recipe in dbt_models/README.md: a contract, SQL and dictionary rows; no Python.

``new_theme/`` holds what a person would write for it; it is laid over a copy of the project, and the line is run.
"""

import os
import shutil
import subprocess
from datetime import date
from pathlib import Path
from runpy import run_path

import pytest
from suppliers.running import running

from dagster_project.sample.service import sample_app

from .installation import CBS, ask, copy_project, on_a_day

pytestmark = pytest.mark.whole_run

REPOSITORY = Path(__file__).parents[2]
THEME = Path(__file__).with_name("new_theme")
# The lists that a theme is added to, and its name there.
LISTS = {
    "dbt_models/models/intermediate/indicators/1_figures/int_indicators__unioned.sql": "int_greenery__figures",
    "dbt_models/models/intermediate/indicators/1_figures/int_indicators__dictionary.sql": "greenery",
}
DAY = date(2026, 11, 10)
TREES = """Peildatum;Buurtcode;Bomen
31-10-2026;BU99990000;214
31-10-2026;BU99990001;86
31-10-2026;BU99990100;500
"""


def add_theme(project):
    """Follow the recipe: new files, a row at the end of a seed, one line in each of two lists."""
    for file in (path for path in THEME.rglob("*") if path.is_file()):
        target = project / file.relative_to(THEME)
        if target.exists():
            target.write_text(target.read_text("utf-8") + file.read_text("utf-8"), "utf-8")
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, target)
    for file, name in LISTS.items():
        listed = (project / file).read_text("utf-8")
        (project / file).write_text(listed.replace("] %}", f"    '{name}',\n] %}}", 1), "utf-8")


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    project, home = tmp_path_factory.mktemp("project"), tmp_path_factory.mktemp("home")
    copy_project(project)
    add_theme(project)
    drop = home / "drops" / "greenery.trees"
    drop.mkdir(parents=True)
    (drop / "bomen_2026-11-02.csv").write_text(TREES, "utf-8")
    with running(sample_app(DAY)) as suppliers:
        own = {
            "PYTHONPATH": str(project),
            "MAANDVERS_HOME": str(home),
            "MAANDVERS_MUNICIPALITY_CODE": "GM9999",
            "MAANDVERS_FEEDS": f'["{CBS}", "greenery.trees"]',
            "MAANDVERS_SUPPLIERS__CBS__BASE_URL": suppliers.cbs_url,
            "MAANDVERS_SUPPLIERS__CBS__FEEDS__KEY_FIGURES__EDITIONS": "1",
        }
        subprocess.run(
            [*on_a_day(DAY), "run", "--live"],
            cwd=project,
            env=os.environ | own,
            check=True,
        )
    return home / "releases" / "latest"


def test_the_mart_of_the_new_theme_is_in_the_release(release):
    found = ask(
        release, "select region_code, period, tree_count from mart_greenery where region_level <> 'area' order by 1"
    )
    assert found == [
        ("BU99990000", "2026-10", 214),
        ("BU99990001", "2026-10", 86),
        ("BU99990100", "2026-10", 500),
        ("GM9999", "2026-10", 800),
        ("WK999900", "2026-10", 300),
        ("WK999901", "2026-10", 500),
    ]


def test_its_indicators_are_explained_and_computed(release):
    ((trees, people, rate),) = ask(
        release,
        "select numerator, denominator, value from fct_indicator_values"
        " where indicator_code = 'trees_per_1000' and region_code = 'GM9999'",
    )
    assert trees == 800
    assert rate == pytest.approx(1000 * trees / people)
    assert ask(release, "select theme_label_nl from dim_indicator where indicator_code = 'tree_count'") == [("Groen",)]


def test_it_took_no_python_and_as_many_lines_as_the_recipe_says():
    files = [path for path in THEME.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} == {".yml", ".sql", ".csv"}
    lines = sum(len(path.read_text("utf-8").splitlines()) for path in files) + len(LISTS)
    assert lines <= 70
    assert f"(trees per neighbourhood, {lines} lines" in (REPOSITORY / "dbt_models/README.md").read_text("utf-8")


def test_it_keeps_the_rules_of_the_house(tmp_path):
    for name in ("dbt_models", "seeds"):
        shutil.copytree(REPOSITORY / name, tmp_path / name, ignore=shutil.ignore_patterns("target", "logs"))
    add_theme(tmp_path)
    complaints = run_path(str(REPOSITORY / "tests/dbt/lint.py"))["complaints"]
    assert complaints(tmp_path / "dbt_models", tmp_path / "seeds") == []
