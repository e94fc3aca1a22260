"""The page of documentation: written from a real warehouse by dbt itself, whole, and readable without a network."""

import re

import pytest
from test_unit_tests import empty_warehouse

from dagster_project.errors import SetupError
from dagster_project.installation.settings import Settings
from dagster_project.installation.workspace import Workspace
from dagster_project.operations.docs import WHOLE_DESCRIPTIONS, write_docs
from dagster_project.warehouse.dbt import digest_of_sources

pytestmark = pytest.mark.whole_run


@pytest.fixture
def workspace(tmp_path):
    return Workspace(Settings(municipality_code="GM9999", home=tmp_path))


def test_the_page_explains_the_marts_and_leaves_the_warehouse_as_it_was(workspace):
    warehouse = empty_warehouse(workspace.home)
    before = warehouse.state()
    page = write_docs(workspace).read_text("utf-8")
    assert before
    assert warehouse.state() == before
    # Where a reader begins, a mart, a column of it, and an owner of a feed.
    for text in (
        "No figure here is older than",
        "Citizen reports per neighbourhood",
        "Reports made in the month",
        "Team",
        # A question with the query that answers it.
        "In welke wijk is het aandeel 65-plussers het grootst?",
        "order by period_end_date desc, population_65_plus_pct desc",
        # An indicator in a mart, in the dictionary's words; the page holds JSON.
        "Jongeren met jeugdbescherming: Jongeren met een maatregel van jeugdbescherming in het jaar.",
        "Berekening: 1.000 \\u00d7 Geregistreerde misdrijven (crimes_count) \\u00f7 Inwoners (population_count).",
    ):
        assert text in page
    # Descriptions are shown whole: the style is there, and so is the row that it is for.
    assert WHOLE_DESCRIPTIONS in page
    assert 'class="column-row"' in page
    assert re.findall(r"""<(?:script|link|img)[^>]+(?:src|href)=["']https?://[^"']+""", page) == []


def test_without_a_warehouse_it_is_told_to_run_first(workspace):
    with pytest.raises(SetupError, match=r"no warehouse to explain.*\n.*do: maandvers run first"):
        write_docs(workspace)
    assert list(workspace.home.iterdir()) == []


def test_a_text_that_changed_is_built_anew(tmp_path, monkeypatch):
    monkeypatch.setattr("dagster_project.warehouse.dbt.SOURCES", (tmp_path,))
    text = tmp_path / "docs.md"
    text.write_text("what a period is")
    before = digest_of_sources()
    text.write_text("what a period is not")
    assert digest_of_sources() != before
