"""The home of this machine in object storage, after landing and after a release: new files first, then the manifest.

A machine that is killed meanwhile has added content that no manifest names, which goes when the next one is saved.
"""

import hashlib
import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from secrets import token_hex
from socket import gethostname

import obstore
from obstore.store import ObjectStore

from dagster_project.installation.opening import InstallationTakenError
from dagster_project.installation.workspace import Workspace, wall_clock
from dagster_project.object_storage.bucket import Versioned, switch
from dagster_project.object_storage.fetch_home import AT_ONCE, is_same
from dagster_project.object_storage.home_manifest import (
    CONTENTS,
    MANIFEST_OF_HOME,
    HomeManifest,
    StoredFile,
    files_and_links,
    mark_of_secret,
)
from dagster_project.storage.checksums import digest_of

logger = logging.getLogger(__name__)

# A file up to this size is read once, so that its checksum is of what was sent.
READ_AT_ONCE = 8 * 2**20


def save_home(
    workspace: Workspace, store: ObjectStore, before: Versioned[HomeManifest] | None
) -> Versioned[HomeManifest]:
    """Add what is new, make it count, and delete what no longer does; the caller holds the installation.

    Raises InstallationTakenError if another machine came between.
    """
    now = wall_clock()
    paths, links = files_and_links(workspace.home)
    known = before.value.files if before else {}
    same = {name: known[name] for name, path in paths.items() if name in known and is_same(path, known[name])}
    if before and same == known and same.keys() == paths.keys() and links == before.value.links:
        return before
    new = [name for name in paths if name not in same]
    contents = {file.sha256: file.content for file in known.values()}
    upload = f"{CONTENTS}/{now:%Y%m%dT%H%M%S}-{token_hex(4)}"

    def add(name: str) -> StoredFile:
        path = paths[name]
        status = path.stat()
        is_small = status.st_size <= READ_AT_ONCE
        content = path.read_bytes() if is_small else path
        sha256 = hashlib.sha256(content).hexdigest() if isinstance(content, bytes) else digest_of(path)
        if sha256 not in contents:
            obstore.put(store, f"{upload}/{sha256}", content)
            contents[sha256] = f"{upload}/{sha256}"
        return StoredFile(
            content=contents[sha256],
            sha256=sha256,
            size=len(content) if isinstance(content, bytes) else status.st_size,
            modified=status.st_mtime_ns,
        )

    with ThreadPoolExecutor(AT_ONCE) as pool:
        added = dict(zip(new, pool.map(add, new), strict=True))
    manifest = HomeManifest(
        municipality_code=workspace.settings.municipality_code,
        secret=mark_of_secret(workspace),
        machine=gethostname(),
        saved_at=now,
        files=dict(sorted({**same, **added}.items())),
        links=links,
    )
    after = switch(store, MANIFEST_OF_HOME, before, manifest)
    if after is None:
        raise InstallationTakenError(
            "another machine ran for this municipality meanwhile, and object storage has what it saved\n"
            f"  kept: what this machine has, in {workspace.home}\n"
            f"  do: let one machine run at a time; to go on here, move {workspace.home} away and run again"
        )
    logger.info("object storage: %d new files of this home", len(new))
    _delete_others(store, after)
    return after


def _delete_others(store: ObjectStore, saved: Versioned[HomeManifest]) -> None:
    """Delete content that no manifest names: what was pruned, and what a killed upload left.

    Not what is newer than the manifest: another machine may be adding it for the next.
    """
    stored = obstore.head(store, MANIFEST_OF_HOME)
    if stored["e_tag"] != saved.tag:
        return
    named = {file.content for file in saved.value.files.values()}
    for others in _unnamed(store, named, stored["last_modified"]):
        obstore.delete(store, others)


def _unnamed(store: ObjectStore, named: set[str], before: datetime) -> Iterator[list[str]]:
    for batch in obstore.list(store, prefix=f"{CONTENTS}/"):
        if others := [one["path"] for one in batch if one["path"] not in named and one["last_modified"] < before]:
            yield others
