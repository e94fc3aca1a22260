"""The scratch warehouse of a release: its models run over tables that were made again from payloads alone.

It takes a dbt build, and then stays for every further proof of the release as long as nothing it was made of differs.
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
from dagster_project.warehouse.dbt import WAREHOUSE_VARIABLE, variables
from dagster_project.warehouse.publication_history import FIGURES
from dagster_project.warehouse.raw_layer import (
    open_warehouse,
    raw_layer,
    write_freshness,
    write_publication,
    write_published,
    write_raw,
)

SEAL = "seal.json"


class ScratchError(MaandversError):
    """The models of a release do not run over what its payloads give."""


class Seal(BaseModel):
    """By what a scratch warehouse is known to be whole, and what came to light while it was made."""

    made_of: str
    # Digest of the code that read the payloads for it.
    code: str
    files: dict[str, str]
    # What each feed showed when the release was made.
    deliveries: dict[str, list[str]]
    # Per delivery: how the table that was kept differs from what its payload gives.
    differences: dict[str, str]
    # Folders that were not as the release was made of them: of their feeds nothing is in it.
    left_out: list[str]


@dataclass(frozen=True)
class Scratch:
    """A finished scratch warehouse."""

    folder: Path
    seal: Seal

    @property
    def warehouse(self) -> Path:
        """What the models made."""
        return self.folder / "warehouse.duckdb"

    @property
    def deliveries(self) -> dict[str, list[str]]:
        """The deliveries that it was made from, per feed."""
        return self.seal.deliveries

    @cached_property
    def lineage(self) -> Lineage:
        """How the models hang together."""
        return Lineage.model_validate_json((self.folder / "lineage.json").read_bytes())

    @cached_property
    def feeds(self) -> dict[str, Feed]:
        """The contracts of the release, by the feeds' names."""
        return {feed.id: feed for feed in load_feeds(self.folder / "dbt_models" / "models")}


@contextmanager
def sole_proof(workspace: Workspace) -> Iterator[None]:
    """Keep another proof from making its scratch warehouse in the place of the one that is read."""
    folder = workspace.home / "proofs"
    folder.mkdir(exist_ok=True)
    with FileLock(folder / ".lock"):
        yield


def find_scratch(workspace: Workspace, release: Path) -> Scratch | None:
    """The scratch warehouse of a release, if there is one and everything is as it was when its seal was put on."""
    folder = _folder(workspace, release)
    if not (folder / SEAL).exists():
        return None
    try:
        seal = Seal.model_validate_json((folder / SEAL).read_bytes())
    except ValidationError:
        # Damaged, or left by an earlier version of Maandvers.
        return None
    is_of_this = (seal.made_of, seal.code) == (digest_of(release / PROVENANCE), digest_of_code())
    is_whole = is_of_this and all(
        (folder / name).exists() and digest_of(folder / name) == digest for name, digest in seal.files.items()
    )
    return Scratch(folder, seal) if is_whole else None


def make_scratch(workspace: Workspace, release: Path, left_out: Collection[str]) -> Scratch:
    """Make the scratch warehouse of a release, without the feeds of what is not as it came; the caller holds the lock.

    Raises MaandversError where the code or the models cannot read what was kept.
    """
    folder = _folder(workspace, release)
    # One release at a time: who proves another one pays with another build.
    for old in (path for path in folder.parent.iterdir() if path.is_dir()):
        shutil.rmtree(old)
    unpack_models(release, folder)
    note = ReleaseNote.model_validate_json((release / "release.json").read_bytes())
    differences = _build(workspace, release, note, folder, left_out)
    seal = Seal(
        made_of=digest_of(release / PROVENANCE),
        code=digest_of_code(),
        files={name: digest_of(folder / name) for name in _sealed_files(folder)},
        deliveries={feed: [*editions.values()] for feed, editions in note.deliveries.items()},
        differences=differences,
        left_out=sorted(left_out),
    )
    # Last of all: what a stopped build leaves has no seal.
    write_file(folder / SEAL, seal.model_dump_json(indent=2).encode())
    return Scratch(folder, seal)


def _folder(workspace: Workspace, release: Path) -> Path:
    return workspace.home / "proofs" / release.name


def _sealed_files(folder: Path) -> Iterable[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def _build(
    workspace: Workspace, release: Path, note: ReleaseNote, folder: Path, left_out: Collection[str]
) -> dict[str, str]:
    """Make the scratch warehouse; returns how the tables that were kept differ from those made again."""
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
    warehouse, provenance = folder / "warehouse.duckdb", Provenance.of(release)
    with open_warehouse(warehouse) as connection:
        write_raw(connection, raw_layer(stores, verdicts))
        write_freshness(connection, feeds, verdicts)
        write_published(connection, _published(workspace, provenance, folder, left_out))
        write_publication(connection, provenance.published_on)
    _run_models(folder, warehouse, note.municipality_code)
    return differences


def _published(workspace: Workspace, provenance: Provenance, folder: Path, left_out: Collection[str]) -> list[Path]:
    """What was published before the release, which no payload tells: copied from the ledger."""
    copies = []
    for release_id in (one for one in provenance.publications if publication_folder(one) not in left_out):
        copy = folder / publication_folder(release_id) / FIGURES
        copy.parent.mkdir(parents=True)
        shutil.copy(workspace.home / publication_folder(release_id) / FIGURES, copy)
        copies.append(copy)
    return copies


def _read_again(kept: FeedStore, target: FeedStore, delivery_id: str) -> str | None:
    """Make a delivery again; how its tables differ from those that were kept, in words."""
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
    """What the audit said of each feed when the release was made; feeds not in use, or left out, show nothing."""
    by_feed = {verdict.clocks.feed: verdict for verdict in Provenance.of(release).verdicts}
    for feed in by_feed.keys() & without:
        by_feed[feed] = by_feed[feed].model_copy(update={"is_withheld": True})
    return [
        by_feed.get(store.feed.id) or FeedVerdict(clocks=read_clocks(store), is_withheld=True, reason="not in use")
        for store in stores
    ]


def _run_models(folder: Path, warehouse: Path, municipality: str) -> None:
    project = folder / "dbt_models"
    command = [
        str(Path(sys.executable).with_name("maandvers-dbt")),
        *("--quiet", "--log-level-file", "none", "build", "--resource-type", "model", "--resource-type", "seed"),
        *("--project-dir", str(project), "--profiles-dir", str(project), "--target-path", str(folder / "target")),
        *variables(municipality),
    ]
    environment = {
        **os.environ,
        WAREHOUSE_VARIABLE: str(warehouse),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
    }
    done = subprocess.run(command, env=environment, cwd=project, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ScratchError(f"the models do not run over what the payloads give: {(done.stdout + done.stderr)[-2000:]}")
    lineage = Lineage.of(folder / "target" / "manifest.json")
    with open_warehouse(warehouse) as connection:
        lineage.note_indicators(connection)
    write_file(folder / "lineage.json", lineage.model_dump_json().encode())
    shutil.rmtree(folder / "target")
