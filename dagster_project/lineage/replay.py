"""Reading a kept payload again: the extractor that once asked the supplier is answered by the payload instead."""

import csv
import gzip
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

import httpx
import orjson

from dagster_project.contracts.model import Feed
from dagster_project.errors import DeliveryError, MaandversError
from dagster_project.extract.answer import Edition, PayloadFile, Records, Retrieval
from dagster_project.extract.extractors import service_for
from dagster_project.extract.http import Http
from dagster_project.installation.settings import HttpSettings
from dagster_project.landing.parquet import write_parquet
from dagster_project.landing.store import Manifest

SERVICES = frozenset({"odata_v3", "odata_v4", "ogc_features"})
CHUNK = 1024 * 1024
COLUMNS = "columns.json"


class UnreadablePayloadError(MaandversError):
    """A payload from which its table cannot be made again."""


class KeptAnswers(httpx.BaseTransport):
    """Answers each address with the file of the payload that once came from it."""

    def __init__(self, folder: Path, files: Sequence[PayloadFile]) -> None:
        self.kept = {str(httpx.URL(file.url)): folder / file.name for file in files}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The kept answer; status 404 for what was never asked."""
        path = self.kept.get(str(request.url))
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


@contextmanager
def unpacked(path: Path) -> Iterator[BinaryIO]:
    """A file of a payload as the supplier sent it."""
    with path.open("rb") as kept:
        yield cast(BinaryIO, gzip.GzipFile(fileobj=kept)) if path.suffix == ".gz" else kept


def read_again(feed: Feed, manifest: Manifest, payload: Path, target: Path) -> None:
    """Make the Parquet files of a delivery once more in the folder ``target``, of nothing but its payload.

    Beside them stands how each of our columns is called in that payload.

    Raises UnreadablePayloadError where the payload does not give them.
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
    retrieval = manifest.retrieval
    if retrieval is None:
        raise ValueError("it was received by a version of Maandvers that did not write down how")
    if retrieval.protocol not in SERVICES:
        return _packed_tables(feed, retrieval, payload, scratch)
    asked = scratch / "payload"
    asked.mkdir()
    with Http(feed.id, HttpSettings(attempts=1), transport=KeptAnswers(payload, manifest.payload)) as http:
        extractor = service_for(feed.by(retrieval.protocol), http, retrieval.base_url or "", retrieval.municipality)
        answer = extractor.fetch(edition, None, asked, scratch)
    assert answer is not None, "nothing is held, so nothing can be confirmed"
    return answer.tables


def _packed_tables(feed: Feed, retrieval: Retrieval, payload: Path, scratch: Path) -> dict[str, Records]:
    """Of registers and files the payload holds a packed CSV per table, with the columns of the contract alone."""
    tables = {}
    for table in feed.tables:
        bare = scratch / f"{table.name}.csv"
        with unpacked(payload / f"{bare.name}.gz") as source, bare.open("wb") as file:
            shutil.copyfileobj(source, file)
        with bare.open(encoding="utf-8", newline="") as text:
            heading = next(csv.reader(text), [])
        names = {}
        for column in table.columns:
            # A zip keeps the headings of its supplier; all other files are brought to ours.
            theirs = (column.meta.supplier_name, *column.meta.supplier_aliases)
            known = theirs if retrieval.protocol == "csv_zip" else (column.name,)
            found = [name for name in known if name in heading]
            if not found:
                raise ValueError(f"{bare.name} has no column {known[0]}")
            names[column.name] = found[0]
        tables[table.name] = Records([bare], "csv", names)
    return tables
