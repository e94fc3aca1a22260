"""The latest release of object storage on this machine, for a board or a tool that runs elsewhere than the pipeline."""

import shutil
from pathlib import Path

import obstore
from obstore.store import ObjectStore

from dagster_project.errors import PublicationError
from dagster_project.object_storage.bucket import Versioned
from dagster_project.object_storage.pointer import Pointer, read_pointer
from dagster_project.release.reader import LATEST
from dagster_project.storage.atomic import move_folder, point_link
from dagster_project.storage.checksums import CHECKSUMS, changed_files, checksum_of_list
from dagster_project.storage.permissions import FOLDER, Readers, share

PARTIAL = ".fetching-"


def fetch_latest(store: ObjectStore, releases: Path, readers: Readers) -> str:
    """Copy the latest release into a folder of releases and point ``latest`` at it; returns its id.

    The release before stays for readers that are still at it; earlier ones that were fetched go. Raises
    PublicationError if there is no release, or if what came is not what was published: ``latest`` then stays.
    """
    found = read_pointer(store)
    if found is None:
        raise PublicationError("object storage has no release yet\n  do: maandvers publish s3, where the pipeline runs")
    release_id = found.value.release_id
    releases.mkdir(parents=True, exist_ok=True)
    releases.chmod(FOLDER[readers])
    for unfinished in releases.glob(f"{PARTIAL}*"):
        shutil.rmtree(unfinished)
    before = (releases / LATEST).resolve().name if (releases / LATEST).exists() else None
    if not _is_here(releases / release_id, found):
        _fetch(store, found, releases, readers)
    if before != release_id:
        point_link(releases / LATEST, release_id)
        for folder in releases.iterdir():
            if folder.is_dir() and not folder.is_symlink() and folder.name not in (release_id, before):
                shutil.rmtree(folder)
    return release_id


def _is_here(folder: Path, found: Versioned[Pointer]) -> bool:
    return (folder / CHECKSUMS).is_file() and checksum_of_list(folder) == found.value.checksums


def _fetch(store: ObjectStore, found: Versioned[Pointer], releases: Path, readers: Readers) -> None:
    """Copy a release to a folder beside, verify it, and give it its name."""
    release_id = found.value.release_id
    partial = releases / f"{PARTIAL}{release_id}"
    for batch in obstore.list(store, prefix=f"{release_id}/"):
        for one in batch:
            path = one["path"]
            file = partial / path.removeprefix(f"{release_id}/")
            if partial.resolve() not in file.resolve().parents:
                raise PublicationError(f"object storage: {path!r} lies outside its release\n  do: remove it there")
            file.parent.mkdir(parents=True, exist_ok=True)
            with file.open("wb") as written:
                for chunk in obstore.get(store, path).stream():
                    written.write(chunk)
    problems = [f"{file.relative_to(partial)} {problem}" for file, problem in changed_files(partial)]
    if not problems and not _is_here(partial, found):
        problems = [f"{CHECKSUMS} is not the one that was published"]
    if problems:
        shutil.rmtree(partial, ignore_errors=True)
        raise PublicationError(
            f"object storage: release {release_id} is not as it was published: {problems[0]}\n"
            "  kept: the release that this machine has\n  do: publish it again, and fetch again"
        )
    if (releases / release_id).exists():
        shutil.rmtree(releases / release_id)
    share(partial, readers)
    move_folder(partial, releases / release_id)
