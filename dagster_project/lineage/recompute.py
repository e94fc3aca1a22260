"""Scratch warehouse of a release: its models run over tables that were read from payloads alone.

It takes a dbt build, and is kept for further proofs of the release as long as its inputs are unchanged.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from filelock import FileLock
from pydantic import BaseModel, ValidationError

from dagster_project.audit.clocks import read_clocks
from dagster_project.audit.outcome import FeedVerdict
from dagster_project.contracts.load import load_feeds
from dagster_project.contracts.model import Feed
from dagster_project.errors import MaandversError
from dagster_project.installation.workspace import Workspace
from dagster_project.landing.store import FeedStore
from dagster_project.lineage.graph import Lineage
from dagster_project.lineage.replay import read_again
from dagster_project.lineage.tables import first_difference
from dagster_project.release.build import ReleaseNote
from dagster_project.release.provenance import (
    PROVENANCE,
    Provenance,
    digest_of_code,
    feed_of,
    publication_folder,
    unpack_models,
)
from dagster_project.storage.atomic import write_file
from dagster_project.storage.checksums import digest_of
from dagster_project.storage.database import Database, DatabaseFile
from dagster_project.warehouse.dbt import WAREHOUSE_VARIABLE, variables
from dagster_project.warehouse.publication_history import FIGURES
from dagster_project.warehouse.random_rounding import SECRET_VARIABLE
from dagster_project.warehouse.raw_layer import (
    open_warehouse,
    raw_layer,
    write_freshness,
    write_publication,
    write_published,
    write_raw,
)

RECORD = "record.json"


class ScratchError(MaandversError):
    """The models of a release fail on the tables that its payloads give."""


class ScratchRecord(BaseModel):
    """Checksums of a scratch warehouse and of its inputs, and the differences found while it was built."""

    provenance: str
    # Digest of the code that read the payloads for it.
    code: str
    files: dict[str, str]
    # Deliveries that each feed showed when the release was made.
    deliveries: dict[str, list[str]]
    # Per delivery: the first difference between the stored table and that of its payload.
    differences: dict[str, str]
    # Folders that changed since the release: nothing of their feeds is in it.
    left_out: list[str]


@dataclass(frozen=True)
class Scratch:
    """A finished scratch warehouse."""

    folder: Path
    record: ScratchRecord

    @property
    def warehouse(self) -> Database:
        """Result of the models: a file, wherever the release was built."""
        return DatabaseFile(self.folder / "warehouse.duckdb")

    @cached_property
    def lineage(self) -> Lineage:
        """Graph of the models."""
        return Lineage.model_validate_json((self.folder / "lineage.json").read_bytes())

    @cached_property
    def feeds(self) -> dict[str, Feed]:
        """Contracts of the release by feed."""
        return {feed.id: feed for feed in load_feeds(self.folder / "dbt_models" / "models")}


@contextmanager
def sole_proof(workspace: Workspace) -> Iterator[None]:
    """Keep another proof from replacing the scratch warehouse that is read."""
    folder = workspace.home / "proofs"
    folder.mkdir(exist_ok=True)
    with FileLock(folder / ".lock"):
        yield


def find_scratch(workspace: Workspace, release: Path) -> Scratch | None:
    """Find the scratch warehouse of a release, if there is one and its checksums match."""
    folder = _folder(workspace, release)
    if not (folder / RECORD).exists():
        return None
    try:
        record = ScratchRecord.model_validate_json((folder / RECORD).read_bytes())
    except ValidationError:
        # Damaged, or left by an earlier version of Maandvers.
        return None
    is_of_this = (record.provenance, record.code) == (digest_of(release / PROVENANCE), digest_of_code())
    is_whole = is_of_this and all(
        (folder / name).exists() and digest_of(folder / name) == digest for name, digest in record.files.items()
    )
    return Scratch(folder, record) if is_whole else None


def make_scratch(workspace: Workspace, release: Path, left_out: Collection[str]) -> Scratch:
    """Build the scratch warehouse of a release, without the feeds of changed folders; the caller has the lock.

    Raises MaandversError if the code or the models cannot read the stored payloads.
    """
    folder = _folder(workspace, release)
    # One release at a time: proving another one takes another build.
    for old in (path for path in folder.parent.iterdir() if path.is_dir()):
        shutil.rmtree(old)
    unpack_models(release, folder)
    note = ReleaseNote.model_validate_json((release / "release.json").read_bytes())
    differences = _build(workspace, release, note, folder, left_out)
    record = ScratchRecord(
        provenance=digest_of(release / PROVENANCE),
        code=digest_of_code(),
        files={name: digest_of(folder / name) for name in _files(folder)},
        deliveries={feed: [*editions.values()] for feed, editions in note.deliveries.items()},
        differences=differences,
        left_out=sorted(left_out),
    )
    # Written last, so that an interrupted build has none.
    write_file(folder / RECORD, record.model_dump_json(indent=2).encode())
    return Scratch(folder, record)


def _folder(workspace: Workspace, release: Path) -> Path:
    return workspace.home / "proofs" / release.name


def _files(folder: Path) -> Iterable[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def _build(
    workspace: Workspace, release: Path, note: ReleaseNote, folder: Path, left_out: Collection[str]
) -> dict[str, str]:
    """Build the scratch warehouse; return per delivery how its stored tables differ from those of its payload."""
    feeds = load_feeds(folder / "dbt_models" / "models")
    stores = [FeedStore(folder / "landing", feed) for feed in feeds]
    without = {feed_of(one) for one in left_out}
    differences = {}
    for store in (store for store in stores if store.feed.id not in without):
        kept = FeedStore(workspace.landing, store.feed)
        for delivery_id in sorted(set(note.deliveries.get(store.feed.id, {}).values())):
            if found := _read_again(kept, store, delivery_id):
                differences[delivery_id] = found
    verdicts = _verdicts(release, stores, without)
    warehouse, provenance = DatabaseFile(folder / "warehouse.duckdb"), Provenance.of(release)
    with open_warehouse(warehouse) as connection:
        write_raw(connection, raw_layer(stores, verdicts))
        write_freshness(connection, feeds, verdicts)
        write_published(connection, _published(workspace, provenance, folder, left_out))
        write_publication(connection, provenance.published_on)
    _run_models(folder, warehouse, note.municipality_code, workspace.secret)
    return differences


def _published(workspace: Workspace, provenance: Provenance, folder: Path, left_out: Collection[str]) -> list[Path]:
    """Copy the figures published before the release, which are in no payload, from the publication history."""
    copies = []
    for release_id in (one for one in provenance.publications if publication_folder(one) not in left_out):
        copy = folder / publication_folder(release_id) / FIGURES
        copy.parent.mkdir(parents=True)
        shutil.copy(workspace.home / publication_folder(release_id) / FIGURES, copy)
        copies.append(copy)
    return copies


def _read_again(kept: FeedStore, target: FeedStore, delivery_id: str) -> str | None:
    """Read a delivery again from its payload; describe the first difference from its stored tables."""
    manifest = kept.manifest(delivery_id)
    folder = target.deliveries / delivery_id
    read_again(kept.feed, manifest, kept.deliveries / delivery_id / "payload", folder)
    shutil.copy(kept.deliveries / delivery_id / "manifest.json", folder)
    for table in kept.feed.tables:
        found = first_difference(kept.parquet(delivery_id, table.name), target.parquet(delivery_id, table.name))
        if found:
            return f"{table.name}.parquet: {found}"
    return None


def _verdicts(release: Path, stores: Iterable[FeedStore], without: Collection[str | None]) -> list[FeedVerdict]:
    """Return the verdicts of the release; feeds not in use, or left out, show nothing."""
    by_feed = {verdict.clocks.feed: verdict for verdict in Provenance.of(release).verdicts}
    for feed in by_feed.keys() & without:
        by_feed[feed] = by_feed[feed].model_copy(update={"is_withheld": True})
    return [
        by_feed.get(store.feed.id) or FeedVerdict(clocks=read_clocks(store), is_withheld=True, reason="not in use")
        for store in stores
    ]


def _run_models(folder: Path, warehouse: Database, municipality: str, secret: str) -> None:
    project = folder / "dbt_models"
    command = [
        str(Path(sys.executable).with_name("dbt")),
        *("--quiet", "--log-level-file", "none", "build", "--resource-type", "model", "--resource-type", "seed"),
        *("--project-dir", str(project), "--profiles-dir", str(project), "--target-path", str(folder / "target")),
        *variables(municipality),
    ]
    environment = {
        **os.environ,
        WAREHOUSE_VARIABLE: warehouse.address,
        SECRET_VARIABLE: secret,
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
    }
    done = subprocess.run(command, env=environment, cwd=project, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ScratchError(
            f"the models fail on the tables that the payloads give: {(done.stdout + done.stderr)[-2000:]}"
        )
    lineage = Lineage.of(folder / "target" / "manifest.json")
    with open_warehouse(warehouse) as connection:
        lineage.note_indicators(connection)
    write_file(folder / "lineage.json", lineage.model_dump_json().encode())
    shutil.rmtree(folder / "target")
