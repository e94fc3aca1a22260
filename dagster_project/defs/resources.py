"""The workspace resource: the installation in which a run works."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from typing import Self

import dagster as dg
from pydantic import PrivateAttr

from dagster_project.contracts.model import Feed
from dagster_project.extract.extractors import is_available
from dagster_project.installation.opening import sole_run, sole_writer, workspace_to_run
from dagster_project.installation.settings import Settings, load_settings
from dagster_project.installation.workspace import Clock, Workspace
from dagster_project.landing.history import refuse_to_go_back
from dagster_project.landing.store import FeedStore
from dagster_project.object_storage.shared_home import shared_home
from dagster_project.operations.rebuild_as_of import rebuild_as_of
from dagster_project.sample.service import within_reach
from orchestration.alerts.failed_runs import run_begins, run_ends


class WorkspaceResource(dg.ConfigurableResource):
    """The installation in which a run works, and the day on which it does."""

    # As the settings say, unless a run is given another value: what is given replaces all values of the definition.
    is_sample: bool | None = None
    as_of: str | None = None
    # Rebuild what was known on this day; no supplier is asked and nothing is removed.
    as_known_on: str | None = None
    clock: dg.ResourceDependency[Clock]

    _open: Workspace = PrivateAttr()
    _settings: Settings | None = PrivateAttr(default=None)
    _save: Callable[[], None] = PrivateAttr()
    _until_the_end: ExitStack = PrivateAttr()

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator[Self]:
        """Lock the installation for the length of the run."""
        is_sample = load_settings().sample if self.is_sample is None else self.is_sample
        workspace = workspace_to_run(is_sample=is_sample, as_of=_date(self.as_of), clock=self.clock)
        if past_day := _date(self.as_known_on):
            workspace = rebuild_as_of(workspace, past_day)
        with (
            sole_run(workspace),
            sole_writer(workspace),
            shared_home(workspace) as self._save,
            ExitStack() as self._until_the_end,
        ):
            refuse_to_go_back(workspace.event_log, workspace.now())
            self._open = workspace
            is_of_today = workspace.point_in_time is None
            if is_of_today:
                run_begins(workspace, context.run.run_id if context.run else "")
            try:
                yield self
            finally:
                if is_of_today:
                    run_ends(workspace)

    @property
    def open(self) -> Workspace:
        """The workspace, while a run has it locked."""
        return self._open

    @property
    def settings(self) -> Settings:
        """Settings by which suppliers can be asked; the sample suppliers start once, at the first question."""
        if self._settings is None:
            self._settings = self._until_the_end.enter_context(within_reach(self._open))
        return self._settings

    def save(self) -> None:
        """Let other machines have what this run has landed and made so far, where the settings name a place for it."""
        self._save()

    def asks_for(self, feed: Feed) -> bool:
        """Whether this run asks the feed's supplier for news.

        A folder of files that was there before and is gone is asked for all the same: a share that is not mounted looks
        like that, and may not pass for a feed that is not used.
        """
        if self._open.point_in_time or not self._open.uses(feed):
            return False
        was_asked = FeedStore(self._open.landing, feed).state().attempted_at is not None
        return was_asked or is_available(feed, self.settings)


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
