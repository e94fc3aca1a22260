"""The sample suppliers as one running service: CBS and Signalen of the fictional municipality, on this machine."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from .serving import serve

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

DEFAULT_SEED = 20260101


@dataclass(frozen=True)
class SampleSuppliers:
    """Where the sample suppliers answer, and what they were asked: method and path of every request so far."""

    cbs_url: str
    signalen_url: str
    requests: list[tuple[str, str]] = field(default_factory=list)


def sample_app(as_of: date, seed: int = DEFAULT_SEED) -> "ASGIApp":
    """The web application behind both suppliers, as they stand on ``as_of``."""
    # Imported here: who only runs against the real suppliers need not wait for a web server.
    from starlette.applications import Starlette

    from .key_figures import key_figures_tables
    from .odata_v3 import odata_v3_routes
    from .signalen_export import signalen_routes

    return Starlette(routes=[*odata_v3_routes(key_figures_tables(as_of, seed)), *signalen_routes(as_of, seed)])


@contextmanager
def sample_suppliers(as_of: date, seed: int = DEFAULT_SEED) -> Iterator[SampleSuppliers]:
    """Run the sample suppliers as they stand on ``as_of``; they stop when the block ends."""
    requests: list[tuple[str, str]] = []
    with serve(recording(sample_app(as_of, seed), requests)) as base_url:
        yield SampleSuppliers(base_url, signalen_url(base_url), requests)


def signalen_url(base_url: str) -> str:
    """Address of the newest Signalen export of suppliers that run at ``base_url``."""
    return f"{base_url}/signalen/signals/v1/private/csv/"


def recording(app: "ASGIApp", requests: list[tuple[str, str]]) -> "ASGIApp":
    """The application, noting the method and path of every request in ``requests``."""

    async def record(scope: "Scope", receive: "Receive", send: "Send") -> None:
        if scope["type"] == "http":
            requests.append((scope["method"], scope["path"]))
        await app(scope, receive, send)

    return record
