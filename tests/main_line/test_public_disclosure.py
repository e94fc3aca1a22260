"""No count of persons below ten follows from all that the public edition of the sample shows, family by family."""

import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import pytest
from made_once import made_once
from registers.public_attacker import MINIMUM
from registers.public_families import Edition, Family, attack, families

from dagster_project.marts.catalogue import read_marts
from dagster_project.public_edition.public_counts import public_rules
from dagster_project.release.reader import DATABASE
from dagster_project.warehouse.dbt import current_manifest

from .first_run import SAMPLE_DAY, call_sample, publish_edition

SEED = 20261125
RULES = public_rules()
# Counts of persons, and ratios of these.
OF_PERSONS = """
    with counts as (select indicator_code from shown.snapshot.dim_indicator where is_count_of_persons)
    select indicator_code from shown.snapshot.dim_indicator
    where is_count_of_persons or numerator in (from counts) or denominator in (from counts)
"""
# Columns of a public mart that are figures, besides those of counts and ratios themselves.
DERIVED = {
    "fct_indicator_values": ("numerator", "denominator", "lower_bound", "upper_bound", "noise_lower", "noise_upper"),
    "mart_kpi": ("noise_lower", "noise_upper", "previous_value", "year_before_value", "change", "target_value",
                 "tolerance"),
    "mart_neighbourhood_profile": ("noise_lower", "noise_upper"),
}  # fmt: skip


@dataclass(frozen=True)
class Publication:
    """An installation with a public edition, and the counts behind it."""

    home: Path
    edition: Edition

    def ask(self, query: str) -> list[tuple]:
        """Query the public edition as ``shown`` and the internal release as ``inside``."""
        with duckdb.connect() as connection:
            for name, folder in (("shown", "public"), ("inside", "releases")):
                file = self.home / folder / "latest" / DATABASE
                connection.execute(f"ATTACH '{file}' AS {name} (READ_ONLY)")
            return connection.execute(query).fetchall()


@pytest.fixture(scope="module")
def publication(public_home) -> Publication:
    warehouse = (public_home / "releases").resolve().parent / "warehouse.duckdb"
    return Publication(public_home, Edition.read(public_home / "releases", public_home / "public", warehouse))


@pytest.fixture(scope="module")
def by_family() -> Callable[[str], Family]:
    return {family[0]: family for family in families(RULES)}.__getitem__


FAMILIES = pytest.mark.parametrize("family", families(RULES), ids=lambda family: family[0])


def chosen(edition: Edition, family: Family) -> tuple[str, ...]:
    """A fair random choice of what is attacked at each push; the long form attacks all."""
    return random.Random(f"{SEED} {family}").choice(edition.systems(family))


def test_every_public_count_of_persons_is_in_a_family_that_is_attacked(publication):
    declared = {code for family in families(RULES) for code in family}
    shown = publication.ask("select indicator_code from shown.snapshot.dim_indicator where is_count_of_persons")
    assert {code for (code,) in shown} == declared
    edition = publication.edition
    attacked = {
        cell
        for family in families(RULES)
        for periods in edition.systems(family)
        for cell in edition.shown
        if cell.indicator in family and cell.period in periods
    }
    assert attacked == edition.shown.keys()
    assert {cell.place[:2] for cell in attacked} == {"GM", "WK", "BU"}


@FAMILIES
def test_no_small_count_of_a_chosen_period_follows_from_the_public_edition(publication, family):
    found, _ = attack([publication.edition], family, chosen(publication.edition, family), RULES)
    assert found == {}


@FAMILIES
def test_the_attacker_finds_small_counts_of_every_family_where_all_are_shown(publication, family):
    edition = publication.edition
    period = chosen(edition, family)[-1:]
    found, small = attack([replace(edition, shown=edition.inside)], family, period, RULES)
    # Of the members of clubs only the municipality's total is known.
    assert bool(found) == bool(small) == (family != ("sports_club_members_count",))


@pytest.mark.parametrize("family", ["bbz_recipients_count", "toddlers_count"])
def test_the_attacker_finds_small_counts_that_are_left_out_where_nothing_else_is(publication, by_family, family):
    edition = publication.edition
    large = {cell: value for cell, value in edition.inside.items() if value >= MINIMUM}
    period = chosen(edition, by_family(family))
    found, _ = attack([replace(edition, shown=large)], by_family(family), period, RULES)
    assert found.keys() - large.keys()


@pytest.mark.long
@FAMILIES
def test_no_small_count_of_any_period_follows_from_the_public_edition(publication, family):
    edition = publication.edition
    found = {periods: attack([edition], family, periods, RULES)[0] for periods in edition.systems(family)}
    assert {periods: cells for periods, cells in found.items() if cells} == {}


@pytest.fixture(scope="module")
def two_editions(tmp_path_factory) -> list[Edition]:
    """The editions of two successive months, each as its readers had it."""

    def make(folder: Path) -> None:
        for month, day in enumerate((SAMPLE_DAY.replace(month=SAMPLE_DAY.month - 1), SAMPLE_DAY)):
            ran = call_sample(folder / "home", "run", on=day)
            assert ran.returncode == 0, ran.stderr[-3000:]
            publish_edition(folder / "home")
            for name in ("releases", "public", "warehouse.duckdb"):
                source, target = folder / "home" / name, folder / str(month) / name
                shutil.copytree(source, target, symlinks=True) if source.is_dir() else shutil.copy(source, target)

    folder = made_once(tmp_path_factory, "two_editions", make)
    return [
        Edition.read(folder / month / "releases", folder / month / "public", folder / month / "warehouse.duckdb")
        for month in "01"
    ]


@pytest.mark.long
@FAMILIES
def test_no_small_count_follows_from_two_successive_editions(two_editions, family):
    before, now = two_editions
    both = [periods for periods in now.systems(family) if {*periods} & {cell.period for cell in before.true}]
    found = {periods: attack([before, now], family, periods, RULES)[0] for periods in both}
    assert {periods: cells for periods, cells in found.items() if cells} == {}


def test_two_figures_from_the_same_shown_counts_are_the_same_in_every_column(publication):
    """Else a column would say more of persons than the counts that are shown, such as how a total divides."""
    assert differing(publication, "shown") == []
    assert differing(publication, "inside") != []


def differing(publication: Publication, database: str) -> list[tuple]:
    """Values of a figure of persons with which a bound or an end of its noise goes in several forms."""
    ends = ("lower_bound", "upper_bound", "noise_lower", "noise_upper")
    several = " or ".join(f"count(distinct coalesce(figures.{one}, -1)) > 1" for one in ends)
    return publication.ask(
        f"""
        select indicator_code, figures.value, count(*)
        from {database}.snapshot.fct_indicator_values as figures
        where figures.value is not null and region_level <> 'area' and indicator_code in ({OF_PERSONS})
        group by indicator_code, figures.value, figures.numerator, figures.denominator
        having {several}
        """
    )


def test_a_figure_that_is_withheld_gives_no_reason_by_which_its_count_is_known(publication):
    """A ratio is impossible where the count below it is zero; outside, that is one of the small counts."""
    said = """
        with counts as (select indicator_code from shown.snapshot.dim_indicator where is_count_of_persons)
        select figures.indicator_code, figures.missing_reason
        from {}.snapshot.fct_indicator_values as figures
        join shown.snapshot.dim_indicator as indicators using (indicator_code)
        join inside.snapshot.fct_indicator_values as count
            on indicators.denominator = count.indicator_code and figures.region_code = count.region_code
                and figures.period = count.period
        where indicators.denominator in (from counts) and figures.value is null and figures.region_level <> 'area'
        group by all having max(count.value) = 0
    """
    assert publication.ask(said.format("shown")) == []
    assert publication.ask(said.format("inside")) != []


def test_every_other_figure_of_persons_is_one_that_is_shown_or_their_difference(publication):
    marts = [mart for mart in read_marts(current_manifest()) if mart.public_columns]
    figures = {
        mart.name: tuple(
            column.name
            for column in mart.columns
            if column.name in mart.public_columns and column.data_type == "double" and column.name != "value"
        )
        for mart in marts
        if {"indicator_code", "value"} <= {*mart.public_columns} and mart.name != "mart_municipality_profile"
    }
    # A new figure column is considered here before it is public.
    empty = publication.ask(
        "select " + ", ".join(f"count({one})" for one in figures["mart_neighbourhood_profile"]
                              if one not in DERIVED["mart_neighbourhood_profile"])
        + f" from shown.snapshot.mart_neighbourhood_profile where indicator_code in ({OF_PERSONS})"
    )  # fmt: skip
    assert {*empty[0]} == {0}
    assert {name: {*columns} for name, columns in figures.items() if name != "mart_neighbourhood_profile"} == {
        name: {*columns} for name, columns in DERIVED.items() if name != "mart_neighbourhood_profile"
    }
    wrong = publication.ask("""
        select kpi.indicator_code from shown.snapshot.mart_kpi as kpi
        left join shown.snapshot.fct_indicator_values as own
            on kpi.indicator_code = own.indicator_code and kpi.municipality_code = own.region_code
                and kpi.period = own.period
        left join shown.snapshot.fct_indicator_values as before
            on kpi.indicator_code = before.indicator_code and kpi.municipality_code = before.region_code
                and kpi.year_before_period = before.period
        where (kpi.value, kpi.noise_lower, kpi.noise_upper) is distinct from
                (own.value, own.noise_lower, own.noise_upper)
            or kpi.year_before_value is distinct from before.value
            or abs(kpi.change - (own.value - before.value)) > 1e-9
    """)
    assert wrong == []
