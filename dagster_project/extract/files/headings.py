"""Search for the contract's columns by the headings of a file, in any order, case and spacing."""

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from dagster_project.contracts.model import Column, Feed
from dagster_project.extract.files.sheet_rows import Cell, UnreadableFileError

POSITION_SUFFIX = re.compile(r"_\d+$")
SPACES = re.compile(r"[\s\u00a0]+")


@dataclass(frozen=True)
class Headings:
    """Headings of a feed's columns."""

    feed: Feed
    edition: int | None
    # Columns of OData v3 tables are numbered, and so are those of files exported from them.
    may_be_numbered: bool

    def normal(self, heading: Cell) -> str:
        """Normalise case and spacing, which differ between authors."""
        return SPACES.sub("", str(heading if heading is not None else "")).casefold()

    def names_of(self, column: Column) -> set[str]:
        """Every heading that a column may have."""
        return {self.normal(name) for name in (column.meta.supplier_name, *column.meta.supplier_aliases)}

    def is_known(self, heading: Cell) -> bool:
        """Whether the heading is that of a column of the contract."""
        return any(self._fits(heading, self.names_of(column)) for column in self.feed.tables[0].columns)

    def count_known(self, headings: Sequence[Cell]) -> int:
        """Number of headings that are in the contract."""
        return sum(self.is_known(heading) for heading in headings)

    def _fits(self, heading: Cell, names: set[str]) -> bool:
        normal = self.normal(heading)
        return normal in names or (self.may_be_numbered and POSITION_SUFFIX.sub("", normal) in names)

    def places(self, headings: Sequence[Cell]) -> dict[str, int]:
        """Position of each column, by our names.

        A column that comes from a code list of its supplier may be absent. Raises UnreadableFileError for any other.
        """
        found = {}
        columns = self.feed.tables[0].expected_columns(self.edition)
        for column in columns:
            fitting = [place for place, heading in enumerate(headings) if self._fits(heading, self.names_of(column))]
            if len(fitting) > 1:
                raise UnreadableFileError(
                    f"contains column '{column.meta.supplier_name}' more than once",
                    "every heading once",
                    ", ".join(f"'{headings[place]}'" for place in fitting),
                    "remove the one that is not wanted",
                )
            if fitting:
                found[column.name] = fitting[0]
            elif column.meta.code_list is None:
                raise self._missing(column, headings)
        return found

    def _missing(self, column: Column, headings: Sequence[Cell]) -> UnreadableFileError:
        name = column.meta.supplier_name
        texts = [str(heading).strip() for heading in headings if heading is not None]
        near = difflib.get_close_matches(self.normal(name), [self.normal(text) for text in texts], n=1)
        nearest = next((f"'{text}'" for text in texts if near and self.normal(text) == near[0]), "none")
        known = self.count_known(headings)
        # A file without headings starts with a record, which may not be logged.
        is_shown = known * 2 > len(self.feed.tables[0].columns) or not self.feed.delivery.personal_data
        listed = f": {', '.join(texts)}"[:300] if is_shown else f", of which {known} are in the contract"
        return UnreadableFileError(
            f"lacks column '{name}'",
            f"the headings of {len(self.feed.tables[0].columns)} columns in row 1, among them '{name}'",
            f"{len(texts)} headings{listed}; nearest: {nearest}",
            f"call the column '{name}', or start again from the template; for a name that changed for good, "
            f"add it to 'supplier_aliases' of '{column.name}' in {self.feed.file}",
        )
