"""OData v3 as CBS and its sister services speak it, read through the bulk feed."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from dagster_project.contracts.model import Column, Feed
from dagster_project.contracts.protocols import ODataV3Parameters
from dagster_project.errors import DeliveryError
from dagster_project.extract.answer import Answer, Edition, Held, Lookup, PayloadFile, Records, Retrieval
from dagster_project.extract.http import Http
from dagster_project.extract.odata.columns import SupplierColumn, match_columns, supplier_columns
from dagster_project.extract.odata.page import CircularPagesError, Pages, figures_status, moment, packed, read_page
from dagster_project.extract.odata.query import Question, scope_of
from dagster_project.extract.odata.table_series import Series
from dagster_project.extract.progress import progress

ROW_NUMBER = "ID"


@dataclass
class CodeList:
    """The rows of a code list and the payload they came in."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    files: list[PayloadFile] = field(default_factory=list)


@dataclass
class ODataV3:
    """The extractor for one feed on an OData v3 service.

    ``municipality`` limits every question to one municipality and the country; None asks for all regions.
    """

    feed: Feed
    http: Http
    base_url: str
    municipality: str | None

    @property
    def parameters(self) -> ODataV3Parameters:
        """The feed's parameters in this protocol's form."""
        assert isinstance(self.feed.parameters, ODataV3Parameters)
        return self.feed.parameters

    def editions(self, held: Mapping[int, str]) -> list[Edition]:
        """The one table, or the newest of a table per year by the supplier's catalogue."""
        if self.parameters.table_id is not None:
            return [Edition(None, self.parameters.table_id)]
        series = Series(self.feed, str(self.parameters.catalogue_title))
        condition = quote(f"startswith(Title,'{series.start}')", safe="(),'")
        url = f"{self.base_url}/ODataCatalog/Tables?$format=json&$filter={condition}&$select=Identifier,Title"
        return series.listed_at(url, self.http, held)

    def fetch(self, edition: Edition, held: Held | None, payload: Path, scratch: Path) -> Answer | None:
        """Fetch one table whole, unless its TableInfos still say what they said for the one we hold."""
        infos, infos_file = self._read(edition, "TableInfos", payload)
        info = self._only(infos, edition)
        scope = scope_of(self.municipality, self.parameters.selection)
        validators = {"Modified": str(info.get("Modified")), "table": edition.source_id, "scope": scope}
        if held is not None and held.validators == validators:
            return None
        try:
            return self._fetch(edition, info, infos_file, validators, payload, scratch)
        except CircularPagesError as error:
            raise self._unexpected(
                edition, "sends us round in a circle of pages", "a new address in every odata.nextLink", error
            ) from error

    def _fetch(
        self,
        edition: Edition,
        info: dict[str, Any],
        infos_file: PayloadFile,
        validators: dict[str, str],
        payload: Path,
        scratch: Path,
    ) -> Answer:
        entities, service_file = self._entities(edition, payload)
        self._need(edition, entities, "DataProperties", "TypedDataSet", *self._limited)
        properties = self._read_list(edition, "DataProperties", payload)
        offered = supplier_columns(properties.rows)
        table = self.feed.tables[0]
        columns = table.expected_columns(edition.year)
        direct = [column for column in columns if column.meta.code_list is None]
        names = match_columns(self.feed, edition, direct, offered)

        # A dimension that is called otherwise in this edition has its code list under that name.
        keys = {column.meta.supplier_name: names[column.name] for column in direct}
        region = keys.get(str(self.parameters.region_dimension), self.parameters.region_dimension)
        lists = {keys.get(name, name) for column in columns if (name := column.meta.code_list)}
        lists |= {*self._limited, *filter(None, [region])}
        self._need(edition, entities, *sorted(lists))
        code_lists = {name: self._read_list(edition, name, payload) for name in sorted(lists)}
        question = self._question(edition, region, code_lists)
        expected_rows = self._expected_rows(info, question, code_lists, offered)
        pages, page_files = self._read_pages(edition, question, names, payload, scratch, expected_rows)
        list_files = [file for codes in code_lists.values() for file in codes.files]
        return Answer(
            retrieval=Retrieval("odata_v3", self.base_url, self.municipality),
            url=self._url(edition, "TypedDataSet"),
            released_at=moment(info.get("Modified")),
            validators=validators,
            payload=[
                infos_file,
                service_file,
                *properties.files,
                *list_files,
                *page_files,
            ],
            tables={
                table.name: Records(
                    files=pages,
                    format="json",
                    supplier_columns=names,
                    lookups=self._lookups(columns, keys, code_lists, scratch),
                    row_number=ROW_NUMBER,
                    expected_rows=expected_rows,
                )
            },
            facts={
                "title": str(info.get("Title", "")).strip(),
                "figures_status": figures_status(info.get("ShortDescription")),
                "supplier_modified": str(info.get("Modified")),
            },
            dropped_columns={table.name: sorted({c.key for c in offered} - set(names.values()))},
        )

    def _url(self, edition: Edition, entity: str = "") -> str:
        return f"{self.base_url}/ODataFeed/odata/{edition.source_id}/{entity}".rstrip("/")

    def _read(self, edition: Edition, entity: str, payload: Path) -> tuple[dict[str, Any], PayloadFile]:
        """Read a small entity whole and keep it as received."""
        return self._keep(self._url(edition, entity) + "?$format=json", payload / f"{entity}.json.gz")

    def _read_list(self, edition: Edition, entity: str, payload: Path) -> "CodeList":
        """Read a code list or the columns; the bulk feed cuts these into pages as well."""
        codes = CodeList()
        pages = Pages(self._url(edition, entity) + "?$format=json")
        for number, url in enumerate(pages, start=1):
            document, file = self._keep(url, payload / f"{entity}-{number:04}.json.gz")
            codes.rows += document["value"]
            codes.files.append(file)
            pages.go_on(document, self.base_url)
        return codes

    def _keep(self, url: str, target: Path) -> tuple[dict[str, Any], PayloadFile]:
        document, body = self.http.get_json(url)
        if not isinstance(document.get("value"), list):
            raise self.http.malformed(url, body, "an object without 'value'")
        with packed(target) as file:
            file.write(body)
        return document, PayloadFile(target.name, hashlib.sha256(body).hexdigest(), url)

    def _only(self, infos: dict[str, Any], edition: Edition) -> dict[str, Any]:
        rows = infos["value"]
        if len(rows) != 1 or str(rows[0].get("Identifier")).strip() != edition.source_id:
            raise self._unexpected(
                edition,
                "describes another table",
                f"one record with Identifier {edition.source_id}",
                [row.get("Identifier") for row in rows],
            )
        return rows[0]

    def _entities(self, edition: Edition, payload: Path) -> tuple[list[str], PayloadFile]:
        """What the service document offers."""
        document, file = self._keep(self._url(edition) + "?$format=json", payload / "service.json.gz")
        return [entry.get("name", "") for entry in document["value"]], file

    def _need(self, edition: Edition, entities: list[str], *names: str) -> None:
        for name in names:
            if name not in entities:
                raise self._unexpected(edition, f"offers no '{name}'", f"'{name}' in the service document", entities)

    @property
    def _limited(self) -> list[str]:
        """The dimensions, beside the regions, whose codes the question names."""
        named = dict.fromkeys((*self.parameters.selection, self.parameters.partition_by))
        return [name for name in named if name is not None]

    def _question(self, edition: Edition, region: str | None, code_lists: dict[str, "CodeList"]) -> Question:
        """The contract's codes as the supplier's lists hold them: padded to a width that only the lists know."""
        keys = {}
        for dimension in self._limited:
            listed = {str(row["Key"]).strip(): str(row["Key"]) for row in code_lists[dimension].rows}
            wanted = self.parameters.selection.get(dimension, tuple(listed))
            if unknown := sorted(set(wanted) - listed.keys()):
                raise self._unexpected(
                    edition,
                    f"lists no {', '.join(unknown)} under '{dimension}'",
                    f"the codes {', '.join(wanted)}",
                    ", ".join(listed),
                )
            keys[dimension] = [listed[code] for code in wanted]
        return Question(region, self.municipality, keys, self.parameters.partition_by)

    def _expected_rows(
        self,
        info: dict[str, Any],
        question: Question,
        code_lists: dict[str, "CodeList"],
        offered: list[SupplierColumn],
    ) -> int | None:
        """How many rows must come: what the supplier counts, or a row per region where the region is the only key."""
        has_every_region = self.municipality is None or question.region_dimension is None
        if has_every_region and not self.parameters.selection:
            return int(info["RecordCount"]) if info.get("RecordCount") is not None else None
        if question.region_dimension and sum(column.is_dimension for column in offered) == 1:
            rows = code_lists[question.region_dimension].rows
            return sum(question.is_about(str(row["Key"]).strip()) for row in rows)
        return None

    def _first_page(self, edition: Edition, condition: str) -> str:
        url = self._url(edition, "TypedDataSet") + "?$format=json"
        return url + ("&$filter=" + quote(condition, safe="(),'") if condition else "")

    def _read_pages(
        self,
        edition: Edition,
        question: Question,
        names: dict[str, str],
        payload: Path,
        scratch: Path,
        expected_rows: int | None,
    ) -> tuple[list[Path], list[PayloadFile]]:
        """Follow the pages of the data; each is kept packed and, for the parser, as a bare list of records."""
        bare: list[Path] = []
        files: list[PayloadFile] = []
        with progress(f"{self.feed.id} {edition.key}", expected_rows) as advance:
            for condition in question.filters():
                pages = Pages(self._first_page(edition, condition))
                for url in pages:
                    name = f"TypedDataSet-{len(files) + 1:04}.json"
                    page = read_page(self.http, url, ROW_NUMBER, payload / f"{name}.gz", scratch / name)
                    if page.first is not None and (missing := sorted(set(names.values()) - page.first.keys())):
                        raise self._unexpected(
                            edition,
                            f"leaves column {', '.join(missing)} out of its records",
                            "every column that DataProperties announces",
                            sorted(page.first),
                        )
                    bare.append(scratch / name)
                    files.append(PayloadFile(f"{name}.gz", page.sha256, url))
                    advance(page.rows)
                    pages.go_on(page.envelope, self.base_url)
        return bare, files

    def _lookups(
        self, columns: list[Column], keys: dict[str, str], code_lists: dict[str, "CodeList"], scratch: Path
    ) -> dict[str, Lookup]:
        lookups = {}
        for column in columns:
            if column.meta.code_list is None:
                continue
            dimension = keys.get(column.meta.code_list, column.meta.code_list)
            file = scratch / f"{dimension}.json"
            file.write_text(json.dumps(code_lists[dimension].rows), encoding="utf-8")
            lookups[column.name] = Lookup(file, "Key", column.meta.supplier_name, on=dimension)
        return lookups

    def _unexpected(self, edition: Edition, problem: str, expected: str, came: object) -> DeliveryError:
        return DeliveryError(
            self.feed.id,
            problem=f"table {edition.source_id} {problem}",
            expected=expected,
            came=str(came)[:300],
            do=f"look at {self._url(edition)}; if the supplier changed it for good, adapt {self.feed.file}",
        )
