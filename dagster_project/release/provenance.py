"""What a release keeps to be proven by: the models it was made with, and seals on them and on its deliveries."""

import hashlib
import io
import zipfile
from collections.abc import Iterator, Mapping
from datetime import date
from importlib.metadata import version
from pathlib import Path

import duckdb
from pydantic import BaseModel

from dagster_project.audit.outcome import AuditOutcome, FeedVerdict
from dagster_project.installation.settings import DBT_PROJECT, SEEDS
from dagster_project.installation.workspace import Workspace
from dagster_project.storage.atomic import write_file
from dagster_project.storage.checksums import CHECKSUMS, digest_of
from dagster_project.warehouse.publication_history import PublicationHistory

PROVENANCE = "provenance.json"
MODELS = "models.zip"
CODE = Path(__file__).parent.parent
# dbt reads these, and writes others beside them.
KINDS = frozenset({".sql", ".py", ".yml", ".csv", ".md"})
# A zip that holds the time of packing would differ for every release.
NO_TIME = (1980, 1, 1, 0, 0, 0)


class Provenance(BaseModel):
    """What the figures of a release were made of and with."""

    code_version: str
    # Digest of the code that read the payloads; releases from before it was written down have none.
    code: str | None = None
    # SHA-256 per file of models, seeds and contracts.
    models: dict[str, str]
    # SHA-256 of the checksums of each delivery and of each earlier publication in the ledger, by their folders.
    folders: dict[str, str]
    # The day on which the figures were first published, and the releases whose figures they were compared with.
    published_on: date
    publications: list[str]
    # What the audit said of the feeds in use.
    verdicts: list[FeedVerdict]

    @classmethod
    def of(cls, release: Path) -> "Provenance":
        """That of a release."""
        return cls.model_validate_json((release / PROVENANCE).read_bytes())

    def changed_models(self, now: Mapping[str, str]) -> list[str]:
        """Files that are another now, are new or are gone."""
        return sorted(name for name in self.models.keys() | now.keys() if self.models.get(name) != now.get(name))


def write_provenance(
    release: Path, workspace: Workspace, outcome: AuditOutcome, deliveries: Mapping[str, Mapping[str, str]]
) -> None:
    """Pack the models into a release and seal what it was made of; ``deliveries`` are ids per feed and edition."""
    published_on, publications = _publications(workspace)
    folders = {delivery_folder(feed, one) for feed, own in deliveries.items() for one in own.values()}
    folders |= {publication_folder(one) for one in publications}
    provenance = Provenance(
        code_version=version("maandvers"),
        code=digest_of_code(),
        models=digests_of_models(),
        folders={folder: digest_of(workspace.home / folder / CHECKSUMS) for folder in sorted(folders)},
        published_on=published_on,
        publications=publications,
        verdicts=[verdict for verdict in outcome.feeds if verdict.clocks.is_in_use],
    )
    write_file(release / MODELS, packed_models())
    write_file(release / PROVENANCE, provenance.model_dump_json(indent=2).encode())


def _publications(workspace: Workspace) -> tuple[date, list[str]]:
    """When the figures in the warehouse were published, and the releases that published others before."""
    with duckdb.connect(str(workspace.warehouse), read_only=True) as connection:
        day = connection.execute("SELECT published_on FROM raw_maandvers.publication").fetchone()
        before = connection.execute(
            "SELECT DISTINCT published_on, release_number FROM raw_maandvers.published_figures"
        ).fetchall()
    assert day is not None, "the clocks are written before a release"
    return day[0], [
        one.release_id for one in PublicationHistory(workspace).readable() if (one.published_on, one.number) in before
    ]


def delivery_folder(feed: str, delivery_id: str) -> str:
    """Where a delivery lies in an installation."""
    return f"landing/{feed.replace('.', '/', 1)}/deliveries/{delivery_id}"


def publication_folder(release_id: str) -> str:
    """Where the ledger keeps what a release published."""
    return f"published/{release_id}"


def feed_of(folder: str) -> str | None:
    """The feed whose delivery lies there; None for what the ledger keeps."""
    top, *parts = folder.split("/")
    return ".".join(parts[:2]) if top == "landing" else None


def digest_of_code() -> str:
    """SHA-256 over all that reads payloads and contracts, as it stands now."""
    digest = hashlib.sha256()
    for path in sorted(CODE.rglob("*.py")):
        digest.update(f"{path.relative_to(CODE).as_posix()} {digest_of(path)}\n".encode())
    return digest.hexdigest()


def digests_of_models() -> dict[str, str]:
    """SHA-256 of every file from which dbt builds, as it stands now."""
    return {name: digest_of(path) for name, path in _model_files()}


def digests_in_release(release: Path) -> dict[str, str]:
    """SHA-256 of every file from which dbt builds, as a release holds it; raises zipfile.BadZipFile."""
    with zipfile.ZipFile(release / MODELS) as archive:
        return {name: hashlib.sha256(archive.read(name)).hexdigest() for name in archive.namelist()}


def unpack_models(release: Path, target: Path) -> None:
    """Put the models of a release back into a folder."""
    with zipfile.ZipFile(release / MODELS) as archive:
        archive.extractall(target)


def packed_models() -> bytes:
    """The models as a zip, whose bytes depend on them alone."""
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
