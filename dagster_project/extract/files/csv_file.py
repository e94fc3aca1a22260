"""Reader of CSV files as written in the Netherlands: two encodings, three delimiters."""

import csv
import io
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import islice
from typing import BinaryIO

from dagster_project.extract.files.sheet_rows import NumberedRow, Rows, UnreadableFileError, is_empty

DELIMITERS = (";", ",", "\t")
# Excel writes the delimiter in a first line that starts with this.
DELIMITER_LINE = "sep="
# Headings are in the first row, or mistakenly in one of the next.
LOOKED_AT = 30


def read_csv(content: BinaryIO, name: str, known_headings: Callable[[list[str]], int]) -> Rows:
    """Read the rows of a CSV file; ``known_headings`` counts the headings of the contract in a row."""
    raw = content.read()
    text, encoding = _decoded(raw)
    if text.startswith(DELIMITER_LINE):
        first, _, text = text.partition("\n")
        delimiter = first.strip("\r")[len(DELIMITER_LINE) :] or ";"
    else:
        delimiter = _delimiter(text, known_headings)
    facts = {"encoding": encoding, "delimiter": "tab" if delimiter == "\t" else delimiter}
    return Rows(name, facts, _rows(text, delimiter, known_headings))


def _decoded(raw: bytes) -> tuple[str, str]:
    """Decode as UTF-8 if it is, with or without a byte order mark; else as Windows-1252."""
    if b"\0" in raw:
        raise UnreadableFileError(
            "is no CSV in UTF-8 or Windows-1252",
            "text in UTF-8 (with or without byte order mark) or Windows-1252",
            "bytes with value 0, as in UTF-16 or in a file that is no text",
            "save it in Excel as 'CSV UTF-8' or as .xlsx",
        )
    try:
        return raw.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError as not_utf8:
        try:
            return raw.decode("cp1252"), "cp1252"
        except UnicodeDecodeError as neither:
            line = raw.count(b"\n", 0, neither.start) + 1
            raise UnreadableFileError(
                "is no CSV in UTF-8 or Windows-1252",
                "text in UTF-8 (with or without byte order mark) or Windows-1252",
                f"byte 0x{raw[neither.start]:02x} in line {line}, after byte 0x{raw[not_utf8.start]:02x} before",
                "save it in Excel as 'CSV UTF-8' or as .xlsx",
            ) from neither


def _delimiter(text: str, known_headings: Callable[[list[str]], int]) -> str:
    """The delimiter that gives a top row the most headings of the contract, or else the most fields."""

    def fit(delimiter: str) -> tuple[int, int]:
        best = (0, 0)
        # The rows before a broken one suffice.
        with suppress(csv.Error):
            reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
            for row in islice(reader, LOOKED_AT):
                best = max(best, (known_headings(row), len(row)))
        return best

    return max(DELIMITERS, key=fit)


def _rows(text: str, delimiter: str, known_headings: Callable[[list[str]], int]) -> Iterator[NumberedRow]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    width, number = 0, 0
    try:
        for row in reader:
            # Excel shows a field with line breaks as one row, and an empty line as a row too.
            number += 1
            if all(is_empty(value) for value in row):
                continue
            if not width and known_headings(row):
                width = len(row)
            if len(row) < width or any(not is_empty(value) for value in row[width or len(row) :]):
                raise UnreadableFileError(
                    f"has a broken row {number}",
                    f"{width} fields, as in the headings",
                    f"{len(row)} fields",
                    f"put quotes around a value that contains a '{delimiter}', or save the file as .xlsx",
                )
            yield number, row[: width or len(row)]
    except csv.Error as error:
        raise UnreadableFileError(
            f"is broken at row {number + 1} (line {reader.line_num})",
            "fields with quotes around the whole field, and quotes within it doubled",
            str(error),
            "mend the quotes there, or save the file as .xlsx",
        ) from error
