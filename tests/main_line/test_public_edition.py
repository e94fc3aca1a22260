"""The public edition of the sample: what it shows, and that no count of persons below ten follows from it."""

import json
import shutil
import subprocess

import duckdb
import pytest
from registers.attacker import rules_of_places, rules_within, without_parts
from registers.public_attacker import PublicAttacker

from dagster_project.errors import SetupError
from dagster_project.installation.public_settings import PublicSettings
from dagster_project.installation.settings import Settings
from dagster_project.installation.workspace import Workspace, morning_of
from dagster_project.marts.catalogue import read_marts
from dagster_project.public_edition import publish
from dagster_project.public_edition.public_counts import public_rules
from dagster_project.release.reader import open_release
from dagster_project.warehouse.dbt import current_manifest
from dagster_project.warehouse.random_rounding import Cell, CountedPlace

from .first_run import SAMPLE_DAY

SETTINGS = PublicSettings(contact="data@example.nl", address="https://cijfers.example.nl")
FAMILIES = [
    ("benefit_recipients_count", "general_assistance_recipients_count", "ioaw_ioaz_recipients_count",
     "bbz_recipients_count", "benefit_households_count"),
    ("toddlers_count", "vve_indicated_toddlers_count", "vve_placed_toddlers_count"),
    ("youth_law_clients_in_month_count", "youth_care_clients_in_month_count"),
]  # fmt: skip


def workspace_in(home, releases, settings=SETTINGS):
    home.mkdir()
    (home / "releases").symlink_to(releases)
    return Workspace(
        Settings(home=home, municipality_code="GM9999", public=settings), morning_of(SAMPLE_DAY), is_sample=True
    )


@pytest.fixture(scope="module")
def workspace(sample_home, tmp_path_factory):
    made = workspace_in(tmp_path_factory.mktemp("public") / "home", sample_home / "releases")
    publish.publish_public(made, read_marts(current_manifest()))
    return made


@pytest.fixture(scope="module")
def edition(workspace):
    opened = open_release(workspace.public)
    yield opened
    opened.close()


def rows(edition, query):
    return edition.shown_on(SAMPLE_DAY).execute(query).fetchall()


def counts_in(releases, indicators, period):
    """Counts of persons that a release shows, without own areas."""
    with duckdb.connect(str(releases / "latest" / "maandvers.duckdb"), read_only=True) as release:
        found = release.execute(
            "select indicator_code, region_code, period, value::integer from snapshot.fct_indicator_values"
            f" where indicator_code in {indicators} and period = '{period}' and value is not null"
            " and region_level <> 'area'"
        ).fetchall()
        parents = release.execute(
            "select region_code, parent_region_code from snapshot.dim_region where is_newest_vintage"
            " and region_level in ('district', 'neighbourhood')"
        ).fetchall()
    return {Cell(*address): value for *address, value in found}, dict(parents)


def narrowed(workspace, shown, indicators, period):
    """Counts of fewer than ten persons that the attacker narrows to fewer than ten, or to fewer than three values."""
    inside, parents = counts_in(workspace.releases, indicators, period)
    warehouse = workspace.releases.resolve().parent / "warehouse.duckdb"
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        counted = connection.execute(
            "select indicator_code, region_code, period, persons_count, is_additive"
            " from intermediate.int_counts__of_persons"
        ).fetchall()
    additive = {code for code, *_, is_additive in counted if is_additive}
    true = {cell: count for *address, count, _ in counted if (cell := Cell(*address)) in inside}
    rules = public_rules()
    part_of = {part: of for part, of in rules.part_of.items() if part in indicators}
    rests = without_parts(true, part_of)
    covered = {"benefit_recipients_count"}
    parts = {above: tuple(one for one, of in parents.items() if of == above) for above in parents.values()}
    places = {cell.place: CountedPlace("", parts.get(cell.place, ())) for cell in rests}
    # Persons without a known place, of whom this attacker knows the number.
    elsewhere = {
        cell: rest - sum(rests.get(cell._replace(place=part), 0) for part in places[cell.place].parts)
        for cell, rest in rests.items()
        if cell.place[:2] == "GM"
    }
    attacker = PublicAttacker(
        rests,
        shown,
        part_of,
        [
            *rules_of_places(rests, places, additive, elsewhere),
            *rules_within(
                {cell for cell in inside if cell in rests},
                part_of,
                [pair for pair in rules.at_most if {*pair} <= {*indicators}],
            ),
        ],
        covered,
    )
    small = [cell for cell, rest in rests.items() if rest < 10 and cell.indicator not in covered]
    assert small
    found = {cell: attacker.bounds(cell) for cell in small}
    return {cell: (low, high) for cell, (low, high) in found.items() if high < 10 or (low < 10 and low > 7)}


@pytest.mark.parametrize("indicators", FAMILIES)
def test_no_count_below_ten_follows_from_the_public_edition(workspace, indicators):
    shown, _ = counts_in(workspace.public, indicators, "2026-10")
    assert min(shown.values()) >= 10
    assert narrowed(workspace, shown, indicators, "2026-10") == {}


def test_the_attacker_finds_counts_where_only_the_small_ones_are_left_out(workspace):
    inside, _ = counts_in(workspace.releases, FAMILIES[1], "2026-10")
    shown = {cell: value for cell, value in inside.items() if value >= 10}
    assert narrowed(workspace, shown, FAMILIES[1], "2026-10")


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
    required = ("identifier", "title", "description", "license", "creator", "publisher", "language", "temporal",
                "accessRights", "modified", "spatial")  # fmt: skip
    assert [name for name in required if not data.get(f"dct:{name}")] == []
    assert data["dcat:theme"]
    assert data["dcat:contactPoint"]["vcard:fn"]
    for one in data["dcat:distribution"]:
        for name in ("dcat:accessURL", "dct:format", "dct:title", "dct:description", "dct:license"):
            assert one[name]
        assert (edition.folder / one["@id"].removeprefix("https://cijfers.example.nl/")).is_file()
    package = json.loads((edition.folder / "datapackage.json").read_text())
    assert all(field["licenses"] for resource in package["resources"] for field in resource["schema"]["fields"])
    assert "Alleen voor eigen gebruik" not in json.dumps(package)
    assert subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=edition.folder).returncode == 0


def test_the_same_release_is_published_once_and_a_theme_can_be_left_out(workspace, tmp_path):
    marts = read_marts(current_manifest())
    before = publish.publish_public(workspace, marts)
    assert publish.publish_public(workspace, marts) == before
    few = SETTINGS.model_copy(update={"themes": ("safety",), "levels": ("municipality",)})
    chosen = workspace_in(tmp_path / "home", workspace.releases.resolve(), few)
    publish.publish_public(chosen, marts)
    opened = open_release(chosen.public)
    assert rows(opened, "select distinct theme_code from dim_indicator") == [("safety",)]
    assert rows(opened, "select distinct region_level from fct_indicator_values") == [("municipality",)]
    opened.close()


def test_a_wrong_setting_or_a_lost_history_leaves_the_edition_in_place(workspace, tmp_path):
    marts = read_marts(current_manifest())
    wrong = SETTINGS.model_copy(update={"themes": ("weather",)})
    with pytest.raises(SetupError, match=r"public\.themes: weather"):
        publish.publish_public(workspace_in(tmp_path / "one", workspace.releases.resolve(), wrong), marts)
    with pytest.raises(SetupError, match=r"public\.contact"):
        publish.publish_public(workspace_in(tmp_path / "two", workspace.releases.resolve(), PublicSettings()), marts)
    copy = workspace_in(
        tmp_path / "three", workspace.releases.resolve(), SETTINGS.model_copy(update={"themes": ("care",)})
    )
    shutil.copytree(workspace.public, copy.public, symlinks=True)
    (copy.public / publish.HISTORY).unlink()
    latest = (copy.public / "latest").readlink()
    with pytest.raises(SetupError, match="back-up"):
        publish.publish_public(copy, marts)
    assert (copy.public / "latest").readlink() == latest
