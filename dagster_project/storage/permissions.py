"""Permissions: an installation can be read by its owner alone, and its releases by those whom a setting names."""

import os
from pathlib import Path
from typing import Literal

from dagster_project.errors import SetupError

Readers = Literal["owner", "group", "everyone"]
# Modes of a file and a folder that can be read, and of a folder on the way to one.
FILE: dict[Readers, int] = {"owner": 0o600, "group": 0o640, "everyone": 0o644}
FOLDER: dict[Readers, int] = {"owner": 0o700, "group": 0o750, "everyone": 0o755}
PASSAGE: dict[Readers, int] = {"owner": 0o700, "group": 0o710, "everyone": 0o711}
OTHERS = 0o007


def keep_private() -> None:
    """Let this process, and those that it starts, make files and folders that only their owner can use."""
    os.umask(0o077)


def share(folder: Path, readers: Readers) -> None:
    """Let the readers read everything in a folder."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod((FOLDER if path.is_dir() else FILE)[readers])


def make_passage(folder: Path, readers: Readers) -> None:
    """Make a folder through which the readers reach what is theirs; no other account can list or read it.

    Raises SetupError for a folder of another account that others can read.
    """
    made = [part for part in folder.parents if not part.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    try:
        for part in (folder, *made):
            part.chmod(PASSAGE[readers])
    except PermissionError as error:
        if folder.stat().st_mode & 0o077 & ~PASSAGE[readers]:
            raise SetupError(
                f"{folder} can be read by other accounts, and belongs to one of them\n"
                f"  do: make it yours, or ask its owner for mode {PASSAGE[readers]:o}"
            ) from error
