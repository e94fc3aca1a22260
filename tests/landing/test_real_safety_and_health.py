"""Real figures of the police, RIVM and CBS go through the ordinary way, and every one is compared with its file."""

import pytest
from starlette.applications import Starlette
from suppliers.real_tables import (
    REAL_DATA,
    absence_file,
    absence_table,
    figure,
    health_sheet,
    health_table,
    police_file,
    police_table,
)
from suppliers.running import running

from dagster_project.audit.clocks import read_clocks
from dagster_project.audit.outcome import FeedVerdict
from dagster_project.contracts.load import load_feeds
from dagster_project.contracts.model import Column, ColumnMeta
from dagster_project.installation.settings import DBT_PROJECT, SupplierSettings
from dagster_project.landing.store import FeedStore
from dagster_project.sample.servers.odata_v3_server import odata_v3_routes
from dagster_project.storage.database import DatabaseFile
from dagster_project.warehouse.dbt import run_dbt
from dagster_project.warehouse.raw_layer import open_warehouse, raw_layer, write_freshness, write_raw

from .receiving import Desk, desk

pytestmark = pytest.mark.skipif(not REAL_DATA.exists(), reason=f"the real data is not on this machine: {REAL_DATA}")

FEEDS = ("police.crime_yearly", "rivm.health", "cbs.sickness_absence")
MODELS = ("stg_police__crime_yearly", "stg_rivm__health", "stg_cbs__sickness_absence")


def with_every_column(given: Desk) -> Desk:
    """The same desk with a contract that asks for all that the sheet holds, of the older table alone."""
    feed = given.store.feed
    table = feed.tables[0]
    asked = {name for column in table.columns for name in (column.meta.supplier_name, *column.meta.supplier_aliases)}
    names = [heading.rpartition("_")[0] for heading in health_sheet()[0][5:]]
    more = [
        Column(
            name=name.lower(),
            data_type="varchar" if name in ("Gemeentenaam", "SoortRegio", "Codering") else "double",
            description=name,
            meta=ColumnMeta(supplier_name=name),
        )
        for name in names
        if name not in asked
    ]
    tables = (table.model_copy(update={"columns": (*table.columns, *more)}),)
    given.store.feed = feed.keeping(1).model_copy(update={"tables": tables})
    return given


@pytest.fixture(scope="module")
def landing(tmp_path_factory):
    """Each feed received from its real table, nationwide."""
    folder = tmp_path_factory.mktemp("landing")
    tables = [police_table(), health_table(), absence_table()]
    with running(Starlette(routes=odata_v3_routes(tables))) as service:
        suppliers = {name: SupplierSettings(base_url=service.cbs_url) for name in ("police", "rivm", "cbs")}
        for feed in FEEDS:
            own = desk(folder, feed, suppliers=suppliers, scope="country")
            (with_every_column(own) if feed == "rivm.health" else own).receive_and_admit()
    return folder


@pytest.fixture(scope="module")
def warehouse(landing):
    """The warehouse that dbt makes of them."""
    feeds = load_feeds(DBT_PROJECT / "models")
    stores = [FeedStore(landing, feed) for feed in feeds]
    verdicts = [FeedVerdict(clocks=read_clocks(store), is_withheld=False, reason=None) for store in stores]
    database = DatabaseFile(landing / "warehouse.duckdb")
    with open_warehouse(database) as connection:
        write_raw(connection, raw_layer(stores, verdicts))
        write_freshness(connection, feeds, verdicts)
    chosen = ("run", "--select", *MODELS)
    run_dbt(chosen, warehouse=database, municipality="GM0867", secret="test", target=landing / "dbt")
    with database.connect(read_only=True) as connection:
        yield connection


def asked(connection, query):
    return connection.execute(query).fetchall()


# Police


def test_every_crime_of_every_municipality_and_year_is_as_the_police_published_it(warehouse):
    came = asked(warehouse, "select region_code, crime_code, period, crime_count from staging.stg_police__crime_yearly")
    expected = {
        (region, kind, year, number)
        for kind, counts in police_file()["counts"].items()
        for region, years in counts.items()
        for year, number in years.items()
    }
    assert len(came) == len(expected) == 12 * 343 * 14
    assert set(came) == expected


def test_waalwijk_and_which_years_are_provisional(warehouse):
    query = "select period, crime_count, status from staging.stg_police__crime_yearly"
    figures = asked(warehouse, query + " where region_code = 'GM0867' and crime_code = '1.1.1' order by 1")
    assert [number for _, number, _ in figures] == [226, 188, 279, 149, 109, 89, 83, 88, 59, 56, 55, 59, 72, 56]
    assert [period for period, _, status in figures if status == "provisional"] == ["2024", "2025"]


# RIVM


def as_landed():
    """Rows of the sheet, with the figures as numbers and the texts without padding."""
    headings, rows = health_sheet()
    return {
        tuple(
            cell.strip() if place <= headings.index("Codering_3") else figure(cell)
            for place, cell in enumerate(row)
            if headings[place] != "ID"
        )
        for row in rows
    }


def test_every_cell_of_the_sheet_lands_as_a_figure(landing):
    own = with_every_column(desk(landing, "rivm.health"))
    by_name = {column.meta.supplier_name: column.name for column in own.store.feed.tables[0].columns}
    headings = [heading.rpartition("_")[0] or heading for heading in health_sheet()[0][1:]]
    cells = own.rows(f"select {', '.join(by_name[heading] for heading in headings)} from data")
    assert (len(cells), len(cells[0])) == (17_341, 42)
    assert set(cells) == as_landed()


def test_every_estimate_that_the_contract_asks_for_is_staged(warehouse):
    headings, rows = health_sheet()
    places = {heading.rpartition("_")[0]: place for place, heading in enumerate(headings)}
    (table,) = next(feed for feed in load_feeds(DBT_PROJECT / "models") if feed.id == "rivm.health").tables
    asked_of = {
        column.name: next(
            places[name] for name in (column.meta.supplier_name, *column.meta.supplier_aliases) if name in places
        )
        for column in table.columns
        if column.data_type == "double"
    }
    assert len(asked_of) == 19
    region = headings.index("WijkenEnBuurten")
    expected = {
        (row[region].strip().replace("NL01", "NL00"), *(figure(row[place]) for place in asked_of.values()))
        for row in rows
    }
    came = asked(warehouse, f"select region_code, {', '.join(asked_of)} from staging.stg_rivm__health")
    assert len(came) == len(expected) == 17_341
    assert set(came) == expected


def test_waalwijk_in_2020_and_the_land_under_the_code_that_all_tables_share(warehouse):
    query = "select weekly_sports_pct, lonely_pct, difficulty_getting_by_pct from staging.stg_rivm__health"
    assert asked(warehouse, query + " where region_code = 'GM0867' and period = '2020'") == [(49.0, 46.4, 11.9)]
    query = "select region_code, margin, lonely_pct from staging.stg_rivm__health where region_level = 'country'"
    assert asked(warehouse, query) == [("NL00", "estimate", 47.0)]


def test_a_figure_that_rivm_leaves_out_stays_out(warehouse):
    headings, rows = health_sheet()
    region, lonely = headings.index("WijkenEnBuurten"), headings.index("Eenzaam_28")
    expected = {row[region].strip() for row in rows if figure(row[lonely]) is None}
    query = "select region_code from staging.stg_rivm__health where lonely_pct is null"
    assert {code for (code,) in asked(warehouse, query)} == expected
    assert len(expected) > 100


# CBS


def test_every_percentage_of_sickness_absence_is_as_cbs_published_it(warehouse):
    came = asked(warehouse, "select sector_code, period, absence_pct from staging.stg_cbs__sickness_absence")
    expected = {(sector, period.replace("KW0", "-Q"), figure) for sector, period, figure in absence_file()}
    assert len(came) == len(expected) == 2_341
    assert set(came) == expected
    # The sector of a municipality in the model and in the sample: cleaning companies, next to it, had 6.2.
    assert ("417400", "2022-Q3", 5.5) in expected
    query = "select absence_pct, status from staging.stg_cbs__sickness_absence where sector_code = 'T001081'"
    assert asked(warehouse, query + " and period = '2025-Q1'") == [(5.8, "provisional")]
