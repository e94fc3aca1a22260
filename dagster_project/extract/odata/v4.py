"""OData v4 as CBS speaks it: observations one by one, each under the code of its measure.

A contract that names the column ``Measure`` gets the observations as they are (long). Any other gets a row per
combination of dimensions with the measures as columns (wide), as OData v3 gives the same table.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from dagster_project.contracts.model import Feed
from dagster_project.contracts.protocols import ODataV4Parameters
from dagster_project.errors import DeliveryError
from dagster_project.extract.answer import Answer, Edition, Held, PayloadFile, Records, Retrieval
from dagster_project.extract.http import Http
from dagster_project.extract.odata.columns import SupplierColumn
from dagster_project.extract.odata.page import CircularPagesError, figures_status, moment
from dagster_project.extract.odata.query import Question, scope_of
from dagster_project.extract.odata.table_series import Series
from dagster_project.extract.odata.v4_forms import OBSERVATIONS, BadFormError, CsvBundle, Form, JsonPages
from dagster_project.extract.odata.v4_shapes import MEASURE, LongShape, Shape, WideShape, write_code_list

# The rows of a code list, or of another small part, by its name.
Listed = Callable[[str], list[dict[str, Any]]]
VALIDATORS = ("Modified", "Version", "ObservationsModified")


@dataclass
class ODataV4:
    """The extractor for one feed on an OData v4 service.

    ``municipality`` limits the question to one municipality and the country; None asks for all regions.
    """

    feed: Feed
    http: Http
    base_url: str
    municipality: str | None

    @property
    def parameters(self) -> ODataV4Parameters:
        """The feed's parameters in this protocol's form."""
        assert isinstance(self.feed.parameters, ODataV4Parameters)
        return self.feed.parameters

    def editions(self, held: Mapping[int, str]) -> list[Edition]:
        """The one table, or the newest of a table per year by the supplier's catalogue."""
        if self.parameters.table_id is not None:
            return [Edition(None, self.parameters.table_id)]
        series = Series(self.feed, str(self.parameters.catalogue_title))
        # Not '$search': the service accepts it and looks for nothing.
        condition = quote(f"contains(Title,'{series.start}')", safe="(),'")
        url = f"{self._catalogue}/Datasets?$filter={condition}&$select=Identifier,Title"
        return series.listed_at(url, self.http, held)

    def fetch(self, edition: Edition, held: Held | None, payload: Path, scratch: Path) -> Answer | None:
        """Fetch one table, unless its Properties still say what they said for the one we hold."""
        pages = JsonPages(
            self.http, f"{self.feed.id} {edition.key}", self.base_url, self._url(edition), payload, scratch
        )
        properties = self._properties(edition, pages)
        validators = {name: str(properties.get(name)) for name in VALIDATORS}
        scope = scope_of(self.municipality, self.parameters.selection)
        validators |= {"table": edition.source_id, "scope": scope}
        if held is not None and held.validators == validators:
            return None
        try:
            form, files = self._form(edition, pages)
            records, dropped = self._records(edition, properties, form, scratch)
        except (BadFormError, CircularPagesError) as error:
            raise self._unexpected(
                edition, "did not come in good order", "pages of JSON or a zip of CSV files", error
            ) from error
        table = self.feed.tables[0]
        return Answer(
            retrieval=Retrieval("odata_v4", self.base_url, self.municipality),
            url=self._url(edition, OBSERVATIONS),
            released_at=moment(properties.get("Modified")),
            validators=validators,
            payload=files,
            tables={table.name: records},
            facts={
                "title": str(properties.get("Title", "")).strip(),
                "figures_status": figures_status(properties.get("Description")),
                "table_status": str(properties.get("Status")),
                "supplier_modified": str(properties.get("Modified")),
            },
            dropped_columns={table.name: dropped},
        )

    @property
    def _catalogue(self) -> str:
        return f"{self.base_url}/odata/v1/{self.parameters.catalogue}"

    def _url(self, edition: Edition, entity: str = "") -> str:
        return f"{self._catalogue}/{edition.source_id}/{entity}".rstrip("/")

    def _properties(self, edition: Edition, pages: JsonPages) -> dict[str, Any]:
        url = self._url(edition, "Properties")
        properties, body = self.http.get_json(url)
        if str(properties.get("Identifier")).strip() != edition.source_id:
            raise self._unexpected(
                edition, "describes another table", f"Identifier {edition.source_id}", properties.get("Identifier")
            )
        pages.keep("Properties.json", body, url)
        return properties

    def _form(self, edition: Edition, pages: JsonPages) -> tuple[Form, list[PayloadFile]]:
        if self.parameters.form == "observations":
            return pages, pages.files
        url = f"{self.base_url}/csv/{self.parameters.catalogue}/nl/{edition.source_id}"
        bundle = CsvBundle(self.http, url, edition.source_id, pages.payload, pages.scratch, pages.files)
        bundle.fetch()
        return bundle, bundle.files

    def _records(
        self, edition: Edition, properties: Mapping[str, Any], form: Form, scratch: Path
    ) -> tuple[Records, list[str]]:
        """The observations in the shape that the contract asks for, and what it does not ask for."""
        listed = cache(form.listed)
        columns = self.feed.tables[0].expected_columns(edition.year)
        dimensions = [str(row["Identifier"]).strip() for row in listed("Dimensions")]
        measures = _measures(listed)
        region = self._region_dimension(dimensions)
        question = self._question(edition, region, dimensions, listed)
        is_whole = question.municipality is None and not question.keys
        count = properties.get("ObservationCount")
        expected = int(count) if count is not None else None
        observations = form.observations(question, expected if is_whole else None)
        is_long = any(column.meta.supplier_name == MEASURE for column in columns)
        shape: Shape = (
            LongShape(self.feed, edition, columns) if is_long else WideShape(self.feed, edition, columns, dimensions)
        )
        holds_all = is_whole or self.parameters.form == "csv_bundle"
        records = shape.write(observations, measures, expected if holds_all else None, scratch)
        for column in columns:
            if column.meta.code_list is None:
                continue
            # A list may be named after its dimension, as in OData v3, and that may have another name in this edition.
            base = column.meta.code_list.removesuffix("Codes")
            base = region if region and base == self.parameters.region_dimension else base
            rows = listed(f"{base}Codes")
            records.lookups[column.name] = write_code_list(scratch, base, rows, column.meta.supplier_name)
        if is_long:
            return records, []
        if dimensions == [region]:
            codes = [str(row["Identifier"]).strip() for row in listed(f"{region}Codes")]
            records.expected_rows = sum(question.is_about(code) for code in codes)
        return records, sorted({measure.key for measure in measures} - set(records.supplier_columns.values()))

    def _question(self, edition: Edition, region: str | None, dimensions: list[str], listed: Listed) -> Question:
        """The contract's codes, which must stand in the supplier's code lists: an unknown one finds nothing."""
        for needed in (*filter(None, (region,)), *self.parameters.selection):
            if needed not in dimensions:
                raise self._unexpected(
                    edition, f"has no dimension '{needed}'", f"the dimension '{needed}'", ", ".join(dimensions)
                )
        for dimension, wanted in self.parameters.selection.items():
            known = [str(row["Identifier"]).strip() for row in listed(f"{dimension}Codes")]
            if unknown := sorted(set(wanted) - set(known)):
                raise self._unexpected(
                    edition,
                    f"lists no {', '.join(unknown)} under '{dimension}'",
                    f"the codes {', '.join(wanted)}",
                    ", ".join(known),
                )
        return Question(region, self.municipality if region else None, self.parameters.selection)

    def _region_dimension(self, dimensions: list[str]) -> str | None:
        """The region dimension under its name in this edition."""
        name = self.parameters.region_dimension
        for column in self.feed.tables[0].columns:
            if column.meta.supplier_name == name:
                return next((known for known in (name, *column.meta.supplier_aliases) if known in dimensions), name)
        return name

    def _unexpected(self, edition: Edition, problem: str, expected: str, came: object) -> DeliveryError:
        return DeliveryError(
            self.feed.id,
            problem=f"table {edition.source_id} {problem}",
            expected=expected,
            came=str(came)[:300],
            do=f"look at {self._url(edition)}; if the supplier changed it for good, adapt {self.feed.file}",
        )


def _measures(listed: Listed) -> list[SupplierColumn]:
    """The measures with the titles of the groups above them."""
    codes = listed("MeasureCodes")
    # A bundle without groups has no file of them.
    is_grouped = any(row.get("MeasureGroupId") for row in codes)
    groups = {str(row["Id"]): row for row in listed("MeasureGroups")} if is_grouped else {}

    def path(group_id: object) -> tuple[str, ...]:
        group = groups.get(str(group_id))
        return () if group is None else (*path(group.get("ParentId")), str(group["Title"]).strip())

    return [
        SupplierColumn(str(row["Identifier"]).strip(), path(row.get("MeasureGroupId")), False, str(row["Title"]))
        for row in codes
    ]
