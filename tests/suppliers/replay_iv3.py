"""The real Iv3 table 45012NED (provinces 2013) served again as dataderden served it."""

import json
from pathlib import Path

from dagster_project.sample.servers.odata_v3_server import ODataTable

from .replay import ParquetRows

REAL_IV3 = Path(__file__).parents[3] / "shared/real-data/iv3_45012NED_v3"
ABSENT_IV3 = f"the real table is not on this machine: {REAL_IV3}"
DIMENSIONS = ("FunctieKostenplaatsBalanspost", "Categorie", "Provincies", "Verslagsoort")


def iv3_parquet(part: str) -> Path:
    return REAL_IV3 / f"iv3.v3.45012NED_{part}.parquet"


def real_iv3_table() -> ODataTable:
    properties = [
        {"odata.type" if name == "odata_type" else name: value for name, value in row.items() if value is not None}
        for row in ParquetRows(iv3_parquet("DataProperties"))
    ]
    return ODataTable(
        infos=json.loads((REAL_IV3 / "iv3.v3.45012NED_Metadata.json").read_text(encoding="utf-8")),
        data_properties=properties,
        code_lists={name: ParquetRows(iv3_parquet(name)) for name in DIMENSIONS},
        rows=ParquetRows(iv3_parquet("TypedDataSet")),
    )
