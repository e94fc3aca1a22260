"""OData v4 as CBS speaks it: observations one by one, each under the code of its measure.

A contract that names the column ``Measure`` gets the observations as they are (long). Any other gets a row per
combination of dimensions with the measures as columns (wide), as OData v3 gives the same table.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

from dagster_project.extract.answer import Answer, Edition, Records, Stored
from dagster_project.extract.extractors import protocol
from dagster_project.extract.odata.columns import SupplierColumn
from dagster_project.extract.odata.odata_extractor import ODataExtractor, ODataParameters
from dagster_project.extract.odata.page import CircularPagesError, PageReader, moment
from dagster_project.extract.odata.query import Query
from dagster_project.extract.odata.v4_forms import OBSERVATIONS, BadFormError, CsvBundle, JsonPages, TableForm
from dagster_project.extract.odata.v4_shapes import (
    LONG_COLUMNS,
    MEASURE,
    LongShape,
    Shape,
    WideShape,
    as_dimensions,
    write_code_list,
)

# Reads the rows of a code list, or of another small part, by its name.
ListReader = Callable[[str], list[dict[str, Any]]]
VERSIONS = ("Modified", "Version", "ObservationsModified")


class ODataV4Parameters(ODataParameters):
    """Location of a table on CBS's OData v4 service: long observations with a code per measure."""

    catalogue: str = "CBS"
    # The same table as pages of JSON or as one zip of CSV files.
    form: Literal["observations", "csv_bundle"] = "observations"


@protocol("odata_v4", ODataV4Parameters)
@dataclass
class ODataV4(ODataExtractor[ODataV4Parameters]):
    """Extractor for one feed on an OData v4 service."""

    def catalogue_url(self, title_start: str) -> str:
        """Address of the catalogue's tables whose title has this start."""
        # Not '$search': the service accepts it and ignores it.
        condition = quote(f"contains(Title,'{title_start}')", safe="(),'")
        return f"{self._catalogue}/Datasets?$filter={condition}&$select=Identifier,Title"

    def url(self, edition: Edition, entity: str = "") -> str:
        """Address of a table, or of a part of it."""
        return f"{self._catalogue}/{edition.source_id}/{entity}".rstrip("/")

    def describe(self, edition: Edition) -> tuple[str, list[SupplierColumn]]:
        """Ask for the title and the columns of a table, without its figures."""
        listed = cache(lambda part: self.http.get_json(self.url(edition, part))[0]["value"])
        title = str(self.http.get_json(self.url(edition, "Properties"))[0].get("Title"))
        dimensions = [str(row["Identifier"]).strip() for row in listed("Dimensions")]
        columns = self.feed.tables[0].columns
        if any(column.meta.supplier_name == MEASURE for column in columns):
            return title, as_dimensions([*dimensions, *LONG_COLUMNS])
        # Texts are no measures, and older editions lack them.
        texts = [column.meta.supplier_name for column in columns if column.data_type == "varchar"]
        return title, [*as_dimensions({*dimensions, *texts}), *_measures(listed)]

    @property
    def _catalogue(self) -> str:
        return f"{self.parameters.base_url}/odata/v1/{self.parameters.catalogue}"

    def fetch(self, edition: Edition, stored: Stored | None, payload: Path, scratch: Path) -> Answer | None:
        """Fetch one table, unless its Properties are those of the stored one."""
        label = f"{self.feed.id} {edition.key}"
        reader = PageReader(self.http, label, self.parameters.base_url, payload, scratch)
        properties = reader.read_object(self.url(edition, "Properties"), "Properties")
        self.check_identifier(edition, str(properties.get("Identifier")).strip())
        validators = self.validators(edition, {name: str(properties.get(name)) for name in VERSIONS})
        if stored is not None and stored.validators == validators:
            return None
        try:
            records, dropped = self._records(edition, properties, self._form(edition, reader), scratch)
        except (BadFormError, CircularPagesError) as error:
            raise self.unexpected(
                edition, "has an invalid form", "pages of JSON or a zip of CSV files", error
            ) from error
        table = self.feed.tables[0].name
        return Answer(
            retrieval=self.retrieval,
            url=self.url(edition, OBSERVATIONS),
            released_at=moment(properties.get("Modified")),
            validators=validators,
            payload=reader.files,
            tables={table: records},
            facts={
                **self.facts(properties, properties.get("Description")),
                "table_status": str(properties.get("Status")),
            },
            dropped_columns={table: dropped},
        )

    def _form(self, edition: Edition, reader: PageReader) -> TableForm:
        if self.parameters.form == "observations":
            return JsonPages(reader, self.url(edition))
        url = f"{self.parameters.base_url}/csv/{self.parameters.catalogue}/nl/{edition.source_id}"
        bundle = CsvBundle(reader, url, edition.source_id)
        bundle.fetch()
        return bundle

    def _records(
        self, edition: Edition, properties: Mapping[str, Any], form: TableForm, scratch: Path
    ) -> tuple[Records, list[str]]:
        """The observations in the shape of the contract, and the measures that it does not read."""
        listed = cache(form.listed)
        columns = self.feed.tables[0].expected_columns(edition.year)
        dimensions = [str(row["Identifier"]).strip() for row in listed("Dimensions")]
        measures = _measures(listed)
        region = self._region_dimension(dimensions)
        query = self._query(edition, region, dimensions, listed)
        if query.municipalities:
            self.check_municipality(edition, (str(row["Identifier"]) for row in listed(f"{region}Codes")))
        is_whole = not query.municipalities and not query.keys
        count = properties.get("ObservationCount")
        expected = int(count) if count is not None else None
        observations = form.observations(query, expected if is_whole else None)
        is_long = any(column.meta.supplier_name == MEASURE for column in columns)
        shape: Shape = (
            LongShape(self.feed, edition, columns) if is_long else WideShape(self.feed, edition, columns, dimensions)
        )
        is_complete = is_whole or self.parameters.form == "csv_bundle"
        records = shape.write(observations, measures, expected if is_complete else None, scratch)
        for column in columns:
            if column.meta.code_list is None:
                continue
            # As in OData v3, a list may be named after its dimension, which may be renamed in this edition.
            base = column.meta.code_list.removesuffix("Codes")
            base = region if region and base == self.parameters.region_dimension else base
            rows = listed(f"{base}Codes")
            records.lookups[column.name] = write_code_list(scratch, base, rows, column.meta.supplier_name)
        if is_long:
            return records, []
        if dimensions == [region]:
            codes = [str(row["Identifier"]).strip() for row in listed(f"{region}Codes")]
            records.expected_rows = sum(query.includes(code) for code in codes)
        return records, sorted({measure.key for measure in measures} - set(records.supplier_columns.values()))

    def _query(self, edition: Edition, region: str | None, dimensions: list[str], listed: ListReader) -> Query:
        """The contract's codes, which must be in the supplier's code lists: a filter on another finds nothing."""
        for needed in (*filter(None, (region,)), *self.parameters.selection):
            if needed not in dimensions:
                raise self.unexpected(
                    edition, f"has no dimension '{needed}'", f"the dimension '{needed}'", ", ".join(dimensions)
                )
        for dimension, wanted in self.parameters.selection.items():
            codes = (str(row["Identifier"]).strip() for row in listed(f"{dimension}Codes"))
            self.check_codes(edition, dimension, wanted, codes)
        return Query(
            region,
            self.municipalities if region else (),
            self.parameters.selection,
            is_among_others=self.is_among_others,
        )

    def _region_dimension(self, dimensions: list[str]) -> str | None:
        """The region dimension under its name in this edition."""
        name = self.parameters.region_dimension
        for column in self.feed.tables[0].columns:
            if column.meta.supplier_name == name:
                return next((known for known in (name, *column.meta.supplier_aliases) if known in dimensions), name)
        return name


def _measures(listed: ListReader) -> list[SupplierColumn]:
    """Measures with the titles of their groups."""
    codes = listed("MeasureCodes")
    # A bundle without groups has no file for them.
    is_grouped = any(row.get("MeasureGroupId") for row in codes)
    groups = {str(row["Id"]): row for row in listed("MeasureGroups")} if is_grouped else {}

    def path(group_id: object) -> tuple[str, ...]:
        group = groups.get(str(group_id))
        return () if group is None else (*path(group.get("ParentId")), str(group["Title"]).strip())

    return [
        SupplierColumn(str(row["Identifier"]).strip(), path(row.get("MeasureGroupId")), False, str(row["Title"]))
        for row in codes
    ]
