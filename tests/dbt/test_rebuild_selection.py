"""Models that dbt rebuilds for changed raw tables, on the project's own manifest."""

import pytest

from dagster_project.warehouse.dbt import current_manifest
from dagster_project.warehouse.rebuild_selection import dependents

REPORTS = {"raw_signalen.signals"}


@pytest.fixture(scope="module")
def manifest():
    return current_manifest()


@pytest.mark.parametrize("supplier", ["cbs.key_figures", "pdok.borders"])
def test_new_reports_rebuild_no_region_while_a_supplier_of_regions_delivers(manifest, supplier):
    chosen = dependents(manifest, REPORTS, {supplier, "signalen.reports"})
    assert "int_reports__counted" in chosen
    assert "int_regions__vintages" not in chosen


def test_new_reports_rebuild_the_regions_where_these_come_from_reports(manifest):
    assert "int_regions__vintages" in dependents(manifest, REPORTS, {"signalen.reports"})


def test_views_are_not_created_again_but_their_tests_run(manifest):
    chosen = dependents(manifest, REPORTS, {"cbs.key_figures"})
    assert "mart_reports" not in chosen
    assert [name for name in chosen if "mart_reports" in name]


def test_a_table_that_no_model_reads_rebuilds_nothing(manifest):
    assert dependents(manifest, {"raw_signalen.unread"}, set()) == []
