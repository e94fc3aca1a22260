"""Real tables by OData v4 land figure by figure: a bundle of 11,460 observations, and key figures as columns."""

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb
import pytest
from borders.rendering import make
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
from suppliers.replay import ABSENT as NO_V3
from suppliers.replay import REAL_TABLE, real_table
from suppliers.replay_v4 import (
    ABSENT,
    BUNDLE,
    META_2017,
    TABLE,
    bundle_as_table,
    in_v4,
    key_figures_2017,
    real_bundle,
    real_rows,
)
from suppliers.running import Suppliers, running

from dagster_project.extract.odata.columns import key_of_title
from dagster_project.installation.settings import FeedSettings, SupplierSettings
from dagster_project.sample.servers.odata_v4_server import ODataV4Table, odata_v4_routes

from .receiving import WAALWIJK, Desk, desk, key_figures

pytestmark = pytest.mark.skipif(not BUNDLE.exists(), reason=ABSENT)
WHOLE = {"Identifier": TABLE, "ObservationCount": "11460"}


@contextmanager
def serving(*tables: ODataV4Table, bundle: bytes = b"") -> Iterator[Suppliers]:
    """Tables by JSON, and one by the real zip."""
    zipped = Route(f"/csv/CBS/nl/{TABLE}", lambda _: Response(bundle, media_type="application/zip"))
    with running(Starlette(routes=[zipped, *odata_v4_routes(tables, page_size=1_000)])) as suppliers:
        yield suppliers


def of_one_table(given: Desk, form: str) -> Desk:
    """The contract of low income for this table, which has no regions."""
    feed = given.store.feed
    (table,) = feed.tables
    columns = tuple(column for column in table.columns if column.name != "region_code")
    key = tuple(name for name in table.key if name != "region_code")
    parameters = {"base_url": "http://set.elsewhere", "table_id": TABLE, "form": form}
    given.store.feed = feed.model_copy(
        update={
            "delivery": feed.delivery.model_copy(update={"parameters": parameters}),
            "tables": (table.model_copy(update={"columns": columns, "key": key}),),
        }
    )
    return given


def low_income(landing, suppliers, form="csv_bundle"):
    settings = {"suppliers": {"cbs": SupplierSettings(base_url=suppliers.cbs_url)}, "scope": "country"}
    return of_one_table(desk(landing, "cbs.low_income", **settings), form)


@pytest.fixture(scope="module")
def landed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("landing")
    with serving(bundle_as_table(), bundle=real_bundle(**WHOLE)) as suppliers:
        by_form = {form: low_income(folder / form, suppliers, form) for form in ("csv_bundle", "observations")}
        for given in by_form.values():
            given.receive_and_admit()
    return by_form


def test_every_observation_of_the_real_bundle_lands(landed):
    status = {row["Identifier"]: row["Status"] for row in real_rows("PeriodenCodes")}
    titles = {row["Identifier"]: row["Title"] for row in real_rows("MeasureCodes")}
    expected = [
        (
            row["Measure"], titles[row["Measure"]], row["KenmerkenVanHuishoudens"], row["InkomensgrensHuishouden"],
            row["DuurInkomenspositie"], row["Perioden"], status.get(row["Perioden"]),
            float(row["Value"].replace(",", ".")) if row["Value"] else None, row["ValueAttribute"],
        )
        for row in real_rows("Observations")
    ]  # fmt: skip
    assert len(expected) == 11_460
    columns = (
        "measure_code, measure_title, household_code, income_limit_code, duration_code, period_code, period_status,"
        " value, value_attribute"
    )
    assert landed["csv_bundle"].rows(f"select {columns} from data") == expected
    # The comma was one: the first figure of the file is 481,8.
    assert expected[0][-2] == 481.8


def test_every_observation_of_the_real_bundle_is_staged(landed):
    given = landed["csv_bundle"]
    connection = duckdb.connect()
    parquet = given.store.parquet(given.manifest().delivery_id, "low_income")
    # The real table has no regions.
    connection.execute(
        f"create table low_income as select *, 'NL01' as region_code, 2014 as edition_year, 'one' as delivery_id"
        f" from '{parquet}'"
    )
    make(connection, "stg_cbs__low_income")
    status = {row["Identifier"]: row["Status"] for row in real_rows("PeriodenCodes")}
    words = {"Definitief": "definitive", "Voorlopig": "provisional", "NaderVoorlopig": "provisional"}
    expected = [
        (
            row["Measure"], row["KenmerkenVanHuishoudens"], row["InkomensgrensHuishouden"], row["DuurInkomenspositie"],
            int(row["Perioden"][:4]), words.get(status.get(row["Perioden"])),
            float(row["Value"].replace(",", ".")) if row["Value"] else None,
            row["ValueAttribute"] if row["ValueAttribute"] != "None" else None,
        )
        for row in real_rows("Observations")
    ]  # fmt: skip
    columns = (
        "measure_code, household_code, income_limit_code, duration_code, figures_year, status, value, value_attribute"
    )
    assert connection.execute(f"select {columns} from stg_cbs__low_income").fetchall() == expected


def test_both_forms_of_the_real_table_are_the_same(landed):
    assert landed["csv_bundle"].rows("from data") == landed["observations"].rows("from data")
    files = [file.name for file in landed["observations"].manifest().payload if file.name.startswith("Observations")]
    assert len(files) == 12
    assert f"{TABLE}.zip" in {file.name for file in landed["csv_bundle"].manifest().payload}


def test_a_bundle_of_which_the_supplier_counts_more_is_refused(tmp_path):
    """As the files stand here: the observations of one table under the description of another."""
    table = bundle_as_table()
    described = ODataV4Table(**{**vars(table), "properties": {**table.properties, "ObservationCount": 11_924_982}})
    with serving(described, bundle=real_bundle(**WHOLE)) as suppliers:
        told = low_income(tmp_path, suppliers).problem()
    assert "expected: 11,924,982 by the supplier's own count" in told
    assert "came: 11,460 observations" in told
    with serving(table, bundle=real_bundle()) as suppliers:
        assert "its Properties.csv describes 85678NED" in low_income(tmp_path / "other", suppliers).problem()


def by_v4(landing, suppliers, years, **settings):
    """Key figures by their other road, of these editions alone."""
    own = SupplierSettings(base_url=suppliers.cbs_url, feeds={"key_figures": FeedSettings(protocol="odata_v4")})
    given = desk(landing, "cbs.key_figures", suppliers={"cbs": own}, **settings)
    delivery = given.store.feed.delivery.model_copy(update={"editions": years})
    given.store.feed = given.store.feed.model_copy(update={"delivery": delivery})
    return given


@pytest.mark.skipif(not REAL_TABLE.exists(), reason=NO_V3)
def test_key_figures_by_v4_are_the_very_table_that_comes_by_v3(replay, tmp_path):
    old = key_figures(tmp_path / "v3", replay.cbs_url, municipality_code=WAALWIJK)
    old.receive_and_admit()
    table = in_v4(real_table(), lambda code: code[:2] in ("NL", "GM") or code[2:6] == WAALWIJK[2:])
    with serving(table) as suppliers:
        new = by_v4(tmp_path / "v4", suppliers, {2020: "84799NED"}, municipality_code=WAALWIJK)
        new.receive_and_admit()
    # The country, all municipalities, and the districts and neighbourhoods of one.
    assert len(old.rows("from data")) == 382
    assert new.rows("from data") == old.rows("from data")
    assert [row[:4] for row in new.rows("describe data")] == [row[:4] for row in old.rows("describe data")]


def test_every_title_of_the_real_table_gives_its_key_in_v3():
    if not REAL_TABLE.exists():
        pytest.skip(NO_V3)
    topics = [row for row in real_table().data_properties if row["Type"] == "Topic"]
    assert len(topics) == 116
    wrong = [row["Key"] for row in topics if key_of_title(row["Title"]) != str(row["Key"]).rsplit("_", 1)[0]]
    assert wrong == []


@pytest.mark.skipif(not META_2017.exists(), reason=ABSENT)
def test_the_real_measures_of_2017_are_found_by_code_group_or_title(tmp_path):
    codes = ["NL00", "GM0867", "WK086700", "BU08670000"]
    figures = {"T001036": 4760, "M003039": 231, "ZW25810_1": 2010, "ZW25810_2": 890, "D006842": 50}
    cells = [(code, *figure) for code in codes for figure in figures.items()]
    observations = [
        {"Id": number, "Measure": measure, "ValueAttribute": "None", "Value": value, "WijkenEnBuurten": code}
        for number, (code, measure, value) in enumerate(cells)
    ]
    with serving(key_figures_2017(observations)) as suppliers:
        given = by_v4(tmp_path, suppliers, {2017: "83765NED"}, municipality_code=WAALWIJK)
        assert given.receive().problems == []
    columns = given.store.feed.tables[0].expected_columns(2017)
    assert len(columns) >= 45
    assert given.manifest().tables["key_figures"].columns == [column.name for column in columns]
    assert given.rows(
        "select region_name, population_count, average_property_value_thousand_eur, average_gas_use_apartment_m3,"
        " average_electricity_use_apartment_kwh, welfare_recipients_count, municipality_name from data"
        " where region_code = 'BU08670000'"
    ) == [
        (
            given.rows("select region_name from data where region_code = 'BU08670000'")[0][0],
            4760,
            231,
            890,
            2010,
            50,
            None,
        )
    ]
