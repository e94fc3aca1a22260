"""Reader of CSV files as written in the Netherlands: four encodings, three delimiters, titles above the headings."""

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import islice
from typing import BinaryIO

from dagster_project.extract.files.sheet_rows import (
    LAST_HEADING_ROW,
    NumberedRow,
    Rows,
    UnreadableFileError,
    is_empty,
    is_source_line,
)

DELIMITERS = (";", ",", "\t")
# Excel writes the delimiter in a first line that starts with this.
DELIMITER_LINE = "sep="
# Windows, and DOS with the sign of the euro; the letters of DOS without it are the same.
CODE_PAGES = ("cp1252", "cp858")
# Characters beyond ASCII in Dutch texts. Within a word only lower-case letters and the apostrophe are likely.
LIKELY_IN_WORD = "áàâäãåçéèêëíìîïñóòôöõúùûüýÿæœß’"
LIKELY = LIKELY_IN_WORD + LIKELY_IN_WORD.upper() + "€‘“”„–—…°²³½¼¾·•§±×µ«»´©®\u00a0"
ASCII = {chr(number) for number in range(128)}
IN_WORD = re.compile(r"(?<=[a-z])(?:[^\x00-\x7f](?=[a-z])|[À-Þ])")


def read_csv(
    content: BinaryIO, name: str, known_headings: Callable[[list[str]], int], *, may_be_cut: bool = False
) -> Rows:
    """Read the rows of a CSV file; ``known_headings`` counts the headings of the contract in a row."""
    text, encoding = _decoded(content.read())
    if may_be_cut:
        _refuse_cut(text)
    if text.startswith(DELIMITER_LINE):
        first, _, text = text.partition("\n")
        delimiter = first.strip("\r")[len(DELIMITER_LINE) :] or ";"
        top = _top(text, delimiter, known_headings)
    else:
        # The delimiter that gives a top row the most headings of the contract, or else the most fields.
        top, delimiter = max(
            ((_top(text, delimiter, known_headings), delimiter) for delimiter in DELIMITERS), key=lambda found: found[0]
        )
    known, width, number = top
    facts = {"encoding": encoding, "delimiter": "tab" if delimiter == "\t" else delimiter}
    return Rows(name, facts, _rows(text, delimiter, width if known else 0, -number))


def _refuse_cut(text: str) -> None:
    """Refuse a file that does not end in a line end or in a line about its source."""
    last = text.rpartition("\n")[2].strip("\r")
    if text.strip() and last and not text.endswith("\r") and not is_source_line([last.strip('"')]):
        raise UnreadableFileError(
            "ends within a row",
            "a line end after the last row",
            "a last row that may be cut off",
            "copy the whole file again; if it is complete, save it with a line end after the last row",
        )


def _decoded(raw: bytes) -> tuple[str, str]:
    """Decode by the byte order mark, as UTF-8 if it is, or else by the code page that gives the most likely letters."""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text, encoding = raw.decode("utf-16", "replace"), "utf-16"
    else:
        try:
            text, encoding = raw.decode("utf-8-sig"), "utf-8"
        except UnicodeDecodeError:
            texts = {page: raw.decode(page, "replace") for page in CODE_PAGES}
            encoding = min(CODE_PAGES, key=lambda page: _unlikely(texts[page]))
            text = texts[encoding]
    if (odd := next((sign for sign in ("\0", "\ufffd") if sign in text), None)) is not None:
        raise UnreadableFileError(
            "is in an unknown encoding",
            "text in UTF-8, UTF-16 with a byte order mark, Windows-1252 or a DOS code page",
            f"bytes that are no text in line {text.count(chr(10), 0, text.index(odd)) + 1}",
            "save it in Excel as 'CSV UTF-8' or as .xlsx",
        )
    return text, encoding


def _unlikely(text: str) -> int:
    """Number of characters that a Dutch text is not likely to have at their place."""
    within = sum(found[0] not in LIKELY_IN_WORD for found in IN_WORD.finditer(text))
    return within + sum(text.count(character) for character in set(text) - ASCII - set(LIKELY))


def _top(text: str, delimiter: str, known_headings: Callable[[list[str]], int]) -> tuple[int, int, int]:
    """Known headings, fields and negative number of the row that is most likely the headings."""
    best = (0, 0, 0)
    # The rows before a broken one suffice.
    with suppress(csv.Error):
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        for number, row in enumerate(islice(reader, LAST_HEADING_ROW), start=1):
            best = max(best, (known_headings(row), len(row), -number))
    return best


def _rows(text: str, delimiter: str, width: int, first: int) -> Iterator[NumberedRow]:
    """The rows; from the headings in row ``first`` on each has ``width`` fields, if headings were found."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    try:
        for row in reader:
            # Excel shows a field with line breaks as one row, and an empty line as a row too.
            number += 1
            if all(is_empty(value) for value in row) or is_source_line(row):
                continue
            expected = width if number >= first else 0
            if len(row) < expected or any(not is_empty(value) for value in row[expected or len(row) :]):
                raise UnreadableFileError(
                    f"has a broken row {number}",
                    f"{expected} fields, as in the headings",
                    f"{len(row)} fields",
                    f"put quotes around a value that contains a '{delimiter}', or save the file as .xlsx",
                )
            yield number, row[: expected or len(row)]
    except csv.Error as error:
        raise UnreadableFileError(
            f"is broken at row {number + 1} (line {reader.line_num})",
            "fields with quotes around the whole field, and quotes within it doubled",
            str(error),
            "mend the quotes there, or save the file as .xlsx",
        ) from error
