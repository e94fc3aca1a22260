"""Opening a workspace: the real one from the settings, or the sample municipality with its suppliers running."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from filelock import FileLock, Timeout

from dagster_project.errors import SetupError
from dagster_project.settings import load_settings
from dagster_project.workspace import LOCAL_TIME, Workspace, morning_of, wall_clock

SAMPLE_MUNICIPALITY = "GM9999"
SAMPLE_HOME = Path("data/sample")


@contextmanager
def open_workspace(*, is_sample: bool, as_of: date | None) -> Iterator[Workspace]:
    """The workspace of a run; for the sample, suppliers answer on this machine as long as it is open."""
    if not is_sample:
        yield workspace_of(is_sample=False, as_of=as_of)
        return
    from dagster_project.sample.service import sample_suppliers, write_drops

    day = as_of or wall_clock().astimezone(LOCAL_TIME).date()
    with sample_suppliers(day) as suppliers:
        sample = workspace_of(is_sample=True, as_of=day)
        write_drops(sample.settings.drop_folder, day)
        settings = sample.settings.model_copy(update={"suppliers": suppliers.settings()})
        yield Workspace(settings, sample.now, is_sample=True)


def workspace_of(*, is_sample: bool, as_of: date | None) -> Workspace:
    """The folders, settings and clock of an installation, without anything running."""
    settings = load_settings()
    if is_sample:
        home = settings.home if "home" in settings.model_fields_set else SAMPLE_HOME
        settings = settings.model_copy(update={"municipality_code": SAMPLE_MUNICIPALITY, "home": home})
    return Workspace(settings, morning_of(as_of) if as_of else wall_clock, is_sample=is_sample)


@contextmanager
def sole_run(workspace: Workspace) -> Iterator[None]:
    """Keep a second run out of the same installation; a killed run lets go by itself.

    Raises SetupError when another run is at work.
    """
    workspace.home.mkdir(parents=True, exist_ok=True)
    lock = FileLock(workspace.home / ".run.lock")
    try:
        with lock.acquire(timeout=0):
            yield
    except Timeout as error:
        raise SetupError(f"another run is at work in {workspace.home}\n  do: wait for it, or stop it first") from error
