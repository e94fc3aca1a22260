"""The whole sample by its own command: every feed comes in, every mart has figures, and they agree with each other."""

import json
import shutil

import duckdb
import pytest
from shapely import contains_xy, from_geojson, is_valid

from dagster_project.contracts.load import load_feeds
from dagster_project.installation.settings import DBT_PROJECT
from dagster_project.warehouse.dbt import MANIFEST

from .first_run import call_sample
from .installation import ask, marts
from .moving_clocks import moving_complaints

# Downloads stand in where CBS's service gives nothing; in the sample it gives all.
STANDING_IN_NOWHERE = tuple(
    f"declares {feed} and does not follow it" for feed in ("statline.low_income", "statline.ses_woa")
)


@pytest.fixture(scope="module")
def release(sample_home):
    return (sample_home / "releases" / "latest").resolve()


def test_status_shows_every_feed_and_each_is_fresh(sample_home):
    told = json.loads(call_sample(sample_home, "status").stdout)
    states = {feed["feed"]: feed["state"] for feed in told["feeds"]}
    assert states == {feed.id: "fresh" for feed in load_feeds(DBT_PROJECT / "models")}


def test_every_mart_has_figures_and_no_column_of_it_is_empty(release):
    assert set(marts(release)) == {path.stem for path in (DBT_PROJECT / "models/marts").rglob("*.sql")}
    empty = sorted(
        f"{mart}.{column}"
        for mart in marts(release)
        for (column,) in ask(release, f"select column_name from (summarize {mart}) where null_percentage = 100")
    )
    assert empty == [
        # Every measure of the sample has all figures as its window, and the usual regions to compare with.
        "dim_policy_measure.donors",
        "dim_policy_measure.window_from",
        "dim_policy_measure.window_until",
        # PDOK does not say when it published.
        "dim_region_outline.released_at",
        # A new installation has seen no month become complete.
        "fct_nowcasts.expected_value",
        "fct_nowcasts.final_value",
        "fct_nowcasts.is_within_80",
        "fct_nowcasts.lower_80",
        "fct_nowcasts.upper_80",
    ]


def test_the_mart_with_every_figure_is_compressed(release):
    assert [path.name for path in (release / "csv").glob("*.gz")] == ["fct_indicator_values.csv.gz"]


def test_every_theme_and_indicator_has_a_figure(release):
    query = "select indicator_code from fct_indicator_values group by all having count(value) = 0 order by 1"
    assert ask(release, query) == []
    without_rows = (
        "select indicator_code from dim_indicator anti join fct_indicator_values using (indicator_code)"
        " where is_indicator order by 1"
    )
    assert [code for (code,) in ask(release, without_rows)] == []
    assert ask(release, "select count(*) >= 150 from dim_indicator where is_indicator") == [(True,)]
    assert ask(release, "select distinct period_type from fct_indicator_values order by 1") == [
        ("month",), ("quarter",), ("year",),
    ]  # fmt: skip


def test_the_dictionary_says_since_when_a_series_counts_otherwise(release):
    query = (
        "select distinct source_feed, series_break_date::varchar from dim_indicator where series_break_date is not null"
    )
    assert set(ask(release, query)) == {
        ("police.crime_yearly", "2018-07-01"), ("police.crime_monthly", "2018-07-01"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("years", "youth_care", "wmo"),
    [
        # The sample books on the details of its year: 6.72a to 6.74c, and from 2025 6.751 to 6.763, 6.791 and 6.792.
        ("< 2025", {"6.72", "6.73", "6.74", "6.82"}, {"6.6", "6.71", "6.81", "6.91"}),
        (">= 2025", {"6.75", "6.76", "6.792", "6.82"}, {"6.6", "6.71", "6.791", "6.81", "6.91"}),
    ],
)
def test_task_fields_are_youth_care_or_wmo_by_the_codes_of_their_year(release, years, youth_care, wmo):
    for flag, codes in (("is_youth_care", youth_care), ("is_wmo", wmo)):
        query = f"select distinct task_field_code from mart_finance where fiscal_year {years} and {flag}"
        assert {code for (code,) in ask(release, query)} == codes
    # Coordination and policy for youth is no care.
    unknown = f"select task_field_code from mart_finance where fiscal_year {years} and task_field_name_nl is null"
    assert ask(release, unknown) == []


def test_the_dictionary_says_how_finely_each_indicator_is_known(release):
    query = """
        with levels (region_level, rank) as (
            values ('neighbourhood', 1), ('district', 2), ('municipality', 3), ('country', 4)
        ),
        stored as (
            select indicator_code, arg_min(region_level, rank) as finest_level
            from fct_indicator_values join levels using (region_level)
            where value is not null
            group by indicator_code
        )
        select indicator_code, dim_indicator.finest_level, stored.finest_level
        from dim_indicator join stored using (indicator_code)
        where {}
    """
    assert ask(release, query.format("dim_indicator.finest_level <> stored.finest_level")) == []
    known = {level for _, level, _ in ask(release, query.format("true"))}
    assert known == {"neighbourhood", "district", "municipality"}


def test_programmes_hold_what_the_ledger_holds_per_task_field(release):
    per_programme = """
        select fiscal_year, report, round(sum(expense_eur), 2), round(sum(revenue_eur), 2),
            round(sum(budget_expense_eur), 2), round(sum(reserves_eur), 2)
        from mart_finance_programme group by all order by all
    """
    per_task_field = """
        select fiscal_year, report, round(sum(expense_eur) filter (is_in_total), 2),
            round(sum(revenue_eur) filter (is_in_total), 2), round(sum(budget_expense_eur) filter (is_in_total), 2),
            round(coalesce(sum(balance_eur) filter (task_field_code = '0.10'), 0), 2)
        from mart_finance where source = 'ledger' group by all order by all
    """
    programmes = ask(release, per_programme)
    assert len(programmes) > 10
    assert programmes == ask(release, per_task_field)


def test_every_region_of_the_municipality_can_be_drawn(release):
    outlines = ask(
        release,
        "select region_code, outline_geojson, longitude, latitude from dim_region_outline order by region_code",
    )
    newest = "select region_code from dim_region where is_newest_vintage and municipality_code = 'GM9999' order by 1"
    assert [code for code, *_ in outlines] == [code for (code,) in ask(release, newest)]
    for code, text, longitude, latitude in outlines:
        outline = from_geojson(text)
        assert outline.geom_type in ("Polygon", "MultiPolygon"), code
        assert is_valid(outline), code
        assert contains_xy(outline, longitude, latitude), code


def test_a_ratio_is_that_of_the_figures_of_its_own_region_and_no_mean_of_ratios(release):
    ratios = """
        select values.*, dictionary.numerator as above, dictionary.denominator as below, dictionary.factor
        from fct_indicator_values as values
        join dim_indicator as dictionary using (indicator_code)
        where dictionary.numerator is not null and values.value is not null
    """
    levels = ask(release, f"select distinct region_level from ({ratios}) order by 1")
    assert levels == [("area",), ("country",), ("district",), ("municipality",), ("neighbourhood",)]
    wrong = f"""
        select ratios.region_code, ratios.indicator_code, ratios.period
        from ({ratios}) as ratios
        left join fct_indicator_values as counts
            on counts.indicator_code = ratios.above
            and counts.region_code = ratios.region_code and counts.period = ratios.period
        left join fct_indicator_values as divisors
            on divisors.indicator_code = ratios.below
            and divisors.region_code = ratios.region_code and divisors.period = ratios.denominator_period
        where counts.value is distinct from ratios.numerator
            or divisors.value is distinct from ratios.denominator
            or abs(ratios.value - ratios.factor * ratios.numerator / ratios.denominator) > 1e-9 * abs(ratios.value)
    """
    assert ask(release, wrong) == []
    # As a check that can fail: means of the ratios of neighbourhoods are something else.
    means = f"""
        select count(*) from (select indicator_code, period, avg(value) as mean from ({ratios})
        where region_level = 'neighbourhood' group by all) join ({ratios}) using (indicator_code, period)
        where region_level = 'municipality' and abs(mean - value) > 0.01
    """
    assert ask(release, means)[0][0] > 100


def test_key_figures_come_of_every_year_by_the_columns_that_each_had(release):
    years = "select min(period), max(period), count(distinct period) from fct_indicator_values where value is not null"
    for indicator, expected in {
        "population_count": ("2013", "2025", 13),
        "welfare_recipients_count": ("2013", "2025", 13),
        "low_education_count": ("2019", "2024", 6),
        "average_gas_use_apartment_m3": ("2017", "2020", 4),
        "vacant_dwelling_pct": ("2013", "2023", 11),
    }.items():
        assert ask(release, f"{years} and indicator_code = '{indicator}'") == [expected], indicator
    reasons = "select distinct missing_reason from fct_indicator_values where indicator_code = 'low_education_count'"
    assert ask(release, f"{reasons} and period < '2019'") == []
    assert ask(release, f"{reasons} and period = '2025'") == [("not_yet_published",)]


def test_a_series_of_thirteen_years_says_where_borders_broke_it(release):
    """A border that moved in a drawn year is converted for all years before; of one before there are no outlines."""
    query = """
        select region_code, quality, min(period), max(period)
        from mart_constant_borders where indicator_code = 'population_count' and quality <> 'exact'
        group by all order by all
    """
    assert ask(release, query) == [
        ("BU99990103", "not_converted", "2013", "2017"), ("BU99990104", "not_converted", "2013", "2017"),
        ("BU99990203", "estimated", "2013", "2024"), ("BU99990209", "estimated", "2013", "2024"),
    ]  # fmt: skip


def test_a_rate_divides_by_the_inhabitants_of_its_own_year_as_soon_as_these_are_held(release):
    rates = """
        select rates.period[:4] = rates.denominator_period, own.value is not null, count(*)
        from fct_indicator_values as rates
        join dim_indicator as dictionary using (indicator_code)
        left join fct_indicator_values as own
            on own.indicator_code = dictionary.denominator
            and own.region_code = rates.region_code and own.period = rates.period[:4]
        where rates.denominator_feed = 'cbs.key_figures' and dictionary.numerator is not null
        group by all
    """
    found = {(is_own, is_held): count for is_own, is_held, count in ask(release, rates)}
    # Every rate of a year that is stored divides by it; others, of before and after, by the nearest.
    assert found.keys() == {(True, True), (False, False)}
    assert min(found.values()) > 100


def test_totals_on_constant_borders_are_those_of_the_edition(release):
    query = """
        with converted as (
            select indicator_code, period, sum(value) as total, bool_or(quality = 'estimated') as has_moved
            from mart_constant_borders group by all having count(*) = count(value)
        ),
        published as (
            select indicator_code, period, sum(value) as total
            from fct_indicator_values join dim_indicator using (indicator_code)
            where region_level = 'neighbourhood' and aggregation = 'sum'
            group by all having count(*) = count(value)
        )
        select count(*), count(*) filter (has_moved), max(abs(converted.total - published.total))
        from converted join published using (indicator_code, period)
    """
    ((series, moved, difference),) = ask(release, query)
    assert series > 50
    assert moved > 10
    assert difference < 1e-6


def test_what_cbs_stopped_has_no_row_and_is_not_said_to_come(release):
    query = """
        select indicator_code, list_sort(list(distinct period)), bool_or(missing_reason = 'not_yet_published')
        from fct_indicator_values where indicator_code in ('vacant_dwelling_pct', 'persons_in_poverty_pct')
        group by all order by 1 desc
    """
    # Of 2025 the poverty is still to come.
    assert ask(release, query) == [
        ("vacant_dwelling_pct", [str(year) for year in range(2013, 2024)], False),
        ("persons_in_poverty_pct", ["2024", "2025"], True),
    ]


def test_cost_of_youth_care_is_that_of_everyone_who_has_it(release):
    query = """
        select costs.denominator, everyone.value, young.value
        from fct_indicator_values as costs
        join fct_indicator_values as everyone using (region_code, period)
        join fct_indicator_values as young using (region_code, period)
        where costs.indicator_code = 'youth_cost_per_client_eur' and costs.value is not null
            and everyone.indicator_code = 'youth_law_clients_in_month_count'
            and young.indicator_code = 'youth_care_clients_in_month_count' and region_code = 'GM9999'
    """
    months = ask(release, query)
    assert len(months) > 30
    assert all(below == everyone for below, everyone, _ in months)
    # Some are 23 or older.
    assert any(everyone > young for _, everyone, young in months)


def test_the_board_has_a_light_and_a_trend_for_what_it_steers_on(release):
    lights = dict(ask(release, "select indicator_code, traffic_light from mart_kpi where target_value is not null"))
    trends = dict(ask(release, "select indicator_code, trend from mart_kpi where trend is not null"))
    steered_on = {
        "reports_open_count", "reports_handling_days_median", "reports_on_time_pct", "sickness_absence_12_months_pct",
        "welfare_recipients_quarter_count", "youth_care_projected_balance_eur",
    }  # fmt: skip
    assert steered_on <= lights.keys() & trends.keys()
    # A series that ended is no use to a board.
    assert ask(release, "select indicator_code from mart_kpi where period_end_date < date '2024-12-31'") == []
    assert set(lights.values()) == {"green", "amber", "red"}


@pytest.fixture
def warehouse(sample_home, tmp_path):
    # The views name the database that they were made in, which is called after its file.
    shutil.copy(sample_home / "warehouse.duckdb", tmp_path)
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as connection:
        yield connection


def test_every_clock_of_a_mart_follows_the_feeds_that_it_declares_and_no_other(warehouse):
    complaints = moving_complaints(warehouse, json.loads(MANIFEST.read_text()))
    assert [line for line in complaints if not line.endswith(STANDING_IN_NOWHERE)] == []


@pytest.mark.parametrize(
    ("mart", "right", "wrong", "complaint"),
    [
        (
            "mart_safety",
            "wide.crime_monthly_fresh_until, wide.nuisance_monthly_region_vintage",
            "DATE '9999-12-31' AS crime_monthly_fresh_until, wide.nuisance_monthly_region_vintage",
            "crime_monthly_fresh_until: declares police.crime_monthly and does not follow it",
        ),
        (
            "mart_safety",
            "WHEN ((feed IN ('police.crime_monthly'))) THEN (checked_at)",
            "WHEN ((feed IN ('police.crime_yearly'))) THEN (checked_at)",
            "crime_monthly_checked_at: follows police.crime_yearly, which it does not declare",
        ),
        (
            "fct_indicator_values",
            "figures.denominator_feed = denominator_clocks.feed",
            "figures.feed = denominator_clocks.feed",
            "fresh_until: does not follow cbs.key_figures in ",
        ),
    ],
)
def test_a_clock_that_is_not_that_of_its_feed_is_seen(warehouse, mart, right, wrong, complaint):
    (sql,) = warehouse.execute("select sql from duckdb_views() where view_name = ?", [mart]).fetchone()
    assert right in sql
    warehouse.execute(sql.replace("CREATE VIEW", "CREATE OR REPLACE VIEW").replace(right, wrong))
    nodes = json.loads(MANIFEST.read_text())["nodes"]
    found = moving_complaints(warehouse, {"nodes": {key: node for key, node in nodes.items() if node["name"] == mart}})
    assert any(f"{mart}.{complaint}" in line for line in found), found
