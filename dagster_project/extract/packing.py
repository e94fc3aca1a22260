"""Payload files: compressed copies of what was received, whose bytes depend on the content alone."""

import csv
import gzip
import hashlib
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from dagster_project.contracts.model import Column, Table
from dagster_project.extract.answer import PayloadFile, Records

# End of a line in the CSV that landing reads: Python quotes a text with one of its characters, which DuckDB expects.
LINE_END = "\r\n"


@contextmanager
def packed(path: Path) -> Iterator[gzip.GzipFile]:
    """Open a compressed file for writing. Without name and time, the same content gives the same bytes."""
    with (
        path.open("wb") as file,
        gzip.GzipFile(filename="", fileobj=file, mode="wb", compresslevel=1, mtime=0) as archive,
    ):
        yield archive


@contextmanager
def unpacked(path: Path) -> Iterator[BinaryIO]:
    """Open a payload file as the supplier sent it."""
    with path.open("rb") as file:
        yield cast(BinaryIO, gzip.GzipFile(fileobj=file)) if path.suffix == ".gz" else file


def store_answer(path: Path, body: bytes, url: str) -> PayloadFile:
    """Store a small answer in the payload."""
    with packed(path) as archive:
        archive.write(body)
    return PayloadFile(path.name, hashlib.sha256(body).hexdigest(), url)


def store_table(bare: Path, payload: Path, url: str) -> PayloadFile:
    """Store a table of the contract's columns, a CSV file, in the payload."""
    name = f"{bare.name}.gz"
    with bare.open("rb") as source, packed(payload / name) as archive:
        shutil.copyfileobj(source, archive)
        source.seek(0)
        digest = hashlib.file_digest(source, "sha256").hexdigest()
    return PayloadFile(name, digest, url)


def replay_tables(
    tables: Sequence[Table], headings_of: Callable[[Column], Sequence[str]], payload: Path, scratch: Path
) -> dict[str, Records]:
    """Read tables that ``store_table`` stored; ``headings_of`` gives the possible headings of a column."""
    records = {}
    for table in tables:
        bare = scratch / f"{table.name}.csv"
        with unpacked(payload / f"{bare.name}.gz") as source, bare.open("wb") as file:
            shutil.copyfileobj(source, file)
        with bare.open(encoding="utf-8", newline="") as text:
            present = next(csv.reader(text), [])
        names = {}
        for column in table.columns:
            found = next((heading for heading in headings_of(column) if heading in present), None)
            if found is not None:
                names[column.name] = found
        records[table.name] = Records([bare], "csv", names)
    return records
