"""How old an answer really is: nothing that comes may look fresher than it is, and what is odd about it is told."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from dagster_project.contracts.model import Feed
from dagster_project.errors import DeliveryError, SetupError
from dagster_project.extract.answer import Answer, Edition
from dagster_project.extract.http_age import CLOCKS_DIFFER, ResponseAge, oldest
from dagster_project.installation.workspace import LOCAL_TIME
from dagster_project.landing.store import FeedState, FeedStore, Manifest

# Between two clocks that are right lies no day, whatever they think of time zones.
CLOCK_IS_WRONG = timedelta(days=1)
# An answer or a clock that differs by less is not worth a word.
WORTH_SAYING = timedelta(hours=1)
# No run takes longer: what was asked before this belongs to an earlier one.
LONGEST_RUN = timedelta(days=1)


def refuse_unknown_age(feed: Feed, ages: Iterable[ResponseAge], now: datetime) -> None:
    """Take nothing from a cache that does not say how long it has kept it. Raises DeliveryError."""
    for one in ages:
        if one.is_of_unknown_age(now):
            raise DeliveryError(
                feed.id,
                problem=f"{one.url} was answered by a cache that does not say since when it keeps the answer",
                expected="an answer of the supplier itself, or with the header Age",
                came=one.hit,
                do="let whoever runs the cache, often your own proxy, pass on what asks for 'Cache-Control: no-cache'",
                is_quarantined=False,
            )


def refuse_what_went_back(feed: Feed, edition: Edition, answer: Answer, held: Manifest) -> None:
    """Refuse other figures than we hold that are older than those. Raises DeliveryError."""
    released = answer.released_at
    # Whoever brings a file, and takes a newer one away, knows what he does: the file tells its own age.
    if answer.known_at is None and released and held.released_at and released < held.released_at:
        raise DeliveryError(
            feed.id,
            problem=f"edition {edition.key} ({edition.source_id}) went back in time",
            expected=f"what was published on {_told(held.released_at)}, which we hold, or later",
            came=f"what was published on {_told(released)}",
            do="wait for the next run: a cache on the way may keep an old page; if it lasts, ask the supplier why it"
            " took its newer figures back",
        )


def refuse_old_pages(feed: Feed, edition: Edition, answer: Answer, ages: Sequence[ResponseAge], now: datetime) -> None:
    """Refuse what is said to be published later than one of its pages was given. Raises DeliveryError."""
    released = answer.released_at
    old = [one for one in ages if released and one.given_at(now) + CLOCKS_DIFFER < released <= now]
    if old and released:
        raise DeliveryError(
            feed.id,
            problem=f"edition {edition.key} ({edition.source_id}) holds a page from before it was published",
            expected=f"every page as it was after {_told(released)}",
            came=f"{old[0].url} as it was on {_told(old[0].given_at(now))}",
            do="wait for the next run: a cache on the way kept an old page; if it lasts, ask whoever runs your proxy",
        )


def dated(
    store: FeedStore, edition: Edition, answer: Answer, given_at: datetime, now: datetime
) -> tuple[Answer, list[str]]:
    """The answer with the age that it has, and what is odd about that.

    A copy is as old as what it was copied from, and nobody publishes later than he says so. Raises DeliveryError for a
    file that comes from the future.
    """
    released, known, remarks = answer.released_at, answer.known_at, []
    if known is not None:
        if known - now > CLOCK_IS_WRONG:
            raise DeliveryError(
                store.feed.id,
                problem=f"the file {answer.facts.get('file', answer.url)} is dated in the future",
                expected=f"a day until {_told(now)}",
                came=_told(known),
                do="correct the day in its name; where there is none, put the day of the export in it",
            )
        known = min(known, now)
        released = min(known, _first_seen(edition, answer, store.manifests()) or known)
        if released < known:
            word = f"the file {answer.facts.get('file')} holds the figures of {_told(released)}"
            if answer.is_age_written:
                remarks.append(f"{word} under a newer day: who put it there says that they still hold")
            else:
                remarks.append(f"{word}, which came before: it is as old as that")
                known = released
        return replace(answer, released_at=released, known_at=known), remarks
    if released and released - given_at > WORTH_SAYING:
        remarks.append(f"says that it published on {_told(released)}, which has yet to come")
    return replace(answer, released_at=min(released, given_at) if released else None), remarks


def remarks_on_a_repeat(answer: Answer, before: Manifest) -> list[str]:
    """What is said of a supplier that calls new what came before; whoever brings a file says so himself."""
    if answer.known_at is not None or answer.released_at == before.released_at:
        return []
    anew = f"says that it published on {_told(answer.released_at)}," if answer.released_at else "calls its figures new,"
    since = f"what it published on {_told(before.released_at)}" if before.released_at else "what came before"
    return [f"{anew} and sent the same as before: its figures are {since}"]


def remark_on_a_gap(edition: str, error: DeliveryError) -> str:
    """What is said of an edition of long ago that never came."""
    return (
        f"its figures of {edition} are not here, for which no clock waits: {error.problem};"
        f" expected: {error.expected}; came: {error.came}; do: {error.do}"
    )


def remarks_on(ages: Sequence[ResponseAge], now: datetime) -> list[str]:
    """What is odd about the age of the answers, if anything is."""
    remarks = []
    if now - (given := oldest(ages, now)) > WORTH_SAYING:
        one = next(one for one in ages if one.given_at(now) == given)
        kept = f"a cache kept it for {one.age}" if one.age else "an old page, or our own clock runs ahead"
        remarks.append(f"answered with what it said on {_told(given)} ({kept}): 'checked' counts from then")
    ahead = their_clock(ages)
    if ahead and ahead - now > WORTH_SAYING:
        remarks.append(f"its clock runs ahead of ours: it says that it is {_told(ahead)}, and we count from now")
    return remarks


def their_clock(ages: Iterable[ResponseAge]) -> datetime | None:
    """What time it was by the supplier's clock when we began to ask; None for one that never says."""
    return next((one.clock for one in ages if one.clock), None)


def refuse_a_wrong_clock(stores: Sequence[FeedStore], now: datetime) -> None:
    """Keep a run whose clock is wrong from moving any: most suppliers then disagree with it by more than a day.

    Raises SetupError that names both times.
    """
    clocks: dict[str, tuple[datetime, timedelta]] = {}
    for store in stores:
        state = store.state()
        if state.their_clock and state.attempted_at and abs(now - state.attempted_at) < LONGEST_RUN:
            clocks[store.feed.supplier] = state.their_clock, abs(state.attempted_at - state.their_clock)
    others = {supplier: clock for supplier, (clock, gap) in clocks.items() if gap > CLOCK_IS_WRONG}
    if len(others) > 1 and len(others) * 2 > len(clocks):
        told = ", ".join(f"{supplier} {_told(clock)}" for supplier, clock in sorted(others.items()))
        raise SetupError(
            f"it is {_told(now)} here, but not by the clocks of most suppliers: {told}; no clock was moved\n"
            "  do: set the clock of this machine right, or leave out --as-of; if it is right, a cache on the way keeps"
            " old pages: let whoever runs your proxy look"
        )


def confirmed_at(state: FeedState, known: Iterable[datetime], *, is_as_before: bool, now: datetime) -> datetime:
    """The first of the moments at which each edition was known to be the latest.

    While we hold what we held, an answer from before our last check takes nothing away from that.
    """
    confirmed = min(known, default=now)
    if is_as_before and state.checked_at and state.checked_at <= now:
        return max(confirmed, state.checked_at)
    return confirmed


def _first_seen(edition: Edition, answer: Answer, earlier: Iterable[Manifest]) -> datetime | None:
    """How old the content of a file was, when it first came."""
    content = answer.facts.get("content_sha256")
    same = [m for m in earlier if content and m.edition == edition.key and m.facts.get("content_sha256") == content]
    return min((m.released_at for m in same if m.released_at), default=None)


def _told(moment: datetime) -> str:
    return f"{moment.astimezone(LOCAL_TIME):%Y-%m-%d %H:%M}"
