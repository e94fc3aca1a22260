"""Real parts of CBS's OData v4 service served again: a whole bundle, and the metadata of the key figures of 2017."""

import csv
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import duckdb

from dagster_project.sample.servers.odata_filter import Record
from dagster_project.sample.servers.odata_v3_server import ODataTable
from dagster_project.sample.servers.odata_v4_server import ODataV4Table

REAL_DATA = Path(__file__).parents[3] / "shared/real-data"
BUNDLE = REAL_DATA / "cbs_v4_csv_bundle_83841NED"
META_2017 = REAL_DATA / "cbs_83765NED_v4_meta"
ABSENT = f"the real tables are not on this machine: {BUNDLE}"
TABLE = "83841NED"


def real_bundle(**properties: str) -> bytes:
    """The files in one zip; ``properties`` overrides Properties.csv."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(BUNDLE.glob("*.csv")):
            text = path.read_text(encoding="utf-8")
            if path.name == "Properties.csv":
                text = _changed(text, properties)
            archive.writestr(path.name, text)
    return file.getvalue()


def _changed(text: str, values: dict[str, str]) -> str:
    (row,) = csv.DictReader(io.StringIO(text, newline=""), delimiter=";")
    target = io.StringIO()
    writer = csv.DictWriter(target, row, delimiter=";")
    writer.writeheader()
    writer.writerow({**row, **values})
    return target.getvalue()


def real_rows(name: str) -> list[dict[str, str]]:
    """The rows of one file of the bundle, read with nothing of ours."""
    with (BUNDLE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def bundle_as_table() -> ODataV4Table:
    """The bundle's parts as a service would give them in JSON: a point in numbers, and nothing for an empty field."""
    observations: list[Record] = [
        {
            **row,
            "Id": int(row["Id"]),
            "Value": float(row["Value"].replace(",", ".")) if row["Value"] else None,
            "StringValue": row["StringValue"] or None,
        }
        for row in real_rows("Observations")
    ]
    dimensions = [row for row in real_rows("Dimensions") if row["Identifier"] in observations[0]]
    return ODataV4Table(
        properties={
            **real_rows("Properties")[0], "Identifier": TABLE, "ObservationCount": len(observations),
        },
        dimensions=dimensions,
        measures=real_rows("MeasureCodes"),
        groups=[],
        codes={row["Identifier"]: real_rows(f"{row['Identifier']}Codes") for row in dimensions},
        observations=observations,
    )  # fmt: skip


def key_figures_2017(observations: list[Record]) -> ODataV4Table:
    """The real metadata of 2017, with made observations."""
    properties = json.loads((META_2017 / "cbs.v4.83765NED_Metadata.json").read_text(encoding="utf-8"))
    regions = {row["WijkenEnBuurten"] for row in observations}
    return ODataV4Table(
        properties={**properties, "ObservationCount": len(observations)},
        dimensions=_parquet("Dimensions"),
        measures=_parquet("MeasureCodes"),
        groups=_parquet("MeasureGroups"),
        codes={"WijkenEnBuurten": [row for row in _parquet("WijkenEnBuurtenCodes") if row["Identifier"] in regions]},
        observations=observations,
    )


def _parquet(part: str) -> list[dict[str, object]]:
    result = duckdb.execute(f"from '{META_2017 / f'cbs.v4.83765NED_{part}.parquet'}'")
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def in_v4(table: ODataTable, keeps: Callable[[str], bool]) -> ODataV4Table:
    """A table of OData v3 as v4 would give it, of the regions that ``keeps`` wants: a code per topic, texts apart."""
    properties = list(table.data_properties)
    topics = [row for row in properties if row["Type"] == "Topic"]
    regions = [row for row in table.rows if keeps(str(row["WijkenEnBuurten"]).strip())]
    cells = [
        (f"M{topic['ID']}", str(row["WijkenEnBuurten"]).strip(), row[str(topic["Key"]).strip()])
        for row in regions
        for topic in topics
    ]
    observations: list[Record] = [
        {
            "Id": number,
            "Measure": measure,
            "WijkenEnBuurten": region,
            "Value": None if isinstance(figure, str) else figure,
            "StringValue": figure if isinstance(figure, str) else None,
            "ValueAttribute": "None",
        }
        for number, (measure, region, figure) in enumerate(cells)
    ]
    return ODataV4Table(
        properties={
            "Identifier": table.id, "Title": table.title, "ObservationCount": len(observations),
            "Modified": f"{table.infos['Modified']}+01:00", "Description": table.infos["ShortDescription"],
        },
        dimensions=[{"Identifier": "WijkenEnBuurten", "Title": "Wijken en buurten"}],
        measures=[
            {"Identifier": f"M{row['ID']}", "MeasureGroupId": row["ParentID"], "Title": row["Title"]} for row in topics
        ],
        groups=[
            {"Id": row["ID"], "Title": row["Title"], "ParentId": row["ParentID"]}
            for row in properties
            if row["Type"] == "TopicGroup"
        ],
        codes={
            "WijkenEnBuurten": [
                {"Identifier": str(row["Key"]).strip(), "Title": str(row["Title"]).strip()}
                for row in table.code_lists["WijkenEnBuurten"]
                if keeps(str(row["Key"]).strip())
            ]
        },
        observations=observations,
    )  # fmt: skip
