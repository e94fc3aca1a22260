"""Where deliveries lie: one folder per feed with its deliveries, what was set aside, and which are current."""

import hashlib
import json
import shutil
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from dagster_project.contracts.model import Feed
from dagster_project.errors import DeliveryError
from dagster_project.extract.answer import PayloadFile, Retrieval
from dagster_project.installation.workspace import local_day
from dagster_project.storage.atomic import move_folder, write_file
from dagster_project.storage.checksums import CHECKSUMS, IS_GONE, changed_files, digest_of, write_checksums
from dagster_project.storage.event_log import EventLog

MANIFEST = "manifest.json"
# Why something was set aside, beside it; its time is when.
REASON = "reason.txt"


class TableManifest(BaseModel):
    """What one typed Parquet file of a delivery holds."""

    rows: int
    columns: list[str]
    dropped_columns: list[str]
    sha256: str


class Manifest(BaseModel):
    """All that is known of a delivery; written once, never changed."""

    feed: str
    edition: str
    source_id: str
    delivery_id: str
    # Deliveries from before it was written down have none, and so cannot be read again.
    retrieval: Retrieval | None = None
    url: str
    received_at: datetime
    released_at: datetime | None
    period_end: date | None
    contract_version: str
    headers: dict[str, str]
    facts: dict[str, str]
    payload: list[PayloadFile]
    tables: dict[str, TableManifest]


class StoredEdition(BaseModel):
    """A delivery that stands for an edition, and by what its supplier can tell whether it is the latest."""

    delivery_id: str
    previous_id: str | None
    contract_version: str
    validators: dict[str, str]
    # When this was known to be the latest, where that is not the moment of asking.
    known_at: datetime | None = None


class FeedState(BaseModel):
    """What holds now for a feed: the one thing in landing that changes."""

    # Deliveries that passed the audit, per edition.
    current: dict[str, StoredEdition] = {}
    # Deliveries that came in and wait for the audit.
    candidates: dict[str, StoredEdition] = {}
    # Editions the supplier had when it was last asked.
    window: list[str] = []
    # When the supplier told us, for every edition, what its latest is; it becomes checked_at once we hold all of that.
    confirmed_at: datetime | None = None
    checked_at: datetime | None = None
    attempted_at: datetime | None = None
    # Since when the settings say that it is not used any more.
    retired_at: datetime | None = None
    # What time it was by the supplier's own clock when it was last asked.
    their_clock: datetime | None = None
    # What keeps the clocks from moving, and what is only worth saying.
    problems: list[str] = []
    remarks: list[str] = []

    @property
    def shown(self) -> list[str]:
        """The current editions that may be shown: as many of the newest as the supplier was asked for.

        A table that is listed and not held yet takes the place of no other: suppliers list them before they fill them.
        """
        asked = self.current.keys() & set(self.window)
        others = sorted(self.current.keys() - asked, reverse=True)
        return sorted([*asked, *others[: len(self.window) - len(asked)]])


class FeedStore:
    """The folder of one feed in landing."""

    def __init__(self, landing: Path, feed: Feed) -> None:
        self.feed = feed
        self.folder = landing / feed.supplier / feed.name
        self.incoming = self.folder / "incoming"
        self.deliveries = self.folder / "deliveries"
        self.quarantine = self.folder / "quarantine"
        self.state_file = self.folder / "state.json"
        # Every state that an audit left behind.
        self.event_log = EventLog(self.folder / "history.jsonl")

    def state(self) -> FeedState:
        """What holds now; the state of a feed that was never asked for is empty."""
        if not self.state_file.exists():
            return FeedState()
        written = self.state_file.read_bytes()
        try:
            content = json.loads(written)["state"]
            state = FeedState.model_validate(content)
        except (ValueError, KeyError, TypeError):
            return FeedState(problems=[self._broken_seal()])
        # As it was written, which may have been before the state had all of its fields.
        if _sealed(content) != written:
            # Nobody can say what was changed, so no clock counts until the supplier has confirmed what we hold.
            state.checked_at = state.confirmed_at = None
            state.problems = [self._broken_seal()]
        return state

    def save(self, state: FeedState) -> None:
        """Let this be what holds now."""
        write_file(self.state_file, _sealed(state.model_dump(mode="json")))

    def is_state_sealed(self) -> bool:
        """Whether the state is as it was saved; so it is where nothing was saved yet."""
        return not self.state_file.exists() or self._broken_seal() not in self.state().problems

    def _broken_seal(self) -> str:
        return (
            f"{self.feed.id}: its books were changed outside Maandvers, so its clocks do not count\n"
            f"  expected: {self.state_file.name} as the last run wrote it\n"
            "  do: run again: what the supplier confirms counts anew"
        )

    def manifest(self, delivery_id: str) -> Manifest:
        """The manifest of a delivery. Raises DeliveryError when it cannot be read."""
        file = self.deliveries / delivery_id / MANIFEST
        try:
            return Manifest.model_validate_json(file.read_bytes())
        except (OSError, ValidationError) as error:
            raise self._damaged(file, "cannot be read") from error

    def written_manifest(self, delivery_id: str) -> Manifest | None:
        """The manifest of a delivery; None where it is not as it was written."""
        folder = self.deliveries / delivery_id
        return None if [*changed_files(folder, [MANIFEST])] else self.manifest(delivery_id)

    def damage(self, delivery_id: str) -> str | None:
        """What of a delivery's manifest and tables is not as it was written, in words; None where all of it is."""
        manifest, names = self.written_manifest(delivery_id), [MANIFEST]
        if manifest:
            names = [f"{table}.parquet" for table in manifest.tables]
        for file, problem in changed_files(self.deliveries / delivery_id, names):
            return str(self._damaged(file, problem))
        return None

    def _damaged(self, file: Path, problem: str) -> DeliveryError:
        return DeliveryError(
            self.feed.id,
            problem=f"{file} is not as it was written, so nothing is made of it",
            expected="the file whose SHA-256 was kept when it came in",
            came=f"one that {problem}",
            do="run again: all of it is then asked for anew; where that does not help, put it back from your back-up,"
            " or without one remove its folder",
            is_quarantined=False,
        )

    def told(self, held: Iterable[StoredEdition]) -> str:
        """Until when what we hold came in, in words."""
        manifests = [manifest for one in held if (manifest := self.written_manifest(one.delivery_id))]
        last = max((manifest.received_at for manifest in manifests), default=None)
        return f"what was received on {local_day(last)}" if last else "nothing; there is no earlier delivery"

    def manifests(self) -> Iterator[Manifest]:
        """The manifest of every delivery that was ever kept."""
        for folder in sorted(self.deliveries.iterdir()) if self.deliveries.exists() else ():
            yield self.manifest(folder.name)

    def parquet(self, delivery_id: str, table: str) -> Path:
        """The typed Parquet file of one table of a delivery."""
        return self.deliveries / delivery_id / f"{table}.parquet"

    def payload(self, delivery_id: str, name: str) -> Path:
        """A file of a delivery as it was received, packed."""
        return self.deliveries / delivery_id / "payload" / name

    def has_tables(self, delivery_id: str) -> bool:
        """Whether the files that a delivery's tables were read into are all there."""
        return (self.deliveries / delivery_id / MANIFEST).exists() and all(
            self.parquet(delivery_id, table).exists() for table in self.manifest(delivery_id).tables
        )

    def has_payload(self, delivery_id: str) -> bool:
        """Whether all that was received of a delivery is there."""
        return (self.deliveries / delivery_id / MANIFEST).exists() and all(
            self.payload(delivery_id, file.name).exists() for file in self.manifest(delivery_id).payload
        )

    def add(self, work: Path, delivery_id: str) -> None:
        """Keep a finished delivery, unless the same one is kept whole; of one that was pruned only the manifest is."""
        kept = self.deliveries / delivery_id
        if kept.exists():
            self._mend(kept, work)
            if self.damage(delivery_id) is None and self.has_payload(delivery_id):
                return
            kept.rename(self.incoming / f"replaced-{delivery_id}")
        write_checksums(work)
        move_folder(work, kept)

    def _mend(self, kept: Path, work: Path) -> None:
        """Put back what was damaged and came in again bit by bit: releases were sealed with the delivery as it was."""
        listed = (kept / CHECKSUMS).read_bytes().splitlines() if (kept / CHECKSUMS).exists() else []
        for file, problem in [*changed_files(kept)]:
            name = str(file.relative_to(kept))
            again = work / name
            if problem != IS_GONE and again.is_file() and f"{digest_of(again)}  {name}".encode() in listed:
                write_file(file, again.read_bytes())

    def move_to_quarantine(self, folder: Path, name: str, reason: str) -> Path:
        """Move what cannot be used to quarantine, with the reason beside it."""
        write_file(folder / REASON, reason.encode())
        write_checksums(folder)
        target = self.quarantine / name
        if target.exists():
            shutil.rmtree(folder)
        else:
            move_folder(folder, target)
        return target

    def open_editions(self, editions: list[str]) -> list[str]:
        """Of these editions the newest, which the supplier still refills: clocks wait for them, each run judges them.

        One of before these that never came leaves a gap, and makes nothing that is shown look fresher.
        """
        count = self.feed.delivery.newest_editions
        return editions if count == "all" else sorted(editions)[-count:]

    def newest_manifests(self, state: FeedState) -> dict[str, Manifest]:
        """Manifests of the current deliveries that may be shown, oldest edition first."""
        return {edition: self.manifest(state.current[edition].delivery_id) for edition in state.shown}


def _sealed(content: dict[str, Any]) -> bytes:
    """The state with a seal over it: a moved clock would make old figures look fresh."""
    seal = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    return json.dumps({"seal": seal, "state": content}, indent=2).encode()
