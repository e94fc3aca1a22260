"""The real table of 2020, all of the Netherlands, lands figure by figure as CBS published it."""

import gzip
import hashlib
from datetime import UTC, datetime

import duckdb
import httpx
import pytest
from suppliers.replay import ParquetRows, parquet_of

from dagster_project.extract.odata.columns import supplier_columns

from .receiving import contract, nationwide


@pytest.fixture(scope="module")
def desk(shared_replay, tmp_path_factory):
    return nationwide(tmp_path_factory.getbasetemp(), shared_replay.cbs_url)


@pytest.fixture(scope="module")
def landed(desk):
    return str(desk.store.parquet(desk.manifest().delivery_id, "key_figures"))


@pytest.fixture(scope="module")
def expected():
    """Columns of the contract that the table of 2020 has: our name and type, and CBS's name."""
    keys = {(c.name, c.groups): c.key for c in supplier_columns(ParquetRows(parquet_of("DataProperties")))}
    columns = contract("cbs.key_figures").tables[0].expected_columns(2020)
    direct = [column for column in columns if column.meta.code_list is None]
    by_name = {name: key for (name, _), key in keys.items()}
    return [
        (
            column,
            keys[column.meta.supplier_name, column.meta.supplier_group]
            if column.meta.supplier_group
            else by_name[column.meta.supplier_name],
        )
        for column in direct
    ]


def compare(landed, pairs):
    """Rows of either side that the other does not have, over all these columns at once."""
    ours = ", ".join(ours for ours, _ in pairs)
    theirs = ", ".join(theirs for _, theirs in pairs)
    mine, real = f"select {ours} from '{landed}'", f"select {theirs} from '{parquet_of('TypedDataSet')}'"
    return [
        duckdb.sql(f"select count(*) from ({left} except all {right})").fetchone()[0]
        for left, right in ((mine, real), (real, mine))
    ]


def test_every_figure_of_every_region_equals_the_real_file(landed, expected):
    assert duckdb.sql(f"select count(*) from '{landed}'").fetchone() == (17_341,)
    assert len(expected) >= 50
    pairs = [
        (column.name, f"nullif(trim({key}), '')" if column.data_type == "varchar" else f"{key}::{column.data_type}")
        for column, key in expected
    ]
    assert compare(landed, pairs) == [0, 0]
    # The comparison does see a single figure that differs.
    changed = ("population_count + (region_code = 'BU08670005')::int", "AantalInwoners_5")
    assert compare(landed, [*pairs[:1], changed]) == [1, 1]


def test_known_figures_of_waalwijk(landed):
    figures = duckdb.sql(
        f"select region_name, population_count, welfare_recipients_count from '{landed}'"
        " where region_code in ('GM0867', 'BU08670005', 'BU08670013') order by population_count desc"
    ).fetchall()
    assert figures[:2] == [("Waalwijk", 48_637, 750), ("Bloemenoord", 2_795, 50)]
    assert (figures[2][0], figures[2][2]) == ("Recreatieoord", None)
    assert duckdb.sql(f"select population_65_plus_count from '{landed}' where region_code = 'GM0867'").fetchall() == [
        (10_399,)
    ]


def test_names_come_from_a_code_list_of_more_than_one_page(landed):
    names = duckdb.sql(
        f"select count(*) from '{landed}' join (select trim(Key) as key, trim(Title) as title"
        f" from '{parquet_of('WijkenEnBuurten')}') on key = region_code where title = region_name"
    ).fetchone()
    assert names == (17_341,)


def test_no_text_is_padded_and_every_column_has_its_type(landed, expected):
    types = {name: kind for name, kind, *_ in duckdb.sql(f"describe from '{landed}'").fetchall()}
    texts = [name for name, kind in types.items() if kind == "VARCHAR"]
    padded = " or ".join(f"{name} <> trim({name}) or {name} = ''" for name in texts)
    assert duckdb.sql(f"select count(*) from '{landed}' where {padded}").fetchone() == (0,)
    names = {"varchar": "VARCHAR", "bigint": "BIGINT", "double": "DOUBLE"}
    assert {column.name: types[column.name] for column, _ in expected} == {
        column.name: names[column.data_type] for column, _ in expected
    }


def test_the_manifest_tells_what_came_and_what_was_left(desk):
    manifest = desk.manifest()
    assert (manifest.feed, manifest.edition, manifest.source_id) == ("cbs.key_figures", "2020", "84799NED")
    assert manifest.released_at.astimezone(UTC) == datetime(2021, 3, 26, 1, 0, tzinfo=UTC)
    assert manifest.received_at == desk.now
    assert manifest.facts["title"] == "Kerncijfers wijken en buurten 2020"
    table = manifest.tables["key_figures"]
    assert table.rows == 17_341
    assert "Code_1" not in table.dropped_columns
    assert len(table.dropped_columns) + len(table.columns) - 1 == 117
    parquet = desk.store.parquet(manifest.delivery_id, "key_figures")
    assert table.sha256 == hashlib.sha256(parquet.read_bytes()).hexdigest()


def test_the_payload_is_what_was_sent_byte_for_byte(desk, shared_replay):
    folder = desk.store.deliveries / desk.manifest().delivery_id / "payload"
    files = desk.manifest().payload
    assert {path.name for path in folder.iterdir()} == {file.name for file in files}
    for file in files:
        assert file.sha256 == hashlib.sha256(gzip.decompress((folder / file.name).read_bytes())).hexdigest()
    infos = next(file for file in files if file.name.startswith("TableInfos"))
    assert gzip.decompress((folder / infos.name).read_bytes()) == httpx.get(infos.url).content
