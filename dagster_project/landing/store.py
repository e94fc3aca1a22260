"""Feed store: the only module that knows the folders of landing.

Every feed has one folder, with its deliveries and its quarantine. Its state is recorded in the event log.
"""

import hashlib
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from secrets import token_hex
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from dagster_project.contracts.model import Feed
from dagster_project.errors import DeliveryError
from dagster_project.extract.answer import PayloadFile, Retrieval
from dagster_project.installation.workspace import local_day
from dagster_project.storage.atomic import move_folder, write_file
from dagster_project.storage.checksums import (
    CHECKSUMS,
    IS_GONE,
    changed_files,
    checksum_of_list,
    digest_of,
    write_checksums,
)
from dagster_project.storage.event_log import EVENTS, Entry, EventLog

MANIFEST = "manifest.json"
# Why a delivery was quarantined; the time of this file is when.
REASON = "reason.txt"
# In the reason of a delivery that passed the audit and that no warehouse can be built from.
CANNOT_BE_BUILT = "is refused by the models or marts"
# The same, where another delivery may be the cause: it is tried again.
TOGETHER = "not alone, but together with the new deliveries of"
# Temporary files of a delivery that is being prepared.
SCRATCH = "scratch"
PAYLOAD = "payload"


class Frozen(BaseModel):
    """A value: a change makes another one."""

    model_config = ConfigDict(frozen=True)


class TableManifest(Frozen):
    """One typed Parquet file of a delivery."""

    rows: int
    columns: list[str]
    dropped_columns: list[str]
    sha256: str


class Manifest(Frozen):
    """Everything known about a delivery; written once, never changed."""

    feed: str
    edition: str
    source_id: str
    delivery_id: str
    retrieval: Retrieval
    url: str
    received_at: datetime
    released_at: datetime | None
    period_end: date | None
    contract_version: str
    headers: dict[str, str]
    facts: dict[str, str]
    payload: list[PayloadFile]
    tables: dict[str, TableManifest]


class StoredEdition(Frozen):
    """The delivery of an edition, with the validators by which the supplier recognises its latest version."""

    delivery_id: str
    previous_id: str | None
    contract_version: str
    validators: dict[str, str]
    # When this was known to be the latest, if that is not the moment of asking.
    known_at: datetime | None = None
    # When the supplier last confirmed that this is the latest: the clock of the edition.
    confirmed_at: datetime | None = None


class FeedState(Frozen):
    """The state of a feed after it was asked for or audited."""

    # Deliveries that passed the audit, per edition.
    current: dict[str, StoredEdition] = {}
    # Deliveries that were received and await the audit.
    candidates: dict[str, StoredEdition] = {}
    # Editions the supplier had when it was last asked.
    window: list[str] = []
    # Open editions that the supplier lists and that could not be used so far, with the moment of first sight.
    missing: dict[str, datetime] = {}
    # Open editions that were not confirmed for longer than others and are past their limit: withheld on their own.
    expired: list[str] = []
    # The oldest clock of the shown editions, and of the newer ones that are missing.
    checked_at: datetime | None = None
    attempted_at: datetime | None = None
    # The supplier has no table with the municipality.
    lacks_municipality: bool = False
    # Since when the settings no longer include the feed.
    retired_at: datetime | None = None
    # The time by the supplier's own clock when it was last asked.
    their_clock: datetime | None = None
    # Problems keep the clocks from moving; remarks do not.
    problems: list[str] = []
    remarks: list[str] = []

    @property
    def shown(self) -> list[str]:
        """The current editions that may be shown: as many of the newest as the supplier was asked for.

        A listed table that was not received yet replaces no other: suppliers list tables before they fill them.
        """
        asked = self.current.keys() & set(self.window)
        others = sorted(self.current.keys() - asked, reverse=True)
        return sorted({*asked, *others[: len(self.window) - len(asked)]} - set(self.expired))

    def stored(self, edition: str) -> StoredEdition | None:
        """The newest delivery of an edition, audited or not."""
        return self.candidates.get(edition) or self.current.get(edition)


class FeedStore:
    """The folder of one feed in landing, and its state in the event log."""

    def __init__(self, landing: Path, feed: Feed) -> None:
        self.feed = feed
        self.landing = landing
        self.folder = landing / feed.supplier / feed.name
        self.incoming = self.folder / "incoming"
        self.deliveries = self.folder / "deliveries"
        self.quarantine = self.folder / "quarantine"
        self.event_log = EventLog(landing / EVENTS)
        # How a line of the event log names this feed.
        self.mark = f'"{feed.id}": {{'.encode()

    def state(self) -> FeedState:
        """The last recorded state, which is empty for a feed that was never asked for.

        If damage to the event log may hide a newer state, no clock counts until the supplier confirms the deliveries.
        """
        entry, is_trusted = self.newest()
        if entry is None:
            return FeedState()
        state = FeedState.model_validate(entry.content["feeds"][self.feed.id])
        return state if is_trusted else state.model_copy(update=self._untrusted(state))

    def newest(self) -> tuple[Entry | None, bool]:
        """Return the last event of this feed, and whether no damage can hide a newer one."""
        return self.event_log.newest(self.mark)

    def _untrusted(self, state: FeedState) -> Mapping[str, object]:
        damaged = (
            f"{self.feed.id}: the event log was changed outside Maandvers, so the clocks of this feed do not count\n"
            f"  expected: {self.event_log.file.name} as the last run wrote it\n"
            "  do: run again: what the supplier confirms counts again"
        )
        unconfirmed = {
            name: {edition: one.model_copy(update={"confirmed_at": None}) for edition, one in stored.items()}
            for name, stored in (("current", state.current), ("candidates", state.candidates))
        }
        return {**unconfirmed, "checked_at": None, "problems": [damaged]}

    def record(self, state: FeedState, at: datetime, written: Iterable[str] = ()) -> None:
        """Record the state after asking, with the checksums of the deliveries that were written."""
        content: dict[str, dict[str, Any]] = {
            "feeds": {self.feed.id: state.model_dump(mode="json", exclude_defaults=True)}
        }
        folders = [self.deliveries / delivery_id for delivery_id in written]
        if folders:
            content["folders"] = {str(one.relative_to(self.landing.parent)): checksum_of_list(one) for one in folders}
        self.event_log.append("received", content, at)

    def manifest(self, delivery_id: str) -> Manifest:
        """The manifest of a delivery. Raises DeliveryError when it cannot be read."""
        file = self.deliveries / delivery_id / MANIFEST
        try:
            return Manifest.model_validate_json(file.read_bytes())
        except (OSError, ValidationError) as error:
            raise self._damaged(file, "cannot be read") from error

    def written_manifest(self, delivery_id: str) -> Manifest | None:
        """The manifest of a delivery; None if it does not match its checksum."""
        folder = self.deliveries / delivery_id
        return None if [*changed_files(folder, [MANIFEST])] else self.manifest(delivery_id)

    def damage(self, delivery_id: str) -> str | None:
        """Describe the first checksum mismatch in a delivery's manifest or tables; None if intact."""
        manifest, names = self.written_manifest(delivery_id), [MANIFEST]
        if manifest:
            names = [f"{table}.parquet" for table in manifest.tables]
        for file, problem in changed_files(self.deliveries / delivery_id, names):
            return str(self._damaged(file, problem))
        return None

    def _damaged(self, file: Path, problem: str) -> DeliveryError:
        return DeliveryError(
            self.feed.id,
            problem=f"{file} does not match its checksum, so this delivery is not used",
            expected="the file as it was received",
            came=f"a file that {problem}",
            do="run again: all of it is then asked for again; if that does not help, put it back from your back-up,"
            " or without one remove its folder",
            is_quarantined=False,
        )

    def describe(self, stored: Iterable[StoredEdition]) -> str:
        """Describe what stays in use, by the day on which the newest of these deliveries was received."""
        manifests = [manifest for one in stored if (manifest := self.written_manifest(one.delivery_id))]
        last = max((manifest.received_at for manifest in manifests), default=None)
        return f"the delivery of {local_day(last)}" if last else "nothing; there is no earlier delivery"

    def manifests(self) -> Iterator[Manifest]:
        """Yield the manifest of every delivery that was ever stored."""
        for folder in sorted(self.deliveries.iterdir()) if self.deliveries.exists() else ():
            yield self.manifest(folder.name)

    def parquet(self, delivery_id: str, table: str) -> Path:
        """The typed Parquet file of one table of a delivery."""
        return self.deliveries / delivery_id / f"{table}.parquet"

    def payload(self, delivery_id: str, name: str) -> Path:
        """A file of a delivery as it was received, packed."""
        return self.deliveries / delivery_id / PAYLOAD / name

    def has_tables(self, delivery_id: str) -> bool:
        """Whether all typed Parquet files of a delivery exist."""
        return (self.deliveries / delivery_id / MANIFEST).exists() and all(
            self.parquet(delivery_id, table).exists() for table in self.manifest(delivery_id).tables
        )

    def has_payload(self, delivery_id: str) -> bool:
        """Whether all payload files of a delivery exist."""
        return (self.deliveries / delivery_id / MANIFEST).exists() and all(
            self.payload(delivery_id, file.name).exists() for file in self.manifest(delivery_id).payload
        )

    @contextmanager
    def work_folder(self, edition: str) -> Iterator[Path]:
        """A folder in which a delivery is prepared; moved to quarantine by a DeliveryError that says so."""
        work = self.incoming / f"{edition}-{token_hex(4)}"
        (work / PAYLOAD).mkdir(parents=True)
        (work / SCRATCH).mkdir()
        try:
            yield work
        except DeliveryError as error:
            if error.is_quarantined:
                shutil.rmtree(work / SCRATCH, ignore_errors=True)
                self.move_to_quarantine(work, _name_of_failure(edition, work, str(error)), str(error))
            raise
        finally:
            shutil.rmtree(work, ignore_errors=True)

    def clear_incoming(self) -> None:
        """Remove the half deliveries of a killed run."""
        shutil.rmtree(self.incoming, ignore_errors=True)

    def add(self, work: Path, delivery_id: str) -> None:
        """Store a finished delivery, unless the same one is stored and whole; of a pruned one only the manifest is."""
        kept = self.deliveries / delivery_id
        if kept.exists():
            self._mend(kept, work)
            if self.damage(delivery_id) is None and self.has_payload(delivery_id):
                return
            kept.rename(self.incoming / f"replaced-{delivery_id}")
        shutil.rmtree(work / SCRATCH, ignore_errors=True)
        write_checksums(work)
        move_folder(work, kept)

    def _mend(self, kept: Path, work: Path) -> None:
        """Restore damaged files that were received again byte for byte: releases name the checksums of before."""
        listed = (kept / CHECKSUMS).read_bytes().splitlines() if (kept / CHECKSUMS).exists() else []
        for file, problem in [*changed_files(kept)]:
            name = str(file.relative_to(kept))
            again = work / name
            if problem != IS_GONE and again.is_file() and f"{digest_of(again)}  {name}".encode() in listed:
                write_file(file, again.read_bytes())

    def move_to_quarantine(self, folder: Path, name: str, reason: str) -> Path:
        """Move an unusable delivery to quarantine, with the reason."""
        write_file(folder / REASON, reason.encode())
        write_checksums(folder)
        target = self.quarantine / name
        if target.exists():
            shutil.rmtree(folder)
        else:
            move_folder(folder, target)
        return target

    def refusal(self, delivery_id: str) -> str | None:
        """Why a delivery was refused by the models or marts before; None if it was not."""
        file = self.quarantine / delivery_id / REASON
        reason = file.read_text("utf-8") if file.exists() else ""
        return reason if CANNOT_BE_BUILT in reason and TOGETHER not in reason else None

    def open_editions(self, editions: list[str]) -> list[str]:
        """The newest of these editions, which the supplier still revises: clocks wait for them, each run audits them.

        An older edition that was never received leaves a gap and does not make other figures look fresher.
        """
        count = self.feed.delivery.newest_editions
        return editions if count == "all" else sorted(editions)[-count:]

    def newest_manifests(self, state: FeedState) -> dict[str, Manifest]:
        """Return the manifests of the current deliveries that may be shown, oldest edition first."""
        return {edition: self.manifest(state.current[edition].delivery_id) for edition in state.shown}


def _name_of_failure(edition: str, work: Path, reason: str) -> str:
    """Give the same failure with the same payload the same name: a daily repeat is stored once."""
    digest = hashlib.sha256(reason.encode())
    for file in sorted((work / PAYLOAD).iterdir()):
        digest.update(file.read_bytes())
    return f"{edition}-{digest.hexdigest()[:16]}"
