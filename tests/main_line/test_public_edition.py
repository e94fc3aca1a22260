"""The public edition of the sample: what it shows, how it is described, and when it is made."""

import json
import shutil
import subprocess

import pytest

from dagster_project.errors import SetupError
from dagster_project.installation.public_settings import PublicSettings
from dagster_project.installation.settings import Settings
from dagster_project.installation.workspace import Workspace, morning_of
from dagster_project.marts.catalogue import read_marts
from dagster_project.operations.verify import verify
from dagster_project.public_edition import publish
from dagster_project.release.reader import open_release
from dagster_project.storage.checksums import IS_GONE, write_checksums
from dagster_project.warehouse.dbt import current_manifest

from .first_run import OF_SAMPLE, SAMPLE_DAY, home_beside


def workspace_in(home, releases, settings):
    own = Settings(home=home_beside(releases, home), municipality_code="GM9999", public=settings)
    return Workspace(own, morning_of(SAMPLE_DAY), is_sample=True)


@pytest.fixture(scope="module")
def workspace(public_home):
    settings = Settings(home=public_home, municipality_code="GM9999", public=OF_SAMPLE)
    return Workspace(settings, morning_of(SAMPLE_DAY), is_sample=True)


@pytest.fixture(scope="module")
def edition(workspace):
    opened = open_release(workspace.public)
    yield opened
    opened.close()


def rows(edition, query):
    return edition.shown_on(SAMPLE_DAY).execute(query).fetchall()


def test_ratios_are_computed_from_the_counts_that_are_shown(edition):
    wrong = rows(
        edition,
        """
        select count(*), count(*) filter (r.value is null), count(*) filter (r.value is not null and (
            c.value is null or abs(r.value - i.factor * c.value / r.denominator) > 1e-9
        ))
        from fct_indicator_values as r join dim_indicator as i using (indicator_code)
        join dim_indicator as n on i.numerator = n.indicator_code and n.is_count_of_persons
        left join fct_indicator_values as c
            on c.indicator_code = i.numerator and c.region_code = r.region_code and c.period = r.period
        """,
    )
    assert wrong[0][0] > wrong[0][1] > 0
    assert wrong[0][2] == 0


def test_nothing_internal_is_in_it(edition):
    names = {path.name for path in edition.folder.iterdir()}
    assert names == {
        *("csv", "parquet", "maandvers.duckdb", "release.json", "datapackage.json", "dcat.jsonld"),
        *("index.html", "SHA256SUMS"),
    }
    marts = {mart.name for mart in read_marts(current_manifest()) if mart.public_columns}
    tables = rows(edition, "select table_name from duckdb_tables() where database_name = 'release'")
    assert {name for (name,) in tables} == marts | {"release", "freshness"}
    feeds = {feed for (feed,) in rows(edition, "select distinct source_feed from dim_indicator")}
    assert not {feed for feed in feeds if feed.startswith("hr.")}
    assert not [c for m in edition.marts.values() for c in m.columns if "delivery" in c.name]
    assert rows(edition, "select count(*) from fct_indicator_values join dim_indicator using (indicator_code)"
                " where is_count_of_persons and region_level = 'area'") == [(0,)]  # fmt: skip


def test_it_is_described_for_catalogues_with_a_licence_per_column(edition):
    data = json.loads((edition.folder / "dcat.jsonld").read_text())
    for one in data["dcat:distribution"]:
        assert (edition.folder / one["@id"].removeprefix("https://cijfers.example.nl/")).is_file()
    package = json.loads((edition.folder / "datapackage.json").read_text())
    assert all(field["licenses"] for resource in package["resources"] for field in resource["schema"]["fields"])
    assert "Alleen voor eigen gebruik" not in json.dumps(package)
    assert subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=edition.folder).returncode == 0


def test_the_same_release_is_published_once_and_a_theme_can_be_left_out(workspace, tmp_path):
    marts = read_marts(current_manifest())
    before = publish.publish_public(workspace, marts)
    assert publish.publish_public(workspace, marts) == before
    few = OF_SAMPLE.model_copy(update={"themes": ("safety",), "levels": ("municipality",)})
    chosen = workspace_in(tmp_path / "home", workspace.releases.resolve(), few)
    publish.publish_public(chosen, marts)
    opened = open_release(chosen.public)
    assert rows(opened, "select distinct theme_code from dim_indicator") == [("safety",)]
    assert rows(opened, "select distinct region_level from fct_indicator_values") == [("municipality",)]
    opened.close()


@pytest.mark.parametrize(
    ("file", "problem"),
    [
        ("public/{}/csv/mart_kpi.csv", "has changed since it was written"),
        ("public/shown_counts.parquet", "is not the file whose checksum is in the event log"),
    ],
)
def test_verify_finds_what_was_changed_in_an_edition_or_in_what_is_known(workspace, file, problem):
    path = workspace.home / file.format((workspace.public / "latest").readlink())
    assert of_public(workspace) == {}
    before = path.read_bytes()
    path.write_bytes(before[:-1] + b"x")
    try:
        assert of_public(workspace) == {str(path.relative_to(workspace.home)): problem}
    finally:
        path.write_bytes(before)


def test_verify_finds_an_edition_that_was_replaced_with_its_checksums(workspace, tmp_path):
    folder = (workspace.public / "latest").resolve()
    kept = shutil.copytree(folder, tmp_path / "kept")
    (folder / "index.html").write_text("replaced")
    write_checksums(folder)
    name = str((folder / "SHA256SUMS").relative_to(workspace.home.resolve()))
    assert of_public(workspace) == {name: "is not the list of checksums in the event log"}
    shutil.copytree(kept, folder, dirs_exist_ok=True)


def test_verify_misses_what_is_known_where_it_is_gone(workspace, tmp_path):
    moved = workspace.shown_counts.rename(tmp_path / "moved")
    try:
        assert of_public(workspace) == {"public/shown_counts.parquet": IS_GONE}
    finally:
        moved.rename(workspace.shown_counts)


def of_public(workspace):
    return {found.file: found.problem for found in verify(workspace).findings if found.file.startswith("public/")}


def test_a_wrong_setting_or_a_lost_history_leaves_the_edition_in_place(workspace, tmp_path):
    marts = read_marts(current_manifest())
    wrong = OF_SAMPLE.model_copy(update={"themes": ("weather",)})
    with pytest.raises(SetupError, match=r"public\.themes: weather"):
        publish.publish_public(workspace_in(tmp_path / "one", workspace.releases.resolve(), wrong), marts)
    with pytest.raises(SetupError, match=r"public\.contact"):
        publish.publish_public(workspace_in(tmp_path / "two", workspace.releases.resolve(), PublicSettings()), marts)
    copy = workspace_in(
        tmp_path / "three", workspace.releases.resolve(), OF_SAMPLE.model_copy(update={"themes": ("care",)})
    )
    shutil.copytree(workspace.public, copy.public, symlinks=True)
    copy.shown_counts.unlink()
    latest = (copy.public / "latest").readlink()
    with pytest.raises(SetupError, match="back-up"):
        publish.publish_public(copy, marts)
    assert (copy.public / "latest").readlink() == latest
