"""The real CBS table 84799NED (key figures 2020, all of the Netherlands) served again as CBS served it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

import duckdb
from starlette.applications import Starlette

from dagster_project.sample.servers.odata_filter import Record
from dagster_project.sample.servers.odata_v3_server import FEED_PAGE_SIZE, ODataTable, odata_v3_routes

from .running import Suppliers, running

REAL_TABLE = Path(__file__).parents[3] / "shared/real-data/cbs_84799NED_v3"
ABSENT = f"the real table is not on this machine: {REAL_TABLE}"
# CBS's attributes of each kind of row, apart from its place in the tree.
_KEYS = ("odata.type", "ID", "Position", "ParentID", "Type", "Key", "Title", "Description")
_MORE_KEYS = {
    "Topic": ("Datatype", "Unit", "Decimals", "Default", "PresentationType"),
    "GeoDetail": ("MapYear",),
    "TopicGroup": (),
}


class ParquetRows:
    """Records of a Parquet file, read when the first is asked for and kept as tuples, a third of the size of dicts."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @cached_property
    def table(self) -> tuple[list[str], list[tuple]]:
        result = duckdb.connect().execute("from read_parquet(?)", [str(self.path)])
        return [column[0] for column in result.description], result.fetchall()

    def __len__(self) -> int:
        return len(self.table[1])

    def __getitem__(self, part: slice) -> list[Record]:
        names, rows = self.table
        return [dict(zip(names, row, strict=True)) for row in rows[part]]

    def __iter__(self) -> Iterator[Record]:
        names, rows = self.table
        return (dict(zip(names, row, strict=True)) for row in rows)


def parquet_of(part: str) -> Path:
    return REAL_TABLE / f"cbs.v3.84799NED_{part}.parquet"


def real_table() -> ODataTable:
    infos = json.loads((REAL_TABLE / "cbs.v3.84799NED_Metadata.json").read_text(encoding="utf-8"))
    properties = [
        {name: row["odata_type" if name == "odata.type" else name] for name in (*_KEYS, *_MORE_KEYS[row["Type"]])}
        for row in ParquetRows(parquet_of("DataProperties"))
    ]
    return ODataTable(
        infos=infos,
        data_properties=properties,
        code_lists={"WijkenEnBuurten": ParquetRows(parquet_of("WijkenEnBuurten"))},
        rows=ParquetRows(parquet_of("TypedDataSet")),
    )


@contextmanager
def replay_suppliers(page_size: int = FEED_PAGE_SIZE) -> Iterator[Suppliers]:
    """CBS as of 26 March 2021, as far as one table goes. Needs REAL_TABLE."""
    with running(Starlette(routes=odata_v3_routes([real_table()], page_size))) as suppliers:
        yield suppliers
