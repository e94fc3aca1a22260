"""A failed comparison is reported in the diff, and never stops a release."""

import pytest

from dagster_project.marts.catalogue import read_marts
from dagster_project.release.build import latest_release
from dagster_project.release.diff.changes import ReleaseFacts
from dagster_project.release.diff.compare import compare_releases
from dagster_project.release.freshness_report import FreshnessReport
from dagster_project.warehouse.dbt import MANIFEST
from release.publishing import compared, diff_of, diff_page, edited, facts_of, publish

FACT = "fct_indicator_values"


@pytest.fixture(scope="module")
def release(first_run):
    return first_run.latest


def cut_short(release):
    (release / "release.json").write_text((release / "release.json").read_text()[:100])


def without_files(release):
    (release / "maandvers.duckdb").unlink()
    (release / "SHA256SUMS").unlink()


@pytest.mark.parametrize("harm", [cut_short, without_files])
def test_a_release_goes_out_although_the_one_before_is_damaged(first_run, tmp_path, harm):
    installation = first_run.copy(tmp_path / "home")
    before = installation.latest
    harm(before)
    note = publish(installation)
    assert installation.latest.name == note.release_id != before.name
    diff = diff_of(installation.latest)
    assert f"release.json of {before.name} is not as it was written" in diff.problem.english
    assert note.changes == diff.summary == f"Not compared with the release before: {diff.problem.english}"
    assert latest_release(installation.releases) == note
    html = diff_page(installation.latest)
    assert "Er kon niet met de vorige uitgave worden vergeleken" in html
    assert f"De vorige uitgave ({before.name}) is beschadigd" in html


def test_a_release_of_another_version_or_another_municipality_is_not_compared(release, tmp_path):
    other = edited(release, tmp_path / "other", {}, municipality_code="GM0001")
    diff = compared(other, edited(release, tmp_path / "after", {}))
    assert "another municipality, GM0001" in diff.problem.english
    assert "van een andere gemeente (GM0001)" in diff_page(tmp_path / "after")
    older = edited(release, tmp_path / "older", {}, models=None)
    diff = compared(older, tmp_path / "after")
    assert "another version of Maandvers: models" in diff.problem.english
    assert "met een andere versie van Maandvers" in diff_page(tmp_path / "after")


def test_a_damaged_database_is_not_compared(release, tmp_path):
    before, after = edited(release, tmp_path / "before", {}), edited(release, tmp_path / "after", {})
    file = before / "maandvers.duckdb"
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    diff = compared(before, after)
    assert "maandvers.duckdb of before is not as it was written" in diff.problem.english
    assert diff.marts == []
    assert "maandvers.duckdb is niet meer zoals het is geschreven" in diff_page(after)


def test_figures_without_the_key_of_today_are_not_compared(release, tmp_path):
    renamed = {FACT: ["alter table mart rename column period to year"]}
    after = edited(release, tmp_path / "after", {})
    diff = compared(edited(release, tmp_path / "before", renamed), after)
    assert "period" in diff.problem.english
    assert "Het vergelijken zelf is misgegaan" in diff_page(after)


def test_any_other_error_is_reported_and_not_raised(release, tmp_path):
    after = edited(release, tmp_path / "after", {})
    facts = ReleaseFacts.model_validate(facts_of(after))
    report = FreshnessReport.model_validate_json((after / "freshness.json").read_bytes())
    bands = tmp_path / "bands.csv"
    diff = compare_releases(release, after, facts, read_marts(MANIFEST), report, bands=bands)
    assert "bands.csv" in diff.problem.english
    assert "het vergelijken zelf is misgegaan" in diff.problem.dutch
    bands.write_text("name_ending,label_nl,share_pct,at_least\n,overig,5,0\n")
    diff = compare_releases(release, after, facts, read_marts(MANIFEST), report, bands=bands)
    assert "at_least" in diff.problem.english
