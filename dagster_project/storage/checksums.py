"""Checksums of the files in a folder, which show later that no bit of them has changed.

They show accidents; an attacker who can write the folder can write matching checksums.
"""

import hashlib
from collections.abc import Collection, Iterator
from pathlib import Path

from dagster_project.storage.atomic import write_file

CHECKSUMS = "SHA256SUMS"
IS_GONE = "is gone"


def write_checksums(folder: Path) -> None:
    """Write SHA256SUMS, with which ``sha256sum --check`` verifies every other file of the folder."""
    lines = [f"{digest_of(path)}  {path.relative_to(folder)}\n" for path in _files(folder)]
    write_file(folder / CHECKSUMS, "".join(lines).encode())


def changed_files(folder: Path, only: Collection[str] | None = None) -> Iterator[tuple[Path, str]]:
    """Yield the files of a folder that do not match its checksums, each with the problem.

    Checks all files, or only the named ones.
    """
    listed = folder / CHECKSUMS
    if not listed.exists():
        yield listed, "is missing, so the files next to it cannot be checked"
        return
    wanted: dict[str, str] = {}
    for number, line in enumerate(listed.read_bytes().splitlines(), start=1):
        digest, separator, name = line.decode("utf-8", "replace").partition("  ")
        if not separator:
            yield listed, f"is damaged in line {number}"
            continue
        wanted[name] = digest
    there = {str(path.relative_to(folder)): path for path in _files(folder)}
    if only is not None:
        wanted = {name: wanted.get(name, "") for name in only}
        there = {name: path for name, path in there.items() if name in wanted}
    for name, digest in wanted.items():
        if name not in there:
            yield folder / name, IS_GONE
        elif digest_of(there[name]) != digest:
            yield there[name], "has changed since it was written"
    for name in sorted(there.keys() - wanted.keys()):
        yield there[name], "was not there when the checksums were written"


def is_as_written(folder: Path, name: str) -> bool:
    """Whether one file of the folder exists and matches its checksum."""
    file, listed = folder / name, folder / CHECKSUMS
    if not file.is_file() or not listed.is_file():
        return False
    return f"{digest_of(file)}  {name}".encode() in listed.read_bytes().splitlines()


def checksum_of_list(folder: Path) -> str:
    """SHA-256 of a folder's list of checksums, which vouches for all of its files."""
    return digest_of(folder / CHECKSUMS)


def digest_of(path: Path) -> str:
    """SHA-256 of a file, as 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and path != folder / CHECKSUMS)
