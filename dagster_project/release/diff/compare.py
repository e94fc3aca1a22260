"""Comparing two releases: feeds, indicators, code, and every mart; what goes wrong is told in the diff itself."""

import logging
from collections.abc import Sequence
from pathlib import Path

import duckdb
from pydantic import ValidationError

from dagster_project.installation.settings import SEEDS
from dagster_project.marts.catalogue import Mart
from dagster_project.release.diff.changes import (
    Band,
    Compared,
    FeedDiff,
    IndicatorDiff,
    MartDiff,
    Problem,
    ReleaseDiff,
    ReleaseFacts,
)
from dagster_project.release.diff.rows import (
    NotComparableError,
    compare_rows,
    not_as_written,
    parquet_of,
    reading,
    revisions,
)
from dagster_project.release.freshness_report import FreshnessReport
from dagster_project.storage.checksums import is_as_written

logger = logging.getLogger(__name__)

BANDS = SEEDS / "diff_bands.csv"
FACTS = "release.json"
# The mart with every figure and the delivery it came from, and those that explain its codes.
FIGURES, INDICATORS, REGIONS = "fct_indicator_values", "dim_indicator", "dim_region"


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
        # The figures are sound whether or not they can be compared, so whatever stops this stops nothing else.
        diff.problem = problem_of(error)
        logger.warning("release: not compared with %s: %s", before.name, diff.problem.english)
    return diff


def problem_of(error: Exception) -> Problem:
    """Why a comparison failed, for the data team and for readers."""
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
    diff.before = Compared(release_id=earlier.release_id, as_of=earlier.as_of, code=earlier.code)
    diff.feeds = _feeds(earlier, facts, report)
    if is_idle:
        diff.marts = [_same(mart, facts.rows[mart.name]) for mart in marts]
        return
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        diff.bands = _load_bands(connection, bands)
        _load_labels(connection, before, after, marts)
        for mart in marts:
            diff.marts.append(_mart(connection, mart, before, after, earlier))
            if mart.name == FIGURES and diff.marts[-1].has_other_rows and diff.marts[-1].state == "changed":
                diff.revisions = revisions(connection)
                _compare_indicators(diff, connection, before, after)
    known = {mart.name for mart in marts}
    diff.marts += [
        MartDiff(mart=name, label_nl=name, state="gone", rows_before=rows, gone=rows)
        for name, rows in earlier.rows.items()
        if name not in known
    ]


def _same(mart: Mart, rows: int) -> MartDiff:
    return MartDiff(mart=mart.name, label_nl=mart.label_nl, state="same", rows_before=rows, rows_after=rows)


def _facts_of(release: Path) -> ReleaseFacts:
    if not is_as_written(release, FACTS):
        raise not_as_written(release, FACTS)
    try:
        return ReleaseFacts.model_validate_json((release / FACTS).read_bytes())
    except ValidationError as error:
        lacking = ", ".join(".".join(map(str, one["loc"])) for one in error.errors())
        raise NotComparableError(
            Problem(
                english=f"{FACTS} of {release.name} was written by another version of Maandvers: {lacking}",
                dutch=f"de vorige uitgave ({release.name}) is gemaakt met een andere versie van Maandvers",
            )
        ) from error


def _feeds(earlier: ReleaseFacts, now: ReleaseFacts, report: FreshnessReport) -> list[FeedDiff]:
    """What is new of every feed that either release knows."""
    told = {feed.feed: feed for feed in report.feeds}
    found = []
    for feed in sorted(earlier.feeds | now.feeds):
        was, held = earlier.deliveries.get(feed, {}), now.deliveries.get(feed, {})
        supplier = told[feed].supplier if feed in told else feed
        news = FeedDiff(feed=feed, supplier=supplier, news="new delivery")
        if feed not in now.feeds:
            news.news = "gone"
        elif feed in now.withheld:
            news.news = "still withheld" if feed in earlier.withheld else "withheld"
            news.reason = now.withheld[feed]
            news.reason_nl = told[feed].reason_nl
        elif feed in earlier.withheld:
            news.news = "shown again"
        elif feed not in earlier.feeds:
            news.news = "first seen"
        elif was == held:
            continue
        news.deliveries = {
            edition: (was.get(edition), held.get(edition))
            for edition in sorted(was.keys() | held.keys())
            if feed in now.deliveries and was.get(edition) != held.get(edition)
        }
        found.append(news)
    return found


def _load_bands(connection: duckdb.DuckDBPyConnection, bands: Path) -> list[Band]:
    connection.execute(f"""
        CREATE TABLE bands AS
        SELECT coalesce(name_ending, '') AS name_ending, label_nl, share_pct::double AS share_pct,
            at_least::double AS at_least
        FROM read_csv('{bands}', header=true, all_varchar=true, delim=',', quote='"')
    """)
    found = connection.execute("SELECT name_ending, label_nl, share_pct, at_least FROM bands").fetchall()
    names = ("name_ending", "label_nl", "share_pct", "at_least")
    return [Band.model_validate(dict(zip(names, row, strict=True))) for row in found]


def _load_labels(connection: duckdb.DuckDBPyConnection, before: Path, after: Path, marts: Sequence[Mart]) -> None:
    """What indicators and regions are called: as it is now, or was, of what is no more."""
    connection.execute("""
        CREATE TABLE indicators (
            indicator_code varchar, label_nl varchar, unit_nl varchar, decimals integer, theme_label_nl varchar,
            source_feed varchar, is_defined boolean, was_defined boolean
        );
        CREATE TABLE regions (region_code varchar, region_name varchar);
    """)
    names = "indicator_code, label_nl, unit_nl, decimals, theme_label_nl, source_feed"
    sides = [
        f"SELECT {names}, {is_now} AS is_now FROM {reading(release / 'parquet' / f'{INDICATORS}.parquet')}"
        for release, is_now in ((after, True), (before, False))
        if is_now or is_as_written(release, f"parquet/{INDICATORS}.parquet")
    ]
    known = {mart.name for mart in marts}
    if INDICATORS in known:
        connection.execute(f"""
            INSERT INTO indicators
            SELECT {names}, bool_or(is_now) OVER same, bool_or(NOT is_now) OVER same
            FROM ({" UNION ALL ".join(sides)})
            WINDOW same AS (PARTITION BY indicator_code)
            QUALIFY row_number() OVER (PARTITION BY indicator_code ORDER BY is_now DESC) = 1
        """)
    if REGIONS in known:
        connection.execute(f"""
            INSERT INTO regions
            SELECT region_code, arg_max(region_name, region_vintage)
            FROM {reading(after / "parquet" / f"{REGIONS}.parquet")} GROUP BY region_code
        """)


def _mart(
    connection: duckdb.DuckDBPyConnection, mart: Mart, before: Path, after: Path, earlier: ReleaseFacts
) -> MartDiff:
    now = reading(after / "parquet" / f"{mart.name}.parquet")
    found = MartDiff(mart=mart.name, label_nl=mart.label_nl, state="not compared")
    try:
        if mart.name in earlier.rows:
            return compare_rows(connection, mart, parquet_of(before, mart.name), now)
        rows = connection.execute(f"SELECT count(*) FROM {now}").fetchone()
        assert rows is not None
        return found.model_copy(update={"state": "new", "rows_after": rows[0], "added": rows[0]})
    except (NotComparableError, duckdb.Error) as error:
        found.problem = problem_of(error)
        logger.warning("release: %s not compared with %s: %s", mart.name, before.name, found.problem.english)
        return found


def _compare_indicators(diff: ReleaseDiff, connection: duckdb.DuckDBPyConnection, before: Path, after: Path) -> None:
    """Indicators that have figures in one of the releases only."""
    now = reading(after / "parquet" / f"{FIGURES}.parquet")
    rows = connection.execute(f"""
        WITH was AS (
            SELECT DISTINCT indicator_code FROM {parquet_of(before, FIGURES)} WHERE value IS NOT NULL
        ),
        held AS (SELECT DISTINCT indicator_code FROM {now} WHERE value IS NOT NULL),
        only_one AS (
            SELECT coalesce(held.indicator_code, was.indicator_code) AS indicator_code,
                was.indicator_code IS NULL AS is_added
            FROM was FULL JOIN held USING (indicator_code)
            WHERE was.indicator_code IS NULL OR held.indicator_code IS NULL
        )
        SELECT is_added, indicator_code, coalesce(label_nl, indicator_code), coalesce(theme_label_nl, ''),
            coalesce(source_feed, ''), coalesce(is_defined <> was_defined, true)
        FROM only_one LEFT JOIN indicators USING (indicator_code)
        ORDER BY theme_label_nl, indicator_code
    """).fetchall()
    names = ("indicator_code", "label_nl", "theme_nl", "feed", "is_defined_anew")
    for is_added, *row in rows:
        one = IndicatorDiff.model_validate(dict(zip(names, row, strict=True)))
        (diff.new_indicators if is_added else diff.gone_indicators).append(one)
