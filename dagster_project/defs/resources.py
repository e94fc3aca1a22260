"""Resources: the workspace a run works in, and dbt."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Self

import dagster as dg
from pydantic import Field, PrivateAttr

from dagster_project.contracts.model import Feed
from dagster_project.extract.extractors import is_set_up
from dagster_project.installation.opening import sole_run, workspace_to_run
from dagster_project.installation.settings import Settings
from dagster_project.installation.workspace import Clock, Workspace
from dagster_project.landing.history import refuse_to_go_back
from dagster_project.landing.store import FeedStore
from orchestration.jobs import JOBS


class WorkspaceResource(dg.ConfigurableResource):
    """Which installation a run works in, on which day, and which feeds it asks for."""

    is_sample: bool = False
    as_of: str | None = None
    as_known_on: str | None = None
    feeds: list[str] = Field(default_factory=list)
    clock: dg.ResourceDependency[Clock]

    _open: Workspace = PrivateAttr()

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator[Self]:
        """Hold the installation for the length of the run."""
        workspace = workspace_to_run(
            is_sample=self.is_sample,
            as_of=_date(self.as_of),
            as_known_on=_date(self.as_known_on),
            clock=self.clock,
        )
        with sole_run(workspace):
            refuse_to_go_back(workspace.event_log, workspace.now())
            if context.instance and context.run:
                _end_dead_runs(context.instance, context.run)
            self._open = workspace
            yield self

    @property
    def open(self) -> Workspace:
        """The workspace, while a run holds it."""
        return self._open

    def asks_for(self, feed: Feed, settings: Settings) -> bool:
        """Whether this run asks the feed's supplier for news.

        A folder of files that was there before and is gone is asked for all the same: a share that is not mounted looks
        like that, and may not pass for a feed that nobody uses.
        """
        is_chosen = self._open.uses(feed) and feed in self._open.select(self.feeds)
        was_asked = FeedStore(self._open.landing, feed).state().attempted_at is not None
        return is_chosen and (was_asked or is_set_up(feed, settings))


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _end_dead_runs(instance: dg.DagsterInstance, own: dg.DagsterRun) -> None:
    """Take killed runs out of Dagster's books: they would keep their place in its pools, and every later run waiting.

    Who holds the installation knows that no other run of our jobs is alive.
    """
    for run in instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED])):
        if run.job_name in {job.name for job in JOBS} and run.run_id != own.run_id:
            instance.report_run_failed(run, "This run was killed: another has found its installation free.")
            instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
