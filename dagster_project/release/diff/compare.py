"""Comparison of two releases: feeds, code, figures in the long mart, and row counts of every mart."""

import csv
import logging
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import date
from pathlib import Path

import duckdb
from pydantic import ValidationError

from dagster_project.errors import MaandversError
from dagster_project.installation.settings import SEEDS
from dagster_project.marts.catalogue import Mart
from dagster_project.release.diff.changes import (
    Band,
    Compared,
    ComparedDelivery,
    EditionDiff,
    FeedDiff,
    MartDiff,
    Problem,
    ReleaseDiff,
    ReleaseFacts,
)
from dagster_project.release.diff.figures import (
    FIGURES,
    changes_per_feed,
    compare_figures,
    count_changed_by_models,
    indicator_changes,
    release_days,
)
from dagster_project.release.freshness_report import FreshnessReport
from dagster_project.release.reader import DATABASE, NOTE, SNAPSHOT, open_databases
from dagster_project.storage.checksums import is_as_written
from dagster_project.storage.sql import one_row

logger = logging.getLogger(__name__)

BANDS = SEEDS / "diff_bands.csv"
# Clocks and delivery ids change every night and are no content.
NO_CONTENT = ("checked_at", "released_at", "fresh_until", "delivery_id")
# Rows before and after, and rows of one release only, of hashes that are counted on both sides.
COUNTS = ("before", "after", "greatest(before - after, 0)", "greatest(after - before, 0)")


class NotComparableError(MaandversError):
    """Two releases that cannot be compared."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.english)
        self.problem = problem


def compare_releases(
    before: Path | None,
    after: Path,
    facts: ReleaseFacts,
    marts: Sequence[Mart],
    report: FreshnessReport,
    *,
    is_idle: bool = False,
    bands: Path = BANDS,
) -> ReleaseDiff:
    """Compare a release with the one that is being made in the folder ``after``; never raises.

    ``report`` has readers' names of feeds and reasons. ``is_idle`` states that the marts are those of the release
    before, which are then not read. Without a release before, the diff is empty.
    """
    diff = ReleaseDiff(release_id=facts.release_id, as_of=facts.as_of, code=facts.code)
    if before is None:
        return diff
    try:
        _compare(diff, before, after, facts, marts, report, is_idle, bands)
    except Exception as error:
        # The figures are right whether or not they can be compared, so no error here may stop a release.
        diff.problem = _problem_of(error)
        logger.warning("release: not compared with %s: %s", before.name, diff.problem.english)
    return diff


def _problem_of(error: Exception) -> Problem:
    if isinstance(error, NotComparableError):
        return error.problem
    return Problem(
        english=f"{type(error).__name__}: {' '.join(str(error).split())}",
        dutch="het vergelijken zelf is misgegaan; de technische melding staat in diff.json",
    )


def _compare(
    diff: ReleaseDiff,
    before: Path,
    after: Path,
    facts: ReleaseFacts,
    marts: Sequence[Mart],
    report: FreshnessReport,
    is_idle: bool,
    bands: Path,
) -> None:
    earlier = _facts_of(before)
    if earlier.municipality_code != facts.municipality_code:
        raise NotComparableError(
            Problem(
                english=f"it is of another municipality, {earlier.municipality_code}",
                dutch=f"de vorige uitgave is van een andere gemeente ({earlier.municipality_code})",
            )
        )
    diff.bands = _read_bands(bands)
    diff.before = Compared(release_id=earlier.release_id, as_of=earlier.as_of, code=earlier.code)
    if is_idle:
        diff.feeds = _feeds(earlier, facts, report, {}, {})
        diff.marts = [_same(mart, facts.rows.get(mart.name, earlier.rows.get(mart.name, 0))) for mart in marts]
        return
    _require_as_written(before, DATABASE)
    with closing(open_databases(before=before / DATABASE, after=after / DATABASE)) as connection:
        days: Mapping[str, date] = {}
        per_feed: Mapping[str, Mapping[str, int]] = {}
        if FIGURES in earlier.rows:
            compare_figures(connection, diff.bands)
            diff.indicators = indicator_changes(connection)
            diff.changed_by_models = count_changed_by_models(connection)
            days, per_feed = release_days(connection), changes_per_feed(connection)
        diff.feeds = _feeds(earlier, facts, report, days, per_feed)
        diff.marts = [_mart(connection, mart, mart.name in earlier.rows) for mart in marts]
    known = {mart.name for mart in marts}
    diff.marts += [
        MartDiff(mart=name, label_nl=name, state="gone", rows_before=rows, only_before=rows)
        for name, rows in earlier.rows.items()
        if name not in known
    ]


def _require_as_written(release: Path, name: str) -> None:
    if not is_as_written(release, name):
        raise NotComparableError(
            Problem(
                english=f"{name} of {release.name} is not as it was written; run maandvers verify",
                dutch=f"de vorige uitgave ({release.name}) is beschadigd: {name} is niet meer zoals het is geschreven",
            )
        )


def _facts_of(release: Path) -> ReleaseFacts:
    _require_as_written(release, NOTE)
    try:
        return ReleaseFacts.model_validate_json((release / NOTE).read_bytes())
    except ValidationError as error:
        lacking = ", ".join(".".join(map(str, one["loc"])) for one in error.errors())
        raise NotComparableError(
            Problem(
                english=f"{NOTE} of {release.name} was written by another version of Maandvers: {lacking}",
                dutch=f"de vorige uitgave ({release.name}) is gemaakt met een andere versie van Maandvers",
            )
        ) from error


def _read_bands(file: Path) -> list[Band]:
    with file.open(encoding="utf-8", newline="") as rows:
        return [Band.model_validate(row) for row in csv.DictReader(rows)]


def _feeds(
    earlier: ReleaseFacts,
    now: ReleaseFacts,
    report: FreshnessReport,
    days: Mapping[str, date],
    per_feed: Mapping[str, Mapping[str, int]],
) -> list[FeedDiff]:
    """Describe every feed of either release with other deliveries, or that came, went or is withheld."""
    reports = {feed.feed: feed for feed in report.feeds}

    received = earlier.received_on | now.received_on

    def delivery(delivery_id: str | None) -> ComparedDelivery | None:
        if not delivery_id:
            return None
        return ComparedDelivery(
            delivery_id=delivery_id, released_on=days.get(delivery_id), received_on=received.get(delivery_id)
        )

    found = []
    for feed in sorted(earlier.feeds | now.feeds):
        was, shown = earlier.deliveries.get(feed, {}), now.deliveries.get(feed, {})
        supplier = reports[feed].supplier if feed in reports else feed
        news = FeedDiff.model_validate(
            {"feed": feed, "supplier": supplier, "news": "new delivery", **per_feed.get(feed, {})}
        )
        if feed not in now.feeds:
            news.news = "gone"
        elif feed in now.withheld:
            news.news = "still withheld" if feed in earlier.withheld else "withheld"
            news.reason = now.withheld[feed]
            news.reason_nl = reports[feed].reason_nl if feed in reports else None
        elif feed in earlier.withheld:
            news.news = "shown again"
        elif feed not in earlier.feeds:
            news.news = "first seen"
        elif was == shown:
            continue
        news.editions = [
            EditionDiff(edition=edition, before=delivery(was.get(edition)), after=delivery(shown.get(edition)))
            for edition in sorted(was.keys() | shown.keys())
            if feed in now.deliveries and was.get(edition) != shown.get(edition)
        ]
        found.append(news)
    return found


def _mart(connection: duckdb.DuckDBPyConnection, mart: Mart, was_there: bool) -> MartDiff:
    """Count the rows of a mart, and those in one of the releases only."""
    if not was_there:
        (rows,) = one_row(connection, f"SELECT count(*) FROM after.{SNAPSHOT}.{mart.name}")
        return MartDiff(mart=mart.name, label_nl=mart.label_nl, state="new", rows_after=rows, only_after=rows)
    types_before, types_after = (_types(connection, f"{side}.{SNAPSHOT}.{mart.name}") for side in ("before", "after"))
    content = [_content(*column) for column in types_after & types_before if not column[0].endswith(NO_CONTENT)]
    # Hashes of rows take less memory than the rows of the long marts of the whole country.
    row = f"hash({', '.join(sorted(content)) or '1'})"
    rows_before, rows_after, only_before, only_after = one_row(
        connection,
        f"""
        WITH counted AS (
            SELECT row_hash, count(*) - sum(is_after) AS before, sum(is_after) AS after
            FROM (
                SELECT {row} AS row_hash, 0 AS is_after FROM before.{SNAPSHOT}.{mart.name}
                UNION ALL SELECT {row}, 1 FROM after.{SNAPSHOT}.{mart.name}
            )
            GROUP BY row_hash
        )
        SELECT {", ".join(f"coalesce(sum({count}), 0)::bigint" for count in COUNTS)} FROM counted
        """,
    )
    found = MartDiff(
        mart=mart.name,
        label_nl=mart.label_nl,
        state="same",
        rows_before=rows_before,
        rows_after=rows_after,
        only_before=only_before,
        only_after=only_after,
        new_columns=sorted(" ".join(column) for column in types_after - types_before),
        gone_columns=sorted(" ".join(column) for column in types_before - types_after),
    )
    if only_before or only_after or found.new_columns or found.gone_columns:
        found.state = "changed"
    return found


def _same(mart: Mart, rows: int) -> MartDiff:
    return MartDiff(mart=mart.name, label_nl=mart.label_nl, state="same", rows_before=rows, rows_after=rows)


def _types(connection: duckdb.DuckDBPyConnection, table: str) -> set[tuple[str, str]]:
    return {(name, kind) for name, kind, *_ in connection.execute(f"DESCRIBE {table}").fetchall()}


def _content(column: str, kind: str) -> str:
    """Read a column without the last digits of a sum, which depend on the order of addition."""
    return f"printf('%.12g', {column})" if kind == "DOUBLE" else column
