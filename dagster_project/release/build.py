"""Making a release: figures, forms, descriptions and proof in a new folder, and last of all the pointer to it."""

import json
import shutil
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date
from importlib.metadata import version
from pathlib import Path

import duckdb
from pydantic import BaseModel, ValidationError

from dagster_project.audit.lateness import Lateness
from dagster_project.audit.outcome import AuditOutcome
from dagster_project.errors import SetupError
from dagster_project.installation.workspace import PointInTime, Workspace
from dagster_project.marts.catalogue import MOMENT, Mart
from dagster_project.marts.expiry import shown
from dagster_project.release.algorithm_cards import write_algorithm_cards
from dagster_project.release.datapackage import datapackage
from dagster_project.release.diff.changes import ReleaseFacts
from dagster_project.release.diff.compare import compare_releases
from dagster_project.release.diff.figures import TIME_ZONE
from dagster_project.release.files.for_people import write_files_for_people
from dagster_project.release.freshness_report import FreshnessReport, freshness_report
from dagster_project.release.last_good import LastGood, feeds_in_marts, last_good, named_feeds
from dagster_project.release.mart_files import content_of, link_mart_files, write_mart_files
from dagster_project.release.pages.diff_page import write_diff_page
from dagster_project.release.pages.freshness_page import CHECKS, write_freshness_page
from dagster_project.release.provenance import (
    publication_folder,
    record_checksums,
    release_folder,
    write_provenance,
)
from dagster_project.release.read_back import compare
from dagster_project.release.reader import DATABASE, DATAPACKAGE, LATEST, NOTE, SNAPSHOT
from dagster_project.release.star import foreign_keys_of
from dagster_project.storage.atomic import move_folder, point_link, write_file
from dagster_project.storage.checksums import write_checksums
from dagster_project.storage.permissions import FOLDER, share
from dagster_project.storage.sql import Summary, connect, insert, literal
from dagster_project.warehouse.dbt import digest_of_sources
from dagster_project.warehouse.publication_history import SHOWN, PublicationHistory

BUILDING = ".building-"
JUDGEMENTS = "audit_results.json"
# BI drivers bundle older engines; this is the oldest form that DuckDB still writes.
STORAGE_VERSION = "v1.0.0"
METADATA_VIEWS = {
    "release": (
        f"""
        SELECT *, (SELECT min(fresh_until) FROM {SNAPSHOT}.freshness WHERE NOT is_withheld) AS complete_until,
            (SELECT max(fresh_until) FROM {SNAPSHOT}.freshness WHERE NOT is_withheld) AS expires_after
        FROM {SNAPSHOT}.release
        """,
        "Which release this file is, until when it is complete, and the last day on which it shows any figure;"
        " as_known_on is a day in the past for which it was rebuilt, at rebuilt_at.",
    ),
    "freshness": (
        f"""
        SELECT feed, supplier, checked_at, released_at, period_end_date, fresh_until,
            is_withheld OR coalesce(fresh_until < current_date, true) AS is_withheld,
            CASE WHEN is_withheld THEN least(coalesce(fresh_until + 1, as_of), as_of)
                WHEN coalesce(fresh_until < current_date, true) THEN coalesce(fresh_until + 1, as_of) END
                AS withheld_since,
            CASE WHEN is_withheld THEN withheld_reason WHEN coalesce(fresh_until < current_date, true)
                THEN 'there is no newer release; the figures were fresh until ' || fresh_until END
                AS withheld_reason,
            CASE WHEN is_withheld THEN withheld_reason_nl WHEN coalesce(fresh_until < current_date, true)
                THEN 'er is geen nieuwere uitgave gemaakt; de cijfers waren geldig tot en met '
                    || strftime(fresh_until, '%d-%m-%Y') END AS withheld_reason_nl,
            is_last_good AND coalesce(fresh_until >= current_date, false) AS is_last_good
        FROM {SNAPSHOT}.freshness CROSS JOIN (SELECT as_of FROM {SNAPSHOT}.release)
        """,
        "One row per feed of which a mart has figures, as it stands today: its clocks (moments in UTC), until when it"
        " is fresh, since when and why it is withheld, and whether its last good delivery is shown because asking has"
        " failed since.",
    ),
    "audit_results": (
        f"SELECT * FROM {SNAPSHOT}.audit_results",
        "Every judgement of the audit that let this release out.",
    ),
}


class ReleaseNote(BaseModel):
    """Note of a release, in ``release.json``."""

    release_id: str
    municipality_code: str
    as_of: date
    version: str
    # Digest of the models, seeds and contracts by which the figures were computed.
    models: str = ""
    is_fictional: bool
    # Of a point-in-time rebuild: its day, and when it was made.
    point_in_time: PointInTime | None = None
    rows: dict[str, int]
    # Per mart a digest of its columns and rows: files of equal marts are linked from release to release.
    contents: dict[str, str] = {}
    # Fingerprint of the figures in the warehouse: equal as long as no delivery and no model changed.
    figures: str | None = None
    withheld: dict[str, str]
    problems: dict[str, list[str]]
    # What its figures were made from, per feed that is shown and edition of it.
    deliveries: dict[str, dict[str, str]] = {}
    # The day on which each of these deliveries was received.
    received_on: dict[str, date] = {}
    # Per feed what is odd about the age of what came, and stands in no figure's way.
    remarks: dict[str, list[str]] = {}
    # Per feed who is late, and the last day of what will be withheld soon; per mart what stands as it last came.
    late: dict[str, list[Lateness]] = {}
    expiring: dict[str, date] = {}
    last_good: dict[str, list[LastGood]] = {}
    # Damage to the publication history, while which no figure counts as revised.
    history_damage: str | None = None
    # In one line what changed since the release before; the whole is in diff.json.
    changes: str = ""

    @property
    def order(self) -> tuple[date, int]:
        """Place among all releases: its day, and its number within that."""
        return self.as_of, int(self.release_id.rpartition("_")[2])


def build_release(workspace: Workspace, marts: Sequence[Mart], outcome: AuditOutcome, data_docs: Path) -> ReleaseNote:
    """Write, read back, compare and publish a release; returns its note.

    Raises ReadBackError when what was written differs from the warehouse; then nothing is published.
    """
    readers = workspace.settings.release_readers
    workspace.releases.mkdir(parents=True, exist_ok=True)
    workspace.releases.chmod(FOLDER[readers])
    for leftover in workspace.releases.glob(f"{BUILDING}*"):
        shutil.rmtree(leftover)
    release_id = next_id(workspace.releases, outcome.as_of)
    folder = workspace.releases / f"{BUILDING}{release_id}"
    note = ReleaseNote(
        release_id=release_id,
        municipality_code=workspace.settings.municipality_code,
        as_of=outcome.as_of,
        version=version("maandvers"),
        models=digest_of_sources(),
        is_fictional=workspace.is_sample,
        point_in_time=workspace.point_in_time,
        rows={},
        withheld={verdict.clocks.feed: verdict.reason or "" for verdict in outcome.withheld},
        problems={verdict.clocks.feed: verdict.clocks.problems for verdict in outcome.feeds if verdict.clocks.problems},
        deliveries={v.clocks.feed: v.clocks.deliveries for v in outcome.feeds if not v.is_withheld},
        remarks={
            verdict.clocks.feed: verdict.clocks.remarks + verdict.warnings
            for verdict in outcome.feeds
            if verdict.clocks.remarks or verdict.warnings
        },
        late={verdict.clocks.feed: verdict.late for verdict in outcome.feeds if verdict.late},
        expiring={
            verdict.clocks.feed: verdict.clocks.fresh_until
            for verdict in outcome.feeds
            if verdict.expires_in is not None and verdict.clocks.fresh_until and not verdict.is_withheld
        },
        history_damage=PublicationHistory(workspace).damage(),
    )
    with new_database(folder) as connection:
        write_json(folder / JUDGEMENTS, outcome.model_dump(mode="json")["judgements"])
        connection.execute(f"ATTACH {literal(workspace.warehouse)} AS warehouse (READ_ONLY)")
        before = latest_release(workspace.releases)
        expected, linked = {}, set()
        named: dict[str, frozenset[str]] = {}
        for mart in marts:
            # A transaction per mart: its rows stay in memory until then. Without one every comment waits for the disk.
            connection.begin()
            table, summary = create_mart(connection, mart, _rows_of(mart))
            expected[mart.name] = summary
            note.rows[mart.name] = summary.rows
            note.contents[mart.name] = content_of(mart, summary)
            named[mart.name] = named_feeds(connection, mart, table)
            if found := last_good(mart, workspace.feeds, outcome, named[mart.name]):
                note.last_good[mart.name] = found
            show_mart(connection, mart, note.last_good.get(mart.name, []))
            is_same = before is not None and before.contents.get(mart.name) == note.contents[mart.name]
            if is_same and link_mart_files(mart, summary.rows, (workspace.releases / LATEST).resolve(), folder):
                linked.add(mart.name)
            else:
                write_mart_files(connection, mart, table, summary.rows, folder)
            connection.commit()
        connection.begin()
        note.figures = _fingerprint_of(connection)
        note.received_on = _received_on(connection)
        in_marts = feeds_in_marts(marts, workspace.feeds, outcome, named)
        _write_books(connection, note, in_marts, folder / JUDGEMENTS)
        connection.commit()
        foreign_keys = foreign_keys_of(connection, marts, f"release.{SNAPSHOT}")
    compare(expected, marts, folder, folder / DATABASE, linked)
    shutil.copytree(data_docs, folder / CHECKS)
    report = _write_reports(workspace, marts, outcome, folder, note, named)
    package = datapackage(note.release_id, workspace, marts, outcome, note.rows, foreign_keys, named)
    write_json(folder / DATAPACKAGE, package)
    write_provenance(folder, workspace, outcome, note.deliveries)
    write_json(folder / NOTE, note.model_dump(mode="json"))
    write_files_for_people(folder, package, report)
    write_checksums(folder)
    share(folder, readers)
    move_folder(folder, workspace.releases / release_id)
    written = [release_folder(release_id)]
    if workspace.point_in_time is None and PublicationHistory(workspace).publish(release_id, outcome.as_of):
        written.append(publication_folder(release_id))
    record_checksums(workspace, *written)
    point_link(workspace.releases / LATEST, release_id)
    return note


@contextmanager
def new_database(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Make the folders of a release and its database, attached as ``release``."""
    for form in ("parquet", "csv"):
        (folder / form).mkdir(parents=True)
    with connect(spill_to=folder / ".spilled") as connection:
        database = literal(folder / DATABASE)
        connection.execute(f"ATTACH {database} AS release (STORAGE_VERSION {literal(STORAGE_VERSION)})")
        connection.execute(f"CREATE SCHEMA release.{SNAPSHOT}")
        yield connection
        connection.execute("DETACH release")


def create_mart(connection: duckdb.DuckDBPyConnection, mart: Mart, rows: str) -> tuple[str, Summary]:
    """Make the table of a mart, whose rows are computed once: every other form is made from it."""
    table = f"release.{SNAPSHOT}.{mart.name}"
    connection.execute(f"CREATE TABLE {table} AS {rows}")
    return table, Summary.of(connection, f"FROM {table}")


def read_note(folder: Path) -> ReleaseNote:
    """Read the note of a release. Raises SetupError when it cannot be read."""
    file = folder / NOTE
    try:
        return ReleaseNote.model_validate_json(file.read_bytes())
    except (OSError, ValidationError) as error:
        raise SetupError(
            f"{file} cannot be read, so the sources of that release are unknown\n"
            "  do: put it back from your back-up, or remove the folder"
        ) from error


def _write_reports(
    workspace: Workspace,
    marts: Sequence[Mart],
    outcome: AuditOutcome,
    folder: Path,
    note: ReleaseNote,
    named: Mapping[str, frozenset[str]],
) -> FreshnessReport:
    """Write how fresh everything is and what changed, for programs and for people."""
    report = freshness_report(
        note.release_id, note.municipality_code, note.is_fictional, workspace.feeds, marts, outcome, named
    )
    if note.history_damage:
        report.without_ledger = [mart.label_nl for mart in marts if SHOWN in mart.sources and not note.rows[mart.name]]
    write_json(folder / "freshness.json", report.model_dump(mode="json"))
    write_freshness_page(folder, report, outcome)
    latest = workspace.releases / LATEST
    facts = ReleaseFacts.model_validate(note.model_dump())
    before = latest_release(workspace.releases)
    # With the same deliveries and the same code, only clocks have moved.
    is_idle = before is not None and note.figures is not None and before.figures == note.figures
    diff = compare_releases(
        latest.resolve() if latest.exists() else None, folder, facts, marts, report, is_idle=is_idle
    )
    write_json(folder / "diff.json", diff.model_dump(mode="json"))
    write_diff_page(folder, diff, report)
    write_algorithm_cards(
        folder, note.release_id, note.municipality_code, note.is_fictional, [mart.name for mart in marts]
    )
    note.changes = diff.summary
    return report


def latest_release(releases: Path) -> ReleaseNote | None:
    """The note of the release that readers are pointed at; None where there is none, or none that can be read."""
    try:
        return read_note(releases / LATEST)
    except SetupError:
        return None


def next_id(releases: Path, day: date) -> str:
    """Numbered within the day; a number is never used twice, since readers may still hold the older file."""
    taken = [int(path.name.rpartition("_")[2]) for path in releases.glob(f"{day}_*")]
    return f"{day}_{max(taken, default=0) + 1}"


def _rows_of(mart: Mart) -> str:
    """Select a mart from the warehouse: its columns of their types, in the order of its key."""
    columns = ", ".join(f"{column.name}::{column.data_type} AS {column.name}" for column in mart.columns)
    order = f" ORDER BY {', '.join(mart.key)}" if mart.key else ""
    return f"SELECT {columns} FROM warehouse.{mart.schema}.{mart.name}{order}"


def show_mart(connection: duckdb.DuckDBPyConnection, mart: Mart, last_good: Sequence[LastGood]) -> None:
    """Show the table of a mart through a view with comments."""
    comment = " ".join([mart.description, *map(str, last_good)])
    write_view(connection, mart.name, shown(mart, f"{SNAPSHOT}.{mart.name}", "current_date"), comment)
    for column in mart.columns:
        limits = " and ".join(clock.column for clock in column.clocks)
        comment = f"{column.description} Shown until {limits}." if limits else column.description
        connection.execute(f"COMMENT ON COLUMN release.{mart.name}.{column.name} IS {literal(comment)}")


def _fingerprint_of(connection: duckdb.DuckDBPyConnection) -> str | None:
    """Return the fingerprint of the figures in the warehouse; None where it has none."""
    row = connection.execute("SELECT fingerprint FROM warehouse.raw_maandvers.build").fetchone()
    return row[0] if row else None


def _received_on(connection: duckdb.DuckDBPyConnection) -> dict[str, date]:
    """Look up the day in the Netherlands on which each delivery of the warehouse was received."""
    query = f"""
        SELECT delivery_id, max(received_at AT TIME ZONE '{TIME_ZONE}')::date
        FROM warehouse.raw_maandvers.deliveries GROUP BY 1 ORDER BY 1
    """
    return dict(connection.execute(query).fetchall())


def write_view(connection: duckdb.DuckDBPyConnection, name: str, select: str, comment: str) -> None:
    """A view on the reader's own date, so that an old release expires without a new one."""
    # Names in a view are those of the file it lies in, under whatever name a reader attaches that.
    connection.execute("USE release")
    connection.execute(f"CREATE VIEW {name} AS {select}")
    connection.execute(f"COMMENT ON VIEW {name} IS {literal(comment)}")
    connection.execute("USE memory")


def _write_books(
    connection: duckdb.DuckDBPyConnection, note: ReleaseNote, in_marts: Collection[str], judgements: Path
) -> None:
    """Write the metadata of a release: its note, the clocks of feeds in a mart, and every judgement."""
    moments = ", ".join(f"{column}::{MOMENT} AS {column}" for column in ("checked_at", "released_at"))
    listed = ", ".join(map(literal, sorted(in_marts)))
    connection.execute(f"""
        CREATE TABLE release.{SNAPSHOT}.freshness AS
        SELECT * REPLACE ({moments}) FROM warehouse.raw_maandvers.freshness WHERE feed IN ({listed or "null"})
    """)
    made = note.point_in_time
    connection.execute(f"""
        CREATE TABLE release.{SNAPSHOT}.release (
            release_id varchar, municipality_code varchar, as_of date, version varchar, is_fictional boolean,
            as_known_on date, rebuilt_at timestamp
        )
    """)
    row = [note.release_id, note.municipality_code, note.as_of, note.version, note.is_fictional]
    row += [made.as_known_on, made.made_at.astimezone(UTC)] if made else [None, None]
    insert(connection, f"release.{SNAPSHOT}.release", [row])
    columns = ("suite", "subject", "row", "passed", "message", "message_nl")
    types = ", ".join(f"{column}: '{'BOOLEAN' if column == 'passed' else 'VARCHAR'}'" for column in columns)
    connection.execute(
        f"CREATE TABLE release.{SNAPSHOT}.audit_results AS SELECT * RENAME (passed AS is_passed)"
        f" FROM read_json({literal(judgements)}, format='array', columns={{{types}}})"
    )
    for book, (select, comment) in METADATA_VIEWS.items():
        write_view(connection, book, select, comment)


def write_json(file: Path, content: object) -> None:
    """Write a file for programs."""
    write_file(file, json.dumps(content, indent=2, ensure_ascii=False).encode())
