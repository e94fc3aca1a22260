"""The two kinds of page of Data Docs; Great Expectations makes their contents and loads these classes by name."""

from typing import ClassVar

from great_expectations.render import RenderedDocumentContent
from great_expectations.render.view import DefaultJinjaPageView

from expectations.data_docs import PAGES
from expectations.rules import SUITE_TEXTS, SUITE_TITLES


class OfflinePage(DefaultJinjaPageView):
    """A page from our own templates: no script, and its one style inside, so that it opens anywhere."""

    template: ClassVar[str]

    def __init__(self, **_: object) -> None:
        super().__init__(custom_views_directory=str(PAGES))

    def render(self, document: RenderedDocumentContent, template: str | None = None, **kwargs: object) -> str:
        """Fill the template with what Great Expectations found."""
        return super().render(
            document, template or self.template, suite_titles=SUITE_TITLES, suite_texts=SUITE_TEXTS, **kwargs
        )


class IndexPage(OfflinePage):
    """All suites, each with its outcome."""

    template = "audit_index.j2"


class SuitePage(OfflinePage):
    """One suite: every expectation with a sentence for each row that fails it."""

    template = "audit_suite.j2"
