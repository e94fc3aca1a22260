"""Atomic writes: a reader, or a run after a crash, finds either the old content or the new, never half of it."""

import os
import secrets
from pathlib import Path


def write_file(path: Path, content: bytes) -> None:
    """Replace a file in one step that survives a power cut."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.rename(path)
    sync_folder(path.parent)


def move_folder(source: Path, target: Path) -> None:
    """Move a finished folder to its final name in one step, after all of it is on disk."""
    for path in source.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
        else:
            sync_folder(path)
    sync_folder(source)
    target.parent.mkdir(parents=True, exist_ok=True)
    source.rename(target)
    sync_folder(target.parent)


def move_file(source: Path, target: Path) -> None:
    """Move a finished file to its final name in one step, after all of it is on disk."""
    with source.open("rb") as file:
        os.fsync(file.fileno())
    target.parent.mkdir(parents=True, exist_ok=True)
    source.replace(target)
    sync_folder(target.parent)


def point_link(link: Path, target: str) -> None:
    """Change the target of a symbolic link in one step."""
    temporary = link.with_name(f".{link.name}.{secrets.token_hex(4)}")
    temporary.symlink_to(target)
    temporary.rename(link)
    sync_folder(link.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
