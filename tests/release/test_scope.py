"""Themes and levels of marts: declared or derived for each, and the rows that a rule of access leaves."""

import duckdb
import pytest

from dagster_project.access import LEVELS, GroupAccess, ReadAccess
from dagster_project.marts.catalogue import read_marts
from dagster_project.marts.scope import FOR_EVERYONE, MartShape, RowFact, Scope, UnthemedMartError, scopes_of
from dagster_project.release.readable_rows import FALSE, TRUE, ReaderScope, all_of, any_of
from dagster_project.warehouse.dbt import current_manifest

THEMES = ("finance", "care", "safety")
ROWS = """
    create table dim_indicator as from (values ('cost', 'finance'), ('clients', 'care')) t(indicator_code, theme_code);
    create table figures as from (values
        ('cost', 'municipality'), ('cost', 'neighbourhood'), ('clients', 'municipality'), ('clients', 'neighbourhood')
    ) t(indicator_code, region_level);
"""
BY_INDICATOR = {"column": "indicator_code", "mart": "dim_indicator"}
BY_LEVEL = {"column": "region_level", "mart": None}


def scope(themes=(), theme_of_row=None, level=None, level_of_row=None):
    return ReaderScope(themes=themes, themeOfRow=theme_of_row, level=level, levelOfRow=level_of_row)


def rows(mart_scope, access, *groups):
    condition = mart_scope.rows_for(THEMES, access.allowed(groups, THEMES))
    with duckdb.connect() as connection:
        connection.execute(ROWS)
        return set(connection.execute(f"select * from figures where {condition}").fetchall())


ALL_ROWS = {(code, level) for code in ("cost", "clients") for level in ("municipality", "neighbourhood")}
EVERYONE_BUT_CARE = GroupAccess(themes=("*",), without=("care",))


def test_without_rules_every_row_may_be_read():
    for one in (scope(), scope(("care",)), scope(theme_of_row=BY_INDICATOR, level_of_row=BY_LEVEL)):
        assert one.rows_for(THEMES, ReadAccess().allowed((), THEMES)) == "true"


def test_rows_of_a_restricted_theme_are_for_its_group_alone():
    access = ReadAccess(
        everyone=EVERYONE_BUT_CARE, groups={"social": GroupAccess(themes=("care",), levels=("municipality",))}
    )
    by_row = scope(theme_of_row=BY_INDICATOR, level_of_row=BY_LEVEL)
    finance = {("cost", "municipality"), ("cost", "neighbourhood")}
    assert rows(by_row, access) == finance
    assert rows(by_row, access, "social") == finance | {("clients", "municipality")}
    assert rows(by_row, access, "unknown") == finance


def test_a_wide_mart_is_hidden_as_a_whole_or_below_a_level():
    access = ReadAccess(everyone=EVERYONE_BUT_CARE, groups={"social": GroupAccess(themes=("care",))})
    wide = scope(("care", "finance"), level_of_row=BY_LEVEL)
    assert wide.rows_for(THEMES, access.allowed((), THEMES)) == "false"
    assert rows(wide, access, "social") == ALL_ROWS
    coarse = ReadAccess(everyone=GroupAccess(themes=("*",), levels=("municipality",)))
    assert rows(wide, coarse) == {row for row in ALL_ROWS if row[1] == "municipality"}
    assert rows(scope(("care",), level="neighbourhood"), coarse) == set()
    assert rows(scope(("care",), level="municipality"), coarse) == ALL_ROWS


def test_a_wide_mart_is_read_by_who_may_see_each_of_its_themes_at_the_level_of_the_row():
    access = ReadAccess(
        everyone=GroupAccess(),
        groups={
            "social": GroupAccess(themes=("care",), levels=("municipality",)),
            "finance": GroupAccess(themes=("finance",)),
        },
    )
    wide = scope(("care", "finance"), level_of_row=BY_LEVEL)
    assert rows(wide, access, "social") == rows(wide, access, "finance") == set()
    assert rows(wide, access, "social", "finance") == {row for row in ALL_ROWS if row[1] == "municipality"}


def test_a_level_includes_the_larger_ones():
    district = GroupAccess(themes=("care",), levels=("district",))
    assert [level for level in LEVELS if district.allows("care", level)] == ["country", "municipality", "district"]
    assert not GroupAccess(themes=("care",), levels=()).allows("care", "country")


def test_conditions_are_joined():
    assert (all_of([]), all_of([TRUE, "a", TRUE]), all_of(["a", "b", "a"])) == (TRUE, "a", "a AND b")
    assert all_of(["a", FALSE]) == FALSE
    assert (any_of([]), any_of([FALSE, "a"]), any_of(["a", TRUE])) == (FALSE, "a", TRUE)
    assert any_of(["a AND b", "c"]) == "(a AND b OR c)"


def test_every_mart_with_figures_has_a_theme_and_a_level():
    for mart in read_marts(current_manifest()):
        if mart.name.startswith("dim_") and mart.name != "dim_policy_measure":
            assert mart.scope == FOR_EVERYONE, mart.name
        else:
            assert mart.scope.themes or mart.scope.theme_of_row, mart.name
            assert mart.scope.level or mart.scope.level_of_row, mart.name
            assert (mart.scope.theme_of_row or RowFact("")).mart in (None, "dim_indicator", "dim_policy_measure")


def test_themes_come_from_the_indicators_among_the_columns_or_the_key_of_definitions():
    marts = [
        MartShape("dim_code", ("code", "theme_code"), ("code",), ()),
        MartShape("dim_plan", ("plan", "theme_code", "region_level", "births"), ("plan",), ()),
        MartShape("mart_wide", ("region_level", "births", "crimes"), ("region_code",), ()),
        MartShape("fct_long", ("code", "neighbourhood_code"), ("neighbourhood_code", "code"), ()),
    ]
    found = scopes_of(marts, {"births": "population", "crimes": "safety"})
    assert found["dim_code"] == FOR_EVERYONE
    assert found["dim_plan"] == Scope(theme_of_row=RowFact("theme_code"), level_of_row=RowFact("region_level"))
    assert (found["mart_wide"].themes, found["mart_wide"].level_of_row) == (
        ("population", "safety"),
        RowFact("region_level"),
    )
    assert (found["fct_long"].theme_of_row, found["fct_long"].level) == (RowFact("code", "dim_code"), "neighbourhood")


def test_a_mart_without_a_theme_is_refused():
    with pytest.raises(UnthemedMartError, match="mart_new: has no theme"):
        scopes_of([MartShape("mart_new", ("region_code", "trees"), ("region_code",), ())], {})


def test_a_mart_that_names_some_of_its_themes_is_refused():
    mart = MartShape("mart_new", ("region_code", "births", "crimes"), ("region_code",), ("safety",))
    with pytest.raises(UnthemedMartError, match=r"mart_new: has figures of themes.*\n.*\n  came: population"):
        scopes_of([mart], {"births": "population", "crimes": "safety"})
