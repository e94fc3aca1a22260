"""Base of both OData versions: parameters, editions from the catalogue, checks and errors that they share."""

from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, Self, TypeVar

from pydantic import Field, model_validator

from dagster_project.contracts.model import Table
from dagster_project.contracts.protocols import BaseUrl, Parameters
from dagster_project.errors import DeliveryError
from dagster_project.extract.answer import Edition, NoSuchMunicipalityError, Retrieval
from dagster_project.extract.examination import Examination
from dagster_project.extract.extractors import Extractor, RegionRows
from dagster_project.extract.odata.columns import SupplierColumn, fitting_columns
from dagster_project.extract.odata.page import figures_status
from dagster_project.extract.odata.query import Query
from dagster_project.extract.odata.table_series import EDITION, TableSeries


class ODataParameters(Parameters):
    """Location of a table on an OData service."""

    base_url: BaseUrl
    # The dimension by which regions are requested; without one, the table is requested whole.
    region_dimension: str | None = None
    # Title of an edition in the catalogue, with {edition} for the year and * for words that differ per year.
    catalogue_title: str | None = None
    # Identifier of a table that is not published per year.
    table_id: str | None = None
    # Codes to request, per dimension; a dimension that is not named here is requested whole.
    selection: dict[str, tuple[str, ...]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _names_a_table(self) -> Self:
        if self.table_id is None and EDITION not in (self.catalogue_title or ""):
            raise ValueError(f"needs a table_id, or a catalogue_title with {EDITION}")
        return self


P = TypeVar("P", bound=ODataParameters)


@dataclass
class ODataExtractor(Extractor[P], Generic[P]):
    """Extractor for one feed on an OData service."""

    @property
    def municipalities(self) -> tuple[str, ...]:
        """The municipalities to which queries are limited, along with the country; none for every region."""
        return (self.access.municipality,) if self.access.municipality else ()

    @property
    def is_among_others(self) -> bool:
        """Whether queries request all other municipalities along with the own one: to be compared with."""
        return bool(self.municipalities) and self.access.is_among_others

    def editions(self, stored: Mapping[int, str]) -> list[Edition]:
        """The one table, or the newest of a table per year in the supplier's catalogue."""
        if self.parameters.table_id is not None:
            return [Edition(None, self.parameters.table_id)]
        series = TableSeries(self.feed, str(self.parameters.catalogue_title))
        return series.listed_at(self.catalogue_url(series.start), self.http, stored)

    @abstractmethod
    def catalogue_url(self, title_start: str) -> str:
        """Address of the catalogue's tables whose title has this start."""

    def examine(self, edition: Edition, scratch: Path) -> Examination:
        """Compare the description of a table with the contract."""
        title, offered = self.describe(edition)
        direct = [one for one in self.feed.tables[0].expected_columns(edition.year) if one.meta.code_list is None]
        return Examination.of(
            f"table {edition.source_id}",
            title.strip(),
            [(column, [other.name for other in fitting_columns(column, offered)]) for column in direct],
            [other.name for other in offered],
        )

    @abstractmethod
    def describe(self, edition: Edition) -> tuple[str, list[SupplierColumn]]:
        """Ask for the title and the columns of a table, without its figures."""

    @abstractmethod
    def url(self, edition: Edition, entity: str = "") -> str:
        """Address of a table, or of a part of it."""

    def validators(self, edition: Edition, versions: Mapping[str, str]) -> dict[str, str]:
        """Everything that makes a stored edition the latest: the supplier's versions and what was requested.

        Other regions or codes need another fetch, even if the supplier published nothing new.
        """
        codes = [f"{name} {', '.join(codes)}" for name, codes in sorted(self.parameters.selection.items())]
        regions = ", ".join(self.municipalities) or "country"
        regions += " among all municipalities" if self.is_among_others else ""
        return {**versions, "table": edition.source_id, "scope": "; ".join([regions, *codes])}

    def check_identifier(self, edition: Edition, described: object) -> None:
        """Raise DeliveryError if the supplier describes another table than was requested."""
        if described != edition.source_id:
            raise self.unexpected(edition, "describes another table", f"Identifier {edition.source_id}", described)

    def check_codes(self, edition: Edition, dimension: str, wanted: Sequence[str], listed: Iterable[str]) -> None:
        """Raise DeliveryError for a code that the code list lacks: a filter on it would silently find nothing."""
        known = list(listed)
        if unknown := sorted(set(wanted) - set(known)):
            raise self.unexpected(
                edition,
                f"lists no {', '.join(unknown)} under '{dimension}'",
                f"the codes {', '.join(wanted)}",
                ", ".join(known),
            )

    def rows_of_municipality(self, table: Table) -> RegionRows | None:
        """The rows of the regions to which queries are limited."""
        regions = [one.name for one in table.columns if one.meta.supplier_name == self.parameters.region_dimension]
        if not self.municipalities or not regions:
            return None
        query = Query(self.parameters.region_dimension, self.municipalities, is_among_others=self.is_among_others)
        return RegionRows(regions[0], query.prefixes, self.is_among_others)

    def check_municipality(self, edition: Edition, listed: Iterable[str]) -> None:
        """Raise NoSuchMunicipalityError if no listed region code is the municipality's.

        Of several, a shared installation lands those that the table has: each looks for its own.
        """
        own = self.access.municipality_code
        if self.municipalities == (own,) and not any(code.strip() == own for code in listed):
            raise NoSuchMunicipalityError.of(self.feed.id, edition, own)

    @property
    def retrieval(self) -> Retrieval:
        """Facts that a replay of the payload needs."""
        own = self.municipalities == (self.access.municipality_code,)
        return Retrieval(
            self.protocol,
            self.parameters.base_url,
            self.access.municipality_code if own else None,
            self.is_among_others,
            served=() if own else self.municipalities,
        )

    def facts(self, described: Mapping[str, Any], text: object) -> dict[str, str]:
        """Facts for the manifest from the supplier's description of the table; ``text`` is its introduction."""
        return {
            "title": str(described.get("Title", "")).strip(),
            "figures_status": figures_status(text),
            "supplier_modified": str(described.get("Modified")),
        }

    def unexpected(self, edition: Edition, problem: str, expected: str, came: object) -> DeliveryError:
        """Error for a table that differs from the contract."""
        remedy = f"look at {self.url(edition)}; if the supplier changed it for good, adapt {self.feed.file}"
        return self.error(f"table {edition.source_id} {problem}", expected, came, remedy)
