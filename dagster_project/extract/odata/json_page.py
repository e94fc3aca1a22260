"""Cutting the list of records out of a JSON page while it streams by, so that no page is held in memory."""

import json
import re
from typing import IO, Any

import orjson

VALUE_START = re.compile(rb'"value"\s*:\s*\[')
# What follows the list is an address at most; what precedes it, one too.
LONGEST_ENVELOPE = 64 * 1024
BRACKETS_BEHIND_THE_LIST = 20
RECORD_SAMPLE = 256 * 1024


class MalformedPageError(ValueError):
    """The page is no JSON object with a list under 'value'."""


class PageCutter:
    """Feed it a page's chunks; it writes the bare list to ``target`` and keeps the envelope.

    The envelope (everything but the records) is a few hundred bytes in which OData puts the next page's address.
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
        """Finish the page and give its envelope; raises MalformedPageError when the page broke off."""
        if not self.is_in_list:
            raise MalformedPageError("there is no list under 'value'")
        end = len(self.tail)
        # An address behind the list may hold a bracket of its own.
        for _ in range(BRACKETS_BEHIND_THE_LIST):
            end = self.tail.rfind(b"]", 0, end)
            if end < 0:
                break
            # The list ends behind a record; any other bracket belongs to a value of one.
            if (records := self.tail[:end].rstrip()) and not records.endswith(b"}"):
                continue
            try:
                envelope = orjson.loads(self.head + self.tail[end:])
            except orjson.JSONDecodeError:
                continue
            self.target.write(self.tail[: end + 1])
            return envelope
        raise MalformedPageError("the page broke off within the list of records")

    def first_record(self) -> dict[str, Any] | None:
        """The first record, to see which columns the page holds; None for an empty page."""
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
