"""The main line on a real table: every figure of CBS's key figures 2020, from HTTP to the release.

Usually of one municipality; nationwide in the tier of long tests.
"""

import json
import re
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from pathlib import Path

import duckdb
import pytest
from suppliers.replay import ABSENT, REAL_TABLE, parquet_of, replay_suppliers

from dagster_project.errors import ExitCode
from dagster_project.marts.dictionary import read_rows
from dagster_project.warehouse.dbt import current_manifest

from .installation import CBS, Installation, ask, made_on, read_as_on, wrong_checksums

pytestmark = [pytest.mark.whole_run, pytest.mark.skipif(not REAL_TABLE.exists(), reason=ABSENT)]

DAY = date(2026, 11, 23)
# One name stands in two groups of the table; in which of them is seen in its DataProperties.
TWICE = {
    "average_electricity_use_apartment_kwh": "Appartement_48",
    "average_gas_use_apartment_m3": "Appartement_56",
}
# The only figure of the dictionary that is neither delivered nor a ratio.
SUMS = {
    "population_0_24_count": ("population_0_14_count", "population_15_24_count"),
    "known_education_count": ("low_education_count", "medium_education_count", "high_education_count"),
}
PLACE = ("neighbourhood_code", "neighbourhood_name", "municipality_name", "most_common_postcode")


@dataclass(frozen=True)
class Scope:
    """The part of the table that an installation stores: the condition of its regions, and their numbers.

    Municipalities to be compared with are listed as well, and only in the municipalities' profile are their figures.
    """

    name: str
    condition: str
    neighbourhoods: int
    regions: int
    listed: int


MUNICIPALITY = Scope("municipality", "trim({}) = 'NL00' or substr({}, 3, 4) = '0867'", 23, 28, 382)
COUNTRY = Scope("country", "true", 13_808, 17_341, 17_341)


@dataclass(frozen=True)
class Made:
    """A release made from the real table, and the real table as expressions over its Parquet file."""

    scope: Scope
    release: Path
    exit_code: ExitCode
    status: str
    expressions: dict[str, str]

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        connection = duckdb.connect()
        connection.execute(f"attach '{self.release / 'maandvers.duckdb'}' as written (read_only)")
        read_as_on(connection, made_on(self.release))
        for view, part, code, others in (
            ("real_table", "TypedDataSet", "WijkenEnBuurten", "false"),
            ("real_names", "WijkenEnBuurten", "Key", "starts_with(Key, 'GM')"),
        ):
            condition = f"{self.scope.condition.format(code, code)} or {others}"
            connection.execute(f"create view {view} as from '{parquet_of(part)}' where {condition}")
        return connection

    def differences(self, ours: str, theirs: str) -> list[tuple]:
        """Rows that stand in one and not in the other, either way."""
        query = f"(({ours}) except all ({theirs})) union all (({theirs}) except all ({ours})) limit 20"
        return self.connection.execute(query).fetchall()


NOT_PUBLISHED = "null::double"


def expressions(installation: Installation) -> dict[str, str]:
    """Every indicator of the dictionary that comes from CBS, in terms of the real table's columns."""
    columns = duckdb.sql(f"describe from '{parquet_of('TypedDataSet')}'").fetchall()
    by_name: dict[str, list[str]] = {}
    for column, *_ in columns:
        by_name.setdefault(re.sub(r"_\d+$", "", column), []).append(column)
    found = {}
    for column in installation.stores(DAY)[CBS].feed.tables[0].columns:
        candidates = [TWICE[column.name]] if column.name in TWICE else by_name.get(column.meta.supplier_name, [])
        if not column.is_expected_in(2020):
            found[column.name] = NOT_PUBLISHED
        elif len(candidates) == 1:
            found[column.name] = f'"{candidates[0]}"'
    dictionary = read_rows(json.loads(current_manifest().read_bytes()))
    rows = [row for row in dictionary.values() if row["source_feed"] == CBS]
    for name, parts in SUMS.items():
        found[name] = "(" + " + ".join(found[part] for part in parts) + ")"
    for row in rows:
        if row["numerator"]:
            numerator, denominator = found[row["numerator"]], found[row["denominator"]]
            found[row["indicator_code"]] = f"({row['factor']} * {numerator}::double / nullif({denominator}, 0)::double)"
    return {row["indicator_code"]: found[row["indicator_code"]] for row in rows}


@pytest.fixture(
    scope="module", params=[MUNICIPALITY, pytest.param(COUNTRY, marks=pytest.mark.long)], ids=attrgetter("name")
)
def made(request, tmp_path_factory):
    scope = request.param
    settings = {"MAANDVERS_SCOPE": scope.name, "MAANDVERS_MUNICIPALITY_CODE": "GM0867"}
    with replay_suppliers() as suppliers:
        installation = Installation(tmp_path_factory.mktemp(scope.name), suppliers, settings)
        result = installation.run(DAY, [CBS])
    assert result.release_id, result.failures
    status = "\n".join("\n".join(feed.why) for feed in installation.status(DAY).feeds if feed.feed == CBS)
    return Made(scope, installation.latest, result.exit_code, status, expressions(installation))


def test_the_real_table_passes_the_audit_and_is_released_whole(made):
    assert (made.exit_code, made.status) == (ExitCode.RELEASED, "")
    assert ask(made.release, "select count(*) from mart_neighbourhood_key_figures") == [(made.scope.neighbourhoods,)]
    assert ask(made.release, "select count(*) from dim_region") == [(made.scope.listed,)]
    # This municipality has no measures yet; those of the fictional one stay out.
    assert ask(made.release, "select count(*) from dim_policy_measure") == [(0,)]
    assert wrong_checksums(made.release) == []


def test_known_figures_of_waalwijk(made):
    figures = dict(
        ask(
            made.release,
            "select indicator_code, value from fct_indicator_values where region_code = 'GM0867' and is_current",
        )
    )
    assert figures["population_count"] == 48_637
    assert figures["population_65_plus_count"] == 10_399
    assert figures["welfare_recipients_count"] == 750
    bloemenoord = "from mart_neighbourhood_key_figures where neighbourhood_code = 'BU08670005'"
    assert ask(made.release, f"select population_count, welfare_recipients_count {bloemenoord}") == [(2795, 50)]


def test_a_figure_that_cbs_left_out_is_missing_with_a_reason_and_not_0(made):
    recreatieoord = "where region_code = 'BU08670013' and indicator_code = 'welfare_recipients_count'"
    query = f"select value, missing_reason from fct_indicator_values {recreatieoord}"
    assert ask(made.release, query) == [(None, "unknown")]
    row = "from mart_neighbourhood_key_figures where neighbourhood_code = 'BU08670013'"
    assert ask(made.release, f"select welfare_recipients_count {row}") == [(None,)]


def published(made):
    """Indicators of which the table has a column; others have no row."""
    return {code: expression for code, expression in made.expressions.items() if expression != NOT_PUBLISHED}


def test_every_figure_of_every_region_is_that_of_the_real_file(made):
    expressions = published(made)
    assert len(expressions) >= 30
    codes = ", ".join(f"'{code}'" for code in expressions)
    ours = (
        "select region_code, indicator_code, round(value, 9) as value from written.fct_indicator_values"
        f" where indicator_code in ({codes})"
    )
    theirs = " union all ".join(
        f"select trim(WijkenEnBuurten) as region_code, '{code}' as indicator_code,"
        f" round(({expression})::double, 9) as value from real_table"
        for code, expression in expressions.items()
    )
    count = made.connection.execute(f"select count(*) from ({ours})").fetchone()
    assert count == (made.scope.regions * len(expressions),)
    assert made.differences(ours, theirs) == []


def test_the_long_table_holds_no_figure_that_the_comparison_does_not_know(made):
    found_codes = {code for (code,) in ask(made.release, "select distinct indicator_code from fct_indicator_values")}
    assert found_codes == published(made).keys()


def test_every_column_of_the_key_figures_is_that_of_the_real_file(made):
    columns = [row[0] for row in made.connection.execute("describe written.mart_neighbourhood_key_figures").fetchall()]
    compared = [name for name in columns if name in made.expressions]
    ours = ", ".join(f"round({name}::double, 9) as {name}" for name in compared)
    theirs = ", ".join(f"round(({made.expressions[name]})::double, 9) as {name}" for name in compared)
    names = "trim(Key) as code, trim(Title) as name"
    differences = made.differences(
        f"select {', '.join(PLACE)}, district_code, municipality_code, {ours}"
        " from written.mart_neighbourhood_key_figures",
        "select trim(WijkenEnBuurten), trim(names.name), trim(Gemeentenaam_1),"
        " nullif(trim(MeestVoorkomendePostcode_113), '.'),"
        " 'WK' || substr(WijkenEnBuurten, 3, 6), 'GM' || substr(WijkenEnBuurten, 3, 4),"
        f" {theirs} from real_table join (select {names} from real_names) names on names.code = trim(WijkenEnBuurten)"
        " where starts_with(WijkenEnBuurten, 'BU')",
    )
    assert differences == []
    # Nothing else is in the mart than places, clocks, editions, and the reports, which are not asked for here.
    rest = [name for name in columns if name not in {*compared, *PLACE, "district_code", "municipality_code"}]
    clocks = {"period_end_date", "released_at", "checked_at", "fresh_until"}
    others = {"district_name", "region_vintage", "unchanged_since", *clocks}
    assert [name for name in rest if name not in others and not name.endswith("_edition_year")] == []


def test_places_are_those_of_the_code_list(made):
    assert (
        made.differences(
            "select region_code, region_name from written.dim_region", "select trim(Key), trim(Title) from real_names"
        )
        == []
    )
    districts = "select neighbourhood_code, district_name from written.mart_neighbourhood_key_figures"
    named = (
        "select trim(b.Key), trim(w.Title) from real_names b join real_names w"
        " on trim(w.Key) = 'WK' || substr(b.Key, 3, 6) where starts_with(b.Key, 'BU')"
    )
    assert made.differences(districts, named) == []


# Numerator, denominator, factor, and 1 where the lowest is first.
SORTED = {
    "welfare_recipients_per_1000": ("PersonenPerSoortUitkeringBijstand_83", "AantalInwoners_5", 1000, 1),
    "population_65_plus_pct": ("k_65JaarOfOuder_12", "AantalInwoners_5", 100, -1),
    "single_person_household_pct": ("Eenpersoonshuishoudens_29", "HuishoudensTotaal_28", 100, -1),
    "household_with_children_pct": ("HuishoudensMetKinderen_31", "HuishoudensTotaal_28", 100, -1),
    "cars_per_1000": ("PersonenautoSTotaal_99", "AantalInwoners_5", 1000, -1),
}


@pytest.mark.parametrize("indicator", SORTED)
def test_the_place_among_municipalities_is_that_of_a_sort_of_the_real_file(made, indicator):
    part, whole, factor, way = SORTED[indicator]
    query = (
        f"select trim(WijkenEnBuurten), {factor} * {part} / {whole} from '{parquet_of('TypedDataSet')}'"
        " where starts_with(WijkenEnBuurten, 'GM')"
    )
    real = dict(duckdb.sql(query).fetchall())
    placed = sorted(real.values(), key=lambda value: way * value)
    columns = "municipality_code, value, place, ranked_count, noise_lower, noise_upper, first_rank, last_rank"
    rows = ask(made.release, f"select {columns} from mart_municipality_profile where indicator_code = '{indicator}'")
    assert {code: (pytest.approx(value), placed.index(value) + 1, 355) for code, value in real.items()} == {
        code: (value, place, count) for code, value, place, count, *_ in rows
    }
    # A sort the other way gives Waalwijk another place.
    assert placed.index(real["GM0867"]) != placed[::-1].index(real["GM0867"])
    # Whoever is surely better at its worst than a municipality at its best stands above all places that it may have.
    ends = [(lower, upper) if way > 0 else (-upper, -lower) for *_, lower, upper, _, _ in rows]
    assert [(first, last) for *_, first, last in rows] == [
        (1 + sum(other < best for _, other in ends), 355 - sum(other > worst for other, _ in ends))
        for best, worst in ends
    ]
