"""Event log: one append-only file per installation, whose checksums show damage.

Every line is a JSON object. It begins with the checksum of the line before it and ends with the SHA-256 of all that
precedes. An altered line fails its own checksum; a removed, inserted or moved line breaks the chain; a small file next
to the log repeats the last checksum, which shows that lines at the end are gone. The checksums show accidents. They do
not stop an attacker who can write the folder: anyone who can do that can write matching checksums.

An event of kind ``struck`` names earlier lines, by their checksums, that a wrong clock wrote: they stay in the file and
in the chain, and count no more.

A line counts once its line break is on disk: the remains of a line that a killed run left are ignored, and cut off
before the next append. Damage stops no run. Lines are appended after it, and the break stays visible for good.
"""

import fcntl
import hashlib
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from dagster_project.errors import SetupError, shown_in
from dagster_project.storage.atomic import write_file

EVENTS = "events.jsonl"
Kind = Literal["received", "audited", "deleted", "built", "released", "struck"]

NO_LINE = "0" * 64
# Stands for the checksum of a line that is not known: equal to none.
LOST = "f" * 64
CHECKSUM = re.compile("[0-9a-f]{64}")
LONGEST_HEADER = 200
BEGIN, BEFORE_CHECKSUM, END = b'{"previous": "', b', "checksum": "', b'"}'
# From the end of a line: where its checksum begins, and where the part that the checksum covers ends.
AT_CHECKSUM = -(64 + len(END))
AT_END_OF_BODY = AT_CHECKSUM - len(BEFORE_CHECKSUM)


@dataclass(frozen=True)
class Entry:
    """One intact line."""

    line: bytes
    previous: str
    checksum: str

    @property
    def _header(self) -> list[str]:
        """The moment and the kind, which stand before the content: most lines are skipped by these."""
        return self.line[:LONGEST_HEADER].decode("utf-8", "replace").split('"')[7:12:4]

    @property
    def at(self) -> datetime:
        """The moment of the event."""
        return datetime.fromisoformat(self._header[0])

    @property
    def kind(self) -> str:
        """The kind of event."""
        return self._header[1]

    @property
    def content(self) -> dict[str, Any]:
        """The content that was recorded."""
        return json.loads(self.line)["content"]


@dataclass(frozen=True)
class _Reading:
    """The log as it was read; kept as long as the file does not change."""

    entries: list[Entry]
    # From this entry on, every line is as it was written and none is missing.
    trusted_from: int
    problem: str | None
    # Bytes of the lines that end in a line break.
    size: int
    head: str
    # Checksums of the entries that count no more.
    struck: frozenset[str]
    # The newest entry that contains a text, once it was searched for.
    newest: dict[bytes, tuple[int, Entry] | None] = field(default_factory=dict)


# Every feed of a run asks for the log of the same installation: it is read once per process.
_readings: dict[Path, tuple[tuple[int, ...], _Reading]] = {}


class EventLog:
    """The event log of one installation; it need not exist yet."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.head_file = file.with_suffix(".head")

    def entries(self) -> list[Entry]:
        """Return every entry, oldest first. Raises SetupError if the log is damaged: the past is then unknown."""
        if problem := self.problem():
            raise SetupError(f"{problem}\n  do: put {self.file.name} and {self.head_file.name} back from your back-up")
        return self.intact()

    def problem(self) -> str | None:
        """Describe the first damage, read from disk; None if the log is intact."""
        _readings.pop(self.file, None)
        problem = self._read().problem
        return f"{self.file} {problem}" if problem else None

    def intact(self) -> list[Entry]:
        """Return the entries that pass their own checksum, oldest first, also of a damaged log."""
        reading = self._read()
        if not reading.struck:
            return reading.entries
        return [entry for entry in reading.entries if entry.checksum not in reading.struck]

    def trusted(self) -> Iterator[Entry]:
        """Yield the entries after the last damage, newest first."""
        reading = self._read()
        for entry in reversed(reading.entries[reading.trusted_from :]):
            if entry.checksum not in reading.struck:
                yield entry

    def newest(self, text: bytes) -> tuple[Entry | None, bool]:
        """Return the newest entry that contains a text, and whether no damage can hide a newer one."""
        reading = self._read()
        if text not in reading.newest:
            numbers = range(len(reading.entries) - 1, -1, -1)
            reading.newest[text] = next(
                (
                    (n, reading.entries[n])
                    for n in numbers
                    if text in reading.entries[n].line and reading.entries[n].checksum not in reading.struck
                ),
                None,
            )
        number, entry = reading.newest[text] or (-1, None)
        return entry, number >= reading.trusted_from

    def append(self, kind: Kind, content: dict[str, Any], at: datetime) -> None:
        """Add a line that survives a power cut."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with self.file.open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            reading = self._read(is_locked=True)
            last = reading.entries[-1].checksum if reading.entries else NO_LINE
            if reading.problem:
                # Continue from the checksum that should have been the last, so that the break stays visible.
                last = reading.head if CHECKSUM.fullmatch(reading.head) and reading.head != NO_LINE else LOST
                if file.tell() > reading.size:
                    # Possibly a line that lost its line break: keep all evidence.
                    file.write(b"\n")
            else:
                file.truncate(reading.size)
            entry = _entry_after(last, kind, shown_in(content), at)
            file.write(entry.line + b"\n")
            file.flush()
            os.fsync(file.fileno())
            write_file(self.head_file, f"{entry.checksum}\n".encode())
            self._remember(reading, entry, file.tell())

    def _remember(self, reading: _Reading, entry: Entry, size: int) -> None:
        """Extend what was read with the appended line; a damaged log is read again."""
        _readings.pop(self.file, None)
        if reading.problem is None and entry.kind != "struck":
            newest = {
                text: (len(reading.entries), entry) if text in entry.line else found
                for text, found in reading.newest.items()
            }
            reading.entries.append(entry)
            extended = _Reading(
                reading.entries, reading.trusted_from, None, size, entry.checksum, reading.struck, newest
            )
            _readings[self.file] = self._stamp(), extended

    def _read(self, *, is_locked: bool = False) -> _Reading:
        stamp = self._stamp()
        known = _readings.get(self.file)
        if known and known[0] == stamp:
            return known[1]
        if not self.file.exists():
            return self._parse(b"")
        with self.file.open("rb") as file:
            if not is_locked:
                fcntl.flock(file, fcntl.LOCK_SH)
            stamp, reading = self._stamp(), self._parse(file.read())
        _readings[self.file] = stamp, reading
        return reading

    def _parse(self, content: bytes) -> _Reading:
        entries: list[Entry] = []
        trusted_from, problem = 0, None
        previous, ends = NO_LINE, {NO_LINE}
        lines = content.split(b"\n")[:-1]
        for number, line in enumerate(lines, start=1):
            entry = _entry(line)
            if entry is None or entry.previous != previous:
                problem = problem or f"was changed outside Maandvers, in line {number} or just before it"
                trusted_from = len(entries)
            if entry:
                entries.append(entry)
            # A run that is killed between line and head leaves one line that the head does not name yet.
            previous, ends = (entry.checksum, {entry.checksum, entry.previous}) if entry else ("", set())
        head = self._head()
        if head not in ends:
            problem = problem or f"does not end as {self.head_file.name} says"
            trusted_from = len(entries)
        struck = frozenset(
            checksum for entry in entries if entry.kind == "struck" for checksum in entry.content["checksums"]
        )
        return _Reading(entries, trusted_from, problem, sum(map(len, lines)) + len(lines), head, struck)

    def _head(self) -> str:
        if not self.head_file.exists():
            return NO_LINE
        return self.head_file.read_bytes().decode("utf-8", "replace").removesuffix("\n")

    def _stamp(self) -> tuple[int, ...]:
        found = []
        for file in (self.file, self.head_file):
            status = file.stat() if file.exists() else None
            found += [status.st_ino, status.st_size, status.st_mtime_ns] if status else [0, 0, 0]
        return tuple(found)


def _entry_after(previous: str, kind: Kind, content: object, at: datetime) -> Entry:
    written = {"previous": previous, "at": at.isoformat(), "kind": kind, "content": content}
    body = json.dumps(written)[:-1].encode()
    checksum = hashlib.sha256(body).hexdigest()
    return Entry(body + BEFORE_CHECKSUM + checksum.encode() + END, previous, checksum)


def _entry(line: bytes) -> Entry | None:
    """Return the entry of a line; None if the line is not as it was written."""
    body, rest = line[:AT_END_OF_BODY], line[AT_END_OF_BODY:]
    checksum = hashlib.sha256(body).hexdigest()
    if not line.startswith(BEGIN) or rest != BEFORE_CHECKSUM + checksum.encode() + END:
        return None
    return Entry(line, line[len(BEGIN) : len(BEGIN) + 64].decode("utf-8", "replace"), checksum)
