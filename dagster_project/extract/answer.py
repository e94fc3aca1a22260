"""Answers that extractors pass to landing: the payload as received, and the records in it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal, Self

from dagster_project.errors import DeliveryError


@dataclass(frozen=True)
class Stored:
    """The stored delivery of an edition, by which its supplier can confirm that it is the latest."""

    validators: dict[str, str]
    # Since when it is known to be the latest, where that is not the moment of asking.
    known_at: datetime | None = None
    # The stored tables, for a supplier that reports changes only.
    parquet: dict[str, Path] = field(default_factory=dict)


@dataclass(frozen=True)
class PayloadFile:
    """One file of the payload; ``sha256`` is the checksum of what the supplier sent, before compression."""

    name: str
    sha256: str
    url: str


@dataclass(frozen=True)
class Retrieval:
    """The way in which an answer was retrieved, by which its payload can be replayed."""

    protocol: str
    # Of a service: its address, and the municipality that was requested; None is the whole country.
    base_url: str | None = None
    municipality: str | None = None
    # Whether all other municipalities were requested along with it.
    is_among_others: bool = False
    # Of a shared installation: the municipalities for which a table was requested that is too large for the country.
    served: tuple[str, ...] = ()


@dataclass(frozen=True)
class Lookup:
    """Code list with the values of a column: ``file`` is a JSON array of records with a key."""

    file: Path
    key: str
    value: str
    on: str


@dataclass
class Records:
    """Files with the records of a table, and the supplier's names for our columns."""

    files: list[Path]
    format: Literal["json", "csv"]
    supplier_columns: dict[str, str]
    lookups: dict[str, Lookup] = field(default_factory=dict)
    # A column whose values may not repeat: the supplier's own row number reveals a page that was sent twice.
    row_number: str | None = None
    expected_rows: int | None = None
    # The place in messages, such as a file and its sheet, and the number of each row there where that is not its order.
    place: str = ""
    row_numbers: Sequence[int] = ()
    # Bytes that one record may take. The reader reserves twice this per thread and is slower for it.
    largest_record: int = 1024 * 1024

    def row(self, order: int) -> str:
        """Name a row by its order among the records, counted from 1."""
        number = self.row_numbers[order - 1] if self.row_numbers else order
        return f"row {number:,}" + (f" of {self.place}" if self.place else "")


@dataclass
class Answer:
    """A supplier's complete answer for one edition."""

    retrieval: Retrieval
    url: str
    released_at: datetime | None
    validators: dict[str, str]
    payload: list[PayloadFile]
    tables: dict[str, Records]
    headers: dict[str, str] = field(default_factory=dict)
    facts: dict[str, str] = field(default_factory=dict)
    dropped_columns: dict[str, list[str]] = field(default_factory=dict)
    # When this was known to be the latest, where that is not the moment of asking.
    known_at: datetime | None = None
    # Whether that moment was written down; if only a file system shows it, a copy looks younger than it is.
    is_age_written: bool = True


@dataclass(frozen=True)
class Edition:
    """One publication of a feed: a year's table, or the only one there is (``year`` None)."""

    year: int | None
    source_id: str

    @property
    def key(self) -> str:
        """Name of the edition in files."""
        return "all" if self.year is None else str(self.year)


@dataclass
class NoSuchMunicipalityError(DeliveryError):
    """An edition has no region of the municipality, which may not have existed in that year."""

    @classmethod
    def of(cls, feed: str, edition: Edition, municipality: str) -> Self:
        """Name the table and the municipality that it lacks."""
        return cls(
            feed,
            problem=f"table {edition.source_id} of edition {edition.key} lists no municipality {municipality}",
            expected=f"{municipality} among its regions",
            came="other municipalities only",
            do="nothing, if the municipality did not exist in that year; else correct municipality_code",
            is_quarantined=False,
        )


@dataclass
class UnlistedError(DeliveryError):
    """No catalogue lists the editions, so the stored ones may not be the newest.

    ``known`` are the editions to request nevertheless.
    """

    known: list[Edition] = field(default_factory=list)
