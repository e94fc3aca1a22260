"""Sample suppliers on this machine: one running service for all of them, and uploaded files in the inbox."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from dagster_project.installation.settings import FeedSettings, Settings, SupplierSettings
from dagster_project.installation.workspace import Workspace
from dagster_project.sample.servers.serving import serve

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from dagster_project.sample.servers.odata_v3_server import ODataTable

DEFAULT_SEED = 20260101


# Suppliers with OData v3 share one address here; CBS's own service and that for third parties are alike.
ODATA_V3_SUPPLIERS = ("cbs", "police", "rivm", "iv3")


@dataclass(frozen=True)
class SampleSuppliers:
    """Address of the running sample suppliers, with the method and path of every request so far."""

    base_url: str
    requests: list[tuple[str, str]] = field(default_factory=list)

    @property
    def cbs_url(self) -> str:
        """Address of the OData v3 service."""
        return self.base_url

    @property
    def signalen_url(self) -> str:
        """Address of the newest Signalen export."""
        return signalen_url(self.base_url)

    def settings(self) -> dict[str, SupplierSettings]:
        """Settings by which an installation uses these suppliers."""
        return {
            **{name: SupplierSettings(base_url=self.cbs_url) for name in ODATA_V3_SUPPLIERS},
            "pdok": SupplierSettings(base_url=self.base_url),
            "signalen": SupplierSettings(location=self.signalen_url),
            "duo": duo_settings(self.base_url),
        }


def sample_tables(as_of: date, seed: int) -> "list[ODataTable]":
    """Every table of the sample's OData v3 service."""
    from dagster_project.sample.open_data.absence_benchmark import absence_tables
    from dagster_project.sample.open_data.benefits import benefits_tables
    from dagster_project.sample.open_data.iv3 import iv3_tables
    from dagster_project.sample.open_data.key_figures import key_figures_tables
    from dagster_project.sample.open_data.police import police_tables
    from dagster_project.sample.open_data.proximity import proximity_tables
    from dagster_project.sample.open_data.regional_key_figures import regional_key_figures_tables
    from dagster_project.sample.open_data.rivm import rivm_tables
    from dagster_project.sample.open_data.social_statistics import social_statistics_tables

    return [
        *key_figures_tables(as_of, seed),
        *regional_key_figures_tables(as_of, seed),
        *absence_tables(as_of, seed),
        *police_tables(as_of, seed),
        *rivm_tables(as_of, seed),
        *iv3_tables(as_of, seed),
        *benefits_tables(as_of, seed),
        *proximity_tables(as_of, seed),
        *social_statistics_tables(as_of, seed),
    ]


def sample_app(as_of: date, seed: int = DEFAULT_SEED) -> "ASGIApp":
    """Web application of all suppliers, as of a day."""
    # Imported here: a run against the real suppliers needs no web server.
    from starlette.applications import Starlette

    from dagster_project.sample.open_data.borders import outline_routes
    from dagster_project.sample.open_data.duo import duo_routes
    from dagster_project.sample.open_data.poverty import poverty_tables
    from dagster_project.sample.registers.signalen_export import signalen_routes
    from dagster_project.sample.servers.odata_v3_server import odata_v3_routes
    from dagster_project.sample.servers.odata_v4_server import odata_v4_routes
    from dagster_project.sample.servers.signalen_api_server import signalen_api_routes

    return Starlette(
        routes=[
            *odata_v3_routes(sample_tables(as_of, seed)),
            *signalen_routes(as_of, seed),
            *signalen_api_routes(as_of, seed),
            *outline_routes(as_of, seed),
            *duo_routes(as_of, seed),
            *odata_v4_routes(poverty_tables(as_of, seed)),
        ]
    )


def write_inbox(folder: Path, as_of: date, seed: int = DEFAULT_SEED) -> None:
    """Write the files that the departments upload to a folder per feed, on the days on which one of them exports."""
    from dagster_project.sample.registers.export_days import last_export, last_monday

    stamp, now = folder / ".written", f"{last_export(as_of)} {last_monday(as_of)} {seed} {_digest_of_writers()}"
    if stamp.exists() and stamp.read_text("utf-8") == now:
        return
    from dagster_project.sample.registers.benefits_admin import write_benefits_admin
    from dagster_project.sample.registers.early_childhood import write_early_childhood
    from dagster_project.sample.registers.ledger import write_ledger
    from dagster_project.sample.registers.social_domain import write_social_domain
    from dagster_project.sample.registers.sports import write_sports
    from dagster_project.sample.registers.staff import write_staff
    from dagster_project.sample.registers.statline import write_statline
    from dagster_project.sample.registers.vacancy import write_vacancy

    for write in (
        write_benefits_admin,
        write_early_childhood,
        write_ledger,
        write_social_domain,
        write_sports,
        write_staff,
        write_statline,
        write_vacancy,
    ):
        write(folder, as_of, seed)
    folder.mkdir(parents=True, exist_ok=True)
    stamp.write_text(now, "utf-8")


def _digest_of_writers() -> str:
    digest = hashlib.sha256()
    for file in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()


@contextmanager
def sample_suppliers(as_of: date, seed: int = DEFAULT_SEED) -> Iterator[SampleSuppliers]:
    """Run the sample suppliers as of a day; they stop when the block ends."""
    requests: list[tuple[str, str]] = []
    with serve(recording(sample_app(as_of, seed), requests)) as base_url:
        yield SampleSuppliers(base_url, requests)


def duo_settings(base_url: str) -> SupplierSettings:
    """Addresses of DUO's pages of links on suppliers that run at ``base_url``."""
    from dagster_project.sample.open_data.duo import PAGES, page_url

    return SupplierSettings(feeds={feed: FeedSettings(location=page_url(base_url, feed)) for feed in PAGES})


def signalen_url(base_url: str) -> str:
    """Address of the newest Signalen export of suppliers that run at ``base_url``."""
    return f"{base_url}/signalen/signals/v1/private/csv/"


def recording(app: "ASGIApp", requests: list[tuple[str, str]]) -> "ASGIApp":
    """Wrap an application to record the method and path of every request in ``requests``."""

    async def record(scope: "Scope", receive: "Receive", send: "Send") -> None:
        if scope["type"] == "http":
            requests.append((scope["method"], scope["path"]))
        await app(scope, receive, send)

    return record


@contextmanager
def within_reach(workspace: Workspace) -> Iterator[Settings]:
    """Settings by which suppliers can be reached; the sample's run until the block ends."""
    if not workspace.is_sample:
        yield workspace.settings
        return
    with sample_suppliers(workspace.today) as suppliers:
        write_inbox(workspace.settings.inbox, workspace.today)
        yield workspace.settings.model_copy(update={"suppliers": suppliers.settings()})
