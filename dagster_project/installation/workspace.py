"""Context of one run: settings, contracts, the clock and the folders of this installation."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from dagster_project.contracts.load import load_feeds
from dagster_project.contracts.model import Feed
from dagster_project.errors import SetupError
from dagster_project.installation.secret import OF_SAMPLE, secret_of
from dagster_project.installation.settings import DBT_PROJECT, Settings
from dagster_project.storage.database import Database, DatabaseFile
from dagster_project.storage.event_log import EVENTS, EventLog

LANDING = "landing"
# Returns the present moment, in time zone UTC.
Clock = Callable[[], datetime]
LOCAL_TIME = ZoneInfo("Europe/Amsterdam")
# A simulated day is seen from its early morning, when the nightly run asks suppliers.
MORNING = time(6, 0)


def wall_clock() -> datetime:
    """The present moment, with time zone UTC."""
    return datetime.now(UTC)


def local_day(moment: datetime) -> date:
    """The date in the municipality at a moment."""
    return moment.astimezone(LOCAL_TIME).date()


def morning_of(day: date) -> Clock:
    """A clock that stands still in the early morning of ``day``, local time."""
    moment = datetime.combine(day, MORNING, LOCAL_TIME).astimezone(UTC)
    return lambda: moment


def end_of(day: date) -> Clock:
    """A clock that stands still at the last moment of ``day``, local time."""
    moment = datetime.combine(day, time.max, LOCAL_TIME).astimezone(UTC)
    return lambda: moment


class PointInTime(BaseModel):
    """The past day of which an installation is a rebuild, and when it was made."""

    as_known_on: date
    made_at: datetime


@dataclass(frozen=True)
class Workspace:
    """Everything a step needs to know about where and when it runs."""

    settings: Settings
    now: Clock = wall_clock
    models: Path = DBT_PROJECT / "models"
    # All figures of the sample suppliers are fictional, and marked as such.
    is_sample: bool = False
    point_in_time: PointInTime | None = None

    @cached_property
    def feeds(self) -> list[Feed]:
        """Every feed that has a delivery contract."""
        return load_feeds(self.models)

    def select(self, names: list[str] | None) -> list[Feed]:
        """The feeds with these names, or of these suppliers; all of them for None.

        Raises SetupError for a name that is neither.
        """
        if not names:
            return self.feeds
        known = {feed.id for feed in self.feeds} | {feed.supplier for feed in self.feeds}
        if unknown := sorted(set(names) - known):
            raise SetupError(f"no feed or supplier is called {', '.join(unknown)}\n  do: choose from {sorted(known)}")
        return [feed for feed in self.feeds if feed.id in names or feed.supplier in names]

    def uses(self, feed: Feed) -> bool:
        """Whether this municipality uses a feed.

        Raises SetupError for a setting that names no feed or supplier.
        """
        left_out = self.select(self.settings.without) if self.settings.without else []
        if self.settings.scope == "shared":
            is_landed = self.settings.serves or not feed.parameters.is_of_served_municipalities
            if not (feed.is_shareable and is_landed):
                return False
        return feed in self.select(self.settings.feeds) and feed not in left_out

    def as_known_on(self, day: date) -> "Workspace":
        """The installation inside this one with what was known by the end of ``day``, where its clock stands still."""
        home = self.home / "as_known_on" / day.isoformat()
        return replace(
            self,
            settings=self.settings.model_copy(update={"home": home}),
            now=end_of(day),
            point_in_time=PointInTime(as_known_on=day, made_at=self.now()),
        )

    @property
    def today(self) -> date:
        """The date in the municipality."""
        return local_day(self.now())

    @property
    def home(self) -> Path:
        """Folder of this installation, absolute."""
        return self.settings.home.resolve()

    @property
    def secret(self) -> str:
        """The secret that rounds counts of persons and pseudonymises cases, the same in the rebuild of a past day."""
        if self.is_sample:
            return OF_SAMPLE
        return secret_of(self.settings, self.home.parents[1] if self.point_in_time else self.home)

    @property
    def landing(self) -> Path:
        """Deliveries as they were received."""
        return self.home / LANDING

    @property
    def event_log(self) -> EventLog:
        """The event log, kept with the deliveries that it describes."""
        return EventLog(self.landing / EVENTS)

    @property
    def warehouse(self) -> Database:
        """The database that dbt builds from landing, which no BI tool reads.

        The rebuild of a past day is a file, wherever its installation builds: one part of a lake for each of them.
        """
        if self.builds_on_spark:
            # The marts as Spark handed them over, and the metadata of the build.
            return DatabaseFile(self.spark / "warehouse.duckdb")
        if self.settings.target == "duckdb" or self.point_in_time:
            return DatabaseFile(self.home / "warehouse.duckdb")
        # Only now: most installations have none.
        from dagster_project.storage.lake import Lake

        lake = self.settings.lake
        if lake.data is None:
            raise SetupError("the target 'lake' needs a place for its files\n  do: set 'data' in [lake]")
        name = self.settings.municipality_code.lower()
        folder = lake.data if "://" in lake.data else str(Path(lake.data).resolve())
        return Lake(catalogue=lake.catalogue.get_secret_value(), name=name, data=f"{folder.rstrip('/')}/{name}")

    @property
    def builds_on_spark(self) -> bool:
        """Whether Spark builds; the rebuild of a past day is built by DuckDB."""
        return self.settings.target == "spark" and not self.point_in_time

    @property
    def spark(self) -> Path:
        """Everything that is Spark's."""
        return self.home / "spark"

    @property
    def audit(self) -> Path:
        """Great Expectations' context and the results of the last run."""
        return self.home / "audit"

    @property
    def releases(self) -> Path:
        """Published releases and the link to the latest."""
        return self.home / "releases"

    @property
    def public(self) -> Path:
        """Public editions and the link to the latest."""
        return self.home / "public"

    @property
    def published(self) -> Path:
        """The publication history: the figures that were published, by which revisions are recognised."""
        return self.home / "published"

    @property
    def shown_counts(self) -> Path:
        """The counts of persons that public editions have shown, by which what is known stays known."""
        return self.public / "shown_counts.parquet"

    def release_folders(self) -> list[Path]:
        """The folder of every complete release."""
        return sorted(_complete(self.releases))

    def public_folders(self) -> list[Path]:
        """The folder of every complete public edition, the oldest first."""
        return sorted(
            _complete(self.public), key=lambda path: (path.name.partition("_")[0], int(path.name.rpartition("_")[2]))
        )


def _complete(releases: Path) -> Iterator[Path]:
    """Yield the folder of every complete release."""
    for folder in releases.glob("*_*"):
        if folder.is_dir() and not folder.is_symlink() and not folder.name.startswith("."):
            yield folder
