"""Publication history: per release the figures that were new or changed since they were last published.

The model `int_revisions__news` selects them; here they are stored, never changed, and offered to the models again.
"""

import logging
import shutil
from datetime import date
from pathlib import Path

from pydantic import BaseModel

from dagster_project.errors import SetupError
from dagster_project.installation.workspace import Workspace
from dagster_project.storage.atomic import move_folder, write_file
from dagster_project.storage.checksums import changed_files, write_checksums
from dagster_project.storage.sql import literal, one_row

logger = logging.getLogger(__name__)

WRITING = ".writing-"
FIGURES = "figures.parquet"
NOTE = "publication.json"
# The dbt source that contains it.
SHOWN = ("raw_maandvers", "published_figures")
NEWS = "intermediate.int_revisions__news"


class Publication(BaseModel):
    """The new and changed figures of one release."""

    release_id: str
    published_on: date
    # Fingerprint of the warehouse at the time of publication.
    fingerprint: str | None
    figures: int

    @property
    def number(self) -> int:
        """Number of the release within its day."""
        return int(self.release_id.rpartition("_")[2])


class PublicationHistory:
    """The publication history of one installation; it need not exist yet."""

    def __init__(self, workspace: Workspace) -> None:
        self.folder = workspace.published
        self.warehouse = workspace.warehouse

    def folders(self) -> list[Path]:
        """The folder of every release that published new or changed figures."""
        return sorted(folder for folder in self.folder.glob("*_*") if not folder.name.startswith("."))

    def damage(self) -> str | None:
        """Describe the first checksum mismatch and its remedy; None if intact."""
        for folder in self.folders():
            for file, problem in changed_files(folder):
                return (
                    f"{file} {problem}: it is unknown what was published, so no figure is marked as revised\n"
                    f"  do: put it back from your back-up; without one, remove {folder}, and its figures count as new"
                )
        return None

    def publications(self) -> list[Publication]:
        """Return the publications, oldest first. Raises SetupError if one is damaged."""
        if damage := self.damage():
            raise SetupError(damage)
        found = [Publication.model_validate_json((folder / NOTE).read_bytes()) for folder in self.folders()]
        return sorted(found, key=lambda one: (one.published_on, one.number))

    def readable(self) -> list[Publication]:
        """Return the publications, oldest first; none while one is damaged."""
        return [] if self.damage() else self.publications()

    def files(self) -> list[Path]:
        """The files with the figures of the readable publications, oldest first."""
        return [self.folder / one.release_id / FIGURES for one in self.readable()]

    def day_of(self, fingerprint: str) -> date | None:
        """The day on which this warehouse was first published; None if it was not, or if that is unknown."""
        last = self.readable()[-1:]
        return last[0].published_on if last and last[0].fingerprint == fingerprint else None

    def publish(self, release_id: str, day: date) -> bool:
        """Append new and changed figures and return whether there are any; skip while the history is damaged."""
        if damage := self.damage():
            # Without the earlier figures all would look new, and be stored as such for good.
            logger.warning("publication history: nothing was added: %s", damage)
            return False
        for leftover in self.folder.glob(f"{WRITING}*"):
            shutil.rmtree(leftover)
        with self.warehouse.connect(read_only=True) as connection:
            (fingerprint,) = one_row(connection, "SELECT fingerprint FROM raw_maandvers.build")
            if fingerprint and self.day_of(fingerprint):
                return False
            publication = Publication(release_id=release_id, published_on=day, fingerprint=fingerprint, figures=0)
            work = self.folder / f"{WRITING}{release_id}"
            work.mkdir(parents=True)
            (publication.figures,) = one_row(
                connection,
                f"COPY (SELECT *, DATE '{day}' AS published_on, {publication.number}::integer AS release_number"
                f" FROM {NEWS} ORDER BY indicator_code, period, region_code)"
                f" TO {literal(work / FIGURES)} (FORMAT parquet, COMPRESSION zstd)",
            )
        write_file(work / NOTE, publication.model_dump_json(indent=2).encode())
        write_checksums(work)
        move_folder(work, self.folder / release_id)
        return True

    def link_until(self, day: date, target: Path) -> None:
        """Link the publications until the end of a day into another folder."""
        target.mkdir(parents=True)
        for one in self.publications():
            if one.published_on <= day:
                (target / one.release_id).symlink_to(self.folder / one.release_id, target_is_directory=True)
