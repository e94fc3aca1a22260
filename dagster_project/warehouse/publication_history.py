"""The ledger of published figures: per release those that were new or other than last published; nothing ever changes.

What is news the models tell (`int_revisions__news`); here it is kept, and shown to them again.
"""

import logging
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
from pydantic import BaseModel

from dagster_project.errors import SetupError
from dagster_project.installation.workspace import Workspace
from dagster_project.storage.atomic import move_folder, write_file
from dagster_project.storage.checksums import changed_files, write_checksums

logger = logging.getLogger(__name__)

WRITING = ".writing-"
FIGURES = "figures.parquet"
NOTE = "publication.json"
# How dbt's sources name what is shown of it.
SHOWN = ("raw_maandvers", "published_figures")
NEWS = "intermediate.int_revisions__news"


class Publication(BaseModel):
    """What one release published that was not published so before."""

    release_id: str
    published_on: date
    # Of what dbt had built when it was published.
    fingerprint: str | None
    figures: int

    @property
    def number(self) -> int:
        """Place among the releases of its day."""
        return int(self.release_id.rpartition("_")[2])


class PublicationHistory:
    """The ledger of one installation; it need not exist yet."""

    def __init__(self, workspace: Workspace) -> None:
        self.folder = workspace.published
        self.warehouse = workspace.warehouse

    def folders(self) -> list[Path]:
        """The folder of every release that published something, whole ones alone."""
        return sorted(folder for folder in self.folder.glob("*_*") if not folder.name.startswith("."))

    def damage(self) -> str | None:
        """What of it is not as it was written, and what to do about that; None where all of it is."""
        for folder in self.folders():
            for file, problem in changed_files(folder):
                return (
                    f"{file} {problem}: nobody can say what was published, so no figure is called revised\n"
                    f"  do: put it back from your back-up; without one, remove {folder}, and what it held counts as new"
                )
        return None

    def publications(self) -> list[Publication]:
        """What was published, oldest first. Raises SetupError when it is not as it was written."""
        if damage := self.damage():
            raise SetupError(damage)
        found = [Publication.model_validate_json((folder / NOTE).read_bytes()) for folder in self.folders()]
        return sorted(found, key=lambda one: (one.published_on, one.number))

    def readable(self) -> list[Publication]:
        """What was published, oldest first; nothing while some of it is damaged."""
        return [] if self.damage() else self.publications()

    def files(self) -> list[Path]:
        """The files that hold the figures of what is readable, oldest first."""
        return [self.folder / one.release_id / FIGURES for one in self.readable()]

    def day_of(self, fingerprint: str) -> date | None:
        """The day on which what dbt has built was first published; None for what was not, as far as anyone can say."""
        last = self.readable()[-1:]
        return last[0].published_on if last and last[0].fingerprint == fingerprint else None

    def publish(self, release_id: str, day: date) -> None:
        """Write down what a release publishes that was not published so before; nothing while the ledger is damaged."""
        if damage := self.damage():
            # All would look new beside what cannot be read, and be kept as such for good.
            logger.warning("ledger: nothing was written down: %s", damage)
            return
        for leftover in self.folder.glob(f"{WRITING}*"):
            shutil.rmtree(leftover)
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            (fingerprint,) = _one(connection, "SELECT fingerprint FROM raw_maandvers.build")
            if fingerprint and self.day_of(fingerprint):
                return
            publication = Publication(release_id=release_id, published_on=day, fingerprint=fingerprint, figures=0)
            work = self.folder / f"{WRITING}{release_id}"
            work.mkdir(parents=True)
            (publication.figures,) = _one(
                connection,
                f"COPY (SELECT *, DATE '{day}' AS published_on, {publication.number}::integer AS release_number"
                f" FROM {NEWS} ORDER BY indicator_code, period, region_code)"
                f" TO '{work / FIGURES}' (FORMAT parquet, COMPRESSION zstd)",
            )
        write_file(work / NOTE, publication.model_dump_json(indent=2).encode())
        write_checksums(work)
        move_folder(work, self.folder / release_id)

    def link_until(self, day: date, target: Path) -> None:
        """Let another folder hold what was published by the end of a day."""
        target.mkdir(parents=True)
        for one in self.publications():
            if one.published_on <= day:
                (target / one.release_id).symlink_to(self.folder / one.release_id, target_is_directory=True)


def _one(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[Any, ...]:
    row = connection.execute(query).fetchone()
    assert row is not None
    return row
