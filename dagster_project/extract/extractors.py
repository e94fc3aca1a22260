"""Extractors: the base of every wire protocol, its registration, and the extractor of a feed."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

from pydantic import ValidationError

from dagster_project.contracts.model import Feed, Table
from dagster_project.contracts.protocols import Parameters, parameters_class, register_parameters
from dagster_project.errors import DeliveryError, SetupError, shown
from dagster_project.extract.answer import Answer, Edition, Records, Retrieval, Stored
from dagster_project.extract.examination import Examination
from dagster_project.extract.http import Http
from dagster_project.extract.pseudonyms import lasting_key, pseudonyms
from dagster_project.installation.settings import TOML, FeedSettings, Settings
from dagster_project.storage.sql import literal

P = TypeVar("P", bound=Parameters)
AnyExtractor = TypeVar("AnyExtractor", bound="type[Extractor[Any]]")
# A message shows the start of an answer, not all of it.
LONGEST_SHOWN = 300


@dataclass(frozen=True)
class Access:
    """The municipality for which a feed is retrieved, and the folder in which its files are uploaded."""

    municipality_code: str
    # Whether all municipalities are asked for.
    is_country: bool
    inbox: Path | None = None
    # Of the installation, for pseudonyms that stay the same.
    secret: str = ""
    # Whether all other municipalities are asked for along with the own one, where a table has them.
    is_among_others: bool = True
    # Of a shared installation: the municipalities for which it asks for tables that are too large for the country.
    served: tuple[str, ...] = ()

    @property
    def municipality(self) -> str | None:
        """Code of the only municipality to ask for; None for the whole country."""
        return None if self.is_country else self.municipality_code


@dataclass(frozen=True)
class RegionRows:
    """The rows of a table of the whole country that one municipality asks for, by the starts of their region codes."""

    column: str
    starts: tuple[str, ...]
    # Whether all other municipalities are among them.
    is_among_others: bool = False
    # Of these, only rows with such codes in further columns, where * stands for any characters.
    of_others: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def condition(self) -> str:
        """The rows, in SQL."""
        own = " OR ".join(f"starts_with({self.column}, {literal(start)})" for start in self.starts)
        limits = [
            " OR ".join(f"trim({column}) GLOB {literal(code)}" for code in codes)
            for column, codes in self.of_others.items()
        ]
        return " OR ".join([own, *([" AND ".join(f"({limit})" for limit in limits)] if limits else [])])

    def __str__(self) -> str:
        others = [f"{column} {', '.join(codes)}" for column, codes in self.of_others.items()]
        return "; or ".join([f"{self.column} {', '.join(self.starts)}", *([" and ".join(others)] if others else [])])


@dataclass
class Extractor(ABC, Generic[P]):
    """Base of a wire protocol: retrieves one feed from its supplier."""

    protocol: ClassVar[str]

    feed: Feed
    parameters: P
    http: Http
    access: Access

    @classmethod
    def is_available(cls, parameters: P, access: Access) -> bool:
        """Whether the feed can be retrieved in this installation."""
        return True

    def editions(self, stored: Mapping[int, str]) -> list[Edition]:
        """List the supplier's editions to keep; ``stored`` has the source ids of the stored years.

        A register has one edition: its present state. Raises UnlistedError if the catalogue is unreachable or lacks
        the series.
        """
        return [Edition(None, self.feed.id)]

    def examine(self, edition: Edition, scratch: Path) -> Examination:
        """Compare an edition with the contract by the least that shows it: a file is read whole.

        Raises DeliveryError for an edition that cannot be used.
        """
        payload = scratch / "payload"
        payload.mkdir(exist_ok=True)
        answer = self.fetch(edition, None, payload, scratch)
        assert answer is not None, "nothing is stored, so nothing can be confirmed"
        return Examination(
            table=answer.facts.get("file", edition.source_id),
            title=answer.facts.get("title"),
            found=sum(len(table.supplier_columns) for table in answer.tables.values()),
            unread=sorted({name for names in answer.dropped_columns.values() for name in names}),
        )

    @abstractmethod
    def fetch(self, edition: Edition, stored: Stored | None, payload: Path, scratch: Path) -> Answer | None:
        """Fetch an edition into the folders; None if the supplier confirms that the stored one is its latest."""

    def rows_of_municipality(self, table: Table) -> RegionRows | None:
        """The rows of the whole country's table that are asked for; None where a table is asked for as a whole."""
        return None

    def replay(self, edition: Edition, payload: Path, scratch: Path) -> dict[str, Records]:
        """Read the tables of a stored payload again.

        A service is asked the same addresses again: ``http`` answers from the payload. A protocol that stores
        something other than its supplier's answers has a replay of its own.
        """
        asked = scratch / "payload"
        asked.mkdir()
        answer = self.fetch(edition, None, asked, scratch)
        assert answer is not None, "nothing is stored, so nothing can be confirmed"
        return answer.tables

    def lasting_pseudonyms(self, data_type: str) -> Callable[[str], str]:
        """Pseudonyms that are the same in each delivery, of columns of this type."""
        return pseudonyms(lasting_key(self.access.secret, self.feed.id), data_type)

    def error(self, problem: str, expected: str, came: object, do: str) -> DeliveryError:
        """Error for an answer that cannot become a delivery."""
        return DeliveryError(self.feed.id, problem, expected, shown(str(came))[:LONGEST_SHOWN], do)


EXTRACTORS: dict[str, type[Extractor[Any]]] = {}


def protocol(name: str, parameters: type[Parameters]) -> Callable[[AnyExtractor], AnyExtractor]:
    """Register an extractor and its parameters as the wire protocol ``name`` of the contracts."""

    def register(extractor: AnyExtractor) -> AnyExtractor:
        register_parameters(name, parameters)
        extractor.protocol = name
        EXTRACTORS[name] = extractor
        return extractor

    return register


@contextmanager
def extractor_for(feed: Feed, settings: Settings, secret: str = "") -> Iterator[Extractor[Any]]:
    """Open the extractor of a feed with the settings and the secret of this installation.

    Without a secret, its cases cannot be pseudonymised, and a feed that has cases raises ValueError.
    """
    name, parameters = _chosen(feed, settings)
    supplier = settings.supplier(feed.supplier)
    editions = _settings_of(feed, settings).editions
    if editions is None and settings.scope != "country":
        editions = feed.delivery.newest_editions_of_a_municipality
    kept = feed.keeping(editions) if editions else feed
    with Http(feed.id, settings.http, supplier.token.get_secret_value() if supplier.token else None) as http:
        yield EXTRACTORS[name](kept, parameters, http, replace(_access(feed, settings), secret=secret))


def is_available(feed: Feed, settings: Settings) -> bool:
    """Whether a feed can be retrieved in this installation: an uploaded one needs its folder."""
    name, parameters = _chosen(feed, settings)
    return EXTRACTORS[name].is_available(parameters, _access(feed, settings))


def extractor_of(feed: Feed, retrieval: Retrieval, http: Http) -> Extractor[Any]:
    """Build the extractor by which a delivery was retrieved, to replay its payload."""
    known = parameters_class(retrieval.protocol)
    # The way to a shared feed is a matter of the settings, and in no contract.
    parameters = known() if known.is_of_settings else feed.parameters_for(retrieval.protocol)
    parameters = _with(parameters, base_url=retrieval.base_url)
    access = Access(
        retrieval.municipality or "",
        is_country=retrieval.municipality is None,
        is_among_others=retrieval.is_among_others,
        served=retrieval.served,
    )
    return EXTRACTORS[retrieval.protocol](feed, parameters, http, access)


def _chosen(feed: Feed, settings: Settings) -> tuple[str, Parameters]:
    """The protocol that the municipality chose, with its parameters; settings override those of the same name.

    Raises SetupError for several tables by a protocol that delivers one.
    """
    own = _settings_of(feed, settings)
    name = own.protocol or feed.delivery.protocol
    if parameters_class(name).has_one_table and len(feed.tables) > 1:
        raise SetupError(
            f"{feed.id}: cannot be retrieved by '{name}', which delivers one table, because it is {len(feed.tables)} "
            f"tables that belong together\n"
            f"  do: remove the setting 'protocol' of suppliers.{feed.supplier}.feeds.{feed.name}"
        )
    supplier = settings.supplier(feed.supplier)
    location = own.location or supplier.location
    parameters = _with(feed.parameters_for(name), base_url=supplier.base_url, location=location)
    return name, _mapped(feed, parameters, own) if own.columns or own.values else parameters


def _with(parameters: Parameters, **overrides: object) -> Parameters:
    known = {
        key: value for key, value in overrides.items() if value is not None and key in type(parameters).model_fields
    }
    return parameters.model_validate({**parameters.model_dump(by_alias=True), **known})


def _mapped(feed: Feed, parameters: Parameters, own: FeedSettings) -> Parameters:
    """Parameters with the headings and words of this municipality's file.

    Raises SetupError for a name that the contract does not have.
    """
    section = f"{TOML}, suppliers.{feed.supplier}.feeds.{feed.name}"
    if "columns" not in type(parameters).model_fields:
        raise SetupError(f"{section}: only of a file columns and values can be named\n  do: set protocol = 'file'")
    columns = feed.tables[0].columns
    names = {heading: column.name for column in columns for heading in (column.meta.supplier_name, column.name)}
    accepted = [value for column in columns for value in column.meta.accepted_values]
    for part, given, known in (("columns", own.columns, [*names]), ("values", own.values.values(), accepted)):
        if unknown := [name for name in given if name not in known]:
            nearest = get_close_matches(unknown[0], known, n=3) or known
            raise SetupError(
                f"{section}.{part}: '{unknown[0]}' is unknown there\n  do: choose from {', '.join(nearest) or 'none'}"
            )
    try:
        mapped = {names[name]: source for name, source in own.columns.items()}
        given = parameters.model_dump(by_alias=True)["columns"] | mapped
        return _with(parameters, columns=given, values=own.values)
    except ValidationError as error:
        came = ", ".join(str(step) for step in error.errors()[0]["loc"][:2])
        forms = '"heading", ["heading", "other heading"], { from = "file name" } or { value = "…" }'
        raise SetupError(f"{section}: {came} has none of the forms that are known\n  do: write {forms}") from None


def _settings_of(feed: Feed, settings: Settings) -> FeedSettings:
    return settings.supplier(feed.supplier).feeds.get(feed.name, FeedSettings())


def _access(feed: Feed, settings: Settings) -> Access:
    return Access(settings.municipality_code, settings.is_country, settings.inbox / feed.id, served=settings.serves)
