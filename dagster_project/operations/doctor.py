"""Examination of an installation before or without a run: one cheap question to each supplier, nothing is stored."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex

import httpx
from pydantic import BaseModel

from dagster_project.contracts.model import Feed
from dagster_project.errors import DeliveryError, SupplierUnreachableError, shown
from dagster_project.extract.answer import UnlistedError
from dagster_project.extract.examination import Examination
from dagster_project.extract.extractors import Extractor, extractor_for, is_available
from dagster_project.extract.http import BusySupplierError
from dagster_project.installation.settings import HttpSettings, Settings
from dagster_project.installation.workspace import Workspace, wall_clock
from dagster_project.landing.shared_landing import landed_once
from dagster_project.marts.dictionary import theme_codes
from dagster_project.sample.service import within_reach

# A person waits for the answer, and may ask again.
PATIENCE = HttpSettings(timeout=15, attempts=1)


class FeedExamination(BaseModel):
    """One feed: the newest table as its supplier describes it, and everything that is wrong with it."""

    feed: str
    newest: Examination | None = None
    problems: list[str] = []


class Diagnosis(BaseModel):
    """Result of ``maandvers doctor``."""

    feeds: list[FeedExamination]
    # Feeds of the municipality's own departments for which there is no folder yet.
    without_folder: list[str]
    # Rules for groups of readers that have no effect.
    idle_rules: list[str] = []

    @property
    def is_healthy(self) -> bool:
        """Whether a run can use every feed that is in use."""
        return not any(feed.problems for feed in self.feeds)


def diagnose(workspace: Workspace) -> Diagnosis:
    """Ask about every feed that this municipality uses. A supplier that does not answer is asked once."""
    with within_reach(workspace) as reachable:
        settings = reachable.model_copy(update={"http": PATIENCE})
        used = [feed for feed in workspace.feeds if workspace.uses(feed)]
        present = [feed for feed in used if is_available(feed, settings)]
        return Diagnosis(
            feeds=[*_examined(present, settings)],
            without_folder=[feed.id for feed in used if feed not in present],
            idle_rules=_idle_rules(settings),
        )


def _idle_rules(settings: Settings) -> list[str]:
    """Describe rules of [access] that change nothing; those that name no theme or level are refused as settings are."""
    found = [
        f"access.groups.{name}: shows this group nothing more than every reader\n"
        "  do: give it themes that 'everyone' is without, or leave it out"
        for name in settings.access.idle_groups(theme_codes())
    ]
    if settings.access.groups and settings.board.groups_header is None:
        names = ", ".join(settings.access.groups)
        found.append(
            f"board.groups_header: is not set, so that the board takes no reader for one of {names}\n"
            '  do: name the header in which your proxy names groups, such as "X-Forwarded-Groups"'
        )
    return found


def _examined(feeds: list[Feed], settings: Settings) -> Iterator[FeedExamination]:
    unreachable: dict[str, str] = {}
    for feed in feeds:
        # Nothing is stored, so neither are pseudonyms.
        with extractor_for(feed, settings, token_hex()) as extractor, tempfile.TemporaryDirectory() as scratch:
            source = landed_once(extractor, settings, wall_clock)
            service = getattr(source.parameters, "base_url", None)
            if service in unreachable:
                problem = f"{feed.id}: was not asked, because {shown(service)} gave {unreachable[service]} no answer"
                yield FeedExamination(feed=feed.id, problems=[problem])
                continue
            newest, errors = _examine(source, Path(scratch))
        if newest is None and service and not all(_is_there(error) for error in errors):
            unreachable[service] = feed.id
        problems = [str(error) for error in errors]
        if newest and newest.missing:
            problems.append(_lacking(feed, newest))
        yield FeedExamination(feed=feed.id, newest=newest, problems=problems)


def _examine(extractor: Extractor, scratch: Path) -> tuple[Examination | None, list[DeliveryError]]:
    errors: list[DeliveryError] = []
    try:
        editions = extractor.editions({})
    except UnlistedError as error:
        editions = error.known
        errors.append(error)
    except DeliveryError as error:
        return None, [error]
    for edition in reversed(editions):
        try:
            # The newest that can be used is enough: the others have its form, or an older one that is known.
            return extractor.examine(edition, scratch), errors
        except DeliveryError as error:
            if isinstance(error, SupplierUnreachableError) and not _is_there(error):
                # A catalogue that does not answer either is no problem of its own.
                return None, [*(one for one in errors if _is_there(one)), error]
            errors.append(error)
        except (KeyError, ValueError, TypeError) as error:
            came = f"{type(error).__name__}: {error}"
            problem = f"describes {edition.source_id} in an unknown form"
            errors.append(extractor.error(problem, "a title and columns", came, "report this"))
    return None, errors


def _is_there(error: DeliveryError) -> bool:
    """Whether a service answered, if only with a status that means no."""
    cause = error.__cause__.__cause__ if isinstance(error, UnlistedError) and error.__cause__ else error.__cause__
    return not isinstance(cause, httpx.TransportError | BusySupplierError)


def _lacking(feed: Feed, newest: Examination) -> str:
    names = [
        f"'{name}'" + (f" (nearest: {', '.join(nearest)})" if nearest else "")
        for name, nearest in newest.missing.items()
    ]
    return (
        f"{feed.id}: {newest.table} lacks {len(names)} of {newest.found + len(names)} columns\n"
        f"  missing: {', '.join(names)}\n"
        f"  do: a column that was renamed gets its new name in 'supplier_aliases' in {feed.file}; one that stopped gets"
        " 'last_edition'"
    )
