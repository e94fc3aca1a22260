"""The page of a suite in Data Docs; Great Expectations makes its contents and loads this class by name."""

from typing import ClassVar

from great_expectations.render import RenderedDocumentContent
from great_expectations.render.view import DefaultJinjaPageView

from expectations.data_docs import PAGES
from expectations.rules import SUITE_TITLES


class SuitePage(DefaultJinjaPageView):
    """Every expectation of a suite with a sentence for each row that fails it.

    From a template of our own: no script, and its one style inside, so that it opens anywhere.
    """

    template: ClassVar[str] = "audit_suite.j2"

    def __init__(self, **_: object) -> None:
        super().__init__(custom_views_directory=str(PAGES))

    def render(self, document: RenderedDocumentContent, template: str | None = None, **kwargs: object) -> str:
        """Fill the template with what Great Expectations found."""
        return super().render(document, template or self.template, suite_titles=SUITE_TITLES, **kwargs)
