"""The first run of an installation, and the whole sample: each made once, by the command, for all tests."""

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import pytest
from made_once import made_once
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send
from suppliers.running import Suppliers, running

from dagster_project.installation.public_settings import PublicSettings
from dagster_project.installation.settings import Settings
from dagster_project.installation.workspace import Workspace, morning_of
from dagster_project.marts.catalogue import read_marts
from dagster_project.public_edition.publish import publish_public
from dagster_project.sample.open_data.key_figures import key_figures_tables
from dagster_project.sample.servers.odata_v3_server import odata_v3_routes
from dagster_project.sample.service import DEFAULT_SEED, sample_app
from dagster_project.warehouse.dbt import current_manifest

from .installation import COMMAND, NOTHING, SIGNALEN, Call, Installation

FIRST = date(2026, 1, 31)
SAMPLE_DAY = date(2026, 11, 25)
OF_SAMPLE = PublicSettings(contact="data@example.nl", address="https://cijfers.example.nl")


def paged_sample(day: date) -> ASGIApp:
    """The sample suppliers, of which CBS gives even one municipality's records in more than one page."""
    whole = sample_app(day)
    paged = Starlette(routes=odata_v3_routes(key_figures_tables(day, DEFAULT_SEED), page_size=20))

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await (paged if scope["path"].endswith("TypedDataSet") else whole)(scope, receive, send)

    return app


@dataclass(frozen=True)
class FirstRun:
    """The installation after its first run, which no test changes, and what the command printed."""

    installation: Installation
    call: Call
    # Paths that the suppliers were asked for.
    requests: list[str]

    @property
    def suppliers(self) -> Suppliers:
        """The suppliers of this process, for copies that run on."""
        assert self.installation.suppliers
        return self.installation.suppliers

    @property
    def latest(self) -> Path:
        """The folder of its release."""
        return self.installation.latest

    def copy(self, home: Path) -> Installation:
        """Copy the installation for a test that changes it; its suppliers answer as on the first day."""
        self.suppliers.app = paged_sample(FIRST)
        self.suppliers.faults.chosen = {}
        return self.installation.copy(home)


@pytest.fixture(scope="session")
def paged_suppliers() -> Iterator[Suppliers]:
    """Suppliers without an app: a test gives them that of a day."""
    with running(Starlette()) as suppliers:
        yield suppliers


@pytest.fixture(scope="session")
def first_run(paged_suppliers: Suppliers, tmp_path_factory: pytest.TempPathFactory) -> FirstRun:
    """31 January: CBS and Signalen give everything, to the command itself."""

    def make(folder: Path) -> None:
        paged_suppliers.app = paged_sample(FIRST)
        installation = Installation(folder / "home", paged_suppliers)
        asked = len(paged_suppliers.requests)
        # A supplier and a feed, separated by a comma.
        call = installation.call("run", "--live", "--feeds", f"cbs,{SIGNALEN}", "--json", on=FIRST)
        requests = [path for _, path in paged_suppliers.requests[asked:]]
        (folder / "run.json").write_text(json.dumps({"call": asdict(call), "requests": requests}))

    folder = made_once(tmp_path_factory, "first_run", make)
    made = json.loads((folder / "run.json").read_text())
    call = Call(**made["call"])
    assert call.exit_code == 0, call.errors[-3000:]
    return FirstRun(Installation(folder / "home", paged_suppliers), call, made["requests"])


# The permissions that most accounts give a new file.
EVERYONE_READS = 0o022


def call_sample(
    home: Path, *arguments: str, on: date = SAMPLE_DAY, settings: Mapping[str, str] = NOTHING, timeout: float = 600
) -> subprocess.CompletedProcess[str]:
    """The command on the sample municipality of one day, with every feed."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("MAANDVERS_")}
    command = [str(COMMAND), *arguments, "--sample", "--as-of", on.isoformat(), "--json"]
    return subprocess.run(
        command,
        env=own | {"MAANDVERS_HOME": str(home), **settings},
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout,
        umask=EVERYONE_READS,
    )


@pytest.fixture(scope="session")
def sample_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home folder after a run of the whole sample; tests that change it take a copy."""

    def make(folder: Path) -> None:
        ran = call_sample(folder, "run")
        assert ran.returncode == 0, ran.stderr[-3000:]

    return made_once(tmp_path_factory, "sample", make)


def publish_edition(home: Path, public: PublicSettings = OF_SAMPLE) -> Workspace:
    """Publish the public edition of the latest release in a home folder."""
    settings = Settings(home=home, municipality_code="GM9999", public=public)
    workspace = Workspace(settings, morning_of(SAMPLE_DAY), is_sample=True)
    publish_public(workspace, read_marts(current_manifest()))
    return workspace


def home_beside(releases: Path, home: Path) -> Path:
    """A home folder with the releases of another."""
    home.mkdir()
    (home / "releases").symlink_to(releases)
    return home


@pytest.fixture(scope="session")
def public_home(sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder with the public edition of the sample, which no test changes for good."""

    def make(folder: Path) -> None:
        publish_edition(home_beside(sample_home / "releases", folder / "home"))

    return made_once(tmp_path_factory, "public", make) / "home"


@pytest.fixture(scope="session")
def public_edition(public_home: Path) -> Path:
    """The folder of that edition."""
    return (public_home / "public" / "latest").resolve()
