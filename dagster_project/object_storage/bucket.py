"""A place in object storage, and the one object in it that says which others count.

That object changes in one conditional request, after all others are there: a reader finds a whole state, and of two
that write at once one is refused.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Generic, TypeVar

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, PreconditionError
from obstore.store import ObjectStore, S3Store
from pydantic import BaseModel, ValidationError

from dagster_project.errors import PublicationError, SetupError, shown

Value = TypeVar("Value", bound=BaseModel)
ATTEMPTS, PATIENCE = 5, timedelta(minutes=1)


@dataclass(frozen=True)
class Versioned(Generic[Value]):
    """A value as it is stored now, with the tag by which object storage knows this version of it."""

    value: Value
    tag: str | None


def opened_store(setting: str, url: str | None, endpoint: str | None) -> ObjectStore:
    """Open the place that a setting names, such as s3://bucket/folder.

    Keys come from the environment, by the names that the tools of the protocol use (AWS_ACCESS_KEY_ID, …). Raises
    SetupError without a usable address.
    """
    if url is None:
        raise SetupError(
            "no object storage is set\n"
            f'  expected: [object_storage] {setting} = "s3://bucket/folder" in maandvers.toml\n'
            "  do: set it, with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment"
        )
    # A server within the house may have no certificate: an address with http is meant so.
    is_plain = endpoint is not None and endpoint.startswith("http:")
    try:
        return S3Store.from_url(
            url,
            config={"endpoint": endpoint} if endpoint else None,
            client_options={"allow_http": is_plain},
            retry_config={"max_retries": ATTEMPTS, "retry_timeout": PATIENCE},
        )
    except (BaseError, ValueError) as error:
        raise SetupError(
            f"object_storage.{setting} cannot be used: {_first_line(error)}\n"
            "  expected: such as s3://bucket/folder\n  do: correct it"
        ) from None


@contextmanager
def reported(url: str | None, kept: str) -> Iterator[None]:
    """Turn an error of object storage into ours, which names the place and no key."""
    try:
        yield
    except (BaseError, OSError) as error:
        raise PublicationError(
            f"object storage {url}: {_first_line(error)}\n"
            f"  kept: {kept}\n"
            "  do: check the address, the keys in the environment and the server, and try again"
        ) from None


def read(store: ObjectStore, name: str, kind: type[Value], meaning: str) -> Versioned[Value] | None:
    """Read the object that says which others count; None where there is none yet.

    Raises PublicationError if it is something else than its meaning.
    """
    try:
        found = obstore.get(store, name)
    except FileNotFoundError:
        return None
    try:
        value = kind.model_validate_json(bytes(found.bytes()))
    except ValidationError:
        raise PublicationError(
            f"object storage: {name} is {meaning}\n"
            "  do: remove it if nothing else of yours is stored there, and try again"
        ) from None
    return Versioned(value, found.meta["e_tag"])


def switch(store: ObjectStore, name: str, before: Versioned[Value] | None, after: Value) -> Versioned[Value] | None:
    """Replace that object, if it is still the one that was read before; None if another came between."""
    content = after.model_dump_json(indent=2).encode()
    try:
        put = obstore.put(store, name, content, mode={"e_tag": before.tag} if before else "create")
    except (AlreadyExistsError, PreconditionError):
        return None
    return Versioned(after, put["e_tag"])


def _first_line(error: Exception) -> str:
    return shown(str(error).splitlines()[0] if str(error) else type(error).__name__)
