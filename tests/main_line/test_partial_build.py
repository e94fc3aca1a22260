"""A build of what depends on changed raw tables gives the same warehouse as a build of everything."""

import shutil
from datetime import date

import duckdb
import pytest

from dagster_project.errors import ExitCode
from dagster_project.storage.sql import literal
from dagster_project.warehouse.build_plan import build, plan, prepare
from dagster_project.warehouse.dbt import DbtError

DAY = date(2026, 4, 9)
REPORTS = {f"raw_signalen.{name}" for name in ("signals", "statuses", "locations", "categories", "sla")}
LAYERS = ("reference", "staging", "intermediate", "marts")


@pytest.fixture(scope="module")
def in_parts(story):
    """An installation whose warehouse was built in parts, the last time for reports alone."""
    assert story.all_are_back.result.exit_code == ExitCode.RELEASED
    return story.installation


@pytest.fixture(scope="module")
def built_whole(in_parts, tmp_path_factory):
    """Every table and view of the same day, built from nothing."""
    whole = as_before_its_release(in_parts, tmp_path_factory.mktemp("whole") / "home")
    workspace = whole.workspace(DAY)
    with workspace.warehouse.connect() as connection:
        connection.execute("create table main.not_of_ours as select 1")
    assert plan(workspace).is_full
    build(workspace, plan(workspace))
    return contents(whole)


def as_before_its_release(installation, home):
    """A copy in which the figures of the last release are not published yet, as when they were built."""
    copy = installation.copy(home)
    shutil.rmtree(copy.home / "published" / installation.latest.name)
    return copy


def contents(installation):
    """Rows and checksum of every relation that dbt makes."""
    with duckdb.connect(str(installation.home / "warehouse.duckdb"), read_only=True) as connection:
        # As dbt does: sums of fractions depend on their order.
        connection.execute("set TimeZone = 'UTC'; set threads = 1")
        names = "select table_schema || '.' || table_name from information_schema.tables where table_schema in ?"
        return {
            name: connection.execute(f"select count(*), sum(hash(t)::hugeint) from {name} t").fetchone()
            for (name,) in connection.execute(names, [LAYERS]).fetchall()
        }


def forget(installation, inputs):
    """Plan a build as if these inputs were new."""
    planned = plan(installation.workspace(DAY))
    return type(planned)(planned.raw, planned.inputs, {n: v for n, v in planned.built.items() if n not in inputs})


def test_only_what_depends_on_the_changed_feed_is_built(in_parts):
    log = (in_parts.home / "dbt" / "dbt.log").read_text("utf-8")
    assert "int_reports__counted" in log
    assert "fct_indicator_values" in log
    assert "int_regions__vintages" not in log
    assert "int_regions__overlaps" not in log
    assert "seed file" not in log


def test_a_partial_build_equals_a_full_one(in_parts, built_whole):
    assert contents(in_parts) == built_whole
    assert len(built_whole) > 100


def test_without_changes_dbt_is_not_called(in_parts):
    log = in_parts.home / "dbt" / "dbt.log"
    before = log.stat().st_mtime_ns
    workspace = in_parts.workspace(DAY)
    planned = plan(workspace)
    assert not planned.is_needed
    assert build(workspace, planned) == {}
    assert log.stat().st_mtime_ns == before


def test_a_moved_installation_rebuilds_nothing_and_reads_its_own_folder(in_parts, tmp_path):
    moved = in_parts.copy(tmp_path / "gemeente d'Eik en Zn")
    workspace = moved.workspace(DAY)
    planned = plan(workspace)
    assert (planned.is_needed, planned.is_moved) == (False, True)
    assert build(workspace, planned) == {}
    again = plan(workspace)
    assert (again.is_needed, again.is_moved) == (False, False)
    with workspace.warehouse.connect(read_only=True) as connection:
        views = "select string_agg(sql) from duckdb_views() where sql like '%read_parquet%'"
        ((sql,),) = connection.execute(views).fetchall()
    assert literal(moved.home)[1:-1] in sql
    assert str(in_parts.home) not in sql


@pytest.mark.long
def test_a_failed_build_is_repaired_by_the_next_one(in_parts, built_whole, tmp_path):
    broken = as_before_its_release(in_parts, tmp_path / "home")
    workspace = broken.workspace(DAY)
    planned = forget(broken, REPORTS)
    assert set(planned.changed) >= REPORTS
    (delivery_id,) = {one[2] for one in planned.raw.deliveries if one[0] == "signalen.reports"}
    signals = broken.stores(DAY)["signalen.reports"].parquet(delivery_id, "signals")
    intact = signals.read_bytes()
    # The raw view reads the end of the file, and the models all of it.
    signals.write_bytes(intact[:4] + bytes(len(intact) // 2) + intact[4 + len(intact) // 2 :])
    with pytest.raises(DbtError, match="dbt failed"):
        build(workspace, planned)
    signals.write_bytes(intact)
    again = plan(workspace)
    # Inputs that the failed build did not touch are still trusted.
    assert not again.is_full
    assert set(again.changed) >= REPORTS
    build(workspace, again)
    assert not plan(workspace).is_needed
    assert contents(broken) == built_whole


def test_after_a_killed_build_everything_is_built(in_parts, tmp_path):
    killed = in_parts.copy(tmp_path / "home")
    workspace = killed.workspace(DAY)
    prepare(workspace, forget(killed, REPORTS))
    assert plan(workspace).is_full


def test_a_withheld_feed_and_its_return_are_changes(in_parts):
    planned = plan(in_parts.workspace(DAY))
    contents_now = dict(planned.raw.contents)
    assert all(contents_now[name] for name in REPORTS)
    assert set(forget(in_parts, {"raw_signalen.signals"}).changed) - {"raw_maandvers.published_figures"} == {
        "raw_signalen.signals"
    }
