"""A journal: a file to which lines are only ever added, each with the digest of the line before it.

A line that was altered, removed or put in breaks the chain; a seal beside the file holds the digest of the last line. A
line counts once its line break is on disk: what a killed run left of one is passed over, and cut off before the next.
What is added to a damaged journal goes on from its seal, not from what the file says: a break stays visible for good.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from dagster_project.errors import SetupError
from dagster_project.storage.atomic import sync_folder, write_file


@dataclass(frozen=True)
class Entry:
    """What one line of a journal says."""

    after: str | None
    at: datetime
    content: dict[str, Any]
    digest: str


class EventLog:
    """One journal; it need not exist yet."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.seal = file.with_suffix(".seal")

    def entries(self) -> list[Entry]:
        """Every entry, oldest first.

        Raises SetupError when the file is not as it was written: nobody can say what was known then.
        """
        for problem in self.problems():
            raise SetupError(f"{self.file} {problem}\n  do: put the file back from your back-up")
        return self.readable()

    def problems(self) -> Iterator[str]:
        """What tells that the file is not as it was written."""
        before = None
        for number, line in enumerate(self._lines(), start=1):
            entry = _read(line)
            if entry is None or entry.after != before:
                yield f"was changed outside Maandvers, in line {number} or before it"
                return
            before = entry.digest
        # A run that was stopped between line and seal leaves one line that the seal does not name.
        if self._sealed() not in [None, *self.digests()][-2:]:
            yield f"does not end as {self.seal.name} beside it says"

    def readable(self) -> list[Entry]:
        """The entries that can be read, oldest first: a damaged one keeps no run from going on."""
        return [entry for line in self._lines() if (entry := _read(line))]

    def digests(self) -> list[str]:
        """The digest of every line."""
        return [_digest(line) for line in self._lines()]

    def append(self, at: datetime, content: dict[str, Any]) -> None:
        """Add a line that survives a power cut."""
        is_new, lines = not self.file.exists(), self._lines()
        whole = sum(len(known) + 1 for known in lines)
        is_damaged = any(self.problems())
        after = self._sealed() if is_damaged else _digest(lines[-1]) if lines else None
        line = json.dumps({"after": after, "at": at.isoformat(), "content": content}, sort_keys=True).encode()
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with self.file.open("ab") as file:
            if is_damaged and file.tell() > whole:
                # Perhaps a line that lost its line break: nothing is cut off what may have to be looked into.
                file.write(b"\n")
            elif not is_damaged:
                file.truncate(whole)
            file.write(line + b"\n")
            file.flush()
            os.fsync(file.fileno())
        if is_new:
            sync_folder(self.file.parent)
        self._close(_digest(line))

    def copy_first(self, count: int, target: "EventLog") -> None:
        """Let another journal hold the oldest lines of this one, and nothing else."""
        lines = self._lines()[:count]
        write_file(target.file, b"".join(line + b"\n" for line in lines))
        target._close(_digest(lines[-1]))

    def _close(self, digest: str) -> None:
        write_file(self.seal, f"{digest}\n".encode())

    def _sealed(self) -> str | None:
        """The digest in the seal; None where nothing was sealed yet."""
        return self.seal.read_bytes().decode("utf-8", "replace").removesuffix("\n") if self.seal.exists() else None

    def _lines(self) -> list[bytes]:
        """The lines that end in a line break."""
        return self.file.read_bytes().split(b"\n")[:-1] if self.file.exists() else []


def _read(line: bytes) -> Entry | None:
    """What a line says; None where it cannot be read."""
    try:
        written = json.loads(line)
        return Entry(written["after"], datetime.fromisoformat(written["at"]), written["content"], _digest(line))
    except (ValueError, KeyError, TypeError):
        return None


def _digest(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()
