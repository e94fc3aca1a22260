"""The typed form of a delivery contract, as it stands under ``config.meta`` of a dbt source."""

import re
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, ValidationError, model_validator

from dagster_project.contracts.calendar import Age, parse_age

Clock = Literal["checked", "released", "period"]
RegionLevel = Literal["country", "municipality", "district", "neighbourhood"]
DataType = Literal["varchar", "bigint", "integer", "double", "boolean", "date", "timestamptz"]

# Headings under which registers keep what identifies a person. A feed that holds personal data may not land them.
PERSONAL_HEADINGS = re.compile(
    r"(^|_|\W)(text|text_extra|user|e?mail|phone|telefoon(nummer)?|reporter|reporter_id|bsn|(voor|achter)?naam|notes?"
    r"|notities|toelichting|address|address_text|address_street|address_number|address_postalcode|adres"
    r"|extra_properties)$",
    re.IGNORECASE,
)


class MisplacedError(ValueError):
    """A mistake that shows only when parts are seen together, with the key where it stands."""

    def __init__(self, key: str, problem: str) -> None:
        super().__init__(problem)
        self.key = key


class Strict(BaseModel):
    """A part of a contract: an unknown key is a mistake, not something to pass over."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class ColumnMeta(Strict):
    """How a column is called at the supplier, and what may be expected of it."""

    supplier_name: str
    supplier_aliases: tuple[str, ...] = ()
    # Titles of the groups above the column, for suppliers that use one name in several places.
    supplier_group: tuple[str, ...] = ()
    # The column is looked up in this code list of the supplier instead of standing in the data itself.
    code_list: str | None = None
    first_edition: int | None = None
    last_edition: int | None = None
    minimum_fill_pct: float = Field(default=0, ge=0, le=100)
    # Counts are published as multiples of this number; a column with it is additive over regions.
    rounding: int | None = Field(default=None, ge=1)


class Column(Strict):
    """A column of a feed: our name and type, and the supplier's name for it."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    data_type: DataType
    description: str = Field(min_length=1)
    meta: ColumnMeta

    def is_expected_in(self, edition: int | None) -> bool:
        """Whether the supplier publishes the column in this edition."""
        first, last = self.meta.first_edition, self.meta.last_edition
        return edition is None or ((first is None or edition >= first) and (last is None or edition <= last))


class Table(Strict):
    """One raw table: a dbt source table, one Parquet file per delivery."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    member: str | None = None
    # Columns that together may not repeat within a delivery.
    key: tuple[str, ...] = Field(min_length=1)
    columns: tuple[Column, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _key_is_known(self) -> Self:
        if unknown := set(self.key) - {column.name for column in self.columns}:
            raise ValueError(f"key names {', '.join(sorted(unknown))}, which is no column of the table")
        return self

    def expected_columns(self, edition: int | None) -> list[Column]:
        """The columns that a delivery of this edition must hold."""
        return [column for column in self.columns if column.is_expected_in(edition)]


class Licence(Strict):
    """Under which terms the figures may be used."""

    name: str
    url: HttpUrl


class VolumeBand(Strict):
    """Rows of a delivery as a percentage of the delivery before it."""

    minimum_pct: float = Field(ge=0)
    maximum_pct: float = Field(ge=0)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.minimum_pct >= self.maximum_pct:
            raise ValueError(f"minimum_pct {self.minimum_pct} is not below maximum_pct {self.maximum_pct}")
        return self


class ODataV3Parameters(Strict):
    """Where a table stands on a CBS-like OData v3 service."""

    base_url: str
    region_dimension: str
    catalogue_title: str = Field(description="title of an edition, with {edition} where the year stands")


class CsvZipParameters(Strict):
    """Where a zip of CSV files stands: a folder, a file or an address; often set per municipality."""

    location: str | None = None


class Delivery(Strict):
    """The delivery part of a contract, shared by the tables that come in together."""

    feed: str | None = None
    supplier_label: str
    protocol: Literal["odata_v3", "csv_zip"]
    parameters: dict[str, Any]
    editions: dict[int, str] = {}
    newest_editions: int = Field(default=1, ge=1)
    owner: str
    publisher: str
    licence: Licence
    cadence: Age
    publication_lag: Age
    clocks: tuple[Clock, ...] = Field(min_length=1)
    period_column: str | None = None
    maximum_age: Age = Field(default_factory=lambda: parse_age("P1M"))
    region_level: RegionLevel
    personal_data: bool
    volume: VolumeBand
    fill_drop_points: float = Field(ge=0, le=100)

    @model_validator(mode="after")
    def _clocks_are_complete(self) -> Self:
        if "checked" not in self.clocks:
            raise MisplacedError("delivery.clocks", "the clock 'checked' always binds: add it to clocks")
        if "period" in self.clocks and not self.period_column:
            problem = "the clock 'period' binds, so period_column must name table.column"
            raise MisplacedError("delivery.period_column", problem)
        return self


class Feed(Strict):
    """One contract: what is delivered together, by whom, how, and how fresh it has to be."""

    supplier: str
    name: str
    file: str
    delivery: Delivery
    tables: tuple[Table, ...] = Field(min_length=1)

    @property
    def id(self) -> str:
        """Name of the feed everywhere: ``cbs.key_figures``."""
        return f"{self.supplier}.{self.name}"

    @property
    def has_editions(self) -> bool:
        """Whether the supplier publishes a table of its own per year."""
        return bool(self.delivery.editions)

    @property
    def parameters(self) -> ODataV3Parameters | CsvZipParameters:
        """The parameters in the form that belongs to the protocol."""
        if self.delivery.protocol == "odata_v3":
            return ODataV3Parameters.model_validate(self.delivery.parameters)
        return CsvZipParameters.model_validate(self.delivery.parameters)

    @property
    def period_column(self) -> tuple[str, str] | None:
        """Table and column that hold the period clock."""
        if self.delivery.period_column is None:
            return None
        table, _, column = self.delivery.period_column.partition(".")
        return table, column

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        try:
            _ = self.parameters
        except ValidationError as error:
            first = error.errors()[0]
            key = ".".join(str(step) for step in ("delivery.parameters", *first["loc"]))
            raise MisplacedError(key, first["msg"]) from error
        names = {(table.name, column.name) for table in self.tables for column in table.columns}
        if self.period_column and self.period_column not in names:
            problem = f"{self.delivery.period_column!r} is no table.column of this feed"
            raise MisplacedError("delivery.period_column", problem)
        for table in self.tables:
            self._fits_the_protocol(table)
            if self.delivery.personal_data:
                _identifies_nobody(table)
        return self

    def _fits_the_protocol(self, table: Table) -> None:
        if self.delivery.protocol == "csv_zip" and table.member is None:
            raise MisplacedError(f"{table.name}.member", "member must name the file in the zip")
        if self.delivery.protocol == "odata_v3" and len(self.tables) > 1:
            raise MisplacedError("tables", "an odata_v3 feed has one table; give each a delivery part of its own")


def _identifies_nobody(table: Table) -> None:
    for column in table.columns:
        for heading in (column.meta.supplier_name, *column.meta.supplier_aliases):
            if PERSONAL_HEADINGS.search(heading):
                key = f"{table.name}.{column.name}.supplier_name"
                raise MisplacedError(key, f"reads '{heading}', which identifies persons")
