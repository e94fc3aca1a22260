"""Protocol ``odata_v3``: tables of CBS and its sister services, read through the bulk feed."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pydantic import Field

from dagster_project.contracts.model import Column, Table
from dagster_project.extract.answer import Answer, Edition, Lookup, Records, Stored
from dagster_project.extract.extractors import RegionRows, protocol
from dagster_project.extract.odata.columns import SupplierColumn, match_columns, supplier_columns
from dagster_project.extract.odata.odata_extractor import ODataExtractor, ODataParameters
from dagster_project.extract.odata.page import CircularPagesError, PageReader, moment
from dagster_project.extract.odata.query import ANY, Query

ROW_NUMBER = "ID"
DATA = "TypedDataSet"
FORMAT = "?$format=json"
# Rows of the code lists, by their names.
CodeLists = dict[str, list[dict[str, Any]]]


class ODataV3Parameters(ODataParameters):
    """Location of a table on a CBS-like OData v3 service."""

    # The dimension whose codes are requested one by one, where the service refuses all of them at once.
    partition_by: str | None = None
    # A table too large to store for every municipality is requested for the own one only, in any scope; by a shared
    # installation for those that it serves.
    is_own_municipality_only: bool = False
    # A table of hundreds of columns is requested with those of the contract alone.
    is_own_columns_only: bool = False
    # Codes per dimension, with * for any characters, that are requested of other municipalities all the same.
    of_others: dict[str, tuple[str, ...]] = Field(default_factory=dict)

    @property
    def is_of_served_municipalities(self) -> bool:
        """Whether the table is too large for the whole country."""
        return self.is_own_municipality_only


@protocol("odata_v3", ODataV3Parameters)
@dataclass
class ODataV3(ODataExtractor[ODataV3Parameters]):
    """Extractor for one feed on an OData v3 service."""

    @property
    def municipalities(self) -> tuple[str, ...]:
        """The municipalities to which queries are limited, along with the country; none for every region."""
        if self.parameters.is_own_municipality_only:
            return self.access.served or (self.access.municipality_code,)
        return super().municipalities

    @property
    def is_among_others(self) -> bool:
        """Whether queries request all other municipalities along with the own one: to be compared with."""
        if self.parameters.is_own_municipality_only:
            return bool(self.parameters.of_others) and self.access.is_among_others
        return super().is_among_others

    def validators(self, edition: Edition, versions: Mapping[str, str]) -> dict[str, str]:
        """Everything that makes a stored edition the latest, with what is requested of other municipalities.

        Where the contract's columns alone are requested, another column needs another fetch.
        """
        known = super().validators(edition, versions)
        if self.parameters.is_own_columns_only:
            columns = self.feed.tables[0].expected_columns(edition.year)
            known |= {"columns": ", ".join(column.meta.supplier_name for column in columns)}
        limits = [f"{name} {', '.join(codes)}" for name, codes in sorted(self.parameters.of_others.items())]
        return known | ({"of_others": "; ".join(limits)} if limits and self.is_among_others else {})

    def rows_of_municipality(self, table: Table) -> RegionRows | None:
        """The rows of the regions to which queries are limited, with what is requested of other municipalities."""
        rows = super().rows_of_municipality(table)
        if rows is None or not (self.parameters.is_own_municipality_only and self.is_among_others):
            return rows
        query = Query(self.parameters.region_dimension, self.municipalities)
        columns = {column.meta.supplier_name: column.name for column in table.columns}
        of_others = {columns[dimension]: codes for dimension, codes in self.parameters.of_others.items()}
        return replace(rows, starts=query.prefixes, of_others=of_others)

    def catalogue_url(self, title_start: str) -> str:
        """Address of the catalogue's tables whose title has this start."""
        condition = quote(f"startswith(Title,'{title_start}')", safe="(),'")
        base = f"{self.parameters.base_url}/ODataCatalog/Tables"
        return f"{base}{FORMAT}&$filter={condition}&$select=Identifier,Title"

    def url(self, edition: Edition, entity: str = "") -> str:
        """Address of a table, or of a part of it."""
        return f"{self.parameters.base_url}/ODataFeed/odata/{edition.source_id}/{entity}".rstrip("/")

    def describe(self, edition: Edition) -> tuple[str, list[SupplierColumn]]:
        """Ask for the title and the columns of a table, without its figures."""
        (info,) = self.http.get_json(self.url(edition, "TableInfos") + FORMAT)[0]["value"]
        properties = self.http.get_json(self.url(edition, "DataProperties") + FORMAT)[0]["value"]
        return str(info.get("Title")), supplier_columns(properties)

    def fetch(self, edition: Edition, stored: Stored | None, payload: Path, scratch: Path) -> Answer | None:
        """Fetch a whole table, unless its TableInfos are those of the stored one."""
        label = f"{self.feed.id} {edition.key}"
        reader = PageReader(self.http, label, self.parameters.base_url, payload, scratch)
        try:
            infos = self._list(edition, reader, "TableInfos")
            self.check_identifier(edition, ", ".join(str(info.get("Identifier")).strip() for info in infos))
            (info,) = infos
            validators = self.validators(edition, {"Modified": str(info.get("Modified"))})
            if stored is not None and stored.validators == validators:
                return None
            records, dropped = self._records(edition, info, reader)
        except CircularPagesError as error:
            raise self.unexpected(
                edition, "links its pages in a circle", "a new address in every odata.nextLink", error
            ) from error
        table = self.feed.tables[0].name
        return Answer(
            retrieval=self.retrieval,
            url=self.url(edition, DATA),
            released_at=moment(info.get("Modified")),
            validators=validators,
            payload=reader.files,
            tables={table: records},
            facts=self.facts(info, info.get("ShortDescription")),
            dropped_columns={table: dropped},
        )

    def _list(self, edition: Edition, reader: PageReader, entity: str) -> list[dict[str, Any]]:
        return reader.read_list(self.url(edition, entity) + FORMAT, entity or "service")

    def _records(self, edition: Edition, info: dict[str, Any], reader: PageReader) -> tuple[Records, list[str]]:
        """The records of a table, and the supplier's columns that the contract does not read."""
        entities = [entry.get("name", "") for entry in self._list(edition, reader, "")]
        self._check_offered(edition, entities, "DataProperties", DATA, *self._limited)
        offered = supplier_columns(self._list(edition, reader, "DataProperties"))
        columns = self.feed.tables[0].expected_columns(edition.year)
        direct = [column for column in columns if column.meta.code_list is None]
        names = match_columns(self.feed, edition, direct, offered)

        # A dimension that was renamed in this edition has its code list under the new name.
        keys = {column.meta.supplier_name: names[column.name] for column in direct if column.name in names}
        region = keys.get(str(self.parameters.region_dimension), self.parameters.region_dimension)
        needed = {keys.get(name, name) for column in columns if (name := column.meta.code_list)}
        others = {keys.get(name, name): codes for name, codes in self.parameters.of_others.items()}
        needed |= {*self._limited, *others, *filter(None, [region])}
        self._check_offered(edition, entities, *sorted(needed))
        code_lists = {name: self._list(edition, reader, name) for name in sorted(needed)}
        if region:
            self.check_municipality(edition, (str(row["Key"]) for row in code_lists[region]))
        query = self._query(edition, region, code_lists, others)
        expected_rows = self._expected_rows(info, query, code_lists, offered)
        records = Records(
            files=self._read_data(edition, query, names, reader, expected_rows),
            format="json",
            supplier_columns=names,
            lookups=self._lookups(columns, keys, code_lists, reader.scratch),
            row_number=ROW_NUMBER,
            expected_rows=expected_rows,
        )
        return records, sorted({column.key for column in offered} - set(names.values()))

    def _check_offered(self, edition: Edition, entities: Sequence[str], *names: str) -> None:
        for name in names:
            if name not in entities:
                raise self.unexpected(edition, f"offers no '{name}'", f"'{name}' in the service document", entities)

    @property
    def _limited(self) -> list[str]:
        """The dimensions, apart from the regions, whose codes the query names."""
        named = dict.fromkeys((*self.parameters.selection, self.parameters.partition_by))
        return [name for name in named if name is not None]

    def _query(
        self, edition: Edition, region: str | None, code_lists: CodeLists, others: Mapping[str, Sequence[str]]
    ) -> Query:
        """The contract's codes as in the supplier's lists: padded to a width that only the lists show."""
        keys = {}
        for dimension in self._limited:
            listed = {str(row["Key"]).strip(): str(row["Key"]) for row in code_lists[dimension]}
            wanted = self.parameters.selection.get(dimension, tuple(listed))
            self.check_codes(edition, dimension, wanted, listed)
            keys[dimension] = [listed[code] for code in wanted]
        is_whole = not self.parameters.is_own_municipality_only
        of_others = {
            dimension: _listed(patterns, [str(row["Key"]) for row in code_lists[dimension]])
            for dimension, patterns in others.items()
            if self.is_among_others
        }
        return Query(
            region,
            self.municipalities,
            keys,
            self.parameters.partition_by,
            self.is_among_others and is_whole,
            of_others,
        )

    def _expected_rows(
        self, info: dict[str, Any], query: Query, code_lists: CodeLists, offered: list[SupplierColumn]
    ) -> int | None:
        """Number of rows to come: the supplier's count, or a row per region where the region is the only key."""
        has_every_region = not self.municipalities or query.region_dimension is None
        if has_every_region and not self.parameters.selection:
            return int(info["RecordCount"]) if info.get("RecordCount") is not None else None
        if query.region_dimension and sum(column.is_dimension for column in offered) == 1:
            return sum(query.includes(str(row["Key"]).strip()) for row in code_lists[query.region_dimension])
        return None

    def _read_data(
        self, edition: Edition, query: Query, names: dict[str, str], reader: PageReader, expected_rows: int | None
    ) -> list[Path]:
        first = self.url(edition, DATA) + FORMAT
        if self.parameters.is_own_columns_only:
            first += f"&$select={','.join((ROW_NUMBER, *names.values()))}"
        filters = [quote(condition, safe="(),'") for condition in query.filters()]
        urls = [f"{first}&$filter={condition}" if condition else first for condition in filters]
        files = []
        for page in reader.read_records(urls, DATA, ROW_NUMBER, expected_rows):
            if page.first is not None and (missing := sorted(set(names.values()) - page.first.keys())):
                raise self.unexpected(
                    edition,
                    f"leaves column {', '.join(missing)} out of its records",
                    "every column that DataProperties announces",
                    sorted(page.first),
                )
            files.append(page.bare)
        return files

    def _lookups(
        self, columns: list[Column], keys: dict[str, str], code_lists: CodeLists, scratch: Path
    ) -> dict[str, Lookup]:
        lookups = {}
        for column in columns:
            if column.meta.code_list is None:
                continue
            dimension = keys.get(column.meta.code_list, column.meta.code_list)
            file = scratch / f"{dimension}.json"
            file.write_text(json.dumps(code_lists[dimension]), encoding="utf-8")
            lookups[column.name] = Lookup(file, "Key", column.meta.supplier_name, on=dimension)
        return lookups


def _listed(patterns: Sequence[str], keys: Sequence[str]) -> list[str]:
    """The patterns that a code list has keys for; one that is no mere beginning, as those keys."""
    found: list[str] = []
    for pattern in patterns:
        fitting = [key for key in keys if fnmatchcase(key.strip(), pattern)]
        is_beginning = pattern.endswith(ANY) and ANY not in pattern[:-1]
        found += [pattern] if fitting and is_beginning else fitting
    return found
