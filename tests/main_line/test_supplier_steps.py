"""A step per supplier: asked again without an answer, in the way of no other, and judged alone where it runs alone."""

from datetime import timedelta

import dagster as dg
import pytest
from suppliers import faults

from dagster_project.audit.outcome import AuditOutcome
from dagster_project.definitions import build_defs
from dagster_project.defs.resources import WorkspaceResource
from dagster_project.installation.workspace import morning_of

from .first_run import FIRST as DAY
from .first_run import paged_sample
from .installation import CBS, SIGNALEN, Installation

# These import Dagster, which takes seconds, and run the steps of suppliers.
pytestmark = [pytest.mark.xdist_group("dagster"), pytest.mark.whole_run]

CBS_TABLE = dg.AssetKey(["raw_cbs", "key_figures"])
SIGNALEN_TABLES = [
    dg.AssetKey(["raw_signalen", name]) for name in ("signals", "statuses", "locations", "categories", "sla")
]


@pytest.fixture
def installation(tmp_path, paged_suppliers):
    paged_suppliers.app = paged_sample(DAY)
    paged_suppliers.faults.chosen = {}
    return Installation(tmp_path / "home", paged_suppliers)


def execute(installation, keys, day=DAY):
    """The steps of some raw tables with their checks, by the job that runs at night."""
    with installation.entered(), dg.DagsterInstance.ephemeral() as instance:
        definitions = build_defs(workspace=WorkspaceResource(clock=morning_of(day)))
        return definitions.resolve_job_def("publish").execute_in_process(
            instance=instance, asset_selection=keys, raise_on_error=False
        )


def retried(result):
    return {event.step_key for event in result.all_events if event.event_type_value == "STEP_UP_FOR_RETRY"}


def checked(result):
    return {evaluation.asset_key for evaluation in result.get_asset_check_evaluations()}


def test_a_supplier_that_answers_at_the_second_attempt_has_no_problem(installation):
    # Each attempt of the step makes two requests per address; the first three find no answer.
    installation.suppliers.faults.chosen = {"private/csv": faults.too_many_requests(3)}
    result = execute(installation, [CBS_TABLE, *SIGNALEN_TABLES])
    assert (result.success, retried(result)) == (True, {"ask_signalen"})
    assert installation.stores(DAY)[SIGNALEN].state().problems == []
    assert installation.stores(DAY)[SIGNALEN].state().current


def test_a_supplier_that_stays_silent_is_a_problem_and_holds_up_no_other(installation):
    installation.suppliers.faults.chosen = {"OData": faults.unavailable()}
    result = execute(installation, [CBS_TABLE, *SIGNALEN_TABLES])
    # The run goes on: CBS is withheld and Signalen is not.
    assert (result.success, retried(result)) == (True, {"ask_cbs"})
    stores = installation.stores(DAY)
    assert any("gave no usable answer" in problem for problem in stores[CBS].state().problems)
    assert stores[SIGNALEN].state().current
    failed = {one.asset_key for one in result.get_asset_check_evaluations() if not one.passed}
    assert failed == {CBS_TABLE}


def test_an_unusable_delivery_is_not_asked_for_again(installation):
    installation.suppliers.faults.chosen = {"private/csv": faults.truncated()}
    result = execute(installation, SIGNALEN_TABLES)
    assert retried(result) == set()
    assert installation.stores(DAY)[SIGNALEN].state().problems


def test_a_wrong_setting_is_not_tried_again(installation):
    installation.settings = {"MAANDVERS_SUPPLIERS__SIGNALEN__FEEDS__REPORTS__PROTOCOL": "file"}
    result = execute(installation, SIGNALEN_TABLES)
    assert (result.success, retried(result)) == (False, set())


def test_a_run_for_one_supplier_judges_that_supplier_and_keeps_the_clocks_of_all(first_run, tmp_path):
    installation = first_run.copy(tmp_path / "home")
    before = installation.stores(DAY)[CBS].state()
    installation.suppliers.app = paged_sample(DAY + timedelta(days=1))
    result = execute(installation, SIGNALEN_TABLES, DAY + timedelta(days=1))
    assert checked(result) == set(SIGNALEN_TABLES)
    assert installation.stores(DAY)[CBS].state() == before
    outcome = AuditOutcome.read(installation.workspace(DAY).audit)
    assert {j.subject for j in outcome.judgements if j.suite == "volume"} == {SIGNALEN}
    shown = {verdict.clocks.feed for verdict in outcome.feeds if not verdict.is_withheld}
    assert shown == {CBS, SIGNALEN}


def test_tables_of_one_feed_that_are_selected_alone_are_reported_alone(installation):
    result = execute(installation, SIGNALEN_TABLES[:1])
    assert checked(result) == set(SIGNALEN_TABLES[:1])
    assert [event.asset_key for event in result.get_asset_materialization_events()] == SIGNALEN_TABLES[:1]
