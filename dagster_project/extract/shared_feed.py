"""A feed that was landed once for all municipalities: the rows of one of them, from the delivery of the whole country.

Another installation asks the supplier. This one only reads there, and stores its own rows as a payload of its own.
"""

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path

from dagster_project.contracts.protocols import Parameters
from dagster_project.errors import DeliveryError
from dagster_project.extract.answer import (
    Answer,
    Edition,
    NoSuchMunicipalityError,
    Records,
    Retrieval,
    Stored,
    UnlistedError,
)
from dagster_project.extract.extractors import Extractor, RegionRows, protocol
from dagster_project.extract.http_age import CLOCKS_DIFFER, ResponseAge
from dagster_project.extract.packing import store_table, unpacked
from dagster_project.installation.workspace import Clock
from dagster_project.storage.sql import connect, literal, parquet

SHARED = "shared"
SMALLEST_BUFFER = 1024 * 1024
REMEDY = "look at the shared installation: 'maandvers status' in its folder says what is wrong there"


class SharedParameters(Parameters):
    """Nothing: the settings name the installation that landed the feed."""

    has_one_table = False
    is_of_settings = True


@dataclass(frozen=True)
class LandedEdition:
    """A delivery of the whole country in the shared installation."""

    delivery_id: str
    source_id: str
    url: str
    released_at: datetime | None
    # When its supplier last confirmed it.
    confirmed_at: datetime | None
    facts: Mapping[str, str]
    headers: Mapping[str, str]
    # Per table the typed Parquet file, the columns that the supplier delivered, and those that the contract lacks.
    tables: Mapping[str, Path]
    columns: Mapping[str, Sequence[str]]
    dropped_columns: Mapping[str, list[str]]
    # Why it cannot be used: damage, or a contract of another version.
    fault: str | None = None
    # The municipalities whose rows it has; all of them where none is named.
    served: Sequence[str] = ()


@dataclass(frozen=True)
class Landed:
    """State of a feed in the shared installation."""

    asked_at: datetime | None
    # Editions that the supplier lists, of which some may not have been received.
    window: Sequence[str]
    editions: Mapping[str, LandedEdition]
    problems: Sequence[str]

    @property
    def answered_at(self) -> datetime | None:
        """When the supplier last confirmed any of it."""
        return max((one.confirmed_at for one in self.editions.values() if one.confirmed_at), default=None)

    @property
    def is_behind(self) -> bool:
        """Whether the supplier was asked since it last confirmed anything."""
        last = self.answered_at
        return last is None or (self.asked_at is not None and self.asked_at - last > CLOCKS_DIFFER)


def _nothing() -> Landed:
    return Landed(None, (), {}, ())


@protocol(SHARED, SharedParameters)
@dataclass
class SharedFeed(Extractor[SharedParameters]):
    """Extractor of the rows of one municipality; ``read`` reads the state of the shared installation."""

    read: Callable[[], Landed] = _nothing
    now: Clock | None = None
    # Per table the rows that the feed's own protocol would have asked for; all of them for a table that is not named.
    regions: Mapping[str, RegionRows] | None = None

    @cached_property
    def landed(self) -> Landed:
        """The state at the first question: the shared installation may be at work."""
        return self.read()

    def editions(self, stored: Mapping[int, str]) -> list[Edition]:
        """The editions that the supplier listed when it was last asked.

        Raises UnlistedError if it gave no usable answer then: what was landed before is used, and no clock moves.
        """
        if self.landed.asked_at is None:
            raise self._unusable("has not been landed in the shared installation", "its first landing", "none")
        years = [int(key) for key in self.landed.window if key.isdigit()]
        kept = {str(year) for year in self.feed.kept_of(years)}
        found = [self._edition(key) for key in self.landed.window if key in kept or not key.isdigit()]
        if self.landed.problems and self.landed.is_behind:
            raise UnlistedError(
                self.feed.id,
                problem="gave the shared installation no usable answer",
                expected="an answer at the last landing",
                came=self.landed.problems[0].splitlines()[0],
                do=REMEDY,
                is_quarantined=False,
                known=found,
            )
        return found

    def _edition(self, key: str) -> Edition:
        landed = self.landed.editions.get(key)
        return Edition(int(key) if key.isdigit() else None, landed.source_id if landed else key)

    def fetch(self, edition: Edition, stored: Stored | None, payload: Path, scratch: Path) -> Answer | None:
        """Take the own rows of an edition, unless the stored ones are of the same delivery."""
        landed = self._usable(edition)
        assert landed.confirmed_at, "an edition without a clock is not usable"
        assert self.now, "only a delivery that is read again has no clock"
        age = max(self.now() - landed.confirmed_at, timedelta())
        self.http.response_ages.append(ResponseAge(landed.url, date=None, age=age, hit="", is_shared=True))
        regions = self.regions or {}
        validators = {"shared_delivery": landed.delivery_id, "rows": "; ".join(map(str, regions.values())) or "all"}
        if stored is not None and stored.validators == validators:
            return None
        tables, files = {}, []
        for table in self.feed.tables:
            bare = scratch / f"{table.name}.json"
            self._write_rows(edition, landed, table.name, regions.get(table.name), bare)
            files.append(store_table(bare, payload, landed.url))
            tables[table.name] = _records(bare, landed.columns[table.name])
        return Answer(
            retrieval=Retrieval(
                SHARED,
                municipality=self.access.municipality if regions else None,
                is_among_others=any(one.is_among_others for one in regions.values()),
            ),
            url=landed.url,
            released_at=landed.released_at,
            validators=validators,
            payload=files,
            tables=tables,
            headers=dict(landed.headers),
            facts={**landed.facts, "shared_delivery": landed.delivery_id},
            dropped_columns=dict(landed.dropped_columns),
        )

    def _usable(self, edition: Edition) -> LandedEdition:
        """The delivery of an edition. Raises DeliveryError for one that the shared installation could not confirm."""
        landed = self.landed.editions.get(edition.key)
        if landed is None:
            came = (self.landed.problems or ["a table that is listed and was not received"])[0].splitlines()[0]
            raise self._unusable(f"has no edition {edition.key} in the shared installation", "its delivery", came)
        if landed.fault:
            raise self._unusable(
                f"cannot be read in the shared installation: edition {edition.key}", "it", landed.fault
            )
        if landed.served and (own := self.access.municipality_code) not in landed.served:
            raise self._unusable(
                f"was not landed for {own} in the shared installation: edition {edition.key}",
                "its code among the folders of the provider at the last landing, or in the setting 'serves'",
                ", ".join(landed.served),
            )
        if landed.confirmed_at is None or landed.confirmed_at != self.landed.answered_at:
            came = next((one for one in self.landed.problems if edition.key in one), "no confirmation").splitlines()[0]
            raise self._unusable(
                f"did not confirm edition {edition.key} to the shared installation", "a confirmation", came
            )
        return landed

    def _write_rows(
        self, edition: Edition, landed: LandedEdition, table: str, regions: RegionRows | None, bare: Path
    ) -> None:
        source, columns = parquet(landed.tables[table]), ", ".join(landed.columns[table])
        own = self.access.municipality_code
        with connect(spill_to=bare.with_suffix(".spilled")) as connection:
            if regions:
                is_own = f"starts_with({regions.column}, {literal(own)})"
                if not connection.execute(f"SELECT 1 FROM {source} WHERE {is_own} LIMIT 1").fetchone():
                    raise NoSuchMunicipalityError.of(self.feed.id, edition, own)
            where = f" WHERE {regions.condition}" if regions else ""
            connection.execute(f"COPY (SELECT {columns} FROM {source}{where}) TO {literal(bare)} (FORMAT json, ARRAY)")

    def replay(self, edition: Edition, payload: Path, scratch: Path) -> dict[str, Records]:
        """Read the stored rows again."""
        tables = {}
        for table in self.feed.tables:
            bare = scratch / f"{table.name}.json"
            with unpacked(payload / f"{bare.name}.gz") as source, bare.open("wb") as file:
                shutil.copyfileobj(source, file)
            with connect() as connection:
                rows = f"read_json({literal(bare)}, format='array', maximum_object_size={_buffer_for(bare)})"
                present = [name for name, *_ in connection.execute(f"DESCRIBE SELECT * FROM {rows}").fetchall()]
            tables[table.name] = _records(bare, [one.name for one in table.columns if one.name in present])
        return tables

    def _unusable(self, problem: str, expected: str, came: str) -> DeliveryError:
        return replace(self.error(problem, expected, came, REMEDY), is_quarantined=False)


def _records(bare: Path, columns: Sequence[str]) -> Records:
    return Records([bare], "json", {name: name for name in columns}, largest_record=_buffer_for(bare))


def _buffer_for(bare: Path) -> int:
    """Bytes of the longest line, which is one record."""
    with bare.open("rb") as lines:
        return max(SMALLEST_BUFFER, max((len(line) for line in lines), default=0))
