"""The home of object storage on this machine, before a run: what another machine added, and what it deleted.

The event log decides. It only grows, so that of two homes with one history the log of one begins with that of the
other. It is replaced last: a machine that is killed meanwhile has the log of before, and fetches again.
"""

import hashlib
import logging
import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import obstore
from obstore.store import ObjectStore

from dagster_project.errors import PublicationError, SetupError
from dagster_project.installation.workspace import Workspace
from dagster_project.object_storage.home_manifest import (
    HEAD,
    LOG,
    SENT,
    HomeManifest,
    StoredFile,
    files_and_links,
)
from dagster_project.storage.atomic import move_file, move_folder, point_link
from dagster_project.storage.permissions import FOLDER, Readers, share

logger = logging.getLogger(__name__)

FETCHING = ".fetching"
AT_ONCE = 8


def fetch_home(workspace: Workspace, store: ObjectStore, manifest: HomeManifest) -> int:
    """Bring a home up to a manifest and return the number of files that came; a home that is ahead stays as it is.

    A home with the same history gets back what it lost: a save would delete it in object storage as well. Raises
    SetupError if both have what the other lacks, and PublicationError for content that is not as it was saved.
    """
    home, incoming = workspace.home, workspace.home / FETCHING
    shutil.rmtree(incoming, ignore_errors=True)
    try:
        ours, theirs = _lines(home / LOG), b""
        if LOG in manifest.files:
            _download(store, manifest, {LOG: manifest.files[LOG]}, incoming)
            theirs = _lines(incoming / LOG)
        if ours == theirs:
            lost = {name: file for name, file in manifest.files.items() if name != SENT and not (home / name).exists()}
            return _bring(workspace, store, manifest, lost, incoming)
        if ours.startswith(theirs):
            return 0
        if not theirs.startswith(ours):
            raise SetupError(
                f"{home / LOG} and the event log in object storage each have lines that the other lacks: both machines"
                f" ran\n  there: as {manifest.machine} saved it on {manifest.saved_at:%Y-%m-%d %H:%M} UTC\n"
                f"  do: to go on with what is there, move {home} away and run again; let one machine run at a time"
            )
        present, _ = files_and_links(home)
        wanted = {name: file for name, file in manifest.files.items() if not is_same(home / name, file)}
        gone = sorted(present.keys() - manifest.files.keys() - {SENT})
        _refuse_remains(home, gone)
        return _bring(workspace, store, manifest, wanted, incoming, gone)
    finally:
        shutil.rmtree(incoming, ignore_errors=True)


def _lines(log: Path) -> bytes:
    """Read a log without the remains of a line that a killed run left."""
    return log.read_bytes().rpartition(b"\n")[0] if log.exists() else b""


def _bring(
    workspace: Workspace,
    store: ObjectStore,
    manifest: HomeManifest,
    wanted: Mapping[str, StoredFile],
    incoming: Path,
    gone: Sequence[str] = (),
) -> int:
    """Put the wanted files in their places, once all of them are here, and remove those that are gone."""
    home, new, log = workspace.home, incoming / "new", incoming / "log"
    ends = [name for name in (HEAD, LOG) if name in wanted]
    _download(store, manifest, {name: wanted[name] for name in ends}, log)
    _download(store, manifest, {name: file for name, file in wanted.items() if name not in ends}, new)
    _share(new, workspace.settings.release_readers)
    _place(new, home)
    for link, target in manifest.links.items():
        if not (home / link).is_symlink() or str((home / link).readlink()) != target:
            point_link(home / link, target)
    _remove(home, gone, manifest.files.keys(), incoming)
    # The log last of all, after its head, which belongs to no line of the log of before.
    for name in ends:
        move_file(log / name, home / name)
    if wanted:
        logger.info("object storage: %d files came of the home that %s saved", len(wanted), manifest.machine)
    return len(wanted)


def is_same(path: Path, file: StoredFile) -> bool:
    """Whether a file is the one that is stored, by its size and time."""
    if not path.is_file():
        return False
    status = path.stat()
    return (status.st_size, status.st_mtime_ns) == (file.size, file.modified)


def _refuse_remains(home: Path, gone: Iterable[str]) -> None:
    """Refuse to delete files of a home without an event log: they are of another history."""
    if not (home / LOG).exists() and (other := next(iter(gone), None)):
        raise SetupError(
            f"{home / other} belongs to no event log here, and object storage does not know it\n"
            f"  do: move {home} away and run again"
        )


def _download(store: ObjectStore, manifest: HomeManifest, wanted: dict[str, StoredFile], folder: Path) -> None:
    """Write files below a folder, each compared with its checksum."""
    copies: dict[tuple[str, int], list[str]] = {}
    for name, file in wanted.items():
        copies.setdefault((file.content, file.modified), []).append(name)

    def download(names: list[str]) -> None:
        first, file = folder / names[0], wanted[names[0]]
        first.parent.mkdir(parents=True, exist_ok=True)
        digest = hashlib.sha256()
        try:
            with first.open("wb") as written:
                for chunk in obstore.get(store, file.content).stream():
                    written.write(chunk)
                    digest.update(chunk)
        except FileNotFoundError:
            raise _damaged(manifest, names[0], file, "is gone") from None
        if digest.hexdigest() != file.sha256:
            raise _damaged(manifest, names[0], file, "has changed")
        os.utime(first, ns=(file.modified, file.modified))
        for name in names[1:]:
            # As releases link files that did not change.
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            os.link(first, folder / name)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for _ in pool.map(download, copies.values()):
            pass


def _damaged(manifest: HomeManifest, name: str, file: StoredFile, problem: str) -> PublicationError:
    return PublicationError(
        f"object storage: {name}, as {file.content}, {problem} since {manifest.machine} saved it\n"
        "  kept: what this machine has\n"
        "  do: run again, if another machine just ran; else put it back from your back-up, or remove home.json there"
        " and run on a machine that has everything, which then saves all of it"
    )


def _share(new: Path, readers: Readers) -> None:
    """Let the readers of releases and public editions read those that came, and nothing else."""
    for folder in (new / "releases", new / "public"):
        if folder.exists():
            folder.chmod(FOLDER[readers])
            for one in folder.iterdir():
                if one.is_dir():
                    share(one, readers)


def _place(new: Path, home: Path) -> None:
    """Move what came to its place; a folder that is not there yet, such as a release, in one step."""
    for path in sorted(new.iterdir()) if new.exists() else ():
        target = home / path.name
        if path.is_file():
            move_file(path, target)
        elif target.exists():
            _place(path, target)
        else:
            move_folder(path, target)


def _remove(home: Path, gone: Iterable[str], stay: Iterable[str], incoming: Path) -> None:
    """Remove what another machine deleted; a folder of which nothing stays, such as a release, in one step."""
    kept = {str(parent) for name in stay for parent in Path(name).parents}
    for number, name in enumerate(gone):
        if not (home / name).exists():
            continue
        whole = next((one for one in reversed(Path(name).parents) if str(one) not in kept), None)
        target = incoming / "gone" / str(number)
        target.parent.mkdir(parents=True, exist_ok=True)
        (home / (whole or name)).rename(target)
