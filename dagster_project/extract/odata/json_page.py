"""Cutter for the list of records in a JSON page that is streamed, so that no page is in memory as a whole."""

import json
import re
from typing import IO, Any

import orjson

VALUE_START = re.compile(rb'"value"\s*:\s*\[')
# Before and after the list there is an address at most.
LONGEST_ENVELOPE = 64 * 1024
BRACKETS_BEHIND_THE_LIST = 20
RECORD_SAMPLE = 256 * 1024


class MalformedPageError(ValueError):
    """A page that is no JSON object with a list under 'value'."""


class PageCutter:
    """Writer of the bare list in a page's chunks to ``target``; it keeps the envelope.

    The envelope (everything but the records) is a few hundred bytes with the address of the next page.
    """

    def __init__(self, target: IO[bytes]) -> None:
        self.target = target
        self.head = b""
        self.tail = b""
        self.sample = b""
        self.is_in_list = False

    def feed(self, chunk: bytes) -> None:
        """Take the next chunk of the page."""
        if self.is_in_list:
            self._pass_on(chunk)
            return
        self.head += chunk
        match = VALUE_START.search(self.head)
        if match:
            rest = self.head[match.end() :]
            self.head = self.head[: match.end()]
            self.is_in_list = True
            self.target.write(b"[")
            self._pass_on(rest)
        elif len(self.head) > LONGEST_ENVELOPE:
            raise MalformedPageError("no list under 'value'")

    def close(self) -> dict[str, Any]:
        """Finish the page and return its envelope; raises MalformedPageError for a page that is cut off."""
        if not self.is_in_list:
            raise MalformedPageError("there is no list under 'value'")
        end = len(self.tail)
        # An address after the list may contain a bracket.
        for _ in range(BRACKETS_BEHIND_THE_LIST):
            end = self.tail.rfind(b"]", 0, end)
            if end < 0:
                break
            # The list ends after a record; any other bracket is part of a value.
            if (records := self.tail[:end].rstrip()) and not records.endswith(b"}"):
                continue
            try:
                envelope = orjson.loads(self.head + self.tail[end:])
            except orjson.JSONDecodeError:
                continue
            self.target.write(self.tail[: end + 1])
            return envelope
        raise MalformedPageError("the page is cut off within the list of records")

    def first_record(self) -> dict[str, Any] | None:
        """The first record, which has the page's columns; None for an empty page."""
        text = self.sample.decode("utf-8", "ignore").lstrip()
        if text.startswith("]"):
            return None
        try:
            record, _ = json.JSONDecoder().raw_decode(text)
        except ValueError as error:
            raise MalformedPageError(f"the first record is no JSON: {error}") from error
        return record

    def _pass_on(self, chunk: bytes) -> None:
        if len(self.sample) < RECORD_SAMPLE:
            self.sample += chunk[: RECORD_SAMPLE - len(self.sample)]
        waiting = self.tail + chunk
        self.target.write(waiting[:-LONGEST_ENVELOPE])
        self.tail = waiting[-LONGEST_ENVELOPE:]
