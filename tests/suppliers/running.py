"""A supplier that runs for tests: over real HTTP, with faults to choose and the requests it was asked."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date

from starlette.types import ASGIApp, Receive, Scope, Send

from dagster_project.sample.servers.serving import serve
from dagster_project.sample.service import recording, sample_app, signalen_url

from .faults import Faults


@dataclass
class Suppliers:
    """Running suppliers: their addresses, the requests so far, and the faults in force."""

    app: ASGIApp
    cbs_url: str = ""
    signalen_url: str = ""
    requests: list[tuple[str, str]] = field(default_factory=list)
    faults: Faults = field(default_factory=Faults)

    def travel_to(self, as_of: date) -> None:
        """Answer from now on, at the same address, as the sample of another day."""
        self.app = sample_app(as_of)


@contextmanager
def running(app: ASGIApp) -> Iterator[Suppliers]:
    suppliers = Suppliers(app)

    async def front(scope: Scope, receive: Receive, send: Send) -> None:
        await suppliers.app(scope, receive, send)

    with serve(recording(suppliers.faults.in_front_of(front), suppliers.requests)) as base_url:
        suppliers.cbs_url, suppliers.signalen_url = base_url, signalen_url(base_url)
        yield suppliers
