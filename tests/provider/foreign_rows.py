"""Search of everything in a release for a row of another municipality."""

import gzip
import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import duckdb

from .country import mark_of


def foreign_rows(release: Path, others: list[str]) -> list[str]:
    """The files with a district, neighbourhood or marked name of others; municipalities as such are public."""
    digits = "|".join(code.removeprefix("GM") for code in others)
    marks = "|".join(re.escape(mark_of(code)) for code in others)
    foreign = re.compile(rf"(?:WK|BU)(?:{digits})\d+|{marks}")
    found = []
    for path in sorted(release.rglob("*")):
        if path.is_file():
            for name, text in _texts(path.name, path):
                if match := foreign.search(text):
                    found.append(f"{path.relative_to(release)} {name}: {match[0]}")
    return found


def _texts(name: str, path: Path) -> Iterator[tuple[str, str]]:
    """All texts in a file, unpacked, by the part that they are in."""
    if path.suffix == ".parquet":
        yield from _columns(f"read_parquet('{path}')", duckdb.connect())
    elif path.suffix == ".duckdb":
        with duckdb.connect(str(path), read_only=True) as connection:
            tables = connection.execute(
                "select schema_name, table_name from duckdb_tables() where database_name = current_database()"
            ).fetchall()
            for schema, table in tables:
                yield from _columns(f'"{schema}"."{table}"', connection)
    else:
        yield from _unpacked(name, path.read_bytes())


def _columns(table: str, connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[str, str]]:
    for column, *_ in connection.execute(f"describe select * from {table}").fetchall():
        values = connection.execute(f'select distinct "{column}"::varchar from {table}').fetchall()
        yield f"{table} {column}", "\n".join(value for (value,) in values if value)


def _unpacked(name: str, content: bytes) -> Iterator[tuple[str, str]]:
    if content.startswith(b"\x1f\x8b"):
        yield from _unpacked(name, gzip.decompress(content))
    elif content.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for member in archive.namelist():
                yield from _unpacked(f"{name}/{member}", archive.read(member))
    else:
        yield name, content.decode("utf-8", "replace")
