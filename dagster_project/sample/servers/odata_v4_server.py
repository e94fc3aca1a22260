"""CBS's side of OData v4: long observations with their code lists, as pages of JSON and as a zip of CSV files."""

import csv
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dagster_project.sample.servers.odata_filter import FilterError, Record, parse_filter
from dagster_project.sample.servers.records import RecordSequence

PAGE_SIZE = 2_000
# Parts of every bundle, with duplicated column names.
_PROVENANCES = (
    "Id;Title;Url;DatasetId;Id;Identifier;Title;Modified;DataProviderId;DataProviderId;License\n"
    "0;Integraal inkomens- en vermogensonderzoek;https://www.cbs.nl/;;;;;01-01-0001 00:00:00;;;\n"
)


@dataclass(frozen=True)
class ODataV4Table:
    """One table: its Properties, dimensions, measures with their groups, code list per dimension, and observations."""

    properties: Mapping[str, object]
    dimensions: Sequence[Record]
    measures: Sequence[Record]
    groups: Sequence[Record]
    codes: Mapping[str, Sequence[Record]]
    observations: RecordSequence

    @property
    def id(self) -> str:
        """Identifier by which the table is addressed, such as 86296NED."""
        return str(self.properties["Identifier"])

    def resources(self) -> dict[str, RecordSequence]:
        """Everything the service document names, but the one record of Properties."""
        return {
            "Dimensions": self.dimensions,
            "MeasureCodes": self.measures,
            "MeasureGroups": self.groups,
            **{f"{dimension}Codes": rows for dimension, rows in self.codes.items()},
            "Observations": self.observations,
        }


def odata_v4_routes(tables: Iterable[ODataV4Table], page_size: int = PAGE_SIZE) -> list[Route]:
    """Routes of the catalogue, of the tables' parts, and of their bundles."""
    by_id = {table.id: table for table in tables}

    def catalogue(request: Request) -> Response:
        return _page(request, [table.properties for table in by_id.values()], page_size)

    def part(request: Request) -> Response:
        table = by_id.get(request.path_params["table_id"])
        name = request.path_params["part"]
        if table is not None and name == "Properties":
            return _json({"@odata.context": f"{request.url}/$metadata#Properties", **table.properties})
        if table is None or name not in table.resources():
            return _refused(404, f"Resource not found for the segment '{name}'.")
        return _page(request, table.resources()[name], page_size)

    def bundle(request: Request) -> Response:
        table = by_id.get(request.path_params["table_id"])
        if table is None:
            return _refused(404, "no such table")
        return Response(bundle_of(table), media_type="application/zip")

    return [
        Route("/odata/v1/CBS/Datasets", catalogue),
        Route("/odata/v1/CBS/{table_id}/{part}", part),
        Route("/csv/CBS/nl/{table_id}", bundle),
    ]


def bundle_of(table: ODataV4Table) -> bytes:
    """The table as a zip of CSV files."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows in {"Properties": [table.properties], **table.resources()}.items():
            if len(rows):
                archive.writestr(f"{name}.csv", _csv(rows))
        archive.writestr("LinkProvenances.csv", _PROVENANCES)
    return file.getvalue()


def _csv(rows: RecordSequence) -> str:
    """Semicolons, quotes only where needed, line breaks left inside them, and a comma in a number with decimals."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\n")
    writer.writerow(rows[:1][0])
    for row in rows:
        writer.writerow(
            str(value).replace(".", ",") if isinstance(value, float) else "" if value is None else value
            for value in row.values()
        )
    return text.getvalue()


def _page(request: Request, records: RecordSequence, page_size: int) -> Response:
    """One page; of the options, '$search' is accepted and does nothing."""
    options = request.query_params
    try:
        judged = parse_filter(options["$filter"]) if "$filter" in options else None
    except FilterError as error:
        return _refused(400, str(error))
    if judged and len(records) and (unknown := judged.fields - records[:1][0].keys()):
        return _refused(400, f"Could not find a property named '{min(unknown)}'.")
    matching: RecordSequence = [one for one in records if judged.matches(one)] if judged else records
    start = int(options.get("$skiptoken", "0"))
    page: Sequence[Record] = matching[start : start + page_size]
    if "$select" in options:
        page = [{name: record[name] for name in options["$select"].split(",")} for record in page]
    body: dict[str, object] = {"@odata.context": f"{request.url.replace(query='')}/$metadata", "value": page}
    if start + page_size < len(matching):
        following = urlencode({**options, "$skiptoken": start + page_size}, safe="$',()")
        body["@odata.nextLink"] = f"{request.url.replace(query='')}?{following}"
    return _json(body)


def _refused(status: int, message: str) -> Response:
    return _json({"error": {"code": "", "message": message}}, status)


def _json(body: object, status: int = 200) -> Response:
    return Response(orjson.dumps(body), status, media_type="application/json; odata.metadata=minimal")
