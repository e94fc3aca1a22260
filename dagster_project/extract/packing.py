"""Keeping what came in: the columns of the contract as a packed CSV, whose bytes depend on the records alone."""

import gzip
import hashlib
import shutil
from pathlib import Path

from dagster_project.extract.answer import PayloadFile


def pack(bare: Path, payload: Path, url: str) -> PayloadFile:
    """Put a CSV file, packed, into the payload; returns what the manifest says of it."""
    name = f"{bare.name}.gz"
    with (
        bare.open("rb") as source,
        (payload / name).open("wb") as kept,
        # Without name and time of packing the same records give the same bytes.
        gzip.GzipFile(filename="", fileobj=kept, mode="wb", compresslevel=1, mtime=0) as packed,
    ):
        shutil.copyfileobj(source, packed)
        source.seek(0)
        digest = hashlib.file_digest(source, "sha256").hexdigest()
    return PayloadFile(name, digest, url)
