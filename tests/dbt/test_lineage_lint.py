"""Every mart counts in the clock of every feed that its figures come from; each way to miss one is seen to fail."""

import copy
import importlib.util
import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from dagster_project.contracts.load import load_feeds
from dagster_project.installation.settings import DBT_PROJECT
from dagster_project.marts.catalogue import read_marts
from dagster_project.marts.column_clocks import UnboundColumnError
from dagster_project.marts.dictionary import read_rows
from dagster_project.warehouse.dbt import current_manifest

_spec = importlib.util.spec_from_file_location("lineage_lint", Path(__file__).with_name("lineage_lint.py"))
lint = importlib.util.module_from_spec(_spec)
sys.modules["lineage_lint"] = lint
_spec.loader.exec_module(lint)


@pytest.fixture(scope="module")
def read():
    feeds = load_feeds(DBT_PROJECT / "models")
    manifest = json.loads(current_manifest().read_bytes())
    return lint.House(
        manifest=manifest,
        feeds={(f"raw_{feed.supplier}", table.name): feed.id for feed in feeds for table in feed.tables},
        dictionary=lint.feeds_of_indicators(read_rows(manifest)),
    )


@pytest.fixture
def house(read):
    """The manifest that the lint reads, to break."""
    return replace(read, manifest=copy.deepcopy(read.manifest))


def model(house, name):
    return house.manifest["nodes"][f"model.maandvers.{name}"]


def column(house, mart, name):
    return model(house, mart)["columns"][name]


def read_by(house, name, *parents):
    house.manifest["parent_map"][f"model.maandvers.{name}"] += parents


def test_every_mart_has_the_clocks_of_all_that_reaches_its_figures(read):
    assert lint.clock_complaints(read) == []


def test_the_walk_finds_the_feeds_of_figures_and_not_those_of_names(read):
    def reaching(name):
        return lint.feeds_reaching(f"model.maandvers.{name}", read)

    assert reaching("mart_reports") == {"signalen.reports"}
    assert reaching("mart_safety") == {
        "police.crime_yearly",
        "police.crime_monthly",
        "police.nuisance_monthly",
        "cbs.key_figures",
    }
    assert reaching("mart_constant_borders") == {lint.OF_THE_ROW, "pdok.borders", "cbs.key_figures"}
    assert reaching("dim_region") == set()


def loses_a_group(house):
    del column(house, "mart_poverty", "ses_woa_fresh_until")["config"]["meta"]["feeds"]


def reads_one_more_indicator(house):
    model(house, "mart_poverty")["columns"]["lonely_pct"] = column(house, "mart_poverty", "ses_woa_score")


def reads_one_more_feed(house):
    read_by(house, "int_reports__monthly", "model.maandvers.stg_duo__schools")


def weighs_with_another_feed(house):
    column(house, "mart_facilities", "proximity_fresh_until")["config"]["meta"]["feeds"] = ["cbs.proximity"]
    column(house, "mart_facilities", "key_figures_fresh_until")["config"]["meta"]["feeds"] = []


def forgets_the_weights(house):
    column(house, "mart_constant_borders", "fresh_until")["config"]["meta"]["feeds"].remove("cbs.key_figures")


def forgets_the_classes(house):
    for limit in ("chosen_peers_fresh_until", "fresh_until"):
        column(house, "mart_neighbourhood_profile", limit)["config"]["meta"]["feeds"].remove("cbs.key_figures")


def takes_names_for_figures(house):
    del model(house, "int_regions__vintages")["config"]["meta"]["lends_names"]


def has_a_clock_too_many(house):
    column(house, "mart_demography", "fresh_until")["config"]["meta"]["feeds"].append("vve.places")


def has_no_clock(house):
    del model(house, "mart_kpi")["columns"]["fresh_until"]


def lacks_a_clock_of_three(house):
    del model(house, "mart_finance")["columns"]["budget_released_at"]


def lacks_the_period(house):
    del model(house, "mart_neighbourhood_key_figures")["columns"]["period_end_date"]


def leaves_a_figure_unbound(house):
    del column(house, "mart_finance", "variance_eur")["config"]["meta"]["clocks"]


def contradicts_the_dictionary(house):
    column(house, "mart_safety", "crimes_per_1000")["config"]["meta"]["clocks"] = ["crime_yearly"]


@pytest.mark.parametrize(
    ("breaking", "complaint"),
    [
        (loses_a_group, "mart_poverty: cbs.ses_woa reaches its figures and has no clock"),
        (reads_one_more_indicator, "mart_poverty: rivm.health reaches its figures and has no clock"),
        (reads_one_more_feed, "mart_reports: duo.schools reaches its figures and has no clock"),
        (weighs_with_another_feed, "mart_facilities: cbs.key_figures reaches its figures and has no clock"),
        (forgets_the_weights, "mart_constant_borders: cbs.key_figures reaches its figures and has no clock"),
        (forgets_the_classes, "mart_neighbourhood_profile: cbs.key_figures reaches its figures and has no clock"),
        (takes_names_for_figures, "mart_reports: pdok.borders reaches its figures and has no clock"),
        (has_a_clock_too_many, "mart_demography: has a clock of vve.places, which reaches no figure"),
        (has_no_clock, "mart_kpi: has no fresh_until; only definitions (dim_) do not age"),
        (lacks_a_clock_of_three, "mart_finance.budget_fresh_until: no budget_released_at beside it"),
        (lacks_the_period, "mart_neighbourhood_key_figures: no period_end_date"),
        (leaves_a_figure_unbound, "mart_finance.variance_eur: is a figure that no clock binds"),
        (contradicts_the_dictionary, "mart_safety.crimes_per_1000: is an indicator, of which the dictionary knows"),
    ],
)
def test_each_rule_fails_on_a_copy_that_breaks_it(house, breaking, complaint):
    breaking(house)
    complaints = lint.clock_complaints(house)
    assert any(said.startswith(complaint) for said in complaints), complaints


def test_a_model_takes_only_deliveries_of_feeds_it_depends_on(read):
    assert lint.delivery_complaints(read) == []
    readers = [name for name, parents in read.manifest["parent_map"].items() if lint.DELIVERIES in parents]
    assert len([name for name in readers if name.startswith("model.")]) == 13


@pytest.mark.parametrize(
    ("name", "old", "new", "complaint"),
    [
        ("int_safety__crimes", "'police.crime_yearly' and", "'hr.staff' and", "names hr.staff, on which it does not"),
        (
            "int_regions__drawn",
            "deliveries.feed = 'pdok.borders'\n            and borders.delivery_id = deliveries.delivery_id\n",
            "true\n",
            "joins deliveries by neither",
        ),
        (
            "int_indicators__final",
            "with_ratios.denominator_feed = denominator_deliveries.feed\n"
            "        and with_ratios.denominator_delivery_id = denominator_deliveries.delivery_id",
            "true",
            "joins denominator_deliveries by neither",
        ),
        (
            "int_finance__by_programme",
            "reports as (",
            "newest as (\n    select * from published\n),\n\nreports as (",
            "selects",
        ),
    ],
)
def test_a_model_that_takes_the_deliveries_of_another_feed_is_found(house, name, old, new, complaint):
    code = model(house, name)["raw_code"]
    assert old in code
    model(house, name)["raw_code"] = code.replace(old, new)
    complaints = lint.delivery_complaints(house)
    assert any(said.startswith(f"{name}: {complaint}") for said in complaints), complaints


def test_a_column_bound_by_a_clock_that_is_not_there_is_told(house, tmp_path):
    """By the dictionary the rate derives from the inhabitants of CBS, whose clock the mart then lacks."""
    del model(house, "mart_safety")["columns"]["key_figures_fresh_until"]
    broken = tmp_path / "manifest.json"
    broken.write_text(json.dumps(house.manifest))
    with pytest.raises(UnboundColumnError, match=r"mart_safety\.crimes_per_1000(.|\n)*came: key_figures(.|\n)*do: add"):
        read_marts(broken)
