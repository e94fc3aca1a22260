"""What ``diff.json`` holds: the differences between a release and the one before it."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, Field

FeedNews = Literal["first seen", "withheld", "still withheld", "shown again", "gone", "new delivery"]
MartState = Literal["same", "changed", "new", "gone", "not compared"]


class Problem(BaseModel):
    """Why something could not be compared, for the data team and for readers."""

    english: str
    dutch: str


class Band(BaseModel):
    """How far a kind of figure may move before readers are told of it one by one.

    A figure is outside when it moved by more than ``share_pct`` percent of what it was, and by more than ``at_least``.
    """

    name_ending: str
    label_nl: str
    share_pct: float = Field(ge=0)
    at_least: float = Field(gt=0)


class FigureChange(BaseModel):
    """The largest change of an indicator, or of a column of a wide mart."""

    figure: str
    label_nl: str
    unit_nl: str | None
    decimals: int
    # What tells the figure's row from the others of its mart, and the name of its region where it has one.
    key: dict[str, str]
    region_name: str | None
    before: float
    after: float
    # The figure was provisional, so that it was to change; None where the mart does not tell.
    was_provisional: bool | None
    # How many times the band the figure moved.
    times_band: float
    # How many more rows of this figure are outside.
    others: int


class FigureSummary(BaseModel):
    """What happened to one indicator, or one column of a wide mart, in rows that both releases have."""

    figure: str
    label_nl: str
    changed: int
    outside_band: int
    # Had no value before, or has none now.
    filled: int
    emptied: int


class MartDiff(BaseModel):
    """What happened to one mart."""

    mart: str
    label_nl: str
    state: MartState
    problem: Problem | None = None
    rows_before: int = 0
    rows_after: int = 0
    added: int = 0
    gone: int = 0
    changed: int = 0
    # Rows that differ per column, of the rows that changed; clocks and delivery ids say nothing of what is told.
    changed_columns: dict[str, int] = {}
    new_columns: list[str] = []
    gone_columns: list[str] = []
    # Type before and after.
    retyped_columns: dict[str, tuple[str, str]] = {}
    figures: list[FigureSummary] = []
    largest: list[FigureChange] = []

    @property
    def figures_changed(self) -> int:
        """Figures with another value than before."""
        return sum(figure.changed for figure in self.figures)

    @property
    def outside_band(self) -> int:
        """Figures that moved by more than their band."""
        return sum(figure.outside_band for figure in self.figures)

    @property
    def has_other_rows(self) -> bool:
        """Whether rows came, went or changed."""
        return bool(self.added or self.gone or self.changed)

    @property
    def has_other_columns(self) -> bool:
        """Whether columns came, went or became of another type."""
        return bool(self.new_columns or self.gone_columns or self.retyped_columns)


class Revision(BaseModel):
    """Figures of one feed that changed from one delivery to the next; from a delivery to itself, the models did it."""

    feed: str
    delivery_before: str | None
    delivery_after: str | None
    changed: int
    outside_band: int
    filled: int
    emptied: int
    became_definitive: int

    @property
    def is_by_delivery(self) -> bool:
        """Whether the supplier sent something else, so that it is the supplier who revised."""
        return self.delivery_before != self.delivery_after


class FeedDiff(BaseModel):
    """What happened to one feed."""

    feed: str
    supplier: str
    news: FeedNews
    reason: str | None = None
    reason_nl: str | None = None
    # Per edition the delivery shown before and now.
    deliveries: dict[str, tuple[str | None, str | None]] = {}


class IndicatorDiff(BaseModel):
    """An indicator that has figures in only one of the releases."""

    indicator_code: str
    label_nl: str
    theme_nl: str
    feed: str
    # Also the definition is new, or gone; else it had none, or has none, to show.
    is_defined_anew: bool


class CodeVersion(BaseModel):
    """With what the figures were computed: the program's version, and a digest of models, seeds and contracts."""

    version: str
    models: str


class ReleaseFacts(BaseModel):
    """What the diff needs of a release's ``release.json``."""

    release_id: str
    municipality_code: str
    as_of: date
    version: str
    models: str
    rows: dict[str, int]
    # Delivery per edition of each feed that is shown, and why each other one is not.
    deliveries: dict[str, dict[str, str]]
    withheld: dict[str, str]

    @property
    def code(self) -> CodeVersion:
        """With what its figures were computed."""
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
    """What changed since the release before."""

    release_id: str
    as_of: date
    code: CodeVersion
    # None for the first release.
    before: Compared | None = None
    # Why nothing could be compared.
    problem: Problem | None = None
    feeds: list[FeedDiff] = []
    new_indicators: list[IndicatorDiff] = []
    gone_indicators: list[IndicatorDiff] = []
    revisions: list[Revision] = []
    marts: list[MartDiff] = []
    bands: list[Band] = []

    @property
    def is_code_changed(self) -> bool:
        """Whether the figures were computed in another way than before."""
        return self.before is not None and self.before.code != self.code

    @property
    def summary(self) -> str:
        """One line for the terminal and for Dagster."""
        if self.problem:
            return f"Not compared with the release before: {self.problem.english}"
        if self.before is None:
            return "First release: nothing to compare with."
        parts = [
            f"{sum(mart.added for mart in self.marts):,} rows added",
            f"{sum(mart.gone for mart in self.marts):,} gone",
            f"{sum(mart.changed for mart in self.marts):,} changed",
            f"{sum(mart.outside_band for mart in self.marts):,} figures outside their band",
            f"{len(self.new_indicators)} new and {len(self.gone_indicators)} gone indicators",
        ]
        parts += [f"not compared: {mart.mart}" for mart in self.marts if mart.problem]
        if self.is_code_changed:
            parts.append("models changed")
        return f"Since {self.before.release_id}: {', '.join(parts)}."
