"""Replay of a stored payload: the protocol that retrieved it reads it again, without the supplier."""

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx
import orjson

from dagster_project.contracts.model import Feed
from dagster_project.errors import DeliveryError, MaandversError, shown
from dagster_project.extract.answer import Edition, PayloadFile, Records
from dagster_project.extract.extractors import extractor_of
from dagster_project.extract.http import Http
from dagster_project.extract.packing import unpacked
from dagster_project.installation.settings import HttpSettings
from dagster_project.landing.parquet import write_parquet
from dagster_project.landing.store import Manifest

CHUNK = 1024 * 1024
COLUMNS = "columns.json"


class UnreadablePayloadError(MaandversError):
    """A payload from which its tables cannot be read."""


class StoredAnswers(httpx.BaseTransport):
    """Transport that answers each address with the payload file that came from it."""

    def __init__(self, folder: Path, files: Sequence[PayloadFile]) -> None:
        self.stored = {shown(str(httpx.URL(file.url))): folder / file.name for file in files}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the stored answer, or status 404 for an address that was never requested."""
        path = self.stored.get(shown(str(request.url)))
        if path is None:
            return httpx.Response(httpx.codes.NOT_FOUND, request=request)
        return httpx.Response(httpx.codes.OK, stream=_FileStream(path), request=request)


class _FileStream(httpx.SyncByteStream):
    def __init__(self, path: Path) -> None:
        self.path = path

    def __iter__(self) -> Iterator[bytes]:
        with unpacked(self.path) as file:
            while chunk := file.read(CHUNK):
                yield chunk


def read_again(feed: Feed, manifest: Manifest, payload: Path, target: Path) -> None:
    """Write the Parquet files of a delivery to the folder ``target``, from its payload only.

    The supplier's names of our columns are written next to them. Raises UnreadablePayloadError for a payload that
    cannot be read.
    """
    scratch = target / "scratch"
    scratch.mkdir(parents=True)
    edition = Edition(int(manifest.edition) if manifest.edition.isdigit() else None, manifest.source_id)
    try:
        tables = _records(feed, manifest, edition, payload, scratch)
        for table in feed.tables:
            write_parquet(feed, edition, table, tables[table.name], scratch, target / f"{table.name}.parquet")
        names = {table.name: tables[table.name].supplier_columns for table in feed.tables}
        (target / COLUMNS).write_bytes(orjson.dumps(names))
    except (DeliveryError, OSError, EOFError, ValueError) as error:
        delivery = f"{feed.id} {manifest.edition}: the payload of delivery {manifest.delivery_id}"
        raise UnreadablePayloadError(f"{delivery} cannot be read again: {error}") from error
    finally:
        shutil.rmtree(scratch)


def _records(feed: Feed, manifest: Manifest, edition: Edition, payload: Path, scratch: Path) -> dict[str, Records]:
    if manifest.retrieval is None:
        raise ValueError("its manifest does not say how it was retrieved")
    with Http(feed.id, HttpSettings(attempts=1), transport=StoredAnswers(payload, manifest.payload)) as http:
        return extractor_of(feed, manifest.retrieval, http).replay(edition, payload, scratch)
