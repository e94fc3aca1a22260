"""The typed form of a delivery contract, as it stands under ``config.meta`` of a dbt source."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, HttpUrl, ValidationError, model_validator

from dagster_project.contracts.calendar import Age, parse_age
from dagster_project.contracts.protocols import Parameters, Protocol, Strict, read_parameters
from dagster_project.errors import ContractError

Clock = Literal["checked", "released", "period"]
RegionLevel = Literal["country", "municipality", "district", "neighbourhood"]
# Not the 29th of February, which most years lack.
YearlyDay = Annotated[str, AfterValidator(lambda day: date.fromisoformat(f"2001-{day}").strftime("%m-%d"))]
# How many of the newest editions are kept; all are those from the first that the contract names.
Editions = Annotated[int, Field(ge=1)] | Literal["all"]
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


class ColumnMeta(Strict):
    """How a column is called at the supplier, and what may be expected of it."""

    supplier_name: str
    supplier_aliases: tuple[str, ...] = ()
    # Codes of the measure in OData v4, where they are known: they outlive its title, but not every edition.
    supplier_codes: tuple[str, ...] = ()
    # Titles of groups above the column, as many as tell it from others of the same name.
    supplier_group: tuple[str, ...] = ()
    # The column is looked up in this code list of the supplier instead of standing in the data itself.
    code_list: str | None = None
    first_edition: int | None = None
    last_edition: int | None = None
    minimum_fill_pct: float = Field(default=0, ge=0, le=100)
    # Counts are published as multiples of this number; a column with it is additive over regions.
    rounding: int | None = Field(default=None, ge=1)
    # A key of a person: replaced by another one before it lands, which tells persons apart within one delivery only.
    is_pseudonymised: bool = False
    # The only values that may stand in the column.
    accepted_values: tuple[str, ...] = ()
    # What a person who fills in the template reads, and the values of its examples.
    explanation_nl: str | None = None
    examples: tuple[str, ...] = ()


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


class Retention(Strict):
    """How long parts of a delivery are kept once newer figures have taken their place, and what never had one."""

    # What came in, as it was received.
    payloads: Age = Field(default_factory=lambda: parse_age("P10Y"))
    # The tables that were read from it.
    deliveries: Age = Field(default_factory=lambda: parse_age("P10Y"))
    # What could not be used, since it was set aside.
    quarantine: Age = Field(default_factory=lambda: parse_age("P1M"))


class ReleaseRetention(Strict):
    """How long releases are kept."""

    releases: Age
    # The last release of each month, where that is kept longer than the others.
    month_ends: Age | None = None
    # Point-in-time rebuilds, which can be repeated.
    rebuilds: Age = Field(default_factory=lambda: parse_age("P1M"))


class Delivery(Strict):
    """The delivery part of a contract, shared by the tables that come in together."""

    feed: str | None = None
    supplier_label: str
    protocol: Protocol
    parameters: dict[str, Any] = Field(default_factory=dict)
    # Other roads by which a municipality may let the same tables come in, with their parameters.
    alternatives: dict[Protocol, dict[str, Any]] = Field(default_factory=dict)
    # Texts by which the supplier says that a value is missing.
    missing_values: tuple[str, ...] = ()
    editions: dict[int, str] = Field(default_factory=dict)
    newest_editions: Editions = 1
    # The same where one municipality alone is asked for: its part of a table is small.
    newest_editions_of_a_municipality: Editions | None = None
    owner: str
    publisher: str
    licence: Licence
    # Where to write to a supplier outside; without it the owner, one of our own departments, delivers the figures.
    contact: str | None = Field(default=None, pattern=r"^(https://\S+|[^@\s]+@[^@\s]+\.[a-z]+)$")
    # How often figures of a new period come out, at most how long after it, and the dates that were announced.
    cadence: Age
    publication_lag: Age
    announced: tuple[date, ...] = ()
    # Days such as 07-24 on which figures come out every year.
    announced_every_year: tuple[YearlyDay, ...] = ()
    clocks: tuple[Clock, ...] = Field(min_length=1)
    # The table.column that says which period the figures describe: dates, moments or period codes of CBS.
    period_column: str | None = None
    maximum_age: Age = Field(default_factory=lambda: parse_age("P1M"))
    region_level: RegionLevel
    personal_data: bool
    retention: Retention = Retention()
    volume: VolumeBand
    fill_drop_points: float = Field(ge=0, le=100)

    @property
    def is_uploaded(self) -> bool:
        """Whether a person brings the figures as a file, whoever publishes them."""
        return self.protocol == "file"

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
    def parameters(self) -> Parameters:
        """The parameters in the form that belongs to the protocol."""
        return read_parameters(self.delivery.protocol, self.delivery.parameters)

    def by(self, protocol: Protocol) -> Self:
        """The same feed by another of its roads; any feed may be brought as a file.

        Raises ContractError when the contract does not offer the road.
        """
        if protocol == self.delivery.protocol:
            return self
        roads = {"file": {}, **self.delivery.alternatives}
        if protocol not in roads:
            offered = ", ".join(sorted({self.delivery.protocol, *roads}))
            raise ContractError(self.file, self.id, "protocol", f"offers no '{protocol}'", f"choose from {offered}")
        delivery = self.delivery.model_copy(update={"protocol": protocol, "parameters": roads[protocol]})
        return self.model_copy(update={"delivery": delivery})

    def keeping(self, editions: Editions) -> Self:
        """The same feed with so many of its newest editions, whoever is asked for."""
        kept = {"newest_editions": editions, "newest_editions_of_a_municipality": None}
        return self.model_copy(update={"delivery": self.delivery.model_copy(update=kept)})

    def kept_of(self, years: Iterable[int]) -> list[int]:
        """Which of these years' editions are kept, oldest first."""
        if self.delivery.newest_editions == "all":
            return sorted(year for year in years if year >= min(self.delivery.editions, default=0))
        return sorted(years)[-self.delivery.newest_editions :]

    @property
    def period_column(self) -> tuple[str, str, DataType] | None:
        """Table and column that hold the period clock, and the column's type."""
        for table in self.tables:
            for column in table.columns:
                if f"{table.name}.{column.name}" == self.delivery.period_column:
                    return table.name, column.name, column.data_type
        return None

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        for place, protocol, values in (
            ("delivery.parameters", self.delivery.protocol, self.delivery.parameters),
            *((f"delivery.alternatives.{road}", road, own) for road, own in self.delivery.alternatives.items()),
        ):
            try:
                read_parameters(protocol, values)
            except ValidationError as error:
                first = error.errors()[0]
                raise MisplacedError(".".join(str(step) for step in (place, *first["loc"])), first["msg"]) from error
        if self.delivery.period_column and not self.period_column:
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
        if self.delivery.protocol in ("odata_v3", "odata_v4", "file", "ogc_features") and len(self.tables) > 1:
            problem = f"a feed by {self.delivery.protocol} has one table; give each a delivery part of its own"
            raise MisplacedError("tables", problem)
        is_edition_titled = "{edition}" in str(self.delivery.parameters.get("catalogue_title"))
        if self.delivery.protocol in ("odata_v3", "odata_v4") and not (
            is_edition_titled or self.delivery.parameters.get("table_id")
        ):
            raise MisplacedError("delivery.parameters", "needs a table_id, or a catalogue_title with {edition}")


def _identifies_nobody(table: Table) -> None:
    for column in table.columns:
        for heading in (column.meta.supplier_name, *column.meta.supplier_aliases):
            if column.meta.is_pseudonymised:
                continue
            if PERSONAL_HEADINGS.search(heading):
                key = f"{table.name}.{column.name}.supplier_name"
                raise MisplacedError(key, f"reads '{heading}', which identifies persons")
