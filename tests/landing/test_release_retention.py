"""Retention of releases and public editions: old ones go, but for month ends and those that readers have."""

import json
from datetime import date

import isodate
import pytest

from dagster_project.contracts.load import load_release_retention
from dagster_project.contracts.model import ReleaseRetention
from dagster_project.errors import ContractError
from dagster_project.installation.settings import DBT_PROJECT
from dagster_project.operations import prune as retention
from dagster_project.operations.prune import deletions
from dagster_project.storage.atomic import point_link

from .past_terms import TODAY, edition, findings, pruned, release


def test_releases_go_after_their_term_but_not_the_last_of_a_month(lived):
    days = [date(2020, 8, 30), date(2020, 8, 31), date(2020, 10, 31), date(2020, 11, 1), date(2021, 1, 31)]
    folders = [release(lived, day) for day in days] + [release(lived, days[1], number=2)]
    point_link(lived.home / "releases" / "latest", "2021-01-31_1")
    pruned(lived)
    # 31 October is 1 February less three months: one day too long, but the last of its month.
    kept = ["2020-08-31_2", "2020-10-31_1", "2020-11-01_1", "2021-01-31_1"]
    assert sorted(folder.name for folder in folders if folder.exists()) == kept
    pruned(lived, date(2030, 12, 1))
    assert sorted(folder.name for folder in folders if folder.exists()) == ["2021-01-31_1"]


def test_month_ends_are_as_other_releases_where_the_contract_says_nothing_of_them(lived, monkeypatch):
    terms = ReleaseRetention.model_validate({"releases": "P3M"})
    monkeypatch.setattr(retention, "load_release_retention", lambda _: terms)
    old = release(lived, date(2020, 10, 31))
    release(lived, TODAY)
    pruned(lived)
    assert not old.exists()


def test_public_editions_go_after_their_term_and_the_current_one_never(lived):
    folders = [edition(lived, date(2020, 12, 31), number) for number in (9, 10)]
    folders += [edition(lived, day) for day in (date(2021, 1, 1), TODAY)]
    (lived.home / "public" / "shown_counts.parquet").write_bytes(b"known for good")
    found = pruned(lived, is_dry_run=True).removed
    assert [one.folder for one in found if one.folder.startswith("public/")] == [
        "public/2020-12-31_9",
        "public/2020-12-31_10",
    ]
    assert all(folder.exists() for folder in folders)
    pruned(lived)
    assert [folder.name for folder in folders if folder.exists()] == ["2021-01-01_1", "2021-02-01_1"]
    # Readers may have been pointed back at an older one.
    point_link(lived.home / "public" / "latest", "2021-01-01_1")
    pruned(lived, date(2040, 1, 1))
    assert [folder.name for folder in folders if folder.exists()] == ["2021-01-01_1", "2021-02-01_1"]
    assert (lived.home / "public" / "shown_counts.parquet").exists()
    assert {one.folder for one in deletions(lived.workspace(TODAY).event_log.entries())} >= {"public/2020-12-31_9"}
    assert findings(lived) == []


def test_the_latest_release_stays_however_old(lived):
    release(lived, date(2011, 1, 2))
    newest = release(lived, date(2011, 1, 3))
    pruned(lived, date(2040, 1, 1))
    assert newest.exists()
    point_link(lived.home / "releases" / "latest", release(lived, date(2011, 1, 1)).name)
    pruned(lived, date(2040, 1, 1))
    assert [folder.name for folder in lived.workspace(TODAY).release_folders()] == ["2011-01-01_1", "2011-01-03_1"]


def test_the_contract_says_how_long_releases_are_kept(tmp_path):
    terms = load_release_retention(DBT_PROJECT / "models")
    assert (isodate.duration_isoformat(terms.releases), isodate.duration_isoformat(terms.month_ends)) == ("P3M", "P10Y")
    file = tmp_path / "models" / "_maandvers__sources.yml"
    file.parent.mkdir()
    for written, key in (({"releases": "a while"}, "retention.releases"), ({"release": "P3M"}, "retention.release")):
        source = {"name": "raw_maandvers", "config": {"meta": {"retention": written}}}
        file.write_text(json.dumps({"sources": [source]}))
        with pytest.raises(ContractError, match=key):
            load_release_retention(file.parent)
    file.write_text("sources: []")
    with pytest.raises(ContractError, match="is not declared"):
        load_release_retention(file.parent)
