"""Consequences of the audit: a candidate becomes current or is quarantined, a stale feed is withheld."""

import logging
from collections.abc import Callable, Sequence
from datetime import date, datetime

from dagster_project.audit.clocks import Clocks, read_clocks
from dagster_project.audit.frames import delivery_frames, freshness_frame
from dagster_project.audit.lateness import expires_in, lateness
from dagster_project.audit.outcome import FeedVerdict
from dagster_project.contracts.calendar import fresh_until
from dagster_project.errors import DeliveryError
from dagster_project.installation.workspace import local_day
from dagster_project.landing.history import ever_current, record_audit
from dagster_project.landing.staleness import remark_on_a_gap
from dagster_project.landing.store import CANNOT_BE_BUILT, FeedState, FeedStore, StoredEdition
from expectations.judgement import Frame, Judgement
from expectations.suites import SUITES

logger = logging.getLogger(__name__)

Judge = Callable[[Sequence[Frame]], list[Judgement]]

NONE_IS_FRESH_NL = "De laatste levering is onbruikbaar, en geen eerdere is vers genoeg."
DAMAGED_NL = "De bewaarde levering is beschadigd; bij de volgende verwerking wordt alles opnieuw opgevraagd."


def judge_deliveries(
    stores: Sequence[FeedStore], has_whole_country: bool, judge: Judge, now: datetime
) -> list[Judgement]:
    """Audit new deliveries and record the result: one that passes becomes current, another goes to quarantine."""
    frames = delivery_frames(stores, has_whole_country)
    judgements = judge(frames)
    record_audit({store: _admit(store, frames, judgements, now) for store in stores}, now)
    return judgements


def judge_freshness(
    stores: Sequence[FeedStore], today: date, judge: Judge
) -> tuple[list[Judgement], list[FeedVerdict]]:
    """Judge the clocks of every feed in use; a feed is withheld unless each of its binding clocks is fresh."""
    clocks = [read_clocks(store) for store in stores]
    used = [(store.feed, read) for store, read in zip(stores, clocks, strict=True) if read.is_in_use]
    frame = freshness_frame([feed for feed, _ in used], [read for _, read in used], today)
    judgements = judge([frame] if frame.rows else [])
    return judgements, [_verdict(store, read, today, judgements) for store, read in zip(stores, clocks, strict=True)]


def _verdict(store: FeedStore, clocks: Clocks, today: date, judgements: Sequence[Judgement]) -> FeedVerdict:
    own = [j for j in judgements if j.subject == store.feed.id]
    failed = [(j.message, _without_name(j.message_nl)) for j in own if not j.passed]
    judged = {j.row.get("clock") for j in own}
    unjudged = [
        (f"the clock '{clock}' could not be checked", f"De klok '{clock}' kon niet worden gecontroleerd.")
        for clock in store.feed.delivery.clocks
        if clocks.is_in_use and clock not in judged
    ]
    if not clocks.deliveries:
        failed = [("was never received", "Is nog nooit ontvangen.")]
    reasons = failed + unjudged
    if clocks.damaged:
        reasons = [(f"its stored delivery is corrupted: {', '.join(clocks.damaged)}", DAMAGED_NL)]
    if day := clocks.retired_on:
        reasons = [(f"is not used any more since {day}", f"Wordt sinds {day:%d-%m-%Y} niet meer gebruikt.")]
    return FeedVerdict(
        clocks=clocks,
        is_withheld=bool(reasons),
        reason="; ".join(english for english, _ in reasons) or None,
        reason_nl=" ".join(dutch for _, dutch in reasons) or None,
        expires_in=expires_in(clocks, today),
        late=lateness(store.feed, clocks, today),
    )


def _without_name(sentence: str) -> str:
    """Drop the label of a judgement's sentence, for display under the name of the feed."""
    _, _, rest = sentence.partition(": ")
    return rest[:1].upper() + rest[1:]


def _admit(store: FeedStore, frames: Sequence[Frame], judgements: Sequence[Judgement], now: datetime) -> FeedState:
    """The state of a feed after the audit of its candidates."""
    state = store.state()
    for edition, candidate in state.candidates.items():
        if reason := store.refusal(candidate.delivery_id):
            state = _without_candidate(_refused(store, state, edition, candidate.delivery_id, reason), edition)
            continue
        own = [j for j in judgements if j.subject == store.feed.id and j.row.get("edition") == edition]
        failed = [j for j in own if not j.passed]
        asked = {
            frame.suite
            for frame in frames
            for row in frame.rows
            if row["feed"] == store.feed.id and row["edition"] == edition
        }
        if not own or asked - {j.suite for j in own}:
            problem = f"{store.feed.id} {edition}: the audit did not run, so this delivery awaits the next"
            state = state.model_copy(update={"problems": [*state.problems, problem]})
        elif failed:
            state = _quarantine_candidate(store, state, edition, failed)
        else:
            state = _make_current(state, edition)
    return _with_clocks(store, state, now)


def _with_clocks(store: FeedStore, state: FeedState, now: datetime) -> FeedState:
    """Set the clock of the feed by those of its editions.

    An open edition that is past its limit is withheld on its own while another is not. One that is listed and could
    not be used yet hides none at once: the limit counts from the day it was first seen.
    """
    asked = [edition for edition in store.open_editions(state.window) if edition in state.current]
    limits = {edition: _is_past_limit(store, state, edition, now) for edition in asked}
    expired = sorted(edition for edition, is_past in limits.items() if is_past and not all(limits.values()))
    absent = [edition for edition in store.open_editions(state.window) if edition not in state.current]
    missing = {edition: state.missing.get(edition, state.attempted_at or now) for edition in absent}
    problems = [
        f"{store.feed.id} {edition}: withheld, because the supplier did not confirm it for a month"
        for edition in expired
    ]
    state = state.model_copy(update={"expired": expired, "missing": missing, "problems": [*state.problems, *problems]})
    clocks = [state.current[edition].confirmed_at for edition in store.open_editions(state.shown)]
    known = [moment for edition in state.shown if (moment := state.current[edition].known_at)]
    checked_at = state.checked_at
    if clocks and None not in clocks:
        checked_at = min([moment for moment in clocks if moment] + [*missing.values()])
    # An uploaded file became current while no supplier confirmed it: it brings its own age.
    return state.model_copy(update={"checked_at": min(checked_at, *known) if checked_at and known else checked_at})


def _is_past_limit(store: FeedStore, state: FeedState, edition: str, now: datetime) -> bool:
    moment = state.current[edition].confirmed_at
    return moment is not None and fresh_until(local_day(moment), store.feed.delivery.maximum_age) < local_day(now)


def quarantine_refused(
    store: FeedStore, edition: str, last_good: StoredEdition | None, refused_by: str, now: datetime
) -> None:
    """Quarantine a current delivery that the models or marts refuse, and put the last good one in its place."""
    state = store.state()
    delivery_id = state.current[edition].delivery_id
    error = DeliveryError(
        store.feed.id,
        problem=f"{_name(store, edition, delivery_id)} {CANNOT_BE_BUILT}",
        expected="a delivery from which every model and mart can be built",
        came=refused_by,
        do="look for an unusual value in it, correct it and deliver again; to try this delivery once more, as after a"
        f" mended model, remove {store.quarantine / delivery_id}",
        kept=store.describe([last_good] if last_good else []),
    )
    logger.error("%s", error)
    others = {other: stored for other, stored in state.current.items() if other != edition}
    state = state.model_copy(update={"current": others | ({edition: last_good} if last_good else {})})
    state = _refused(store, state, edition, delivery_id, str(error))
    record_audit({store: _with_clocks(store, state, now)}, now)


def verdict_after_refusal(store: FeedStore, verdict: FeedVerdict, today: date) -> FeedVerdict:
    """Judge a feed again whose delivery was refused: it has the clocks of the delivery that took its place."""
    clocks = read_clocks(store)
    changes: dict[str, object] = {
        "clocks": clocks,
        "expires_in": expires_in(clocks, today),
        "late": lateness(store.feed, clocks, today),
    }
    if not clocks.deliveries or clocks.fresh_until is None or clocks.fresh_until < today:
        changes |= {"is_withheld": True, "reason": "no earlier delivery is fresh", "reason_nl": NONE_IS_FRESH_NL}
    return verdict.model_copy(update=changes)


def _name(store: FeedStore, edition: str, delivery_id: str) -> str:
    file = store.manifest(delivery_id).facts.get("file")
    return f"delivery {delivery_id} of edition {edition}" + (f" (file {file})" if file else "")


def _refused(store: FeedStore, state: FeedState, edition: str, delivery_id: str, reason: str) -> FeedState:
    store.move_to_quarantine(store.deliveries / delivery_id, delivery_id, reason)
    return state.model_copy(update={"problems": [*state.problems, reason]})


def _make_current(state: FeedState, edition: str) -> FeedState:
    candidate, current = state.candidates[edition], state.current.get(edition)
    if current is not None and candidate.delivery_id == current.delivery_id:
        # The supplier calls it new and sent the same: the delivery before it stays the one to compare with.
        candidate = candidate.model_copy(update={"previous_id": current.previous_id})
    return _without_candidate(state, edition).model_copy(update={"current": {**state.current, edition: candidate}})


def _without_candidate(state: FeedState, edition: str) -> FeedState:
    others = {other: candidate for other, candidate in state.candidates.items() if other != edition}
    return state.model_copy(update={"candidates": others})


def _quarantine_candidate(store: FeedStore, state: FeedState, edition: str, failed: Sequence[Judgement]) -> FeedState:
    candidate, kept = state.candidates[edition], state.current.get(edition)
    error = DeliveryError(
        store.feed.id,
        problem=f"{_name(store, edition, candidate.delivery_id)} did not pass the audit",
        expected=" ".join(dict.fromkeys(SUITES[j.suite].rule.en for j in failed[:3])),
        came="; ".join(j.message for j in failed[:3]),
        do=f"look at the Data Docs; if the delivery is right after all, widen the band in {store.feed.file}",
        kept=store.describe([kept] if kept else []),
    )
    logger.error("%s", error)
    # A supplier may send again what it sent before: what was ever shown, or is compared with, stays in its place.
    compared = {kept.previous_id} if kept else set()
    if candidate.delivery_id not in ever_current(store) | compared:
        store.move_to_quarantine(store.deliveries / candidate.delivery_id, candidate.delivery_id, str(error))
    state = _without_candidate(state, edition)
    if kept is None and edition not in store.open_editions(state.window):
        return state.model_copy(update={"remarks": [*state.remarks, remark_on_a_gap(edition, error)]})
    return state.model_copy(update={"problems": [*state.problems, str(error)]})
