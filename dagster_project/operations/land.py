"""Landing of open data once for all municipalities, whose installations read it here.

Nothing is audited: each municipality judges its own rows, so that a mistake in those of one holds up no other.
"""

from dagster_project.contracts.model import Feed
from dagster_project.errors import SetupError
from dagster_project.extract.extractors import extractor_for
from dagster_project.installation.opening import sole_run
from dagster_project.installation.settings import TOML
from dagster_project.installation.workspace import Workspace
from dagster_project.landing.ingest import Reception, receive
from dagster_project.landing.staleness import refuse_a_wrong_clock
from dagster_project.landing.store import FeedStore
from dagster_project.storage.permissions import share


def land(workspace: Workspace) -> list[Reception]:
    """Ask every supplier of open data, and let the readers of this installation read what is landed.

    Raises SetupError where the settings do not say that the installation is shared, and for a wrong clock.
    """
    if workspace.settings.scope != "shared":
        raise SetupError(
            "this installation lands feeds for itself alone, as a part of 'maandvers run'\n"
            f'  do: run this where {TOML} has scope = "shared"'
        )
    with sole_run(workspace):
        feeds = [feed for feed in workspace.feeds if workspace.uses(feed)]
        receptions = {feed.id: _receive(workspace, feed) for feed in feeds}
        # A supplier that gave no answer is asked once more, when every other was asked.
        again = [feed for feed in feeds if receptions[feed.id].is_unreachable]
        receptions |= {feed.id: _receive(workspace, feed) for feed in again}
        share(workspace.landing, workspace.settings.release_readers)
        refuse_a_wrong_clock([FeedStore(workspace.landing, feed) for feed in feeds], workspace.now())
    return [*receptions.values()]


def _receive(workspace: Workspace, feed: Feed) -> Reception:
    with extractor_for(feed, workspace.settings) as extractor:
        return receive(FeedStore(workspace.landing, feed), extractor, workspace.now)
