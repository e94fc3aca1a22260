"""Records of a table that a server answers with, made no earlier than they are read."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from threading import Lock
from typing import Protocol

from dagster_project.sample.servers.odata_filter import Record


class RecordSequence(Protocol):
    """Records that can be counted, sliced and read again: a list, or a table that is read as it is asked for."""

    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[Record]: ...
    def __getitem__(self, part: slice, /) -> Sequence[Record]: ...


class LateRecords:
    """Records that are made when they are first read; how many there are is known before."""

    def __init__(self, count: int, records: Iterable[Record]) -> None:
        self._count = count
        self._source = records
        # Requests are answered in several threads.
        self._lock = Lock()

    @cached_property
    def _records(self) -> list[Record]:
        records = list(self._source)
        assert len(records) == self._count, f"{len(records)} records instead of {self._count}"
        return records

    def _read(self) -> list[Record]:
        with self._lock:
            return self._records

    def __len__(self) -> int:
        return self._count

    def __eq__(self, other: object) -> bool:
        return isinstance(other, LateRecords) and self._read() == other._read()

    def __iter__(self) -> Iterator[Record]:
        return iter(self._read())

    def __getitem__(self, part: slice, /) -> Sequence[Record]:
        return self._read()[part]
