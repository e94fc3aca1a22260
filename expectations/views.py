"""Pages of Data Docs in Dutch; Great Expectations loads these classes by the names in ``great_expectations.yml``."""

from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from expectations.data_docs import TEMPLATES
from expectations.suites import SUITES

if TYPE_CHECKING:
    from great_expectations.core import ExpectationSuiteValidationResult

# Enough to see the problem; the release has all rows as JSON.
FAILURES_SHOWN = 100


@dataclass(frozen=True)
class Contents:
    """A template in ``pages/`` and its values."""

    template: str
    values: dict[str, object]


class SuiteContents:
    """Renderer for one suite: its outcome, and a sentence for each row that did not pass."""

    def render(self, validation: "ExpectationSuiteValidationResult") -> Contents:
        """Collect the contents of the page."""
        from expectations.judge import read_findings

        suite, found = SUITES[validation.suite_name], read_findings(validation)
        # Read back from disk, so a dict.
        run: Any = validation.meta["run_id"]
        bad = [(n, suite.not_checked(row, "nl")) for n, row in found.unchecked.items()]
        bad += [(n, suite.finding_on(row, "nl", failed=True)) for n, row in found.failed.items()]
        sentences = [sentence for _, sentence in sorted(bad)]
        values = {
            "suite": suite,
            "as_of": date.fromisoformat(run["run_name"]),
            "passed": validation.success,
            "problem": found.problem,
            "rows": found.rows,
            "sentences": sentences[:FAILURES_SHOWN],
            "more": len(sentences[FAILURES_SHOWN:]),
        }
        return Contents("audit_suite.j2", values)


class IndexContents:
    """Renderer for the first page: every suite and its outcome."""

    def render(self, links: dict) -> Contents:
        """Collect the contents of the page."""
        order = list(SUITES)
        found = sorted(links.get("validations_links", []), key=lambda link: order.index(link["expectation_suite_name"]))
        results = [
            {
                "suite": SUITES[link["expectation_suite_name"]],
                "page": link["filepath"],
                "passed": link["validation_success"],
                "as_of": date.fromisoformat(link["run_id"].run_name),
            }
            for link in found
        ]
        return Contents("audit_index.j2", {"results": results})


class AuditPage:
    """View for both pages: templates of our own without scripts, and their one style inside."""

    def render(self, contents: Contents, **_: object) -> str:
        """Fill the template of the page."""
        pages = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined)
        return pages.get_template(contents.template).render(contents.values, ge_version=version("great_expectations"))
