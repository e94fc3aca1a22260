"""Late deliveries: late at the supplier, late at our side, or unknown because the check failed.

The three are separate, because a different person has to act on each.
"""

from datetime import date, timedelta
from typing import Literal

from pydantic import BaseModel

from dagster_project.audit.clocks import Clocks
from dagster_project.contracts.model import Feed

Kind = Literal["supplier late", "failed to check", "we are late"]
# The schedule asks every supplier each night.
ASKED_EVERY = timedelta(days=1)
WARNED_BEFORE = timedelta(days=7)


class Lateness(BaseModel):
    """One overdue event and the person to write to."""

    kind: Kind
    # Last day on which it would have been in time, and the days since then at the last request.
    due: date
    days: int
    write_to: str
    message: str
    message_nl: str

    def __str__(self) -> str:
        """Format as one line to act on."""
        days = f"{self.days} {'day' if self.days == 1 else 'days'}"
        return f"{self.kind} ({days}): {self.message}; write to {self.write_to}"


def lateness(feed: Feed, clocks: Clocks, today: date) -> list[Lateness]:
    """List everything that is late for a feed; empty for a feed that is not in use."""
    asked = clocks.asked_on
    if asked is None or not clocks.is_in_use:
        return []
    found = [_unasked(asked, today), _failed_check(feed, clocks, asked, today), *_undelivered(feed, clocks, asked)]
    return [late for late in found if late]


def expires_in(clocks: Clocks, today: date) -> int | None:
    """Count the days until the figures expire, in the last week; 0 on the last day."""
    if clocks.fresh_until is None or not clocks.deliveries or not clocks.is_in_use:
        return None
    left = clocks.fresh_until - today
    return left.days if timedelta() <= left <= WARNED_BEFORE else None


def _unasked(asked: date, today: date) -> Lateness | None:
    due = asked + ASKED_EVERY
    if today <= due:
        return None
    days = (today - due).days
    return Lateness(
        kind="we are late",
        due=due,
        days=days,
        write_to="the operator of Maandvers",
        message=f"not asked since {asked}; run maandvers, or see why its schedule has stopped",
        message_nl=f"sinds {_day(asked)} is niet meer gevraagd of er nieuwe cijfers zijn; "
        "laat de beheerder van Maandvers nagaan waarom",
    )


def _failed_check(feed: Feed, clocks: Clocks, asked: date, today: date) -> Lateness | None:
    """Report a request without a usable answer; the supplier may well be on time."""
    if not clocks.problems:
        return None
    confirmed = clocks.date_of("checked")
    since = f"since {confirmed}" if confirmed else "so far"
    since_nl = f"sinds {_day(confirmed)}" if confirmed else "tot nu toe"
    first, *_ = clocks.problems[0].splitlines()
    return Lateness(
        kind="failed to check",
        due=confirmed or asked,
        days=(today - (confirmed or asked)).days,
        write_to=_supplier(feed, clocks) or feed.delivery.owner,
        message=f"no usable answer {since}: {first}",
        message_nl=f"{since_nl} kwam geen bruikbaar antwoord; de leverancier kan op tijd zijn",
    )


def _undelivered(feed: Feed, clocks: Clocks, asked: date) -> list[Lateness]:
    """List deliveries that were due and missing at the last request; later days do not count."""
    delivery, expected, limit = feed.delivery, clocks.expected, clocks.fresh_until
    checked = clocks.date_of("checked")
    found = []
    supplier = _supplier(feed, clocks)
    if supplier and expected and checked and checked > expected:
        found.append(
            Lateness(
                kind="supplier late",
                due=expected,
                days=(checked - expected).days,
                write_to=supplier,
                message=f"{delivery.publisher} was to publish by {expected}",
                message_nl=f"{delivery.publisher} zou uiterlijk {_day(expected)} nieuwe cijfers geven",
            )
        )
    # Only a person confirms an uploaded file, so a new one is due before the old one expires.
    dues = [limit] if (delivery.is_uploaded or clocks.is_from_folder) and limit else []
    if not supplier:
        dues += [day for day in (limit, expected) if day]
    if dues and asked > (due := min(dues)):
        found.append(
            Lateness(
                kind="we are late",
                due=due,
                days=(asked - due).days,
                write_to=delivery.owner,
                message=f"{delivery.owner} was to deliver by {due}",
                message_nl=f"{delivery.owner} zou uiterlijk {_day(due)} een nieuwe levering doen",
            )
        )
    return found


def _supplier(feed: Feed, clocks: Clocks) -> str | None:
    """Contact of an external supplier that was asked; a file in a folder is brought by its owner."""
    return None if clocks.is_from_folder else feed.delivery.contact


def _day(day: date) -> str:
    return f"{day:%d-%m-%Y}"
