"""Publication in object storage: files first, under the release's name, and then the pointer.

A reader who follows the pointer finds a whole release: a publication that is killed before it switches has added files
that no pointer names, and the next one writes them again. Releases that this machine no longer has go from there too.
"""

import logging
import re
from dataclasses import dataclass
from pathlib import Path

import obstore
from obstore.store import ObjectStore

from dagster_project.errors import PublicationError
from dagster_project.object_storage.bucket import Versioned
from dagster_project.object_storage.pointer import RELEASE_ID, Pointer, point_at, read_pointer
from dagster_project.release.reader import LATEST, open_release
from dagster_project.storage.checksums import CHECKSUMS, changed_files, checksum_of_list

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Upload:
    """Result of a publication in object storage."""

    release_id: str
    # False where the pointer named this release already.
    is_new: bool
    # Releases that were removed there.
    removed: tuple[str, ...] = ()


def upload_latest(releases: Path, store: ObjectStore) -> Upload:
    """Publish the latest release of a folder.

    Raises PublicationError if there is a later one, or if another publication comes between, and
    UnreadableReleaseError if the folder has no whole release.
    """
    open_release(releases).close()
    folder = (releases / LATEST).resolve()
    _refuse_damage(folder)
    latest = Pointer(release_id=folder.name, checksums=checksum_of_list(folder))
    before = read_pointer(store)
    if before is not None and before.value == latest:
        return Upload(folder.name, is_new=False)
    _refuse_earlier(latest, before)
    for file in _files(folder):
        obstore.put(store, f"{folder.name}/{file}", folder / file)
    point_at(store, before, latest)
    logger.info("object storage: %s is the latest release", folder.name)
    kept = {folder.name, *([before.value.release_id] if before else [])}
    return Upload(folder.name, is_new=True, removed=_remove_earlier(releases, store, kept))


def _files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def _refuse_damage(folder: Path) -> None:
    for path, problem in changed_files(folder):
        raise PublicationError(
            f"{path} {problem}\n  kept: the release that readers of object storage have\n"
            "  do: run again for another release, or put the file back from your back-up"
        )


def _refuse_earlier(latest: Pointer, before: Versioned[Pointer] | None) -> None:
    """A second installation that publishes to the same place, or a restored back-up, must not turn readers back."""
    if before is not None and _moment(before.value.release_id) > _moment(latest.release_id):
        raise PublicationError(
            f"object storage has release {before.value.release_id}, which is later than {latest.release_id}\n"
            "  kept: that release\n  do: run for a new release, or give each installation a place of its own"
        )


def _moment(release_id: str) -> tuple[str, int]:
    """Order of releases: by day, then by number."""
    day, _, number = release_id.partition("_")
    return day, int(number)


def _remove_earlier(releases: Path, store: ObjectStore, kept: set[str]) -> tuple[str, ...]:
    """Remove releases that this machine no longer keeps; the one before stays for readers that are still at it."""
    prefixes = [prefix.strip("/") for prefix in obstore.list_with_delimiter(store)["common_prefixes"]]
    gone = [
        name for name in prefixes if re.match(RELEASE_ID, name) and name not in kept and not (releases / name).exists()
    ]
    for name in gone:
        # Without its list of checksums a half-removed release is none.
        obstore.delete(store, f"{name}/{CHECKSUMS}")
        for batch in obstore.list(store, prefix=f"{name}/"):
            obstore.delete(store, [found["path"] for found in batch])
    return tuple(gone)
