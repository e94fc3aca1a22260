"""The lint passes on this repository, and each rule fails on a copy that breaks it."""

import importlib.util
import shutil
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]

_spec = importlib.util.spec_from_file_location("dbt_lint", Path(__file__).with_name("lint.py"))
lint = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(lint)


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A copy of the dbt project and its seeds, to break and mend."""
    tmp_path = tmp_path_factory.mktemp("house")
    shutil.copytree(REPOSITORY / "dbt_models", tmp_path / "dbt_models", ignore=shutil.ignore_patterns("target", "logs"))
    shutil.copytree(REPOSITORY / "seeds", tmp_path / "seeds")
    return tmp_path


def complaints_about(house):
    return lint.complaints(house / "dbt_models", house / "seeds")


def replace_in(path, old, new):
    text = path.read_text("utf-8")
    assert old in text, f"{path.name} no longer contains {old!r}; update this test"
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_this_repository_passes():
    assert complaints_about(REPOSITORY) == []


CORE = "dbt_models/models/marts/core/_core__models.yml"
DEMOGRAPHY = "dbt_models/models/marts/themes/_demography__models.yml"
THEMES = "dbt_models/models/marts/themes/_reports__models.yml"
FIGURES = "dbt_models/models/intermediate/indicators/1_figures/int_indicators__key_figures.sql"
CBS = "dbt_models/models/staging/cbs/_cbs__sources.yml"
STAGING = "dbt_models/models/staging/signalen/stg_signalen__reports.sql"
MONTHLY = "dbt_models/models/intermediate/reports/int_reports__monthly.sql"
BOARD = "dbt_models/models/intermediate/kpi/int_kpi__board.sql"
MART = "dbt_models/models/marts/themes/mart_kpi.sql"
SAFETY = "dbt_models/models/marts/themes/mart_safety.sql"
BASE = "dbt_models/models/intermediate/indicators/1_figures/int_indicators__unioned.sql"
VACANCY = "dbt_models/models/intermediate/vacancy/int_vacancy__figures.sql"
THEME_LIST = "dbt_models/models/intermediate/indicators/1_figures/int_indicators__dictionary.sql"
THEME_ORDER = "seeds/themes.csv"
DICTIONARY = "seeds/indicators/population.csv"


@pytest.mark.parametrize(
    ("file", "old", "new", "complaint"),
    [
        ("dbt_models/dbt_project.yml", "enforced: true", "enforced: false", "dim_region: contract is not enforced"),
        (THEMES, "unique_combination_of_columns", "unlike", "mart_reports: no unique_combination_of_columns test"),
        (THEMES, "label_nl:", "label_en:", "mart_reports: no label_nl"),
        ("dbt_models/models/marts/exposures.yml", "ref('dim_region')", "ref('x')", "dim_region: in no exposure"),
        (CORE, "theme_code, data_type: varchar,", "theme_code,", "dim_indicator.theme_code: no data_type"),
        (CORE, "description: Theme.", "description: ''", "dim_indicator.theme_code: no description"),
        (CORE, "- name: dim_region", "- name: dim_place", "dim_region: not described in a YAML file beside it"),
        (FIGURES, "'population_0_24_count'", "'x_count'", "population_0_24_count: 0 models make it"),
        (FIGURES, "'population_0_24_count'", "'x_count'", "x_count: a model makes it, but no dictionary row"),
        (FIGURES, "'population_0_24_count'", "'births_count'", "births_count: 2 models make it"),
        (FIGURES, "'population_0_24_count'", "'male_pct'", "male_pct: a model makes it, and it has a numerator"),
        (CBS, "name: births_count", "name: birth_count", "births_count: 0 models make it"),
        (VACANCY, "'vacancy.premises': {", "'vacancy.houses': {", "vacancy.houses: models make indicators of it, but"),
        (DICTIONARY, ",male_count,population_count,", ",male_count,people,", "male_pct: denominator 'people' is not"),
        (DICTIONARY, ",count,inwoners,", ",counts,inwoners,", "population_count: unit 'counts' is not in units.csv"),
        (DICTIONARY, "sum,,1 januari,", "sum,,,", "population_count: reference_moment is"),
        (DICTIONARY, ",inwoners,0,neutral,", ",inwoners,0,,", "population_count: direction is empty"),
        (DICTIONARY, "1 januari,neighbourhood", "1 januari,", "population_count: finest_level is"),
        (DICTIONARY, "1 januari,neighbourhood", "1 januari,street", "'street' is no region_level"),
        (DICTIONARY, ",Vrouwen,,Women,", ",Vrouwen,,Men,", "male_count, female_count: have the same label_en"),
        (THEME_ORDER, "population,", "folk,", "births_count: theme 'population' is not in"),
        (THEME_LIST, "    'population',\n", "", "population.csv: is not in the list"),
        (CBS, "owner:", "keeper:", "cbs.key_figures: no owner"),
        (CBS, "licence:", "terms:", "cbs.key_figures: no licence"),
        (CBS, "clocks:", "clock:", "cbs.key_figures: no clocks"),
        (
            MONTHLY,
            "int_reports__counted",
            "int_neighbourhoods__classes",
            "int_reports__monthly: reads int_neighbourhoods",
        ),
        (MONTHLY, "int_reports__counted", "mart_reports", "int_reports__monthly: reads mart_reports; intermediate"),
        (
            MART,
            "int_kpi__board",
            "stg_signalen__reports",
            "mart_kpi: reads stg_signalen__reports; a mart reads staging",
        ),
        (BOARD, "ref('kpis')", "ref('stg_signalen__reports')", "stg_signalen__reports: belongs to one theme, and"),
        (BOARD, "ref('kpis')", "source('raw_cbs', 'key_figures')", "int_kpi__board: reads raw_cbs; only staging"),
        (STAGING, "source('raw_signalen'", "source('raw_cbs'", "stg_signalen__reports: reads raw_cbs"),
        (
            STAGING,
            "source('raw_signalen', 'signals')",
            "ref('stg_cbs__key_figures')",
            "reads stg_cbs__key_figures; staging",
        ),
        (
            DEMOGRAPHY,
            "population_count, data_type: double",
            "population_count, data_type: double, description: People.",
            "mart_demography.population_count: is described in the dictionary",
        ),
        (DEMOGRAPHY, "name: region_level,", "name: level,", "mart_demography.level: no description, and no docs block"),
        (SAFETY, "{{ theme_mart() }}", "{{ config(materialized='table') }}", "mart_safety: has fresh_until and is no"),
        (BASE, "from bounded", "select * exclude (value) from bounded", "* EXCLUDE is not read alike"),
        (BASE, "from bounded", "select * from bounded where period ~ '2020'", "~ is not read alike"),
        (
            BASE,
            "from bounded",
            "select list_transform([1], x -> x) from bounded",
            "-> lambda is not read alike",
        ),
        (BASE, "from bounded", "select edition_year // 10 from bounded", "// is not read alike"),
        (BASE, "from bounded", "pivot bounded on period using sum(value)", "PIVOT is not read alike"),
        (
            BASE,
            "from bounded",
            "select quantile_cont(value, 0.5) from bounded",
            "quantile_cont is not read alike",
        ),
        (BASE, "from bounded", "from bounded" + "\n" * 500, "lines, at most 400"),
    ],
)
def test_each_rule_fails_on_a_copy_that_breaks_it(house, file, old, new, complaint):
    before = (house / file).read_bytes()
    replace_in(house / file, old, new)
    found = complaints_about(house)
    (house / file).write_bytes(before)
    assert any(complaint in one for one in found), found


def test_the_dictionary_holds_what_a_municipality_asks_for():
    files = (REPOSITORY / DICTIONARY).parent.glob("*.csv")
    assert sum(len(file.read_text("utf-8").splitlines()) - 1 for file in files) >= 150
