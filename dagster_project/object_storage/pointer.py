"""The pointer in object storage, which names the latest release there; it changes in one conditional request."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, PreconditionError
from obstore.store import ObjectStore, S3Store
from pydantic import BaseModel, Field, ValidationError

from dagster_project.errors import PublicationError, SetupError, shown

POINTER = "latest.json"
RELEASE_ID = r"^\d{4}-\d{2}-\d{2}_\d+$"


class Pointer(BaseModel):
    """A release by name, and the SHA-256 of its list of checksums."""

    # By day and number.
    release_id: str = Field(pattern=RELEASE_ID)
    checksums: str = Field(pattern="^[0-9a-f]{64}$")


@dataclass(frozen=True)
class StoredPointer:
    """The pointer as it is stored now, with the tag by which object storage knows this version of it."""

    pointer: Pointer
    tag: str | None


def opened_store(url: str | None, endpoint: str | None) -> ObjectStore:
    """Open the place for releases at an address, such as s3://bucket/folder.

    Keys come from the environment, by the names that the tools of the protocol use (AWS_ACCESS_KEY_ID, …). Raises
    SetupError without a usable address.
    """
    if url is None:
        raise SetupError(
            "no object storage is set\n"
            '  expected: [object_storage] url = "s3://bucket/folder" in maandvers.toml\n'
            "  do: set it, with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment"
        )
    # A server within the house may have no certificate: an address with http is meant so.
    is_plain = endpoint is not None and endpoint.startswith("http:")
    try:
        return S3Store.from_url(
            url, config={"endpoint": endpoint} if endpoint else None, client_options={"allow_http": is_plain}
        )
    except (BaseError, ValueError) as error:
        raise SetupError(
            f"object_storage.url cannot be used: {_first_line(error)}\n"
            "  expected: such as s3://bucket/folder\n  do: correct it"
        ) from None


@contextmanager
def reported(url: str | None) -> Iterator[None]:
    """Turn an error of object storage into ours, which names the place and no key."""
    try:
        yield
    except (BaseError, OSError) as error:
        raise PublicationError(
            f"object storage {url}: {_first_line(error)}\n"
            "  kept: the release that its readers have\n"
            "  do: check the address, the keys in the environment and the server, and try again"
        ) from None


def read_pointer(store: ObjectStore) -> StoredPointer | None:
    """Read which release is the latest; None where there is none yet. Raises PublicationError if it is damaged."""
    try:
        found = obstore.get(store, POINTER)
    except FileNotFoundError:
        return None
    try:
        pointer = Pointer.model_validate_json(bytes(found.bytes()))
    except ValidationError:
        raise PublicationError(
            f"object storage: {POINTER} is no pointer to a release\n"
            "  do: remove it if nothing else of yours is stored there, and publish again"
        ) from None
    return StoredPointer(pointer, found.meta["e_tag"])


def switch(store: ObjectStore, before: StoredPointer | None, after: Pointer) -> None:
    """Point at another release, if the pointer is still the one that was read before.

    Raises PublicationError if another publication came between.
    """
    content = after.model_dump_json(indent=2).encode()
    try:
        if before is None:
            obstore.put(store, POINTER, content, mode="create")
        else:
            obstore.put(store, POINTER, content, mode={"e_tag": before.tag})
    except (AlreadyExistsError, PreconditionError):
        raise PublicationError(
            "object storage: another publication switched readers meanwhile\n"
            "  kept: the release that it published\n  do: publish again if yours is the later one"
        ) from None


def _first_line(error: Exception) -> str:
    return shown(str(error).splitlines()[0] if str(error) else type(error).__name__)
