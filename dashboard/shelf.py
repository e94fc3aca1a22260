"""The release that the board shows: opened once per day, swapped when a newer one opens, with its pages kept."""

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

from dagster_project.access import Allowed, ReadAccess
from dagster_project.release.reader import Release, ReleaseWatch, UnreadableReleaseError
from dashboard import search
from dashboard.presentation.route import Rendered
from dashboard.reading.board import Board, open_board

LOG = logging.getLogger("dashboard.shelf")
_HERE = ZoneInfo("Europe/Amsterdam")
# Seconds between two looks at ``latest``.
_LOOK_EVERY = 2.0
_MOST_PAGES = 1_000

PageKey = tuple[str, Allowed, bool]


@dataclass
class Shelved:
    """The board of a release on a day, and the pages made of it."""

    board: Board
    pages: OrderedDict[PageKey, Rendered] = field(default_factory=OrderedDict)
    _allowed: dict[frozenset[str], Allowed] = field(default_factory=dict)

    @property
    def tag(self) -> str:
        """The name of the release on its day, for the ETag of a page."""
        return f"{self.board.release.info.release_id}.{self.board.today:%Y%m%d}"

    def allowed(self, access: ReadAccess, groups: frozenset[str]) -> Allowed:
        """Return what readers of these groups may see of the release."""
        if groups not in self._allowed:
            self._allowed[groups] = access.allowed(groups, self.board.release.catalogue.themes)
        return self._allowed[groups]


@dataclass
class Shelf:
    """Boards by release and day; the newest answers, an older one until its last request ends."""

    releases: Path
    now: Callable[[], datetime]
    seconds: Callable[[], float]
    theme: str
    # Shows public editions alone.
    is_public: bool = False
    problem: str | None = None
    _watch: ReleaseWatch = field(init=False)
    _shelved: Shelved | None = None
    _index: tuple[str, search.Index] | None = None
    _looked_at: float | None = None
    # The problem that was logged last.
    _refused: str | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _making_index: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        """Watch the folder of releases."""
        self._watch = ReleaseWatch(self.releases)

    @property
    def today(self) -> date:
        """The date in the municipality."""
        return self.now().astimezone(_HERE).date()

    @property
    def seconds_of_today(self) -> int:
        """Whole seconds until the date changes, by which figures expire."""
        here = self.now().astimezone(_HERE)
        return int((datetime.combine(here.date() + timedelta(days=1), time.min, _HERE) - here).total_seconds())

    def current(self) -> Shelved:
        """The newest release that opens, today. Raises UnreadableReleaseError if none ever did."""
        with self._lock:
            today, asked = self.today, self.seconds()
            is_due = self._looked_at is None or asked - self._looked_at >= _LOOK_EVERY
            if self._shelved is None or is_due or self._shelved.board.today != today:
                release = self._watch.current()
                self._looked_at, self.problem = asked, self._watch.problem
                self._shelved = self._opened(release, today)
            return self._shelved

    def _opened(self, release: Release, today: date) -> Shelved:
        """The board of a release; of the last one that could be read, if this one was made for another board."""
        shelved = self._shelved
        if shelved is not None and shelved.board.release is release and shelved.board.today == today:
            return shelved
        try:
            if self.is_public and not release.info.is_public:
                raise UnreadableReleaseError(
                    "is an internal release, which a public board refuses\n  do: maandvers publish public"
                )
            return Shelved(open_board(release, today, self.theme))
        except (duckdb.Error, UnreadableReleaseError) as error:
            self.problem = f"{release.info.release_id}: {error}"
            if self._refused != self.problem:
                LOG.warning("the board cannot read release %s", self.problem)
            self._refused = self.problem
            if shelved is None:
                raise UnreadableReleaseError(self.problem) from error
            if shelved.board.today == today:
                return shelved
            return Shelved(open_board(shelved.board.release, today, self.theme))

    def index_of(self, board: Board) -> search.Index:
        """The search index of a release, made at its first search."""
        # Pages that need no index go on while it is made.
        with self._making_index:
            release_id = board.release.info.release_id
            if self._index is None or self._index[0] != release_id:
                # Of all indicators, since restricted readers search in it too.
                with board.release.shown_on(board.today) as every_mart:
                    self._index = release_id, search.index(every_mart, board.release.info.municipality_code)
            return self._index[1]

    def page(self, shelved: Shelved, key: PageKey, make: Callable[[Board], Rendered], allowed: Allowed) -> Rendered:
        """A page of a release, made once for all readers who may see the same."""
        with self._lock:
            if key in shelved.pages:
                shelved.pages.move_to_end(key)
                return shelved.pages[key]
        board = shelved.board.for_reader(allowed, self.problem)
        try:
            page = make(board)
        finally:
            board.cursor.close()
        with self._lock:
            shelved.pages[key] = page
            while len(shelved.pages) > _MOST_PAGES:
                shelved.pages.popitem(last=False)
        return page
