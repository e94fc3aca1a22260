"""The home of an installation in object storage: every file that no run can make again, and where its content lies.

Content never changes under its name there, so that a manifest is whole as long as it is the one that counts.
"""

import hashlib
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from dagster_project.errors import SetupError
from dagster_project.installation.workspace import Workspace
from dagster_project.storage.event_log import EVENTS

MANIFEST_OF_HOME = "home.json"
# Below it a folder per upload, with the content of each new file under its checksum.
CONTENTS = "files"
FOLDERS = ("landing", "published", "releases", "public")
# The alerts that were sent.
SENT = "alerts/sent.json"
LOG = f"landing/{EVENTS}"
HEAD = str(PurePosixPath(LOG).with_suffix(".head"))
# Deliveries that are being prepared.
UNFINISHED = "incoming"


def _within_home(name: str) -> str:
    top, *below = PurePosixPath(name).parts
    if ".." in below or (name != SENT and top not in FOLDERS):
        raise ValueError("lies outside what is kept of a home")
    return name


def _beside_link(target: str) -> str:
    if "/" in target or target in ("", ".", ".."):
        raise ValueError("expected a folder beside the link")
    return target


class StoredFile(BaseModel):
    """One file: where its content lies, and by what a change is noticed."""

    model_config = ConfigDict(frozen=True)

    content: str = Field(pattern=f"^{CONTENTS}/[^/]+/[0-9a-f]{{64}}$")
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    size: int
    # In nanoseconds, as the file system has it; quarantine counts its term from it.
    modified: int


class HomeManifest(BaseModel):
    """A home as the last run left it."""

    model_config = ConfigDict(frozen=True)

    municipality_code: str
    # Mark of the secret.
    secret: str
    machine: str
    saved_at: datetime
    files: dict[Annotated[str, AfterValidator(_within_home)], StoredFile]
    links: dict[Annotated[str, AfterValidator(_within_home)], Annotated[str, AfterValidator(_beside_link)]]

    def refuse_another(self, workspace: Workspace, url: str | None) -> None:
        """Raise SetupError for the home of another municipality, or for one whose counts had another secret."""
        ours = workspace.settings.municipality_code
        if self.municipality_code != ours:
            raise SetupError(
                f"{url} has the home of {self.municipality_code}, and this installation is of {ours}\n"
                "  do: give each municipality a place of its own in object_storage.home"
            )
        if self.secret != mark_of_secret(workspace):
            raise SetupError(
                f"MAANDVERS_SECRET is another than that of the runs in {url}: counts would be rounded otherwise\n"
                f"  do: set the one that {self.machine} has"
            )


def mark_of_secret(workspace: Workspace) -> str:
    """Derive a mark that does not show the secret; slow, since a person may have thought of a short one."""
    salt = workspace.settings.municipality_code.encode()
    return hashlib.scrypt(workspace.secret.encode(), salt=salt, n=2**14, r=8, p=1).hex()


def files_and_links(home: Path) -> tuple[dict[str, Path], dict[str, str]]:
    """List the files and links of a home that no run can make again, by their names in it."""
    files, links = {}, {}
    for path in _kept(home):
        name = str(path.relative_to(home))
        if path.is_symlink():
            links[name] = str(path.readlink())
        else:
            files[name] = path
    return files, links


def _kept(home: Path) -> Iterator[Path]:
    if (home / SENT).exists():
        yield home / SENT
    for top in FOLDERS:
        for folder, below, names in os.walk(home / top):
            linked = [name for name in below if Path(folder, name).is_symlink()]
            # A hidden file or folder is one that is being written.
            below[:] = sorted(name for name in below if not name.startswith(".") and name != UNFINISHED)
            for name in sorted([*names, *linked]):
                if not name.startswith("."):
                    yield Path(folder, name)
