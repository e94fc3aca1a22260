"""Errors that a person can act on: where it went wrong, what was expected, what came, what to do."""

from dataclasses import dataclass
from enum import IntEnum


class ExitCode(IntEnum):
    """Exit codes of a command, for schedulers."""

    RELEASED = 0
    UNEXPECTED = 1
    WRONG_SETUP = 2
    RELEASED_WITH_WITHHELD_FEEDS = 3
    NOTHING_RELEASED = 4
    RELEASED_WITH_UNCHECKED_FEEDS = 5
    CHANGED_FILES = 6
    NOT_PROVEN = 7


class MaandversError(Exception):
    """Anything Maandvers says to a person on purpose."""


class SetupError(MaandversError):
    """Settings or arguments cannot be used as they are."""


class ContractError(MaandversError):
    """A delivery contract in the dbt YAML is wrong: names file, feed, key and remedy."""

    def __init__(self, file: str, feed: str, key: str, problem: str, remedy: str) -> None:
        super().__init__(f"{file}: feed '{feed}', key '{key}': {problem}\n  do: {remedy}")


@dataclass
class DeliveryError(MaandversError):
    """A supplier's answer cannot become a delivery.

    ``kept`` is filled in by landing, which knows what the last good delivery is.
    """

    feed: str
    problem: str
    expected: str
    came: str
    do: str
    kept: str = ""
    # The supplier answered with a delivery that cannot be trusted: it is quarantined for inspection.
    is_quarantined: bool = True
    # Further problems of the same delivery.
    others: tuple["DeliveryError", ...] = ()

    def __str__(self) -> str:
        supplier, _, feed = self.feed.partition(".")
        lines = [f"{supplier} / {feed}: {self.problem}", f"  expected: {self.expected}", f"  came: {self.came}"]
        if self.kept:
            lines.append(f"  kept: {self.kept}")
        lines.append(f"  do: {self.do}")
        for other in self.others:
            lines.append(f"  also: {other.problem}")
            lines += [f"    expected: {other.expected}", f"    came: {other.came}", f"    do: {other.do}"]
        return "\n".join(lines)


class SupplierUnreachableError(DeliveryError):
    """The supplier gave no usable answer at all, so there is nothing to quarantine."""

    def __init__(
        self,
        feed: str,
        problem: str,
        came: str,
        do: str,
        expected: str = "an answer with status 200 within the time limit",
    ) -> None:
        super().__init__(
            feed=feed,
            problem=problem,
            expected=expected,
            came=came,
            do=do,
            is_quarantined=False,
        )
