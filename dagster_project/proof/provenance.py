"""What a release keeps to be proven by: the models it was made with, and seals on them and on its deliveries."""

import hashlib
import io
import zipfile
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path

from pydantic import BaseModel

from dagster_project.checksums import CHECKSUMS, digest_of
from dagster_project.landing.atomic import write_file
from dagster_project.settings import DBT_PROJECT, SEEDS

PROVENANCE = "provenance.json"
MODELS = "models.zip"
# dbt reads these, and writes others beside them.
KINDS = frozenset({".sql", ".py", ".yml", ".csv", ".md"})
# A zip that holds the time of packing would differ for every release.
NO_TIME = (1980, 1, 1, 0, 0, 0)


class Provenance(BaseModel):
    """What the figures of a release were made of and with."""

    code_version: str
    # SHA-256 per file of models, seeds and contracts, and of the checksums of each delivery, by its folder in landing.
    models: dict[str, str]
    deliveries: dict[str, str]

    @classmethod
    def of(cls, release: Path) -> "Provenance":
        """That of a release."""
        return cls.model_validate_json((release / PROVENANCE).read_bytes())

    def changed_models(self, now: Mapping[str, str]) -> list[str]:
        """Files that are another now, are new or are gone."""
        return sorted(name for name in self.models.keys() | now.keys() if self.models.get(name) != now.get(name))


def write_provenance(release: Path, landing: Path, deliveries: Mapping[str, Mapping[str, str]]) -> None:
    """Pack the models into a release and seal what it was made of; ``deliveries`` are ids per feed and edition."""
    folders = [delivery_folder(feed, one) for feed, own in deliveries.items() for one in own.values()]
    provenance = Provenance(
        code_version=version("maandvers"),
        models=digests_of_models(),
        deliveries={folder: digest_of(landing / folder / CHECKSUMS) for folder in sorted(set(folders))},
    )
    write_file(release / MODELS, packed_models())
    write_file(release / PROVENANCE, provenance.model_dump_json(indent=2).encode())


def delivery_folder(feed: str, delivery_id: str) -> str:
    """Where a delivery lies in landing."""
    return f"{feed.replace('.', '/', 1)}/deliveries/{delivery_id}"


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
