"""The alerts that the state of an installation calls for, as far as they are not known yet."""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import groupby
from typing import Any

from dagster_project.audit.lateness import Kind, Lateness
from dagster_project.contracts.model import Feed
from dagster_project.errors import SetupError
from dagster_project.installation.alert_settings import AlertKind
from dagster_project.installation.workspace import Workspace
from dagster_project.operations.status import FeedStatus, read_status
from dagster_project.release.reader import LATEST, open_release
from dashboard.reading.board import Board, open_board
from dashboard.reading.kpis import Kpi, kpis
from dashboard.reading.news import largest_changes, releases_with_news
from dashboard.words import numbers, periods, sentences
from dashboard.words.change_sentences import change, summary
from orchestration.alerts.alert import Alert
from orchestration.alerts.failed_runs import failed_runs

# A run that failed longer ago is of no use to know.
_RECENT = timedelta(days=7)
_MOST_CHANGES = 5
_LATE: dict[Kind, AlertKind] = {
    "supplier late": "supplier_late",
    "failed to check": "check_failed",
    "we are late": "we_are_late",
}
# Titles of alerts about feeds: of one, whose name follows, and of more.
_TITLES = {
    "supplier_late": ("Leverancier te laat", "leveranciers te laat"),
    "check_failed": ("Geen bruikbaar antwoord", "bronnen zonder bruikbaar antwoord"),
    "we_are_late": ("Wij zijn te laat", "leveringen van onszelf te laat"),
    "expires_soon": ("Cijfers verlopen binnenkort", "bronnen waarvan de cijfers binnenkort verlopen"),
}
_NOT_ASKED = ("Niet meer gevraagd naar nieuwe cijfers", "bronnen niet meer gevraagd naar nieuwe cijfers")


@dataclass(frozen=True)
class FeedFact:
    """One thing that is the matter with a feed."""

    name: str
    kind: AlertKind
    # None for the people who keep Maandvers running.
    owner: str | None
    supplier: str
    sentence: str


@dataclass
class LastLook:
    """Facts that were reported, and the last release that was looked at with the side of each target."""

    facts: Collection[str] = ()
    release_id: str | None = None
    # "met" or "missed" per indicator, as it was last certain.
    sides: dict[str, str] = field(default_factory=dict)


def collect(workspace: Workspace, known: LastLook) -> list[Alert]:
    """List the alerts that are new, and note the latest release and its targets in ``known``."""
    alerts = [*_of_feeds(workspace, known.facts), *_of_runs(workspace, known.facts), *_of_release(workspace, known)]
    return [alert for alert in alerts if alert.kind not in workspace.settings.alerts.without]


def _of_feeds(workspace: Workspace, known: Collection[str]) -> Iterator[Alert]:
    """One alert per kind and department, with a line per feed."""
    statuses = read_status(workspace).feeds
    facts = [
        fact
        for feed, status in zip(workspace.feeds, statuses, strict=True)
        for fact in _feed_facts(feed, status)
        if fact.name not in known
    ]
    for own in _grouped(facts, lambda fact: (fact.kind, fact.owner or "")):
        kind, owner = own[0].kind, own[0].owner
        one, more = _TITLES[kind] if owner else _NOT_ASKED
        yield Alert(
            kind=kind,
            facts=[fact.name for fact in own],
            title=f"{one}: {own[0].supplier}" if len(own) == 1 else f"{len(own)} {more}",
            text="\n".join(_lines(own)),
            page="/versheid",
            owner=owner,
        )


def _lines(facts: Sequence[FeedFact]) -> Iterator[str]:
    """Say each sentence once, with the feeds that it is about."""
    for own in _grouped(facts, lambda fact: fact.sentence):
        if len(facts) == 1:
            yield f"{own[0].supplier}: {own[0].sentence}"
        else:
            yield periods.sentence_start(own[0].sentence)
            yield from (f"- {fact.supplier}" for fact in own)


def _grouped(facts: Sequence[FeedFact], key: Callable[[FeedFact], Any]) -> list[list[FeedFact]]:
    return [[*group] for _, group in groupby(sorted(facts, key=key), key)]


def _feed_facts(feed: Feed, status: FeedStatus) -> Iterator[FeedFact]:
    owner = feed.delivery.owner
    for late in status.late:
        kind = _LATE[late.kind]
        # That it was not asked is up to none of the departments.
        reader = None if kind == "we_are_late" and late.write_to != owner else owner
        yield FeedFact(f"{kind}/{feed.id}/{late.due}", kind, reader, status.supplier, _sentence(feed, late))
    if status.expires_in is not None and status.fresh_until is not None:
        sentence = (
            f"te zien tot en met {periods.day(status.fresh_until)}. Komt er geen nieuwe levering, dan tonen we deze"
            " cijfers daarna niet meer."
        )
        name = f"expires_soon/{feed.id}/{status.fresh_until}"
        yield FeedFact(name, "expires_soon", owner, status.supplier, sentence)


def _sentence(feed: Feed, late: Lateness) -> str:
    contact = f" Vraag het na bij {feed.delivery.contact}." if late.write_to == feed.delivery.contact else ""
    return f"{late.message_nl}.{contact}"


def _of_runs(workspace: Workspace, known: Collection[str]) -> Iterator[Alert]:
    for run in failed_runs(workspace):
        fact = f"run_failed/{run.run_id}"
        if fact in known or run.at < workspace.now() - _RECENT:
            continue
        yield Alert(
            kind="run_failed",
            facts=[fact],
            title=f"Verwerking mislukt op {periods.day(run.at)}",
            text=f"De verwerking van {periods.day(run.at)} is niet klaar gekomen. Het bord houdt de cijfers van de"
            " vorige uitgave zolang die geldig zijn. Waarom het misging, staat in het logboek.",
            page="/versheid",
        )


def _of_release(workspace: Workspace, known: LastLook) -> list[Alert]:
    """Alerts about a release that was not looked at before: its news, and targets on their other side."""
    latest = (workspace.releases / LATEST).resolve().name
    if latest == known.release_id or not (workspace.releases / LATEST).exists():
        return []
    try:
        release = open_release(workspace.releases)
    except SetupError:
        # The run that made it has failed, or its files are damaged; a later look finds the next one.
        return []
    with closing(release.connection):
        whole = open_board(release, workspace.today, "")
        board = whole.for_reader(workspace.settings.access.allowed((), whole.themes), None)
        alerts = [*_targets(board, known.sides), *_news(board, known)]
    # A release that was struck makes an earlier one the latest again.
    known.release_id = latest
    return alerts


def _news(board: Board, known: LastLook) -> Iterator[Alert]:
    own = board.release.info
    fact = f"new_release/{own.release_id}"
    news = next(iter(releases_with_news(board, 1)), None)
    if news is None or news.release_id != own.release_id or fact in known.facts:
        return
    lines = [f"- {change(one)}" for one in largest_changes(board, _MOST_CHANGES)]
    yield Alert(
        kind="new_release",
        facts=[fact],
        title=f"Nieuwe cijfers van {board.municipality.name} op {periods.day(own.as_of)}",
        text="\n".join([summary(news), *(["De grootste wijzigingen:", *lines] if lines else [])]),
        page="/wijzigingen",
    )


def _targets(board: Board, sides: dict[str, str]) -> Iterator[Alert]:
    """Targets that are met or missed beyond noise, and were not before; the first look only notes the sides."""
    for code, kpi in kpis(board).items():
        side = side_of(kpi)
        before = sides.get(code)
        if side is None:
            continue
        sides[code] = side
        if before is not None and before != side:
            yield _target(board, kpi, side)


def side_of(kpi: Kpi) -> str | None:
    """Return 'met' or 'missed'; None without a target, or where the difference may be noise.

    Where chance is unknown, the tolerance of the target stands in.
    """
    figure, target = kpi.figure, kpi.target
    if target is None or figure.value is None or kpi.light == "none":
        return None
    if figure.noise_lower is not None and figure.noise_upper is not None:
        is_noise = figure.noise_lower <= target <= figure.noise_upper
    else:
        is_noise = abs(figure.value - target) <= (kpi.tolerance or 0)
    if is_noise and figure.value != target:
        return None
    return "met" if kpi.light == "green" else "missed"


def _target(board: Board, kpi: Kpi, side: str) -> Alert:
    figure, indicator = kpi.figure, board.indicators[kpi.figure.indicator_code]
    assert figure.value is not None
    aim = sentences.target(kpi.light, kpi.target, indicator).target
    when = periods.period(figure.period_type, figure.period, figure.period_end)
    known = figure.noise_lower is not None and figure.noise_upper is not None
    margin = "de gewone schommeling" if known else "de afgesproken marge"
    return Alert(
        kind="target_crossed",
        facts=[f"target_crossed/{indicator.code}/{figure.period}/{side}"],
        title=f"{'Doel gehaald' if side == 'met' else 'Doel niet meer gehaald'}: {indicator.short_label}",
        text=f"{indicator.label}: {numbers.with_unit(figure.value, indicator)} in {when}. Het doel is {aim}."
        f" Het verschil is groter dan {margin}.",
        page=f"/k/{indicator.code}",
    )
