"""Dagster's definitions: assets, groups, checks, the job, its schedule and sensors, loaded without network or dbt."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import dagster as dg
import pytest

from dagster_project.audit.lateness import ASKED_EVERY
from dagster_project.contracts.load import load_feeds
from dagster_project.definitions import build_defs
from dagster_project.defs.feed_assets import raw_key
from dagster_project.defs.release_asset import mart_key
from dagster_project.installation.settings import DBT_PROJECT
from dagster_project.marts.catalogue import read_marts
from dagster_project.warehouse.dbt import current_manifest
from orchestration.jobs import INSTALLATION_TAG

from .installation import copy_project

# These import Dagster, which takes seconds.
pytestmark = pytest.mark.xdist_group("dagster")

SNAPSHOT = Path(__file__).with_name("definitions.txt")
UPDATE = "MAANDVERS_TEST_UPDATE"
FEEDS = load_feeds(DBT_PROJECT / "models")
MARTS = read_marts(current_manifest())
# Python runs this file, when it is in a folder of PYTHONPATH, before anything else; in dbt's process as well.
NO_NETWORK = """
import socket

def refuse(*arguments, **options):
    raise SystemExit(f"the network was touched: {arguments[-1]}")

socket.getaddrinfo = refuse
socket.socket.connect = refuse
socket.socket.connect_ex = refuse
"""
LOAD = """
import sys, socket
from dagster_project.definitions import defs
loaded = defs()
loaded.validate_loadable(loaded)
print(sorted({'dagster_dbt', 'dbt', 'great_expectations'} & set(sys.modules)), socket.getaddrinfo.__name__)
"""
CHANGE_AND_LOAD = """
from pathlib import Path
Path("seeds", "peer_groups.csv").write_text("changed")
defs()
"""


@pytest.fixture(scope="module")
def definitions():
    return build_defs()


@pytest.fixture(scope="module")
def graph(definitions):
    return definitions.resolve_asset_graph()


def lines_of(definitions):
    """Everything that Dagster knows, one name per line."""
    graph = definitions.resolve_asset_graph()
    assets = [node for node in graph.asset_nodes if node.is_executable]
    repository = definitions.get_repository_def()
    yield from sorted(f"asset {node.group_name}: {node.key.to_user_string()}" for node in assets)
    yield from sorted(f"check {key.asset_key.to_user_string()}: {key.name}" for key in graph.asset_check_keys)
    yield from sorted(f"job {name}" for name in repository.job_names if not name.startswith("__"))
    yield from sorted(f"step {node.name}" for node in definitions.resolve_job_def("publish").graph.nodes)
    yield from sorted(
        f"schedule {one.name}: {one.cron_schedule} {one.execution_timezone} {one.job_name} {one.default_status.value}"
        for one in repository.schedule_defs
    )
    yield from sorted(f"sensor {one.name}: {one.default_status.value}" for one in repository.sensor_defs)


def test_definitions_are_those_of_the_snapshot(definitions):
    """After a change on purpose: MAANDVERS_TEST_UPDATE=1 pytest tests/main_line/test_dagster.py, and read the diff."""
    found = "\n".join(lines_of(definitions)) + "\n"
    if os.environ.get(UPDATE):
        SNAPSHOT.write_text(found, "utf-8")
    assert found == SNAPSHOT.read_text("utf-8")


def test_a_table_of_a_feed_is_an_asset_with_its_terms_in_the_group_of_its_supplier(graph):
    for feed in FEEDS:
        for table in feed.tables:
            node = graph.get(raw_key(feed, table))
            assert node.is_executable
            assert node.group_name == feed.supplier
            assert {"publisher", "owner", "licence", "maximum_age"} <= node.metadata.keys()


def test_a_table_of_a_feed_has_its_check_which_can_stop_a_run(graph):
    for feed in FEEDS:
        for table in feed.tables:
            (check,) = [graph.get(key) for key in graph.get_check_keys_for_assets({raw_key(feed, table)})]
            assert check.blocking
            parts = ["Every binding clock", "number of rows", "Every column is filled"]
            if any(column.meta.is_additive for column in table.columns):
                parts.append("Neighbourhoods add up")
            assert all(part in check.description for part in parts)


def test_a_mart_is_checked_before_the_release_and_the_check_can_stop_it(graph):
    release = graph.get(dg.AssetKey("release"))
    for mart in MARTS:
        (key,) = graph.get_check_keys_for_assets({mart_key(mart)})
        assert (key.name, graph.get(key).blocking) == ("fit_to_publish", True)
        assert mart_key(mart) in release.parent_keys


def test_groups_are_few_and_readable(graph):
    groups = {node.group_name for node in graph.asset_nodes if node.is_executable}
    suppliers = {feed.supplier for feed in FEEDS}
    assert groups == suppliers | {"maandvers", "regions", "indicators", "themes", "release"}


@pytest.mark.parametrize(
    ("mart", "group"),
    [("dim_region", "regions"), ("fct_indicator_values", "indicators"), ("mart_kpi", "themes")],
)
def test_a_mart_is_in_the_group_of_its_subject(graph, mart, group):
    assert graph.get(dg.AssetKey(["marts", mart])).group_name == group


def test_the_job_runs_every_asset_in_one_process_and_takes_no_pool(definitions, graph):
    job = definitions.resolve_job_def("publish")
    assert job.executor_def.name == "in_process"
    assert set(job.asset_layer.selected_asset_keys) == {node.key for node in graph.asset_nodes if node.is_executable}
    assert [node.name for node in job.graph.nodes if node.definition.pools] == []


def test_runs_of_two_installations_carry_different_tags(monkeypatch, tmp_path):
    tags = set()
    for name in ("one", "two"):
        monkeypatch.setenv("MAANDVERS_HOME", str(tmp_path / name))
        tags.add(build_defs().resolve_job_def("publish").tags[INSTALLATION_TAG])
    assert tags == {str(tmp_path / "one"), str(tmp_path / "two")}


def test_the_schedule_asks_as_often_as_lateness_assumes(definitions):
    schedule = definitions.resolve_schedule_def("every_night")
    assert schedule.default_status == dg.DefaultScheduleStatus.RUNNING
    minute, hour, *days = schedule.cron_schedule.split()
    assert (minute.isdigit(), hour.isdigit(), days) == (True, True, ["*", "*", "*"])
    assert timedelta(days=1) == ASKED_EVERY


def test_a_job_with_the_name_of_a_step_cannot_be_loaded():
    step = dg.asset(name="tides")(lambda: None)
    with pytest.raises(dg.DagsterInvalidDefinitionError, match="Conflicting definitions"):
        dg.Definitions.validate_loadable(dg.Definitions(assets=[step], jobs=[dg.define_asset_job("tides", [step])]))


def test_given_parts_replace_those_of_the_project():
    few = [feed for feed in FEEDS if feed.supplier == "police"]
    definitions = build_defs(feeds=few, clock="mine")
    keys = {node.key.path[0] for node in definitions.resolve_asset_graph().asset_nodes if node.is_executable}
    assert {key for key in keys if key.startswith("raw_")} == {"raw_police", "raw_maandvers"}
    assert definitions.resources["clock"] == "mine"


@pytest.fixture
def copied_project(tmp_path):
    """The project without dbt's manifest, in which any use of the network ends the process."""
    copy_project(tmp_path)
    (tmp_path / "sitecustomize.py").write_text(NO_NETWORK)
    return tmp_path


def start(project, *arguments, **settings):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAANDVERS_")}
    environment |= {"PYTHONPATH": str(project), "MAANDVERS_SUPPLIERS__CBS__TOKEN": "unused"} | settings
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen([sys.executable, *arguments], env=environment, cwd=project, **pipes)


def test_definitions_load_without_network_secret_or_dbt_once_the_manifest_is_prepared(copied_project):
    manifest = copied_project / "dbt_models" / "target" / "manifest.json"
    output, errors = start(copied_project, "-c", LOAD).communicate()
    assert "do: run 'maandvers prepare'" in errors
    # The development server prepares it; of two processes that come at once one makes it.
    for process in [start(copied_project, "-c", LOAD, DAGSTER_IS_DEV_CLI="1") for _ in range(2)]:
        output, errors = process.communicate()
        assert (process.returncode, output) == (0, "[] refuse\n"), errors[-2000:]
    assert (manifest.parent / "parsing" / "dbt.log").read_text("utf-8").count("Running with dbt=") == 1
    output, errors = start(copied_project, "-m", "dagster_project.cli", "prepare").communicate()
    assert output.strip() == str(manifest), errors[-2000:]
    output, errors = start(copied_project, "-c", LOAD + CHANGE_AND_LOAD).communicate()
    assert output == "[] refuse\n", errors[-2000:]
    # A manifest of other models is refused as well.
    assert "do: run 'maandvers prepare'" in errors
