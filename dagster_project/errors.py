"""Errors that a person can act on: where it went wrong, what was expected, what came, what to do."""

import re
from dataclasses import dataclass
from enum import IntEnum

# User and password in an address; people also type a password with a space or slash as it is, which no port resembles.
USER_INFO = re.compile(
    r"""\b(?!file:)([a-z][a-z0-9+.-]+:/+)
    (?:[^\s/?#@:"]*:(?!\d*(?:[/?\#\s"]|$))[^\n"@]*@)?(?:[^\s/?\#@"]*@)*""",
    re.IGNORECASE | re.VERBOSE,
)
# The query or fragment of an address, without the signs of a sentence after it.
QUERY = re.compile(r"""(\b[a-z][a-z0-9+.-]+:/+[^\s"<>?\#]*)([?\#][^\s"<>]*?)(?=[)\]'.,:]*(?:[\s"<>]|$))""", re.I)
# Parameters of the questions that Maandvers itself asks; any other may be a signature or a key.
OWN_PARAMETER = re.compile(r"(?:(?:\$|%24)\w+|f|format|limit|offset|cursor|bbox(?:-crs)?|crs|page|page_size)", re.I)
# Characters that a terminal obeys, all but tab and line end, and those that turn the direction of a text.
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def shown(text: str) -> str:
    """Return a text without credentials in addresses and without control characters.

    Every text passes here on its way to a message, a log, a terminal, a manifest or the event log.
    """
    return CONTROLS.sub("\ufffd", QUERY.sub(_public_query, USER_INFO.sub(r"\1", text)))


def has_user(text: str) -> bool:
    """Whether an address in a text names a user, with or without a password."""
    return USER_INFO.sub(r"\1", text) != text


def shown_in(value: object) -> object:
    """Return a JSON value with its texts as they may be shown."""
    match value:
        case str():
            return shown(value)
        case dict():
            return {key: shown_in(one) for key, one in value.items()}
        case list():
            return [shown_in(one) for one in value]
        case _:
            return value


def _public_query(found: re.Match[str]) -> str:
    query, is_cut, _ = found[2].removeprefix("?").partition("#")
    parts = [part.partition("=") for part in query.split("&") if part]
    public = [
        name + sign + (value if OWN_PARAMETER.fullmatch(name) else "…") if sign else "…" for name, sign, value in parts
    ]
    return found[1] + ("?" + "&".join(public) if public else "") + ("#…" if is_cut else "")


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
    NOT_PUBLISHED = 8


class MaandversError(Exception):
    """Anything Maandvers says to a person on purpose."""

    def __str__(self) -> str:
        return shown(super().__str__())


class SetupError(MaandversError):
    """Settings or arguments cannot be used as they are."""


class PublicationError(MaandversError):
    """A database or object storage did not take the release; readers there have the one before."""


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
        return shown("\n".join(lines))


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
