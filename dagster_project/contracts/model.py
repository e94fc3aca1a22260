"""Typed form of a delivery contract, under ``config.meta`` of a dbt source."""

import re
from collections.abc import Collection, Iterable, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, HttpUrl, ValidationError, model_validator

from dagster_project.contracts.calendar import Age, parse_age
from dagster_project.contracts.personal import NUMBER_HEADINGS, PERSONAL_HEADINGS, recognised
from dagster_project.contracts.protocols import (
    UPLOAD,
    MisplacedError,
    Parameters,
    ProtocolName,
    Strict,
    read_parameters,
)
from dagster_project.errors import ContractError

Clock = Literal["checked", "released", "period"]
RegionLevel = Literal["country", "municipality", "district", "neighbourhood"]
# Not the 29th of February, which most years lack.
YearlyDay = Annotated[str, AfterValidator(lambda day: date.fromisoformat(f"2001-{day}").strftime("%m-%d"))]
# Number of newest editions to keep; 'all' starts at the first that the contract names.
Editions = Annotated[int, Field(ge=1)] | Literal["all"]
DataType = Literal["varchar", "bigint", "integer", "double", "boolean", "date", "timestamptz"]

Bound = int | float | date
# Days that a register or supplier can mean. Outside them are typing errors such as the year 0206, from which a series
# of months would grow without bound, and placeholders such as the year 9999.
PLAUSIBLE_DAYS = (date(1900, 1, 1), date(2100, 12, 31))

# A table that lacks a larger share of our columns is another table, or has other names throughout.
MOST_MISSING = 0.1

# Forms of the codes of places.
PLACE_PATTERNS = {"code": "BU[0-9]{8}", "postcode": "[1-9][0-9]{3} ?[A-Z]{2}"}


class ColumnMeta(Strict):
    """The supplier's names of a column, and the expectations of its values."""

    supplier_name: str
    supplier_aliases: tuple[str, ...] = ()
    # Codes of the measure in OData v4, where they are known: they survive a change of title, but not every edition.
    supplier_codes: tuple[str, ...] = ()
    # Titles of the column's groups, as many as distinguish it from others of the same name.
    supplier_group: tuple[str, ...] = ()
    # The column is looked up in this code list of the supplier instead of being in the data itself.
    code_list: str | None = None
    first_edition: int | None = None
    last_edition: int | None = None
    # Columns that the supplier publishes in its place in later editions: models add them up.
    parts: tuple[str, ...] = ()
    minimum_fill_pct: float = Field(default=0, ge=0, le=100)
    # The supplier publishes multiples of this number.
    rounding: int | None = Field(default=None, ge=1)
    # Levels of regions, and editions, of which it publishes multiples of another number; 0 where figures are exact.
    rounding_in: dict[str, Annotated[int, Field(ge=0)]] = Field(default_factory=dict)
    # Smaller regions add up to the larger one, but for rounding: the audit compares them.
    is_additive: bool = False
    # A key of a person or a case: pseudonymised before it lands.
    is_pseudonymised: bool = False
    # The only values that are accepted in the column.
    accepted_values: tuple[str, ...] = ()
    # The form of a code, as a regular expression that fits a whole value.
    pattern: str | None = None
    # The column says where something is: see the macro placed_in_neighbourhoods.
    place: Literal["code", "longitude", "latitude", "postcode"] | None = None
    # First and last value that is accepted; dates and moments have PLAUSIBLE_DAYS by default.
    minimum: Bound | None = None
    maximum: Bound | None = None
    # The column in which this period began: it ends here, on the same day or later, or goes on where this is empty.
    not_before: str | None = None
    # Such periods may not overlap where these columns are the same.
    no_overlap_per: tuple[str, ...] = ()
    # Of several days in a month only the newest counts: the rows of the others do not land.
    one_per: Literal["month"] | None = None
    # Values that differ in case or spaces only are one, spelled as most rows spell it.
    ignores_case: bool = False
    # The explanation and the example values in the template.
    explanation_nl: str | None = None
    examples: tuple[str, ...] = ()


class Column(Strict):
    """A column of a feed: our name and type, and the supplier's name for it."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    data_type: DataType
    description: str = Field(min_length=1)
    meta: ColumnMeta

    @property
    def bounds(self) -> tuple[Bound | None, Bound | None]:
        """First and last value that is accepted."""
        first, last = PLAUSIBLE_DAYS if self.data_type in ("date", "timestamptz") else (None, None)
        minimum, maximum = self.meta.minimum, self.meta.maximum
        return first if minimum is None else minimum, last if maximum is None else maximum

    @property
    def pattern(self) -> str | None:
        """The form of a value; codes of places have that of CBS or of the post by default."""
        return self.meta.pattern or PLACE_PATTERNS.get(self.meta.place or "")

    def mistaken_rule(self, others: AbstractSet[str]) -> tuple[str, str] | None:
        """The key of a rule that does not fit the column or names no other, and why; None if all of them do."""
        meta, is_day = self.meta, self.data_type in ("date", "timestamptz")
        kind = date if is_day else int | float if self.data_type in ("bigint", "integer", "double") else type(None)
        fits = {
            "minimum": meta.minimum is None or isinstance(meta.minimum, kind),
            "maximum": meta.maximum is None or isinstance(meta.maximum, kind),
            "not_before": meta.not_before is None or (is_day and meta.not_before in others),
            "no_overlap_per": not meta.no_overlap_per or (meta.not_before and set(meta.no_overlap_per) <= others),
            "parts": set(meta.parts) <= others,
            "one_per": meta.one_per is None or self.data_type == "date",
            "ignores_case": not meta.ignores_case or self.data_type == "varchar",
            "pattern": meta.pattern is None or (self.data_type == "varchar" and _is_expression(meta.pattern)),
            "place": meta.place is None or self.data_type == ("varchar" if meta.place in PLACE_PATTERNS else "double"),
        }
        wrong = next((key for key, is_right in fits.items() if not is_right), None)
        return (wrong, f"does not fit a {self.data_type}, or names no column of the table") if wrong else None

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
        for column in self.columns:
            if mistake := column.mistaken_rule({other.name for other in self.columns}):
                raise MisplacedError(f"{self.name}.{column.name}.{mistake[0]}", mistake[1])
        return self

    def may_lack(self, missing: Sequence[Column], edition: int | None) -> bool:
        """Whether a published table is usable without these columns: they are few, may be empty and are no key."""
        is_usable = all(column.meta.minimum_fill_pct == 0 and column.name not in self.key for column in missing)
        return is_usable and len(missing) <= len(self.expected_columns(edition)) * MOST_MISSING

    def expected_columns(self, edition: int | None) -> list[Column]:
        """The columns that a delivery of this edition must have."""
        return [column for column in self.columns if column.is_expected_in(edition)]


class Licence(Strict):
    """Terms under which the figures may be used."""

    name: str
    url: HttpUrl


class VolumeBand(Strict):
    """Number of rows of a delivery as a percentage of the previous delivery."""

    minimum_pct: float = Field(default=80, ge=0)
    maximum_pct: float = Field(default=200, ge=0)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.minimum_pct >= self.maximum_pct:
            raise ValueError(f"minimum_pct {self.minimum_pct} is not below maximum_pct {self.maximum_pct}")
        return self


class Retention(Strict):
    """How long parts of a delivery are retained after newer figures replaced them."""

    # The files as received.
    payloads: Age = Field(default_factory=lambda: parse_age("P10Y"))
    # The tables read from them.
    deliveries: Age = Field(default_factory=lambda: parse_age("P10Y"))
    # Unusable deliveries, since they were moved to quarantine.
    quarantine: Age = Field(default_factory=lambda: parse_age("P1M"))


class ReleaseRetention(Strict):
    """How long releases are retained."""

    releases: Age
    # The last release of each month, if that is retained longer than the others.
    month_ends: Age | None = None
    # Editions for the open web, which each make the earlier ones old; the current one stays.
    public_editions: Age = Field(default_factory=lambda: parse_age("P1M"))
    # Point-in-time rebuilds, which can be repeated.
    rebuilds: Age = Field(default_factory=lambda: parse_age("P1M"))


class Delivery(Strict):
    """The delivery part of a contract, shared by the tables that are delivered together."""

    feed: str | None = None
    supplier_label: str
    protocol: ProtocolName
    parameters: dict[str, Any] = Field(default_factory=dict)
    # Other protocols by which a municipality may retrieve the same tables, with their parameters.
    alternatives: dict[ProtocolName, dict[str, Any]] = Field(default_factory=dict)
    # The supplier's texts for a missing value.
    missing_values: tuple[str, ...] = ()
    editions: dict[int, str] = Field(default_factory=dict)
    newest_editions: Editions = 1
    # The same for a single municipality, whose part of a table is small.
    newest_editions_of_a_municipality: Editions | None = None
    owner: str
    publisher: str
    licence: Licence
    # Figures that derive from it may be in the public edition; its owner agreed.
    is_public: bool = False
    # Contact of an external supplier; without it, the owner is a department of the municipality that delivers itself.
    contact: str | None = Field(default=None, pattern=r"^(https://\S+|[^@\s]+@[^@\s]+\.[a-z]+)$")
    # How often figures of a new period are published, how long after it at most, and announced dates.
    cadence: Age
    publication_lag: Age
    announced: tuple[date, ...] = ()
    # First day on which the supplier counts in another way: figures before and after it do not compare.
    series_break: date | None = None
    # Days such as 07-24 on which figures are published every year.
    announced_every_year: tuple[YearlyDay, ...] = ()
    clocks: tuple[Clock, ...] = Field(min_length=1)
    # The table.column with the period of the figures: dates, moments or period codes of CBS.
    period_column: str | None = None
    maximum_age: Age = Field(default_factory=lambda: parse_age("P1M"))
    region_level: RegionLevel
    personal_data: bool
    retention: Retention = Retention()
    volume: VolumeBand = VolumeBand()
    # By how many percentage points less a column may be filled than in the previous delivery.
    fill_drop_points: float = Field(default=10, ge=0, le=100)

    @property
    def is_uploaded(self) -> bool:
        """Whether the data owner uploads the figures as a file."""
        return self.protocol == UPLOAD

    @property
    def shows_values(self) -> bool:
        """Whether messages and logs may repeat values: those of an external supplier, and of no own register."""
        return self.contact is not None

    @model_validator(mode="after")
    def _clocks_are_complete(self) -> Self:
        if "checked" not in self.clocks:
            raise MisplacedError("delivery.clocks", "the clock 'checked' always binds: add it to clocks")
        if "period" in self.clocks and not self.period_column:
            problem = "the clock 'period' binds, so period_column must name table.column"
            raise MisplacedError("delivery.period_column", problem)
        return self


class Feed(Strict):
    """One contract: tables that are delivered together, their supplier and protocol, and the required freshness."""

    supplier: str
    name: str
    file: str
    delivery: Delivery
    tables: tuple[Table, ...] = Field(min_length=1)

    @property
    def id(self) -> str:
        """Name of the feed, such as ``cbs.key_figures``."""
        return f"{self.supplier}.{self.name}"

    @property
    def is_own_register(self) -> bool:
        """Whether a department of the municipality delivers it: what it contains may be about persons."""
        return not self.delivery.shows_values

    @property
    def is_shareable(self) -> bool:
        """Whether one installation can land it for all municipalities: open data, asked for in the same way by each."""
        return not self.is_own_register and not self.delivery.personal_data and self.parameters.is_shareable

    def shown_headings(self, headings: Iterable[str]) -> list[str]:
        """Headings outside the contract that may be stored: of an own register only those that show no person."""
        if not self.is_own_register:
            return [*headings]
        columns = [column.meta for table in self.tables for column in table.columns]
        return recognised(headings, [name for one in columns for name in (one.supplier_name, *one.supplier_aliases)])

    @property
    def has_editions(self) -> bool:
        """Whether the supplier publishes one table per year."""
        return bool(self.delivery.editions)

    @property
    def parameters(self) -> Parameters:
        """Parameters of the contract's own protocol."""
        return self.parameters_for(self.delivery.protocol)

    def parameters_for(self, protocol: str) -> Parameters:
        """Parameters of a protocol by which the tables may be retrieved; any feed may be uploaded as a file.

        Raises ContractError for a protocol that the contract does not offer.
        """
        offered = {UPLOAD: {}, **self.delivery.alternatives, self.delivery.protocol: self.delivery.parameters}
        if protocol not in offered:
            names = ", ".join(sorted(offered))
            raise ContractError(self.file, self.id, "protocol", f"offers no '{protocol}'", f"choose from {names}")
        return read_parameters(protocol, offered[protocol])

    def keeping(self, editions: Editions) -> Self:
        """The same feed with this number of newest editions, for one municipality and for the country."""
        kept = {"newest_editions": editions, "newest_editions_of_a_municipality": None}
        return self.model_copy(update={"delivery": self.delivery.model_copy(update=kept)})

    def kept_of(self, years: Iterable[int]) -> list[int]:
        """The years whose editions are kept, oldest first."""
        if self.delivery.newest_editions == "all":
            return sorted(year for year in years if year >= min(self.delivery.editions, default=0))
        return sorted(years)[-self.delivery.newest_editions :]

    @property
    def period_column(self) -> tuple[str, str, DataType] | None:
        """Table, column and type of the period clock."""
        for table in self.tables:
            for column in table.columns:
                if f"{table.name}.{column.name}" == self.delivery.period_column:
                    return table.name, column.name, column.data_type
        return None

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        self._check_parameters("delivery.parameters", self.delivery.protocol, self.delivery.parameters)
        for protocol, parameters in self.delivery.alternatives.items():
            self._check_parameters(f"delivery.alternatives.{protocol}", protocol, parameters)
        if self.delivery.period_column and not self.period_column:
            problem = f"{self.delivery.period_column!r} is no table.column of this feed"
            raise MisplacedError("delivery.period_column", problem)
        pseudonymised = {
            column.name for table in self.tables for column in table.columns if column.meta.is_pseudonymised
        }
        for table in self.tables:
            if self.delivery.personal_data:
                _check_identifies_no_person(table, pseudonymised)
            if self.is_own_register and self.delivery.is_uploaded:
                _check_codes_have_a_form(table)
        return self

    def _check_parameters(self, key: str, protocol: str, values: dict[str, Any]) -> None:
        try:
            parameters = read_parameters(protocol, values)
        except ValidationError as error:
            first = error.errors()[0]
            raise MisplacedError(".".join(str(step) for step in (key, *first["loc"])), first["msg"]) from error
        parameters.check_tables(self.tables)


def _check_identifies_no_person(table: Table, pseudonymised: Collection[str]) -> None:
    for column in table.columns:
        if column.name in pseudonymised and not column.meta.is_pseudonymised:
            problem = "is pseudonymised in another table: set is_pseudonymised, or they cannot be joined"
            raise MisplacedError(f"{table.name}.{column.name}", problem)
        for heading in (column.meta.supplier_name, *column.meta.supplier_aliases):
            if column.meta.is_pseudonymised:
                continue
            if PERSONAL_HEADINGS.search(heading) or NUMBER_HEADINGS.fullmatch(heading):
                key = f"{table.name}.{column.name}.supplier_name"
                raise MisplacedError(key, f"reads '{heading}', which identifies persons: set is_pseudonymised")


def _check_codes_have_a_form(table: Table) -> None:
    """Refuse a column of codes in which a name or a number of a person could land."""
    for column in table.columns:
        meta = column.meta
        is_code = column.data_type == "varchar" and column.name.endswith("_code")
        if is_code and not (column.pattern or meta.accepted_values or meta.is_pseudonymised):
            problem = "a code of an own register needs a pattern, or accepted_values"
            raise MisplacedError(f"{table.name}.{column.name}.pattern", problem)


def _is_expression(pattern: str) -> bool:
    try:
        re.compile(pattern)
    except re.error:
        return False
    return True
