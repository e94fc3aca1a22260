"""Input and output of the audit: plain rows, so that both cross to a worker process cheaply."""

from dataclasses import dataclass

# Column with the Dutch name of a row's feed or mart.
TITLE = "title_nl"


@dataclass(frozen=True)
class Frame:
    """Rows to judge by one suite, limits and margins included."""

    suite: str
    rows: list[dict[str, object]]


@dataclass(frozen=True)
class Judgement:
    """Outcome of one suite for one row; a row that could not be checked has not passed."""

    suite: str
    # Feed or mart of the row.
    subject: str
    # Other columns that identify the row: edition, table, column, clock, level.
    row: dict[str, str]
    passed: bool
    # A sentence to act on, in English and in Dutch.
    message: str
    message_nl: str
