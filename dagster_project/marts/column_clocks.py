"""Which clocks a mart has, and which of them bind a column.

A mart that is made from several feeds has a clock per group of columns, ``<group>_fresh_until``, beside the row's own,
``fresh_until``, the earliest of all. A clock names its feeds in the mart's YAML. A column is bound by the groups named
after the feeds that the dictionary gives it, or else by those that its own YAML names.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dagster_project.errors import MaandversError

LIMIT = "fresh_until"
# A clock's name where it is the row's own, and its feeds where each row names those of its figure.
ROW = "row"
OF_THE_ROW = "of_the_row"


class UnboundColumnError(MaandversError):
    """A figure of a mart with several clocks is bound by none, or by one that is not there."""


@dataclass(frozen=True)
class Clock:
    """Until when columns of a mart may be shown, by the feeds that they are made from."""

    name: str
    feeds: tuple[str, ...]

    @property
    def column(self) -> str:
        """The column of the mart with its last day."""
        return LIMIT if self.name == ROW else f"{self.name}_{LIMIT}"


def clock_of(column: str, feeds: Sequence[str]) -> Clock | None:
    """The clock whose last day this column shows; None for other columns."""
    if column == LIMIT:
        return Clock(ROW, tuple(feeds))
    return Clock(column.removesuffix(f"_{LIMIT}"), tuple(feeds)) if column.endswith(f"_{LIMIT}") else None


def bound_by(
    subject: str, column: str, named: Sequence[str], clocks: Sequence[Clock], dictionary: Mapping[str, Sequence[str]]
) -> tuple[Clock, ...]:
    """The clocks of a column; none for what tells rows apart, and none where the mart has but the row's own.

    Raises UnboundColumnError for a clock that the mart lacks.
    """
    if all(clock.name == ROW for clock in clocks):
        return ()
    wanted = named or [feed.partition(".")[2] for feed in dictionary.get(column, ())]
    own = {clock.name: clock for clock in clocks}
    if missing := [name for name in wanted if name not in own]:
        raise UnboundColumnError(
            f"{subject}.{column}: is bound by a clock that the mart lacks\n"
            f"  expected: one of {', '.join(own)}\n"
            f"  came: {', '.join(missing)}\n"
            f"  do: add {missing[0]}_{LIMIT} to the mart, or name its clock in the column's config.meta.clocks"
        )
    return tuple(own[name] for name in dict.fromkeys(wanted))
