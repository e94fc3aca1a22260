"""One dictionary: every figure of every mart has a row in dim_indicator that explains it."""

import duckdb
import pytest
from main_line.installation import ask

from dagster_project.marts.catalogue import read_marts
from dagster_project.warehouse.dbt import MANIFEST

# Whole numbers of type integer are years, places in lists and other properties of a row.
MARTS = [mart for mart in read_marts(MANIFEST) if mart.name != "dim_indicator"]


@pytest.fixture(scope="module")
def release(sample_home):
    return (sample_home / "releases" / "latest").resolve()


def unexplained(release):
    """Figures of the marts of a release without a whole row in the dictionary, in words."""
    with duckdb.connect(str(release / "maandvers.duckdb"), read_only=True) as connection:
        connection.execute("USE snapshot")
        found = connection.execute(
            "SELECT indicator_code, label_nl, unit_nl, definition_nl, source_feed, typeof(rounding) FROM dim_indicator"
        ).fetchall()
        rows = {code: facts for code, *facts in found}
        types = connection.execute(
            "SELECT table_name, column_name FROM duckdb_columns() WHERE schema_name = 'snapshot'"
            " AND data_type IN ('DOUBLE', 'BIGINT', 'FLOAT', 'HUGEINT') OR data_type LIKE 'DECIMAL%'"
        ).fetchall()
    complaints = []
    for mart in MARTS:
        ages = any(clock.feeds for clock in mart.clocks)
        for column in sorted(column for table, column in types if table == mart.name and column not in mart.key):
            facts = rows.get(f"{mart.name}.{column}") or rows.get(column)
            if facts is None:
                complaints.append(f"{mart.name}.{column} has no row")
                continue
            names = ("label", "unit", "definition", "source")
            missing = [
                name for name, fact in zip(names, facts, strict=False) if not fact and (name != "source" or ages)
            ]
            complaints += [f"{mart.name}.{column} has no {name}" for name in missing]
            assert facts[-1] == "INTEGER"
    return complaints


def test_every_figure_of_every_mart_is_in_the_dictionary(release):
    assert unexplained(release) == []
    ((indicators, others),) = ask(
        release, "select count(*) filter (is_indicator), count(*) filter (not is_indicator) from dim_indicator"
    )
    assert (indicators > 300, others > 100) == (True, True)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (
            "DELETE FROM snapshot.dim_indicator WHERE indicator_code = 'mart_finance.expense_eur'",
            "mart_finance.expense_eur has no row",
        ),
        (
            "UPDATE snapshot.dim_indicator SET unit_nl = NULL WHERE indicator_code = 'mart_kpi.tolerance'",
            "mart_kpi.tolerance has no unit",
        ),
        (
            "UPDATE snapshot.dim_indicator SET definition_nl = NULL WHERE indicator_code = 'mart_kpi.tolerance'",
            "mart_kpi.tolerance has no definition",
        ),
        (
            "UPDATE snapshot.dim_indicator SET source_feed = NULL WHERE indicator_code = 'mart_kpi.tolerance'",
            "mart_kpi.tolerance has no source",
        ),
        ("ALTER TABLE snapshot.mart_kpi ADD COLUMN unheard_of_eur DOUBLE", "mart_kpi.unheard_of_eur has no row"),
    ],
)
def test_a_figure_without_a_whole_row_is_found(release, tmp_path, change, complaint):
    (tmp_path / "maandvers.duckdb").write_bytes((release / "maandvers.duckdb").read_bytes())
    with duckdb.connect(str(tmp_path / "maandvers.duckdb")) as connection:
        connection.execute(change)
    assert unexplained(tmp_path) == [complaint]


def test_a_figure_that_is_no_indicator_says_what_its_mart_says(release):
    query = "select label_nl, unit_nl, source_feed, theme_code from dim_indicator where indicator_code = '{}'"
    assert ask(release, query.format("mart_finance.expense_eur")) == [
        ("Lasten (euro)", "euro", "iv3.accounts, ledger.actuals, ledger.budget", None)
    ]
    # A column with clocks of its own is another figure than the indicator of its name.
    assert ask(release, query.format("mart_staff_absence.sickness_absence_pct"))[0][2] == "hr.staff, hr.absence"
    assert ask(release, query.format("mart_safety.crimes_count")) == []
