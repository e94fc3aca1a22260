"""The interface between pages and the server: a route, its question and its answer."""

import gzip
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from dashboard.reading.board import Board

HTML = "text/html; charset=utf-8"
JSON = "application/json"
ATOM = "application/atom+xml"


class NotFoundError(Exception):
    """An address of something that this release does not have; its text is for readers."""


class ForbiddenError(Exception):
    """An address of figures that the reader may not see; its text is a sentence about them."""

    def __init__(self, text: str, theme_code: str) -> None:
        super().__init__(text)
        self.theme_code = theme_code


@dataclass(frozen=True)
class Query:
    """The parts of an address that a page uses."""

    path: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)
    # Parameters that may be given more than once.
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Rendered:
    """A page, with the earliest last day of its figures; None for a page without figures that expire."""

    body: bytes
    media_type: str = HTML
    fresh_until: date | None = None
    file_name: str | None = None
    # Of the style sheet in a page.
    style_hash: str | None = None
    # Codes of the themes of its figures.
    themes: frozenset[str] = frozenset()
    # Of a file that is too large to keep: its body, made while it is sent.
    parts: Iterator[bytes] | None = None

    @cached_property
    def zipped(self) -> bytes:
        """The body as most browsers ask for it, zipped once for all readers."""
        return gzip.compress(self.body, 6, mtime=0)


@dataclass(frozen=True)
class Route:
    """An address and the page that it shows; ``is_expensive`` pages have a limit per reader.

    A page that is not kept closes the cursor of its board itself.
    """

    path: str
    render: Callable[[Board, Query], Rendered]
    # Others are ignored, so that they make no more pages.
    params: tuple[str, ...] = ()
    is_expensive: bool = False
    is_kept: bool = True
