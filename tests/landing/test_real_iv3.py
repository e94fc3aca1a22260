"""The real Iv3 table of the provinces in 2013 lands and is staged figure by figure as it was published."""

import duckdb
import pytest
from starlette.applications import Starlette
from suppliers.replay_iv3 import ABSENT_IV3, REAL_IV3, iv3_parquet, real_iv3_table
from suppliers.running import running

from dagster_project.audit.clocks import read_clocks
from dagster_project.audit.outcome import FeedVerdict
from dagster_project.installation.settings import SupplierSettings
from dagster_project.landing.store import FeedStore
from dagster_project.sample.servers.odata_v3_server import odata_v3_routes
from dagster_project.storage.database import DatabaseFile
from dagster_project.warehouse.dbt import BUILD, run_dbt
from dagster_project.warehouse.raw_layer import open_warehouse, raw_layer, write_raw

from .receiving import Desk, desk

ROWS = 435_456


def of_provinces(given: Desk) -> Desk:
    """The same contract for the table of the provinces: the aliases know its names, so only the address differs."""
    feed = given.store.feed
    parameters = {
        "base_url": feed.delivery.parameters["base_url"],
        "region_dimension": "Provincies",
        "table_id": "45012NED",
    }
    delivery = feed.delivery.model_copy(update={"parameters": parameters, "editions": {}})
    return Desk(
        FeedStore(given.store.folder.parents[1], feed.model_copy(update={"delivery": delivery})), given.settings
    )


@pytest.fixture(scope="module")
def provinces(tmp_path_factory):
    if not REAL_IV3.exists():
        pytest.skip(ABSENT_IV3)
    with running(Starlette(routes=odata_v3_routes([real_iv3_table()]))) as suppliers:
        own = {"iv3": SupplierSettings(base_url=suppliers.cbs_url)}
        asked = of_provinces(desk(tmp_path_factory.mktemp("iv3"), "iv3.accounts", suppliers=own, scope="country"))
        asked.receive_and_admit()
        return asked


def compare(mine, real):
    """Rows of either side that the other does not have."""
    return [
        duckdb.sql(f"select count(*) from (({left}) except all ({right}))").fetchone()[0]
        for left, right in ((mine, real), (real, mine))
    ]


REAL = f"""
    select
        trim(FunctieKostenplaatsBalanspost) as item, trim(Categorie) as category, trim(Provincies) as region,
        trim(Verslagsoort) as report, k_1stePlaatsing_1 as first, k_2dePlaatsing_2 as second
    from '{iv3_parquet("TypedDataSet")}'
"""


def test_every_figure_of_every_province_lands_as_published(provinces):
    landed = provinces.store.parquet(provinces.manifest().delivery_id, "accounts")
    mine = f"""
        select
            task_field_code, category_code, region_code, report_code,
            first_placement_thousand_eur, second_placement_thousand_eur
        from '{landed}'
    """
    assert duckdb.sql(f"select count(*) from '{landed}'").fetchone() == (ROWS,)
    assert compare(mine, REAL) == [0, 0]


def test_every_figure_is_staged_as_published(provinces, tmp_path):
    warehouse = DatabaseFile(tmp_path / "warehouse.duckdb")
    verdict = FeedVerdict(clocks=read_clocks(provinces.store), is_withheld=False, reason=None)
    with open_warehouse(warehouse) as connection:
        write_raw(connection, raw_layer([provinces.store], [verdict]))
    target = tmp_path / "dbt"
    run_dbt(
        (*BUILD, "--select", "+stg_iv3__accounts"),
        warehouse=warehouse,
        municipality="GM0867",
        secret="test",
        target=target,
    )
    staged = tmp_path / "staged.parquet"
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(f"copy (from staging.stg_iv3__accounts) to '{staged}' (format parquet)")
    mine = f"""
        select
            detail_code, category_code, region_code,
            fiscal_year || case report
                when 'budget' then 'X000' when 'quarter_1' then 'X001' when 'quarter_2' then 'X002'
                when 'quarter_3' then 'X003' when 'quarter_4' then 'X004' when 'accounts' then 'X005' end,
            first_placement_eur, second_placement_eur
        from '{staged}'
    """
    assert compare(mine, f"select * replace (1000 * first as first, 1000 * second as second) from ({REAL})") == [0, 0]
    kinds = f"""
        select
            count(*) filter (item_type = 'balance_sheet' and amount_type <> 'state'),
            count(*) filter (item_type = 'cost_centre'),
            count(*) filter (amount_type not in ('expense', 'revenue', 'state')),
            count(*) filter (amount_eur is distinct from coalesce(second_placement_eur, first_placement_eur))
        from '{staged}'
    """
    # What moves 47 items of the balance sheet stands under 54 categories L and B: expense and revenue of no task.
    assert duckdb.sql(kinds).fetchone() == (47 * 54 * 12 * 6, 2 * 56 * 12 * 6, 0, 0)
