"""Detection of stale or backdated responses, which never advance a clock."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from dagster_project.contracts.model import Feed
from dagster_project.errors import DeliveryError, SetupError
from dagster_project.extract.answer import Answer, Edition
from dagster_project.extract.http_age import CLOCKS_DIFFER, ResponseAge, oldest
from dagster_project.installation.workspace import LOCAL_TIME
from dagster_project.landing.store import FeedStore, Manifest, StoredEdition

# Two correct clocks never differ by a day, whatever their time zones.
CLOCK_IS_WRONG = timedelta(days=1)
# Smaller differences are not worth a remark.
WORTH_A_REMARK = timedelta(hours=1)
# No run takes longer: an earlier question belongs to an earlier run.
LONGEST_RUN = timedelta(days=1)


def refuse_unknown_age(feed: Feed, ages: Iterable[ResponseAge], now: datetime) -> None:
    """Refuse a response of a cache that does not say how old it is. Raises DeliveryError."""
    for one in ages:
        if one.is_of_unknown_age(now):
            raise DeliveryError(
                feed.id,
                problem=f"{one.url} was answered by a cache that does not say how long it has kept the answer",
                expected="an answer of the supplier itself, or with the header Age",
                came=one.hit,
                do="ask the operator of the cache, often your own proxy, to obey 'Cache-Control: no-cache'",
                is_quarantined=False,
            )


def refuse_backdated(feed: Feed, edition: Edition, answer: Answer, stored: Manifest) -> None:
    """Refuse figures that differ from the stored ones and are older. Raises DeliveryError."""
    released = answer.released_at
    # A data owner may deliberately replace a file by an older one: an uploaded file states its own age.
    if answer.known_at is None and released and stored.released_at and released < stored.released_at:
        raise DeliveryError(
            feed.id,
            problem=f"edition {edition.key} ({edition.source_id}) went back in time",
            expected=f"the stored figures, published on {_minute(stored.released_at)}, or newer ones",
            came=f"figures published on {_minute(released)}",
            do="wait for the next run: a cache on the way may keep an old page; if it lasts, ask the supplier why it"
            " withdrew its newer figures",
        )


def refuse_old_pages(feed: Feed, edition: Edition, answer: Answer, ages: Sequence[ResponseAge], now: datetime) -> None:
    """Refuse an edition with a page that is older than its publication. Raises DeliveryError."""
    released = answer.released_at
    old = [one for one in ages if released and one.given_at(now) + CLOCKS_DIFFER < released <= now]
    if old and released:
        raise DeliveryError(
            feed.id,
            problem=f"edition {edition.key} ({edition.source_id}) has a page from before its publication",
            expected=f"every page as it was after {_minute(released)}",
            came=f"{old[0].url} as it was on {_minute(old[0].given_at(now))}",
            do="wait for the next run: a cache on the way kept an old page; if it lasts, ask who runs your proxy",
        )


def with_real_age(
    feed: Feed, edition: Edition, answer: Answer, earlier: Iterable[Manifest], given_at: datetime, now: datetime
) -> tuple[Answer, list[str]]:
    """Return the answer with its real age, and remarks on that age.

    A copy is as old as its original, and no publication is later than the answer that reports it. Raises DeliveryError
    for a file dated in the future.
    """
    released, known, remarks = answer.released_at, answer.known_at, []
    if known is not None:
        if known - now > CLOCK_IS_WRONG:
            raise DeliveryError(
                feed.id,
                problem=f"the file {answer.facts.get('file', answer.url)} is dated in the future",
                expected=f"a day until {_minute(now)}",
                came=_minute(known),
                do="correct the day in its name; if there is none, put the day of the export in it",
            )
        known = min(known, now)
        released = min(known, _first_seen(edition, answer, earlier) or known)
        if released < known:
            file = f"the file {answer.facts.get('file')} has the figures of {_minute(released)}"
            if answer.is_age_written:
                remarks.append(
                    f"{file} under a newer day: this counts as the owner's confirmation that they still apply"
                )
            else:
                remarks.append(f"{file}, which were received before: it is as old as those")
                known = released
        return replace(answer, released_at=released, known_at=known), remarks
    if released and released - given_at > WORTH_A_REMARK:
        remarks.append(f"reports a publication on {_minute(released)}, which is in the future")
    return replace(answer, released_at=min(released, given_at) if released else None), remarks


def remarks_on_a_repeat(answer: Answer, stored: Manifest) -> list[str]:
    """Remark on identical figures published under a newer date; not for uploaded files, which state their age."""
    if answer.known_at is not None or answer.released_at == stored.released_at:
        return []
    now = f"reports a publication on {_minute(answer.released_at)}" if answer.released_at else "calls its figures new"
    before = f"those published on {_minute(stored.released_at)}" if stored.released_at else "those received before"
    return [f"{now}, but sent the same as before: its figures are {before}"]


def remark_on_a_gap(edition: str, error: DeliveryError) -> str:
    """Describe why an older edition was never received."""
    return (
        f"its figures of {edition} are missing, which does not affect any clock: {error.problem};"
        f" expected: {error.expected}; came: {error.came}; do: {error.do}"
    )


def remarks_on_age(ages: Sequence[ResponseAge], now: datetime) -> list[str]:
    """Remark on old responses and on a supplier's clock that runs ahead."""
    remarks = []
    kept_by_others = [one for one in ages if not one.is_shared]
    if now - (given := oldest(kept_by_others, now)) > WORTH_A_REMARK:
        one = next(one for one in kept_by_others if one.given_at(now) == given)
        kept = f"a cache kept it for {one.age}" if one.age else "an old page, or our own clock runs ahead"
        remarks.append(f"gave an answer of {_minute(given)} ({kept}): 'checked' counts from then")
    ahead = supplier_clock(ages)
    if ahead and ahead - now > WORTH_A_REMARK:
        remarks.append(f"its clock runs ahead of ours: it says {_minute(ahead)}; 'checked' counts from now")
    return remarks


def supplier_clock(ages: Iterable[ResponseAge]) -> datetime | None:
    """The time by the supplier's clock at the first question; None if it never says."""
    return next((one.clock for one in ages if one.clock), None)


def refuse_a_wrong_clock(stores: Sequence[FeedStore], now: datetime) -> None:
    """Stop a run whose clock is wrong, which most suppliers then contradict by more than a day.

    Raises SetupError that names both times.
    """
    clocks: dict[str, tuple[datetime, timedelta]] = {}
    for store in stores:
        state = store.state()
        if state.their_clock and state.attempted_at and abs(now - state.attempted_at) < LONGEST_RUN:
            clocks[store.feed.supplier] = state.their_clock, abs(state.attempted_at - state.their_clock)
    others = {supplier: clock for supplier, (clock, gap) in clocks.items() if gap > CLOCK_IS_WRONG}
    if len(others) > 1 and len(others) * 2 > len(clocks):
        named = ", ".join(f"{supplier} {_minute(clock)}" for supplier, clock in sorted(others.items()))
        raise SetupError(
            f"it is {_minute(now)} here, but not by the clocks of most suppliers: {named}; no clock was moved\n"
            "  do: set the clock of this machine right, or leave out --as-of; if it is right, a cache on the way keeps"
            " old pages: ask the operator of your proxy"
        )


def refuse_unknown_municipality(stores: Sequence[FeedStore]) -> None:
    """Stop a run for a municipality that no supplier knows. Raises SetupError that names the feeds that were asked."""
    states = {store: store.state() for store in stores}
    lacking = [store.feed.id for store, state in states.items() if state.lacks_municipality]
    is_known = any(
        manifest.retrieval.municipality
        for store, state in states.items()
        for one in (*state.current.values(), *state.candidates.values())
        if (manifest := store.written_manifest(one.delivery_id))
    )
    if lacking and not is_known:
        raise SetupError(
            f"no supplier has a table with this municipality; asked were {', '.join(lacking)}\n"
            "  do: correct municipality_code in maandvers.toml, or MAANDVERS_MUNICIPALITY_CODE, to the code of CBS"
        )


def confirmed(stored: StoredEdition, given_at: datetime, *, is_new: bool, now: datetime) -> StoredEdition:
    """Set the clock of an edition that its supplier sent or confirmed with an answer of ``given_at``.

    If nothing changed, an answer from before the last check does not take that check back.
    """
    moment, before = stored.known_at or given_at, stored.confirmed_at
    if before and before <= now and not is_new:
        moment = max(moment, before)
    return stored.model_copy(update={"confirmed_at": moment})


def _first_seen(edition: Edition, answer: Answer, earlier: Iterable[Manifest]) -> datetime | None:
    """The age that the content of a file had when it was first received."""
    content = answer.facts.get("content_sha256")
    same = [m for m in earlier if content and m.edition == edition.key and m.facts.get("content_sha256") == content]
    return min((m.released_at for m in same if m.released_at), default=None)


def _minute(moment: datetime) -> str:
    return f"{moment.astimezone(LOCAL_TIME):%Y-%m-%d %H:%M}"
