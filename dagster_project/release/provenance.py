"""Provenance of a release: the models, code, deliveries and publications that its figures derive from.

Checksums of the deliveries, publications and releases themselves are in the event log.
"""

import hashlib
import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path

from pydantic import BaseModel

from dagster_project.audit.outcome import AuditOutcome, FeedVerdict
from dagster_project.installation.settings import DBT_PROJECT, SEEDS
from dagster_project.installation.workspace import Workspace
from dagster_project.storage.atomic import write_file
from dagster_project.storage.checksums import checksum_of_list, digest_of
from dagster_project.storage.sql import connect
from dagster_project.warehouse.publication_history import PublicationHistory

PROVENANCE = "provenance.json"
MODELS = "models.zip"
CODE = Path(__file__).parent.parent
# The files that dbt reads; it writes others into the same folders.
KINDS = frozenset({".sql", ".py", ".yml", ".csv", ".md"})
# A zip that holds the time of packing would differ for every release.
NO_TIME = (1980, 1, 1, 0, 0, 0)


class Provenance(BaseModel):
    """Everything that the figures of a release derive from."""

    code_version: str
    # Digest of the code that read the payloads.
    code: str
    # SHA-256 per file of models, seeds and contracts.
    models: dict[str, str]
    # The deliveries and the earlier publications, by their folders.
    folders: list[str]
    # The day on which the figures were first published, and the releases whose figures they were compared with.
    published_on: date
    publications: list[str]
    # The audit results of the feeds in use.
    verdicts: list[FeedVerdict]

    @classmethod
    def of(cls, release: Path) -> "Provenance":
        """Read the provenance of a release."""
        return cls.model_validate_json((release / PROVENANCE).read_bytes())

    def changed_models(self, now: Mapping[str, str]) -> list[str]:
        """Files that changed, are new or are gone."""
        return sorted(name for name in self.models.keys() | now.keys() if self.models.get(name) != now.get(name))


def write_provenance(
    release: Path, workspace: Workspace, outcome: AuditOutcome, deliveries: Mapping[str, Mapping[str, str]]
) -> None:
    """Pack the models into a release and name its sources; ``deliveries`` are ids per feed and edition."""
    published_on, publications = _publications(workspace)
    folders = {delivery_folder(feed, one) for feed, own in deliveries.items() for one in own.values()}
    folders |= {publication_folder(one) for one in publications}
    provenance = Provenance(
        code_version=version("maandvers"),
        code=digest_of_code(),
        models=digests_of_models(),
        folders=sorted(folders),
        published_on=published_on,
        publications=publications,
        verdicts=[verdict for verdict in outcome.feeds if verdict.clocks.is_in_use],
    )
    write_file(release / MODELS, packed_models())
    write_file(release / PROVENANCE, provenance.model_dump_json(indent=2).encode())


def _publications(workspace: Workspace) -> tuple[date, list[str]]:
    """The day on which the figures in the warehouse were published, and the releases that published others before."""
    with connect(workspace.warehouse, read_only=True) as connection:
        day = connection.execute("SELECT published_on FROM raw_maandvers.publication").fetchone()
        before = connection.execute(
            "SELECT DISTINCT published_on, release_number FROM raw_maandvers.published_figures"
        ).fetchall()
    assert day is not None, "the clocks are written before a release"
    return day[0], [
        one.release_id for one in PublicationHistory(workspace).readable() if (one.published_on, one.number) in before
    ]


def record_checksums(workspace: Workspace, *folders: str, files: Sequence[str] = ()) -> None:
    """Record the checksums of new folders, and of files that are in none of them, in the event log."""
    checksums = {folder: checksum_of_list(workspace.home / folder) for folder in folders}
    alone = {"files": {file: digest_of(workspace.home / file) for file in files}} if files else {}
    workspace.event_log.append("released", {"folders": checksums} | alone, workspace.now())


def recorded_checksums(workspace: Workspace) -> dict[str, str]:
    """The checksum with which each delivery, publication and release was last written, by its folder."""
    found: dict[str, str] = {}
    for entry in workspace.event_log.intact():
        if b'"folders"' in entry.line:
            found |= entry.content["folders"]
    return found


def recorded_files(workspace: Workspace) -> dict[str, str]:
    """The checksum with which each file that is in no such folder was last written."""
    found: dict[str, str] = {}
    for entry in workspace.event_log.intact():
        if entry.kind == "released":
            found |= entry.content.get("files", {})
    return found


def delivery_folder(feed: str, delivery_id: str) -> str:
    """The folder of a delivery in an installation."""
    return f"landing/{feed.replace('.', '/', 1)}/deliveries/{delivery_id}"


def release_folder(release_id: str) -> str:
    """The folder of a release in an installation."""
    return f"releases/{release_id}"


def publication_folder(release_id: str) -> str:
    """The folder of a release in the publication history."""
    return f"published/{release_id}"


def feed_of(folder: str) -> str | None:
    """The feed of a delivery's folder; None for a folder of the publication history."""
    top, *parts = folder.split("/")
    return ".".join(parts[:2]) if top == "landing" else None


def digest_of_code() -> str:
    """SHA-256 of the present code, which reads payloads and contracts."""
    digest = hashlib.sha256()
    for path in sorted(CODE.rglob("*.py")):
        digest.update(f"{path.relative_to(CODE).as_posix()} {digest_of(path)}\n".encode())
    return digest.hexdigest()


def digests_of_models() -> dict[str, str]:
    """SHA-256 of every file from which dbt builds, at present."""
    return {name: digest_of(path) for name, path in _model_files()}


def digests_in_release(release: Path) -> dict[str, str]:
    """SHA-256 of every file from which dbt built a release. Raises zipfile.BadZipFile."""
    with zipfile.ZipFile(release / MODELS) as archive:
        return {name: hashlib.sha256(archive.read(name)).hexdigest() for name in archive.namelist()}


def unpack_models(release: Path, target: Path) -> None:
    """Extract the models of a release into a folder."""
    with zipfile.ZipFile(release / MODELS) as archive:
        archive.extractall(target)


def packed_models() -> bytes:
    """Return the models as a zip, whose bytes depend on nothing else."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, path in _model_files():
            archive.writestr(zipfile.ZipInfo(name, NO_TIME), path.read_bytes(), zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _model_files() -> Iterator[tuple[str, Path]]:
    for folder in (DBT_PROJECT, SEEDS):
        for path in sorted(folder.rglob("*")):
            if path.suffix in KINDS and DBT_PROJECT / "target" not in path.parents:
                yield path.relative_to(folder.parent).as_posix(), path
