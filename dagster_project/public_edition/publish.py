"""Making a public edition from the latest internal release, and pointing readers to it."""

import hashlib
import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from importlib.metadata import version
from pathlib import Path

import duckdb
from filelock import FileLock
from pydantic import BaseModel, ValidationError

from dagster_project.errors import SetupError
from dagster_project.installation.workspace import Workspace
from dagster_project.marts.catalogue import Mart
from dagster_project.public_edition.dcat import dcat
from dagster_project.public_edition.public_counts import Fact, public_rules
from dagster_project.public_edition.public_datapackage import check_contact, public_datapackage
from dagster_project.public_edition.public_figures import counts_of, indicators_of, write_figures
from dagster_project.public_edition.public_page import write_index
from dagster_project.public_edition.public_rows import rows_of
from dagster_project.release.build import (
    BUILDING,
    METADATA_VIEWS,
    create_mart,
    latest_release,
    new_database,
    next_id,
    read_note,
    show_mart,
    write_json,
    write_view,
)
from dagster_project.release.mart_files import write_mart_files
from dagster_project.release.provenance import record_checksums
from dagster_project.release.read_back import compare
from dagster_project.release.reader import DATABASE, DATAPACKAGE, LATEST, NOTE, SNAPSHOT
from dagster_project.storage.atomic import move_folder, point_link, write_file
from dagster_project.storage.checksums import write_checksums
from dagster_project.storage.permissions import FOLDER, share
from dagster_project.storage.sql import connect, literal, parquet, relation_of
from dagster_project.warehouse.dbt import digest_of_sources
from dagster_project.warehouse.random_rounding import Cell

DCAT = "dcat.jsonld"
_HISTORY_COLUMNS = {
    "edition": "integer",
    **dict.fromkeys(("indicator_code", "region_code", "period"), "varchar"),
    "value": "integer",
}
_WITHHELD = "delivery is late or was not accepted"
_WITHHELD_NL = "de levering is te laat of is nog niet goed"


class PublicNote(BaseModel):
    """Note of a public edition, in ``release.json``."""

    release_id: str
    municipality_code: str
    as_of: date
    version: str
    is_fictional: bool
    is_public: bool = True
    rows: dict[str, int]
    # Equal for the same internal release, settings and code: then there is nothing to do.
    basis: str


def publish_public(workspace: Workspace, marts: Sequence[Mart]) -> PublicNote:
    """Write, read back and publish the public edition of the latest release; unless it is there already.

    Raises MaandversError, and leaves the edition before in place.
    """
    check_contact(workspace.settings.public)
    internal = (workspace.releases / LATEST).resolve()
    note = latest_release(workspace.releases)
    if note is None:
        raise SetupError(f"{workspace.releases} has no latest release\n  do: run for one")
    if workspace.point_in_time or note.point_in_time:
        raise SetupError("a rebuild of a past day has no public edition\n  do: publish the latest release")
    readers = workspace.settings.release_readers
    workspace.public.mkdir(parents=True, exist_ok=True)
    workspace.public.chmod(FOLDER[readers])
    with FileLock(workspace.public / ".lock"):
        basis = _basis(workspace, internal)
        before = _latest(workspace.public)
        if before is not None and before.basis == basis:
            return before
        for leftover in workspace.public.glob(f"{BUILDING}*"):
            shutil.rmtree(leftover)
        public = PublicNote(
            release_id=next_id(workspace.public, note.as_of),
            municipality_code=note.municipality_code,
            as_of=note.as_of,
            version=version("maandvers"),
            is_fictional=note.is_fictional,
            rows={},
            basis=basis,
        )
        folder = workspace.public / f"{BUILDING}{public.release_id}"
        chosen = public_marts(marts)
        facts = _write_figures(workspace, internal, folder, chosen, public, _history(workspace))
        _describe(workspace, internal, folder, chosen, public)
        write_checksums(folder)
        share(folder, readers)
        # Counts are known from now on, even if this process ends before readers see it.
        _remember(workspace.shown_counts, facts)
        move_folder(folder, workspace.public / public.release_id)
        written = [workspace.public / public.release_id, workspace.shown_counts]
        edition, history = (path.relative_to(workspace.home).as_posix() for path in written)
        record_checksums(workspace, edition, files=[history])
        point_link(workspace.public / LATEST, public.release_id)
    return public


def public_marts(marts: Sequence[Mart]) -> list[Mart]:
    """The marts that may be public, with their public columns alone."""
    return [
        replace(mart, columns=tuple(column for column in mart.columns if column.name in mart.public_columns))
        for mart in marts
        if mart.public_columns
    ]


def _write_figures(
    workspace: Workspace,
    internal: Path,
    folder: Path,
    marts: Sequence[Mart],
    note: PublicNote,
    before: Sequence[Fact],
) -> list[Fact]:
    """Write every form of every mart, and read them back; returns the counts of persons that are known from now on."""
    settings, rules = workspace.settings.public, public_rules()
    expected = {}
    with new_database(folder) as connection:
        connection.execute(f"ATTACH {literal(internal / DATABASE)} AS internal (READ_ONLY)")
        indicators_of(connection, workspace.feeds, settings, rules)
        counts = counts_of(connection, rules, before)
        shown = counts.shown(_places(settings.levels))
        write_figures(connection, shown, settings)
        for mart in marts:
            connection.begin()
            table, summary = create_mart(connection, mart, rows_of(mart))
            expected[mart.name] = summary
            note.rows[mart.name] = summary.rows
            show_mart(connection, mart, [])
            write_mart_files(connection, mart, table, summary.rows, folder)
            connection.commit()
        _write_metadata(connection, note)
    compare(expected, marts, folder, folder / DATABASE)
    return counts.facts(shown)


def _write_metadata(connection: duckdb.DuckDBPyConnection, note: PublicNote) -> None:
    """Write what the edition is and the clocks of the feeds in it; why a feed is withheld stays inside."""
    connection.execute(f"""
        CREATE TABLE release.{SNAPSHOT}.release AS
        SELECT {literal(note.release_id)} AS release_id, * EXCLUDE (release_id) FROM internal.{SNAPSHOT}.release
    """)
    connection.execute(f"""
        CREATE TABLE release.{SNAPSHOT}.freshness AS
        SELECT feed, supplier, checked_at, released_at, period_end_date, fresh_until, is_withheld,
            CASE WHEN is_withheld THEN {literal(_WITHHELD)} END AS withheld_reason,
            CASE WHEN is_withheld THEN {literal(_WITHHELD_NL)} END AS withheld_reason_nl,
            is_last_good
        FROM internal.{SNAPSHOT}.freshness
        WHERE feed IN (
            SELECT source_feed FROM release.{SNAPSHOT}.dim_indicator
            UNION SELECT feed FROM release.{SNAPSHOT}.fct_indicator_values
            UNION SELECT feed FROM release.{SNAPSHOT}.dim_region_outline
        )
    """)
    for name in ("release", "freshness"):
        write_view(connection, name, *METADATA_VIEWS[name])


def _describe(workspace: Workspace, internal: Path, folder: Path, marts: Sequence[Mart], note: PublicNote) -> None:
    """Write what the edition is, for programs, catalogues and people."""
    inside = json.loads((internal / DATAPACKAGE).read_bytes())
    package = public_datapackage(inside, folder, marts, note.rows, workspace.feeds, workspace.settings.public)
    package["version"] = note.release_id
    write_json(folder / DATAPACKAGE, package)
    write_json(folder / DCAT, dcat(package, folder, note.municipality_code, note.as_of, workspace.settings.public))
    write_index(folder, package, is_fictional=note.is_fictional)
    write_json(folder / NOTE, note.model_dump(mode="json"))


def _basis(workspace: Workspace, internal: Path) -> str:
    """Digest of all that an edition is made from."""
    settings = workspace.settings.public.model_dump_json(exclude={"enabled"})
    parts = (read_note(internal).release_id, settings, digest_of_sources(), version("maandvers"))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _latest(public: Path) -> PublicNote | None:
    """The note of the edition that readers are pointed at; None where there is none that can be read."""
    try:
        return PublicNote.model_validate_json((public / LATEST / NOTE).read_bytes())
    except (OSError, ValidationError):
        return None


def _places(levels: Sequence[str]) -> set[str]:
    """First letters of the codes of regions of these levels."""
    codes = {"municipality": "GM", "district": "WK", "neighbourhood": "BU"}
    return {code for level, code in codes.items() if level in levels or "*" in levels}


def _history(workspace: Workspace) -> list[Fact]:
    """Read the counts that editions have shown. Raises SetupError if they are missing or damaged."""
    file = workspace.shown_counts
    if not file.exists() and not workspace.public_folders():
        return []
    try:
        with connect() as connection:
            columns = ", ".join(_HISTORY_COLUMNS)
            rows = connection.execute(f"SELECT {columns} FROM {parquet(file)} ORDER BY edition").fetchall()
    except duckdb.Error as error:
        raise SetupError(
            f"{file} cannot be read, so what the outside world knows of counts of persons is unknown\n"
            "  kept: the public edition before this one\n"
            "  do: put it back from your back-up"
        ) from error
    return [Fact(edition, Cell(*cell), value) for edition, *cell, value in rows]


def _remember(file: Path, facts: Sequence[Fact]) -> None:
    with connect() as connection:
        temporary = file.with_name(f".{file.name}")
        relation = relation_of(
            connection, _HISTORY_COLUMNS, ((edition, *cell, value) for edition, cell, value in facts)
        )
        relation.write_parquet(str(temporary), compression="zstd")
    write_file(file, temporary.read_bytes())
    temporary.unlink()
