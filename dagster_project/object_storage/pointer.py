"""The pointer of readers in object storage, which names the latest release there."""

from obstore.store import ObjectStore
from pydantic import BaseModel, Field

from dagster_project.errors import PublicationError
from dagster_project.object_storage.bucket import Versioned, read, switch

POINTER = "latest.json"
RELEASE_ID = r"^\d{4}-\d{2}-\d{2}_\d+$"


class Pointer(BaseModel):
    """A release by name, and the SHA-256 of its list of checksums."""

    # By day and number.
    release_id: str = Field(pattern=RELEASE_ID)
    checksums: str = Field(pattern="^[0-9a-f]{64}$")


def read_pointer(store: ObjectStore) -> Versioned[Pointer] | None:
    """Read which release is the latest; None where there is none yet. Raises PublicationError if it is damaged."""
    return read(store, POINTER, Pointer, "no pointer to a release")


def point_at(store: ObjectStore, before: Versioned[Pointer] | None, after: Pointer) -> None:
    """Point at another release, if the pointer is still the one that was read before.

    Raises PublicationError if another publication came between.
    """
    if switch(store, POINTER, before, after) is None:
        raise PublicationError(
            "object storage: another publication switched readers meanwhile\n"
            "  kept: the release that it published\n  do: publish again if yours is the later one"
        )
