"""Where a row of a raw table stands in the payload that it came in, and what its cells said there."""

import csv
import io
import json
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import orjson
from pydantic import BaseModel

from dagster_project.contracts.model import Feed, Table
from dagster_project.landing.store import Manifest
from dagster_project.lineage.replay import COLUMNS, unpacked
from dagster_project.release.provenance import delivery_folder

# The files that hold the records, of those that a service answered with, and the name of their list.
RECORDS = {"odata_v3": ("TypedDataSet-", "value"), "odata_v4": ("Observations-", "value")}
MEASURE, VALUE, TEXT_VALUE = "Measure", "Value", "StringValue"


class Place(BaseModel):
    """A record in a file of a payload; the first of a file is number 1, headings not counted."""

    delivery_id: str
    file: str
    row: int


class PayloadReader:
    """The records of one table in the payload of one delivery."""

    def __init__(self, home: Path, again: Path, feed: Feed, table: Table, delivery_id: str) -> None:
        self.table = table
        self.delivery_id = delivery_id
        folder = delivery_folder(feed.id, delivery_id)
        self.payload = home / folder / "payload"
        self.manifest = Manifest.model_validate_json((home / folder / "manifest.json").read_bytes())
        self.names: dict[str, str] = orjson.loads((again / folder / COLUMNS).read_bytes())[table.name]

    @cached_property
    def records(self) -> list[tuple[Place, dict[str, Any]]]:
        """Every record in the order in which it came; none of a form in which they cannot be pointed at."""
        protocol = self.manifest.retrieval.protocol if self.manifest.retrieval else None
        if protocol in RECORDS:
            start, listed = RECORDS[protocol]
            files = [file.name for file in self.manifest.payload if file.name.startswith(start)]
            # Numbers stay the texts that they are.
            pages = [json.loads(self._read(name), parse_float=str, parse_int=str)[listed] for name in files]
            return [found for name, page in zip(files, pages, strict=True) for found in self._placed(name, page)]
        name = f"{self.table.name}.csv.gz"
        if not (self.payload / name).exists():
            return []
        return self._placed(name, list(csv.DictReader(io.StringIO(self._read(name).decode(), newline=""))))

    def place(self, position: int) -> Place | None:
        """Where the row stands that came at this position, counted from 0; None where it is no record of its own."""
        return self.records[position][0] if self._is_row_by_row else None

    def cell(self, position: int, column: str, key: dict[str, Any]) -> tuple[Place, str, str | None] | None:
        """Place, supplier's column and text of a cell; None where it cannot be pointed at."""
        name = self.names.get(column)
        if name is None:
            return None
        if self._is_row_by_row:
            place, record = self.records[position]
            return place, name, _text(record.get(name))
        # A measure that stands in a row of its own, to be found by its code and by the row's key.
        for place, record in self.records:
            if record.get(MEASURE) == name and all(
                str(record.get(self.names[own])).strip() == value for own, value in key.items() if own in self.names
            ):
                return (
                    place,
                    name,
                    _text(record.get(VALUE) if record.get(VALUE) is not None else record.get(TEXT_VALUE)),
                )
        return None

    @property
    def _is_row_by_row(self) -> bool:
        return len(self.records) == self.manifest.tables[self.table.name].rows

    def _placed(self, name: str, records: Sequence[dict[str, Any]]) -> list[tuple[Place, dict[str, Any]]]:
        return [
            (Place(delivery_id=self.delivery_id, file=name, row=row), record)
            for row, record in enumerate(records, start=1)
        ]

    def _read(self, name: str) -> bytes:
        with unpacked(self.payload / name) as file:
            return file.read()


def _text(value: object) -> str | None:
    return None if value is None else str(value)
