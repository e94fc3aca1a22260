"""A home that several machines share through object storage: brought here before a run, and saved as it goes on."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from dagster_project.errors import MaandversError, SetupError
from dagster_project.installation.workspace import Workspace

if TYPE_CHECKING:
    from dagster_project.object_storage.bucket import Versioned

logger = logging.getLogger(__name__)

NEEDS_PACKAGE = "object storage needs a package that is not installed\n  do: pip install 'maandvers[object-storage]'"


@contextmanager
def shared_home(workspace: Workspace) -> Iterator[Callable[[], None]]:
    """Fetch the home of an installation that is locked; yields what saves it, which is done at the end as well.

    Nothing happens where the settings name no place for it, or in the rebuild of a past day. Raises SetupError if this
    machine has a history of its own, and PublicationError if object storage does not answer or is damaged.
    """
    place = workspace.settings.object_storage
    if place.home is None or workspace.point_in_time:
        yield lambda: None
        return
    try:
        from dagster_project.object_storage.bucket import opened_store, read, reported
        from dagster_project.object_storage.fetch_home import fetch_home
        from dagster_project.object_storage.home_manifest import MANIFEST_OF_HOME, HomeManifest
        from dagster_project.object_storage.save_home import save_home
    except ModuleNotFoundError:
        raise SetupError(NEEDS_PACKAGE) from None
    if workspace.settings.secret is None and not workspace.is_sample:
        raise SetupError(
            "machines that share a home need the same secret, which object_storage.home does not keep\n"
            f"  do: set MAANDVERS_SECRET on each; one that ran before has it in {workspace.home / 'secret'}"
        )
    store = opened_store("home", place.home, place.endpoint)
    kept = "what this machine has, and the release that readers have"
    with reported(place.home, kept):
        stored: Versioned[HomeManifest] | None = read(store, MANIFEST_OF_HOME, HomeManifest, "no manifest of a home")
        if stored:
            stored.value.refuse_another(workspace, place.home)
            fetch_home(workspace, store, stored.value)
    failed = False

    def save() -> None:
        nonlocal stored, failed
        try:
            with reported(place.home, kept):
                stored = save_home(workspace, store, stored)
        except MaandversError:
            failed = True
            raise

    try:
        yield save
    finally:
        # Another machine needs the deliveries of a run that failed as well.
        if not failed:
            try:
                save()
            except MaandversError as error:
                logger.warning("%s", error)
