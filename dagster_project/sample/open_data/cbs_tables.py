"""CBS tables with several dimensions, in the form in which the sample's OData v3 service serves them."""

from collections.abc import Iterable, Mapping, Sized
from datetime import date
from functools import cache
from math import prod
from types import MappingProxyType
from typing import NamedTuple

import yaml

from dagster_project.installation.settings import DBT_PROJECT
from dagster_project.sample.municipality import region_name
from dagster_project.sample.servers.odata_v3_server import ODataTable
from dagster_project.sample.servers.records import LateRecords

REGION_WIDTH = 10
FICTIONAL = "FICTIEVE GEGEVENS: gemeente Maandrecht en haar buren bestaan niet en deze cijfers zijn verzonnen."
_CONTRACTS = DBT_PROJECT / "models/staging/cbs"
_ABROAD = {"NL01": "Nederland", "NL98": "Buitenland"}


# Codes of the dimensions, and figures by the names of the topics.
Record = tuple[tuple[str, ...], Mapping[str, float | str | None]]


class Topic(NamedTuple):
    """A column: CBS's name without the position, title, unit, decimals and the titles of the groups above it."""

    name: str
    title: str
    unit: str = "aantal"
    decimals: int = 0
    group: tuple[str, ...] = ()


class Dimension(NamedTuple):
    """A dimension: its name, title and kind, and the title of each code."""

    name: str
    title: str
    kind: str
    codes: Mapping[str, str]
    # Texts of codes that have one.
    notes: Mapping[str, str] = MappingProxyType({})


@cache
def editions_of(file: str, feed: str) -> dict[int, str]:
    """Identifiers of the yearly tables that a contract names."""
    document = yaml.load((_CONTRACTS / file).read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    (table,) = (table for source in document["sources"] for table in source["tables"] if table["name"] == feed)
    return {int(year): table_id for year, table_id in table["config"]["meta"]["delivery"]["editions"].items()}


def regions(name: str, title: str, codes: Iterable[str]) -> Dimension:
    """The dimension of the regions; its keys are padded, as at CBS."""
    titles = {code.ljust(REGION_WIDTH): _ABROAD.get(code) or region_name(code) for code in codes}
    return Dimension(name, title, "GeoDetail", titles)


def periods(codes: Mapping[str, str], notes: Mapping[str, str] = MappingProxyType({})) -> Dimension:
    """The dimension of the periods."""
    return Dimension("Perioden", "Perioden", "TimeDimension", codes, notes)


def cbs_table(
    table_id: str,
    title: str,
    published: date,
    is_provisional: bool,
    dimensions: list[Dimension],
    topics: list[Topic],
    records: Iterable[Record],
    count: int | None = None,
) -> ODataTable:
    """A table of records: the codes of its dimensions, and figures by the names of its topics.

    Records of a generator are made when they are first asked for; there are ``count``, or one for every combination of
    codes.
    The position in the table is part of a column's key; a name in several groups is distinguished by them,
    as 'group/name'.
    """
    keys = {_path(topic, topics): f"{topic.name}_{position}" for position, topic in enumerate(topics, start=1)}
    if count is None:
        count = len(records) if isinstance(records, Sized) else prod(len(dimension.codes) for dimension in dimensions)
    rows = LateRecords(
        count,
        (
            {
                "ID": row_id,
                **{dimension.name: code for dimension, code in zip(dimensions, codes, strict=True)},
                **{key: figures.get(path) for path, key in keys.items()},
            }
            for row_id, (codes, figures) in enumerate(records)
        ),
    )
    return ODataTable(
        infos=_infos(table_id, title, published, is_provisional, count, len(topics) + len(dimensions)),
        data_properties=_data_properties(dimensions, topics),
        code_lists={
            dimension.name: [_code_row(dimension, code, name) for code, name in dimension.codes.items()]
            for dimension in dimensions
        },
        rows=rows,
    )


def _path(topic: Topic, topics: list[Topic]) -> str:
    has_namesake = sum(other.name == topic.name for other in topics) > 1
    return "/".join((*topic.group, topic.name)) if has_namesake else topic.name


def _code_row(dimension: Dimension, code: str, name: str) -> dict[str, object]:
    description = dimension.notes.get(code, "Fictieve voorbeeldgegevens.")
    row: dict[str, object] = {"Key": code, "Title": name, "Description": description}
    if dimension.kind == "GeoDetail":
        place = "" if code.startswith("NL") else code.strip()
        row |= {"Municipality": "GM" + place[2:6] if place else "", "DetailRegionCode": place}
    return row


def _data_properties(dimensions: list[Dimension], topics: list[Topic]) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    ids: dict[tuple[str, ...], int] = {}

    def add(kind: str, parent: int | None, key: str, title: str, **more: object) -> int:
        rows.append(
            {
                "odata.type": f"Cbs.OData.{kind}",
                "ID": len(rows),
                "Position": more.pop("Position", None),
                "ParentID": parent,
                "Type": kind,
                "Key": key,
                "Title": title,
                "Description": "Fictief cijfer van de voorbeeldgemeente Maandrecht.",
                **more,
            }
        )
        return len(rows) - 1

    for dimension in dimensions:
        add(dimension.kind, None, dimension.name, dimension.title, ReleasePolicy=False)
    for position, topic in enumerate(topics, start=1):
        for depth in range(1, len(topic.group) + 1):
            group = topic.group[:depth]
            if group not in ids:
                ids[group] = add("TopicGroup", ids.get(group[:-1]), "", group[-1])
        add(
            "Topic",
            ids.get(topic.group),
            f"{topic.name}_{position}",
            topic.title,
            Position=position,
            Datatype="String" if topic.unit == "code" else "Double" if topic.decimals else "Long",
            Unit=topic.unit,
            Decimals=topic.decimals,
            Default="Impossible",
            PresentationType="Absolute" if topic.unit == "aantal" else "Relative",
        )
    return rows


def _infos(
    table_id: str, title: str, published: date, is_provisional: bool, rows: int, columns: int
) -> dict[str, object]:
    # Local time without a zone, as CBS writes it.
    moment = f"{published}T02:00:00"
    status = "Voorlopig" if is_provisional else "Definitief"
    return {
        "Updated": moment,
        "ID": int("".join(filter(str.isdigit, table_id))),
        "Identifier": table_id,
        "Title": title,
        "ShortTitle": title,
        "ShortDescription": f"\n{FICTIONAL}\n\nStatus van de cijfers:\n{status}.\n",
        "Summary": FICTIONAL,
        "Modified": moment,
        "MetaDataModified": moment,
        "ReasonDelivery": "Actualisering",
        "ExplanatoryText": FICTIONAL,
        "OutputStatus": "Regulier",
        "Source": "Maandvers, voorbeeldgegevens (fictief; niet van het CBS).",
        "Language": "nl",
        "Catalog": "CBS",
        "Frequency": "Perjaar",
        "Period": title[-4:],
        "SummaryAndLinks": FICTIONAL,
        "ApiUrl": f"https://opendata.cbs.nl/ODataApi/OData/{table_id}",
        "FeedUrl": f"https://opendata.cbs.nl/ODataFeed/OData/{table_id}",
        "DefaultPresentation": "",
        "DefaultSelection": "",
        "GraphTypes": "Table",
        "RecordCount": rows,
        "ColumnCount": columns,
        "SearchPriority": "2",
    }
