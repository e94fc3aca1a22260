"""Opening an installation: the real one, or the sample municipality with its suppliers running."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path

from filelock import FileLock, Timeout

from dagster_project.errors import SetupError
from dagster_project.installation.public_settings import OF_SAMPLE
from dagster_project.installation.settings import load_settings
from dagster_project.installation.workspace import LOCAL_TIME, Clock, Workspace, local_day, morning_of, wall_clock
from dagster_project.storage.permissions import OTHERS, keep_private, make_passage

SAMPLE_MUNICIPALITY = "GM9999"
SAMPLE_HOME = Path("data/sample")
LOCK = ".run.lock"


def workspace_of(
    *, is_sample: bool, as_of: date | None, as_known_on: date | None = None, clock: Clock = wall_clock
) -> Workspace:
    """The folders, settings and clock of an installation, without anything running.

    With ``as_known_on`` the installation inside it for the figures known on that day.
    """
    keep_private()
    settings = load_settings()
    if is_sample:
        home = settings.home if "home" in settings.model_fields_set else SAMPLE_HOME
        unset = {name: value for name, value in OF_SAMPLE.items() if getattr(settings.public, name) is None}
        public = settings.public.model_copy(update=unset)
        settings = settings.model_copy(
            update={"municipality_code": SAMPLE_MUNICIPALITY, "home": home, "public": public}
        )
        # The answers of the sample suppliers depend on the day alone.
        as_of = as_of or local_day(clock())
    workspace = Workspace(settings, morning_of(as_of) if as_of else clock, is_sample=is_sample)
    _refuse_file_on_the_way(workspace.home, "MAANDVERS_HOME")
    _refuse_file_on_the_way(settings.inbox.resolve(), "MAANDVERS_DROPS")
    return workspace.as_known_on(as_known_on) if as_known_on else workspace


def _refuse_file_on_the_way(folder: Path, setting: str) -> None:
    """Raise SetupError for a folder that cannot be made, because a part of its path is a file."""
    file = next((part for part in (folder, *folder.parents) if part.exists() and not part.is_dir()), None)
    if file is not None:
        raise SetupError(f"{folder} cannot be a folder, because {file} is a file\n  do: choose another {setting}")


def workspace_to_run(
    *, is_sample: bool, as_of: date | None, as_known_on: date | None = None, clock: Clock = wall_clock
) -> Workspace:
    """The same for a run, which writes history; the sample may live through days to come.

    Raises SetupError for a moment that has yet to come: until then every other run would be refused, and readers would
    be pointed at a release of a day still to come.
    """
    workspace = workspace_of(is_sample=is_sample, as_of=as_of, as_known_on=as_known_on, clock=clock)
    now = clock()
    if as_of and not is_sample and workspace.now() > now:
        seen_from, here = (f"{moment.astimezone(LOCAL_TIME):%Y-%m-%d %H:%M}" for moment in (workspace.now(), now))
        raise SetupError(
            f"--as-of {as_of} lies in the future: it counts from {seen_from}, and here it is {here}\n"
            f"  do: leave out --as-of; 'maandvers status --as-of {as_of}' forecasts the state of each feed"
        )
    return workspace


def make_home(workspace: Workspace) -> None:
    """Make the folder of an installation, and close it and its inbox to accounts that have no business there."""
    make_passage(workspace.home, workspace.settings.release_readers)
    inbox = workspace.settings.inbox
    if inbox.is_dir():
        # Departments may deliver by their group. A share has permissions of its own.
        with suppress(PermissionError):
            inbox.chmod(inbox.stat().st_mode & ~OTHERS)


class InstallationTakenError(SetupError):
    """Another run is at work in the installation."""


@contextmanager
def sole_run(workspace: Workspace) -> Iterator[None]:
    """Keep a second run out of the same installation; the lock of a killed run ends with its process.

    Raises InstallationTakenError when another run is at work.
    """
    make_home(workspace)
    lock = FileLock(workspace.home / LOCK)
    try:
        with lock.acquire(timeout=0):
            yield
    except Timeout as error:
        raise InstallationTakenError(
            f"another run is at work in {workspace.home}\n  do: wait for it, or stop it first"
        ) from error


@contextmanager
def sole_writer(workspace: Workspace) -> Iterator[None]:
    """Keep a run on another machine out of the same warehouse; the lock of a killed run ends with its process.

    Raises InstallationTakenError when another machine is at work.
    """
    with workspace.warehouse.lock() as is_alone:
        if not is_alone:
            raise InstallationTakenError(
                f"a run on another machine is at work in the {workspace.warehouse}\n  do: wait for it, or stop it first"
            )
        yield
