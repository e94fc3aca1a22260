"""By every protocol, a payload gives the table of its delivery again, and shows any difference from it."""

import gzip
import shutil

import pytest
from extract.test_odata_v4 import asked as by_odata_v4
from extract.test_ogc_features import borders
from extract.test_own_social_registers import BENEFITS, at, sample_drops
from extract.test_signalen_api import ALL, by_api, by_zip, routes
from landing.receiving import desk, key_figures
from starlette.applications import Starlette
from suppliers.running import running

from dagster_project.installation.settings import SupplierSettings
from dagster_project.lineage.replay import UnreadablePayloadError, read_again
from dagster_project.lineage.tables import first_difference

__all__ = ["sample_drops"]


def police(folder, suppliers):
    url = SupplierSettings(base_url=suppliers.cbs_url)
    return desk(folder, "police.crime_monthly", suppliers={"police": url})


RETRIEVALS = {
    "OData v3": lambda suppliers, folder, _drops: key_figures(folder, suppliers.cbs_url),
    "OData v3, a question per code": lambda suppliers, folder, _drops: police(folder, suppliers),
    "OData v4": lambda suppliers, folder, _drops: by_odata_v4(suppliers, folder),
    "OData v4, CSV bundle": lambda suppliers, folder, _drops: by_odata_v4(suppliers, folder, form="csv_bundle"),
    "OGC API Features": lambda suppliers, folder, _drops: borders(folder, suppliers),
    "zip of CSV files": lambda _suppliers, folder, _drops: by_zip(folder),
    "file": lambda _suppliers, folder, drops: at(folder, BENEFITS, drops),
}


def payload_of(given):
    return given.store.deliveries / given.manifest().delivery_id / "payload"


def differences(given, tmp_path):
    """Compare each stored table with that of its payload."""
    again = tmp_path / "again"
    store, manifest = given.store, given.manifest()
    read_again(store.feed, manifest, payload_of(given), again)
    found = {
        table.name: first_difference(store.parquet(manifest.delivery_id, table.name), again / f"{table.name}.parquet")
        for table in store.feed.tables
    }
    shutil.rmtree(again)
    return found


def nothing_differs(given, tmp_path):
    return differences(given, tmp_path) == {table.name: None for table in given.store.feed.tables}


@pytest.mark.parametrize("retrieval", RETRIEVALS)
def test_a_payload_gives_its_table_again_without_its_supplier(suppliers, sample_drops, tmp_path, retrieval):
    given = RETRIEVALS[retrieval](suppliers, tmp_path, sample_drops)
    given.receive_and_admit()
    suppliers.requests.clear()
    assert nothing_differs(given, tmp_path)
    assert not suppliers.requests


def test_changes_of_an_api_are_in_the_payload_with_unchanged_records(tmp_path):
    with running(Starlette(routes=routes(ALL[:100]))) as signalen:
        given = by_api(signalen, tmp_path)
        given.receive_and_admit()
    with running(Starlette(routes=routes(ALL[:120]))) as signalen:
        given.settings = by_api(signalen, tmp_path).settings
        given.a_day_later().receive_and_admit()
    assert given.manifest().facts["changed_reports"] == "20"
    assert nothing_differs(given, tmp_path)


def change(path, old, new):
    text = gzip.decompress(path.read_bytes())
    assert old in text
    path.write_bytes(gzip.compress(text.replace(old, new, 1)))


@pytest.fixture
def received(suppliers, tmp_path):
    given = key_figures(tmp_path / "landing", suppliers.cbs_url)
    given.receive_and_admit()
    return given


def test_another_figure_in_a_payload_is_reported_with_row_and_column(received, tmp_path):
    (first,) = received.rows("select population_count from data limit 1")[0]
    page = payload_of(received) / "TypedDataSet-0001.json.gz"
    change(page, f'"AantalInwoners_5":{first},'.encode(), f'"AantalInwoners_5":{first + 5},'.encode())
    found = differences(received, tmp_path)["key_figures"]
    assert found == f"in row 1 column population_count is {first}, its payload gives {first + 5}"


def test_a_row_that_a_payload_lacks_is_reported(sample_drops, tmp_path):
    given = at(tmp_path, BENEFITS, sample_drops)
    given.receive_and_admit()
    (table,) = given.store.feed.tables
    packed = payload_of(given) / f"{table.name}.csv.gz"
    lines = gzip.decompress(packed.read_bytes()).splitlines(keepends=True)
    packed.write_bytes(gzip.compress(b"".join(lines[:-1])))
    found = differences(given, tmp_path)[table.name]
    assert found == f"it has {len(lines) - 1:,} rows, its payload gives {len(lines) - 2:,}"


@pytest.mark.parametrize("damage", ["gone", "cut off", "no archive"])
def test_a_payload_that_cannot_be_read_is_reported_with_its_delivery(received, tmp_path, damage):
    page = payload_of(received) / "TypedDataSet-0001.json.gz"
    whole = page.read_bytes()
    page.write_bytes({"gone": b"", "cut off": whole[: len(whole) // 2], "no archive": whole[1:]}[damage])
    if damage == "gone":
        page.unlink()
    with pytest.raises(
        UnreadablePayloadError, match=f"delivery {received.manifest().delivery_id} cannot be read again"
    ):
        differences(received, tmp_path)


def test_a_delivery_without_its_retrieval_is_reported(received, tmp_path):
    old = received.manifest().model_copy(update={"retrieval": None})
    with pytest.raises(UnreadablePayloadError, match="does not say how it was retrieved"):
        read_again(received.store.feed, old, payload_of(received), tmp_path / "again")
