"""What Dagster knows: every feed, check, pool, job and schedule the contracts ask for, loaded without a network."""

import ast
import os
import shutil
import subprocess
import sys

import pytest
from dagster import AssetKey, DagsterInvalidDefinitionError, DefaultScheduleStatus, Definitions, asset, define_asset_job

from dagster_project.definitions import defs, feeds, marts
from dagster_project.defs.feed_assets import raw_key
from dagster_project.installation.settings import PROJECT
from dagster_project.parts import landing, renewal

GRAPH = defs.resolve_asset_graph()
TABLES = [(feed, table) for feed in feeds for table in feed.tables]
# Python runs this file, when it stands in a folder of PYTHONPATH, before anything else; in dbt's process as well.
NO_NETWORK = """
import socket

def refuse(*arguments, **options):
    raise SystemExit(f"the network was touched: {arguments[-1]}")

socket.getaddrinfo = refuse
socket.socket.connect = refuse
socket.socket.connect_ex = refuse
"""


def checks_of(key):
    return {check.name: GRAPH.get(check) for check in GRAPH.get_check_keys_for_assets({key})}


@pytest.mark.parametrize(("feed", "table"), TABLES, ids=lambda part: part.name)
def test_a_table_of_a_feed_is_an_asset_in_the_group_of_its_supplier(feed, table):
    node = GRAPH.get(raw_key(feed, table))
    assert node.is_executable
    assert node.group_name == feed.supplier
    assert {"publisher", "owner", "licence", "maximum_age"} <= node.metadata.keys()


@pytest.mark.parametrize(("feed", "table"), TABLES, ids=lambda part: part.name)
def test_a_table_of_a_feed_has_its_check_which_can_stop_a_run(feed, table):
    (check,) = checks_of(raw_key(feed, table)).values()
    assert check.blocking
    told = ["Every binding clock", "number of rows", "Every column is filled"]
    if any(column.meta.is_additive for column in table.columns):
        told.append("Parts add up")
    assert all(part in check.description for part in told)


@pytest.mark.parametrize("mart", marts, ids=lambda mart: mart.name)
def test_a_mart_is_checked_before_the_release_and_the_check_can_stop_it(mart):
    (key,) = [key for key in GRAPH.get_all_asset_keys() if key.path[-1] == mart.name]
    assert checks_of(key)["fit_to_publish"].blocking
    (release,) = [node for node in GRAPH.asset_nodes if node.key.path == ["release"]]
    assert key in release.parent_keys


def test_groups_are_suppliers_and_themes():
    groups = {node.group_name for node in GRAPH.asset_nodes if node.is_executable}
    assert {feed.supplier for feed in feeds} <= groups
    assert "default" not in groups


def test_whatever_touches_the_warehouse_waits_for_the_one_writer():
    pools = {node.name: node.definition.pools for node in defs.resolve_job_def("publish").graph.nodes}
    assert {name for name, pool in pools.items() if pool == {"duckdb"}} == {
        "raw_maandvers__freshness",
        "warehouse",
        "judge_marts",
        "release",
    }


def test_the_job_runs_everything_in_one_process():
    job = defs.resolve_job_def("publish")
    assert job.executor_def.name == "in_process"
    executable = {node.key for node in GRAPH.asset_nodes if node.is_executable}
    assert set(job.asset_layer.selected_asset_keys) == executable


def test_landing_and_building_are_the_whole_job_in_two_parts():
    parts = [set(defs.resolve_job_def(name).asset_layer.selected_asset_keys) for name in ("land", "build")]
    assert parts[0].isdisjoint(parts[1])
    assert parts[0] | parts[1] == set(defs.resolve_job_def("publish").asset_layer.selected_asset_keys)


def test_renewing_judges_every_mart_and_makes_none():
    layer = defs.resolve_job_def("renew").asset_layer
    assert {key.to_user_string() for key in layer.selected_asset_keys} == {
        "raw_maandvers/freshness",
        "release",
        "retention",
    }
    assert {key.asset_key.path[-1] for key in layer.asset_graph.asset_check_keys if key.name == "fit_to_publish"} == {
        mart.name for mart in marts
    }


@pytest.mark.parametrize(("job", "part"), [("land", landing(feeds)), ("renew", renewal(feeds, marts))])
def test_a_part_without_dbt_is_that_very_job(job, part):
    layers = [definitions.resolve_job_def(job).asset_layer for definitions in (part, defs)]
    assert layers[0].selected_asset_keys == layers[1].selected_asset_keys
    assert layers[0].asset_graph.asset_check_keys == layers[1].asset_graph.asset_check_keys


def test_a_run_with_nothing_new_imports_no_dbt():
    script = "import sys, dagster_project.parts, dagster_project.run; print({'dagster_dbt', 'dbt'} & set(sys.modules))"
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert found.stdout == "set()\n"


def test_what_is_made_again_is_judged_and_asks_no_supplier_nor_removes_anything():
    layer = defs.resolve_job_def("reconstruct").asset_layer
    whole = defs.resolve_job_def("publish").asset_layer
    left_out = {raw_key(feed, table) for feed, table in TABLES} | {AssetKey("retention")}
    assert set(layer.selected_asset_keys) == set(whole.selected_asset_keys) - left_out
    assert layer.asset_graph.asset_check_keys == whole.asset_graph.asset_check_keys


def test_the_job_is_scheduled_every_night_in_dutch_time():
    schedule = defs.resolve_schedule_def("every_night")
    assert (schedule.cron_schedule, schedule.execution_timezone) == ("30 5 * * *", "Europe/Amsterdam")
    assert schedule.job_name == "publish"


def test_the_schedule_runs_without_anybody_switching_it_on():
    assert defs.resolve_schedule_def("every_night").default_status == DefaultScheduleStatus.RUNNING


def test_dagster_in_the_browser_can_load_all_of_it():
    Definitions.validate_loadable(defs)


def test_a_job_with_the_name_of_a_step_cannot_be_loaded():
    step = asset(name="tides")(lambda: None)
    with pytest.raises(DagsterInvalidDefinitionError, match="Conflicting definitions"):
        Definitions.validate_loadable(Definitions(assets=[step], jobs=[define_asset_job("tides", [step])]))


def test_the_definitions_stay_short():
    text = (PROJECT / "dagster_project" / "definitions.py").read_text()
    assert len(text.splitlines()) <= 50
    assert not [node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef | ast.ClassDef)]


def test_loading_the_definitions_touches_no_network_and_no_secret(tmp_path):
    """In a copy without dbt's manifest, so that it is made as well; by one of two processes that come at once."""
    for folder in ("dagster_project", "dbt_models", "expectations", "orchestration", "seeds"):
        shutil.copytree(PROJECT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__", "target"))
    (tmp_path / "sitecustomize.py").write_text(NO_NETWORK)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAANDVERS_")}
    environment |= {"PYTHONPATH": str(tmp_path), "MAANDVERS_SUPPLIERS__CBS__TOKEN": "unused"}
    script = (
        "import socket, dagster_project.definitions as d; print(d.__file__, len(d.marts), socket.getaddrinfo.__name__)"
    )
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    command = [sys.executable, "-c", script]
    loading = [subprocess.Popen(command, env=environment, cwd=tmp_path, **pipes) for _ in range(2)]
    for process in loading:
        output, errors = process.communicate()
        assert process.returncode == 0, errors[-2000:]
        definitions = tmp_path / "dagster_project" / "definitions.py"
        assert output.split() == [str(definitions), str(len(marts)), "refuse"]
    target = tmp_path / "dbt_models" / "target"
    assert (target / "manifest.json").exists()
    assert (target / "dbt.log").read_text("utf-8").count("Running with dbt=") == 1
