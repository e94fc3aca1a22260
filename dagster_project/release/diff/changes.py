"""Content of ``diff.json``: the differences between a release and the one before it."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, Field

FeedNews = Literal["first seen", "withheld", "still withheld", "shown again", "gone", "new delivery"]
MartState = Literal["same", "changed", "new", "gone"]


class Problem(BaseModel):
    """Reason why the releases could not be compared, for the data team and for readers."""

    english: str
    dutch: str


class Band(BaseModel):
    """Change up to which a kind of figure is not listed separately.

    A figure is outside when it moved by more than ``share_pct`` percent of its value, and by more than ``at_least``.
    """

    name_ending: str
    label_nl: str
    share_pct: float = Field(ge=0)
    at_least: float = Field(gt=0)


class Counts(BaseModel):
    """Numbers of figures by kind of change; one that is only withheld counts as vanished."""

    changed: int = 0
    outside_band: int = 0
    new: int = 0
    vanished: int = 0


class FigureChange(BaseModel):
    """One changed figure."""

    region_code: str
    region_name: str | None
    period: str
    before: float
    after: float
    # A provisional figure was expected to change.
    was_provisional: bool
    # Size of the change, in bands.
    times_band: float


class IndicatorDiff(Counts):
    """Changed, new and vanished figures of one indicator."""

    indicator_code: str
    label_nl: str
    theme_nl: str
    unit_nl: str
    decimals: int
    feed: str
    figures_before: int
    figures_after: int
    # Whether its definition is new or gone as well.
    is_definition_changed: bool
    # The figure that moved furthest, if outside its band.
    largest: FigureChange | None

    @property
    def is_new(self) -> bool:
        """Whether it has figures that it lacked in the release before."""
        return not self.figures_before

    @property
    def is_gone(self) -> bool:
        """Whether it lost all of its figures."""
        return not self.figures_after


class ComparedDelivery(BaseModel):
    """A delivery, named by the day on which its supplier released it, or else by that of its receipt."""

    # None without figures in the release, or where the supplier does not say.
    released_on: date | None
    # None where an earlier version made the release.
    received_on: date | None
    delivery_id: str


class EditionDiff(BaseModel):
    """An edition of a feed with another delivery than before."""

    edition: str
    before: ComparedDelivery | None
    after: ComparedDelivery | None


class FeedDiff(Counts):
    """Changes of one feed, with the figures that changed because of its deliveries."""

    feed: str
    supplier: str
    news: FeedNews
    reason: str | None = None
    reason_nl: str | None = None
    editions: list[EditionDiff] = []
    became_definitive: int = 0


class MartDiff(BaseModel):
    """Rows of one mart that are in one of the releases only; a changed row counts on both sides."""

    mart: str
    label_nl: str
    state: MartState
    rows_before: int = 0
    rows_after: int = 0
    only_before: int = 0
    only_after: int = 0
    # Columns with their types; one of another type counts as gone and new.
    new_columns: list[str] = []
    gone_columns: list[str] = []


class CodeVersion(BaseModel):
    """Version of the program, and a digest of models, seeds and contracts."""

    version: str
    models: str


class ReleaseFacts(BaseModel):
    """Part of ``release.json`` that the diff reads."""

    release_id: str
    municipality_code: str
    as_of: date
    version: str
    models: str
    rows: dict[str, int]
    # Delivery per edition of each feed that is shown, and the reason for each other one.
    deliveries: dict[str, dict[str, str]]
    received_on: dict[str, date] = {}
    withheld: dict[str, str]

    @property
    def code(self) -> CodeVersion:
        """The code that computed its figures."""
        return CodeVersion(version=self.version, models=self.models)

    @property
    def feeds(self) -> set[str]:
        """The feeds in use."""
        return self.deliveries.keys() | self.withheld.keys()


class Compared(BaseModel):
    """The release that another one is compared with."""

    release_id: str
    as_of: date
    code: CodeVersion


class ReleaseDiff(BaseModel):
    """Changes since the release before."""

    release_id: str
    as_of: date
    code: CodeVersion
    # None for the first release.
    before: Compared | None = None
    problem: Problem | None = None
    feeds: list[FeedDiff] = []
    # Indicators with changed, new or vanished figures; those furthest outside their band first.
    indicators: list[IndicatorDiff] = []
    # Figures that changed although the deliveries they derive from did not.
    changed_by_models: int = 0
    marts: list[MartDiff] = []
    bands: list[Band] = []

    @property
    def total(self) -> Counts:
        """The figures of all indicators together."""
        return Counts(**{name: sum(getattr(one, name) for one in self.indicators) for name in Counts.model_fields})

    @property
    def new_indicators(self) -> list[IndicatorDiff]:
        """Indicators with their first figures."""
        return [one for one in self.indicators if one.is_new]

    @property
    def gone_indicators(self) -> list[IndicatorDiff]:
        """Indicators that lost all of their figures."""
        return [one for one in self.indicators if one.is_gone]

    @property
    def changed_marts(self) -> list[MartDiff]:
        """Marts with other rows or columns."""
        return [mart for mart in self.marts if mart.state != "same"]

    @property
    def is_code_changed(self) -> bool:
        """Whether the figures were computed by other code than before."""
        return self.before is not None and self.before.code != self.code

    @property
    def is_unchanged(self) -> bool:
        """Whether a reader sees nothing new."""
        return not (self.feeds or self.changed_marts or self.is_code_changed or self.problem)

    @property
    def summary(self) -> str:
        """One line for the terminal and for Dagster."""
        if self.problem:
            return f"Not compared with the release before: {self.problem.english}"
        if self.before is None:
            return "First release: nothing to compare with."
        total = self.total
        parts = [
            f"{total.changed:,} figures changed",
            f"{total.outside_band:,} of them outside their band",
            f"{total.new:,} new",
            f"{total.vanished:,} vanished",
            f"{len(self.new_indicators)} new and {len(self.gone_indicators)} gone indicators",
            f"{len(self.changed_marts)} marts changed",
        ]
        if self.is_code_changed:
            parts.append("models changed")
        return f"Since {self.before.release_id}: {', '.join(parts)}."
