"""A theme is added by the recipe in dbt_models/README.md: a contract, SQL and dictionary rows; no Python.

``new_theme/`` holds what a person would write for it; it is laid over a copy of the project, and the line is run.
``theme_with_points/`` is a second one, of a feed with points and postcodes instead of codes of neighbourhoods.
"""

import gzip
import json
import os
import shutil
import subprocess
from datetime import date
from pathlib import Path
from runpy import run_path

import pytest
from suppliers.running import running

from dagster_project.sample.municipality import NEIGHBOURHOODS, centre_of
from dagster_project.sample.service import sample_app

from .installation import CBS, ask, copy_project, on_a_day

pytestmark = pytest.mark.whole_run

REPOSITORY = Path(__file__).parents[2]
THEME, WITH_POINTS = Path(__file__).with_name("new_theme"), Path(__file__).with_name("theme_with_points")
# The lists that a theme is added to, and its name there.
LISTS = {
    "dbt_models/models/intermediate/indicators/1_figures/int_indicators__unioned.sql": "int_{theme}__figures",
    "dbt_models/models/intermediate/indicators/1_figures/int_indicators__dictionary.sql": "{theme}",
}
DAY = date(2026, 11, 10)
TREES = """Peildatum;Buurtcode;Bomen
31-10-2026;BU99990000;214
31-10-2026;BU99990001;86
31-10-2026;BU99990100;500
"""


# By postcode, beyond the border, without a place, of a postcode that is not in the table.
BEES = """Datum;Lengtegraad;Breedtegraad;Postcode;Bijen;Waarnemer
03-10-2026;{inside};;12;Pietje Geheim
04-10-2026;{inside};;5;Pietje Geheim
05-10-2026;{other};;7;Truus Verborgen
06-10-2026;;;9999 AA;20;Truus Verborgen
07-10-2026;4,1;51,1;;40;Truus Verborgen
08-10-2026;;;;80;Truus Verborgen
09-10-2026;;;1234 AB;160;Truus Verborgen
10-10-2026;;;1234 AC;1;Truus Verborgen
"""


def point_in(code):
    (part,) = (part for part in NEIGHBOURHOODS if part.code == code)
    return ";".join(f"{degrees:.5f}".replace(".", ",") for degrees in centre_of(part))


def add_theme(project, theme=THEME, name="greenery"):
    """Follow the recipe: new files, a row at the end of a seed, one line in each of two lists."""
    for file in (path for path in theme.rglob("*") if path.is_file()):
        target = project / file.relative_to(theme)
        if target.exists():
            target.write_text(target.read_text("utf-8") + file.read_text("utf-8"), "utf-8")
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, target)
    for file, form in LISTS.items():
        listed = (project / file).read_text("utf-8")
        (project / file).write_text(listed.replace("] %}", f"    '{form.format(theme=name)}',\n] %}}", 1), "utf-8")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    project, home = tmp_path_factory.mktemp("project"), tmp_path_factory.mktemp("home")
    copy_project(project)
    add_theme(project)
    add_theme(project, WITH_POINTS, "bees")
    bees = home / "drops" / "bees.counts" / "bijen_2026-11-02.csv"
    bees.parent.mkdir(parents=True)
    bees.write_text(BEES.format(inside=point_in("BU99990001"), other=point_in("BU99990100")), "utf-8")
    drop = home / "drops" / "greenery.trees"
    drop.mkdir(parents=True)
    (drop / "bomen_2026-11-02.csv").write_text(TREES, "utf-8")
    with running(sample_app(DAY)) as suppliers:
        own = {
            "PYTHONPATH": str(project),
            "MAANDVERS_HOME": str(home),
            "MAANDVERS_MUNICIPALITY_CODE": "GM9999",
            "MAANDVERS_FEEDS": f'["{CBS}", "pdok.borders", "greenery.trees", "bees.counts"]',
            "MAANDVERS_SUPPLIERS__CBS__BASE_URL": suppliers.cbs_url,
            "MAANDVERS_SUPPLIERS__PDOK__BASE_URL": suppliers.cbs_url,
            "MAANDVERS_SUPPLIERS__CBS__FEEDS__KEY_FIGURES__EDITIONS": "1",
        }
        subprocess.run(
            [*on_a_day(DAY), "run", "--live"],
            cwd=project,
            env=os.environ | own,
            check=True,
        )
    parsing = (project / "dbt_models" / "target" / "parsing" / "dbt.log").read_text("utf-8")
    assert "partial parsing" not in parsing, "dbt read the whole project again"
    return home


@pytest.fixture(scope="module")
def release(home):
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
    add_theme(tmp_path, WITH_POINTS, "bees")
    complaints = run_path(str(REPOSITORY / "tests/dbt/lint.py"))["complaints"]
    assert complaints(tmp_path / "dbt_models", tmp_path / "seeds") == []


def test_a_theme_of_points_finds_its_neighbourhoods_and_counts_the_rest_for_the_municipality(release):
    found = ask(
        release, "select region_code, bee_count from mart_bees where region_level in ('municipality', 'neighbourhood')"
    )
    assert {(code, count) for code, count in found if count} == {
        ("BU99990000", 20),
        ("BU99990001", 17),
        ("BU99990100", 7),
        ("GM9999", 325),
    }


def test_how_many_places_are_unknown_and_why_is_reported_with_what_to_do(release):
    remarks = "\n".join(json.loads((release / "release.json").read_text("utf-8"))["remarks"]["bees.counts"])
    for test, rows, do in (
        ("bees lie in the outlines", 1, "nothing, if they lie outside the municipality"),
        ("bees have a place", 1, "ask Team Groen for the places"),
        ("postcodes of bees are known", 2, "add the postcodes to seeds/postcode_neighbourhoods.csv"),
    ):
        assert f"data test '{test}' found {rows} rows that break it; do: {do}" in remarks


def test_the_names_of_its_observers_are_nowhere(home):
    for file in (path for path in home.rglob("*") if path.is_file() and "drops" not in path.parts):
        content = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
        assert b"Pietje" not in content, file
        assert b"Truus" not in content, file
    assert not [path for path in WITH_POINTS.rglob("*") if path.suffix == ".py"]
