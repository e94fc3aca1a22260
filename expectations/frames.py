"""What goes into the audit and what comes out: plain rows, so that both cross to a worker process cheaply."""

from dataclasses import dataclass

# Column with what Dutch readers call the feed or the mart of a row.
TITLE = "title_nl"


@dataclass(frozen=True)
class Frame:
    """The rows one suite has to judge, their limits included."""

    suite: str
    rows: list[dict[str, object]]


@dataclass(frozen=True)
class Judgement:
    """What one expectation found in one row."""

    suite: str
    expectation: str
    # The feed or the mart that is judged.
    subject: str
    # What tells this row from the others of its subject: edition, table, column, clock, level.
    row: dict[str, str]
    passed: bool
    observed: str
    expected: str
    # A sentence that a person can act on, in English and in Dutch.
    message: str
    message_nl: str
