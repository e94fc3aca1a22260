"""CBS's side of OData v3: tables with their catalogue, served with the quirks that clients of the real service meet."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import orjson
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from dagster_project.sample.servers.odata_filter import Filter, FilterError, Record, parse_filter
from dagster_project.sample.servers.records import RecordSequence

API_LIMIT = 10_000
FEED_PAGE_SIZE = 10_000
_UNTYPED_WIDTH = 10
_OPTIONS = {"$format", "$filter", "$select", "$top", "$skip"}


@dataclass(frozen=True)
class ODataTable:
    """One table of the catalogue: its TableInfos record, columns, code list per dimension, and records."""

    infos: Mapping[str, Any]
    data_properties: Sequence[Mapping[str, Any]]
    code_lists: Mapping[str, RecordSequence]
    rows: RecordSequence

    @property
    def id(self) -> str:
        """Identifier by which the table is addressed, such as 84799NED."""
        return str(self.infos["Identifier"])

    @property
    def title(self) -> str:
        """Title under which the catalogue lists the table."""
        return str(self.infos["Title"])

    def resources(self) -> dict[str, RecordSequence]:
        """Everything the service document names, in CBS's order."""
        return {
            "TableInfos": [self.infos],
            "UntypedDataSet": self.rows,
            "TypedDataSet": self.rows,
            "DataProperties": self.data_properties,
            "CategoryGroups": [],
            **self.code_lists,
        }


class _RefusedError(Exception):
    """A request that is answered with an error: HTTP status and message."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class _Query:
    """The query options of one request."""

    filter: Filter | None
    select: list[str] | None
    skip: int
    top: int | None

    @classmethod
    def of(cls, request: Request) -> "_Query":
        options = request.query_params
        if unknown := {name for name in options if name.startswith("$")} - _OPTIONS:
            raise _RefusedError(400, f"Query option {', '.join(sorted(unknown))} is not supported.")
        try:
            return cls(
                filter=parse_filter(options["$filter"]) if "$filter" in options else None,
                select=[name.strip() for name in options["$select"].split(",")] if "$select" in options else None,
                skip=_natural("$skip", options.get("$skip", "0")),
                top=_natural("$top", options["$top"]) if "$top" in options else None,
            )
        except FilterError as error:
            raise _RefusedError(400, str(error)) from error

    def matching(self, records: RecordSequence) -> RecordSequence:
        # The last record of DataProperties is a topic, which has every key that a row there can have.
        fields = {name for record in (*records[:1], *records[-1:]) for name in record}
        asked = {*(self.select or []), *(self.filter.fields if self.filter else [])}
        if fields and (unknown := asked - fields):
            raise _RefusedError(400, f"Could not find a property named '{min(unknown)}'.")
        return [record for record in records if self.filter.matches(record)] if self.filter else records


def _natural(option: str, text: str) -> int:
    if not text.isdecimal():
        raise _RefusedError(400, f"{option} must be a number of records, not '{text}'.")
    return int(text)


def odata_v3_routes(tables: Iterable[ODataTable], page_size: int = FEED_PAGE_SIZE) -> list[Route]:
    """Routes of the catalogue, of ODataApi and of its bulk twin ODataFeed, which pages by ``page_size``."""
    by_id = {table.id: table for table in tables}

    def table_of(request: Request) -> ODataTable:
        table_id = request.path_params["table_id"]
        if table_id not in by_id:
            raise _RefusedError(404, f"Table '{table_id}' does not exist.")
        return by_id[table_id]

    def catalogue(request: Request) -> Response:
        return _page(request, [table.infos for table in by_id.values()], page_size)

    def service_document(request: Request) -> Response:
        table = table_of(request)
        # CBS's own addresses spell it OData, whichever spelling was called.
        root = str(request.url.replace(query="")).rstrip("/").replace("/odata/", "/OData/")
        parts = [{"name": name, "url": f"{root}/{name}"} for name in table.resources()]
        return _json({"odata.metadata": f"{root}/$metadata", "value": parts})

    def resource(request: Request) -> Response:
        table, name = table_of(request), request.path_params["resource"]
        decimals = _decimals(table) if name == "UntypedDataSet" else None
        return _page(request, _records(table, name), page_size, decimals)

    def count(request: Request) -> Response:
        records = _records(table_of(request), request.path_params["resource"])
        return PlainTextResponse(str(len(_Query.of(request).matching(records))))

    routes = [Route("/ODataCatalog/Tables", _answering(catalogue))]
    # CBS writes both spellings in the addresses it gives out.
    for root in ("/ODataApi/odata", "/ODataApi/OData", "/ODataFeed/odata", "/ODataFeed/OData"):
        routes += [
            Route(root + "/{table_id}", _answering(service_document)),
            Route(root + "/{table_id}/", _answering(service_document)),
            Route(root + "/{table_id}/{resource}", _answering(resource)),
            Route(root + "/{table_id}/{resource}/$count", _answering(count)),
        ]
    return routes


def _answering(endpoint: Callable[[Request], Response]) -> Callable[[Request], Response]:
    """Wrap an endpoint: errors in OData's form, and JSON only on request."""

    def answer(request: Request) -> Response:
        accepted = request.headers.get("accept", "") + request.query_params.get("$format", "")
        # A count of records is bare text in any format.
        if "json" not in accepted and not request.url.path.endswith("/$count"):
            note = "<error><message>This sample speaks JSON, not Atom: add $format=json.</message></error>"
            return Response(note, 415, media_type="application/xml")
        try:
            return endpoint(request)
        except _RefusedError as refusal:
            message = {"lang": "nl-NL", "value": str(refusal)}
            return _json({"odata.error": {"code": "", "message": message}}, refusal.status)

    return answer


def _records(table: ODataTable, name: str) -> RecordSequence:
    resources = table.resources()
    if name not in resources:
        raise _RefusedError(404, f"Resource not found for the segment '{name}'.")
    return resources[name]


def _page(
    request: Request, records: RecordSequence, page_size: int, decimals: Mapping[str, int] | None = None
) -> Response:
    query = _Query.of(request)
    matching = query.matching(records)
    stop = len(matching) if query.top is None else min(len(matching), query.skip + query.top)
    asked = stop - query.skip
    if "/ODataApi/" not in request.url.path:
        stop = min(stop, query.skip + page_size)
    elif asked > API_LIMIT:
        raise _RefusedError(500, f"The query returns more than {API_LIMIT} records: {asked}. Use ODataFeed.")
    page: Sequence[Record] = matching[query.skip : stop]
    if decimals is not None:
        page = [_untyped(record, decimals) for record in page]
    if query.select is not None:
        page = [{name: record[name] for name in query.select if name in record} for record in page]
    here = str(request.url.replace(query=""))
    root, _, name = here.rpartition("/")
    body: dict[str, object] = {"odata.metadata": f"{root}/$metadata#Cbs.OData.WebAPI.{name}", "value": page}
    if query.skip + asked > stop:
        body["odata.nextLink"] = f"{here}?{_next_options(request, stop, query.skip + asked - stop)}"
    return _json(body)


def _next_options(request: Request, skip: int, remaining: int) -> str:
    options = {**request.query_params, "$skip": skip}
    if "$top" in options:
        options["$top"] = remaining
    return urlencode(options, safe="$',()")


def _decimals(table: ODataTable) -> dict[str, int]:
    return {
        str(topic["Key"]): int(topic["Decimals"])
        for topic in table.data_properties
        if topic["Type"] == "Topic" and topic["Datatype"] != "String"
    }


def _untyped(record: Record, decimals: Mapping[str, int]) -> Record:
    """The record as texts: figures right-aligned, a dot for a missing value."""
    texts = dict(record)
    for name, places in decimals.items():
        figure = record[name]
        texts[name] = ("." if figure is None else f"{figure:.{places}f}").rjust(_UNTYPED_WIDTH)
    return texts


def _json(body: object, status: int = 200) -> Response:
    media_type = "application/json;odata=minimalmetadata;streaming=true;charset=utf-8"
    return Response(orjson.dumps(body), status, media_type=media_type)
