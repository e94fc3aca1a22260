"""What an extractor hands to landing: the payload as received and where its records stand."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal, Protocol

from dagster_project.contracts import protocols
from dagster_project.errors import DeliveryError
from dagster_project.extract.http import Http


@dataclass(frozen=True)
class Held:
    """What we hold of an edition, in the words by which its supplier can tell whether it is the latest."""

    validators: dict[str, str]
    # Since when it is known to be the latest, where that is not the moment of asking.
    known_at: datetime | None = None
    # The tables as we hold them, for a supplier that tells only what changed.
    parquet: dict[str, Path] = field(default_factory=dict)


@dataclass(frozen=True)
class PayloadFile:
    """One file of the payload; ``sha256`` is of what the supplier sent, before we packed it."""

    name: str
    sha256: str
    url: str


@dataclass(frozen=True)
class Retrieval:
    """How an answer came in: what it takes to read its payload again."""

    protocol: protocols.Protocol
    # Of a service: its address, and the municipality that was asked for; None is the whole country.
    base_url: str | None = None
    municipality: str | None = None


@dataclass(frozen=True)
class Lookup:
    """Values of a column that stand in a code list: ``file`` is a JSON array of records with a key."""

    file: Path
    key: str
    value: str
    on: str


@dataclass
class Records:
    """Where the records of a table stand and how our columns are called in them."""

    files: list[Path]
    format: Literal["json", "csv"]
    supplier_columns: dict[str, str]
    lookups: dict[str, Lookup] = field(default_factory=dict)
    # A column whose values may not repeat: the supplier's own row number shows a page that came twice.
    row_number: str | None = None
    expected_rows: int | None = None
    # Bytes that one record may take. The reader keeps twice this per thread, and slows down with it.
    largest_record: int = 1024 * 1024


@dataclass
class Answer:
    """A supplier's whole answer for one edition."""

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
    # Whether somebody wrote that down; where only a file system tells it, a copy looks younger than it is.
    is_age_written: bool = True


@dataclass(frozen=True)
class Edition:
    """One publication of a feed: a year's table, or the only one there is (``year`` None)."""

    year: int | None
    source_id: str

    @property
    def key(self) -> str:
        """How the edition is named in files."""
        return "all" if self.year is None else str(self.year)


@dataclass
class UnlistedError(DeliveryError):
    """Nobody says which editions there are, so what is held may not be the newest.

    ``known`` are the editions to ask for all the same.
    """

    known: list[Edition] = field(default_factory=list)


class Extractor(Protocol):
    """One wire protocol, ready to ask for one feed."""

    http: Http

    def editions(self, held: Mapping[int, str]) -> list[Edition]:
        """The editions that the supplier has and that we keep; ``held`` are the years' tables that we hold.

        Raises UnlistedError when its catalogue does not tell them.
        """
        ...

    def fetch(self, edition: Edition, held: Held | None, payload: Path, scratch: Path) -> Answer | None:
        """Fetch an edition into the folders; None when the supplier confirms that what we hold is its latest."""
        ...
