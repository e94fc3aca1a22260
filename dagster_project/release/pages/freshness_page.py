"""Page with the freshness of every feed and mart."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dagster_project.audit.outcome import AuditOutcome
from dagster_project.release.freshness_report import FreshnessReport
from dagster_project.release.pages.rendering import write_page
from expectations.judgement import Judgement
from expectations.suites import SUITES

FRESHNESS = "freshness"
# Great Expectations' own pages lie here.
CHECKS = "freshness/checks"
FAILURES_SHOWN = 50


@dataclass(frozen=True)
class Check:
    """One suite: what came of it, and the page that tells more."""

    title: str
    passed: int
    failed: int
    page: str | None


def write_freshness_page(release: Path, report: FreshnessReport, outcome: AuditOutcome) -> None:
    """Write ``freshness/index.html``; the pages of the audit lie there already."""
    problems = [(feed.supplier, found) for feed in report.feeds if (found := feed.problems + feed.remarks)]
    write_page(
        release / FRESHNESS / "index.html",
        "freshness.j2",
        {"feed_of": lambda name, told: told.feed(name)},
        report=report,
        checks=[_check(release, name, suite.title_nl, outcome.judgements) for name, suite in SUITES.items()],
        failures=[judgement for judgement in outcome.judgements if not judgement.passed],
        problems=problems,
        shown=FAILURES_SHOWN,
    )


def _check(release: Path, suite: str, title: str, judgements: Sequence[Judgement]) -> Check:
    own = [judgement.passed for judgement in judgements if judgement.suite == suite]
    pages = sorted((release / CHECKS / "validations" / suite).rglob("*.html"))
    page = pages[0].relative_to(release / FRESHNESS).as_posix() if pages else None
    return Check(title=title, passed=sum(own), failed=len(own) - sum(own), page=page)
