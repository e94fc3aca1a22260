"""Search for the contract's columns by the headings of a file, in any order, case and spacing."""

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from dagster_project.contracts.model import Column, Feed
from dagster_project.contracts.personal import masked
from dagster_project.extract.files.newest_file import Given
from dagster_project.extract.files.sheet_rows import Cell, NumberedRow, UnreadableFileError

POSITION_SUFFIX = re.compile(r"_\d+$")
SPACES = re.compile(r"[\s\u00a0]+")
# Nothing, a number, a date or an amount, which no heading is.
VALUE = re.compile(r"[\d\s.,:/€-]*")
APOSTROPHES = str.maketrans("’‘`´", "''''")


@dataclass(frozen=True)
class Headings:
    """Headings of a feed's columns."""

    feed: Feed
    edition: int | None
    # Columns of OData v3 tables are numbered, and so are those of files exported from them.
    may_be_numbered: bool
    # A published table is usable without some; in a register's own file each has its meaning for the others.
    may_lack_columns: bool
    # By our names: headings that are tried first, or the value of a column that the file lacks.
    mapped: Mapping[str, tuple[str, ...] | Given] = field(default_factory=dict)

    def normal(self, heading: Cell) -> str:
        """Normalise case, spacing and apostrophes, which differ between authors."""
        return SPACES.sub("", str(heading if heading is not None else "")).casefold().translate(APOSTROPHES)

    @cached_property
    def _names(self) -> dict[str, set[str]]:
        """Every heading that each column of the contract may have."""
        return {
            column.name: self._own_names(column)
            | {self.normal(name) for name in (column.meta.supplier_name, *column.meta.supplier_aliases)}
            for column in self.feed.tables[0].columns
        }

    @cached_property
    def _known(self) -> set[str]:
        return set().union(*self._names.values())

    def _own_names(self, column: Column) -> set[str]:
        mapped = self.mapped.get(column.name, ())
        return set() if isinstance(mapped, Given) else {self.normal(name) for name in mapped}

    @property
    def columns(self) -> list[Column]:
        """The columns to find in the file."""
        columns = self.feed.tables[0].expected_columns(self.edition)
        return [column for column in columns if not isinstance(self.mapped.get(column.name), Given)]

    def is_known(self, heading: Cell) -> bool:
        """Whether the heading is that of a column of the contract."""
        return self._fits(heading, self._known)

    def count_known(self, headings: Sequence[Cell]) -> int:
        """Number of headings that are in the contract."""
        return sum(self.is_known(heading) for heading in headings)

    def refuse_across(self, rows: Sequence[NumberedRow]) -> None:
        """Refuse a table with its topics below each other, or with regions or periods as headings of one topic."""
        known = max((self.count_known(row) for _, row in rows), default=0)
        first = [row[0] for _, row in rows if row and self.is_known(row[0])]
        is_of_one_topic = (
            self.may_lack_columns and len(first) == known == 1 < len(self.columns) and len(rows[-1][1]) > 1
        )
        if len(first) > max(known, 1) or is_of_one_topic:
            raise UnreadableFileError(
                "has its regions or periods across, and its topics below each other or in a title",
                "a row per region and period, and a column per topic",
                f"{len(first)} known name{'s' if len(first) > 1 else ''} in the first column, such as '{first[0]}',"
                f" and {known} in the row with most",
                "drag 'Onderwerp' to the columns and the others to the rows in StatLine, and download it again",
            )

    def _fitting(self, headings: Sequence[Cell], names: set[str]) -> list[int]:
        return [place for place, heading in enumerate(headings) if self._fits(heading, names)]

    def _fits(self, heading: Cell, names: set[str]) -> bool:
        normal = self.normal(heading)
        return normal in names or (self.may_be_numbered and POSITION_SUFFIX.sub("", normal) in names)

    def places(self, headings: Sequence[Cell]) -> tuple[dict[str, int], list[UnreadableFileError]]:
        """Position of each column, by our names, and the problems of the others.

        A column that comes from a code list of its supplier may be absent, and a few columns of a published table.
        """
        found, problems, missing = {}, [], []
        for column in self.columns:
            own = self._fitting(headings, self._own_names(column))
            fitting = own or self._fitting(headings, self._names[column.name])
            namesakes = [column] if own else self._namesakes(column)
            if len(fitting) == len(namesakes) > 1:
                # The numbers at their ends follow the order of the published table, which the contract keeps.
                found[column.name] = fitting[namesakes.index(column)]
            elif fitting and len(fitting) < len(namesakes):
                problems.append(
                    UnreadableFileError(
                        f"contains '{headings[fitting[0]]}', which may be any of {len(namesakes)} columns",
                        f"a heading for each of {', '.join(other.name for other in namesakes)}",
                        ", ".join(f"'{headings[place]}'" for place in fitting),
                        "download the table with all of them, or map each heading in maandvers.toml",
                    )
                )
            elif len(fitting) > 1:
                problems.append(
                    UnreadableFileError(
                        f"contains column '{column.meta.supplier_name}' more than once",
                        "every heading once",
                        ", ".join(f"'{headings[place]}'" for place in fitting),
                        "remove the one that is not wanted",
                    )
                )
            elif fitting:
                found[column.name] = fitting[0]
            elif column.meta.code_list is None:
                missing.append(column)
        is_usable = self.may_lack_columns and self.feed.tables[0].may_lack(missing, self.edition)
        return found, problems if is_usable or not missing else [self._missing(missing, headings), *problems]

    def _namesakes(self, column: Column) -> list[Column]:
        """The columns that may have the same headings, in the order of the contract; the column itself among them."""
        return [other for other in self.columns if self._names[column.name] & self._names[other.name]]

    def _missing(self, columns: Sequence[Column], headings: Sequence[Cell]) -> UnreadableFileError:
        names = [column.meta.supplier_name for column in columns]
        texts = [masked(str(heading).strip()) for heading in headings if heading is not None]
        known = self.count_known(headings)
        # A file without headings starts with a record, which may not be logged.
        delivery = self.feed.delivery
        are_headings = not delivery.personal_data and not any(VALUE.fullmatch(text) for text in texts)
        is_shown = delivery.shows_values or are_headings or known * 2 > len(self.feed.tables[0].columns)
        unused = {self.normal(text): text for text in texts if not self.is_known(text)} if is_shown else {}
        lines = []
        for column, name in zip(columns, names, strict=True):
            nearest = difflib.get_close_matches(self.normal(name), unused, n=1)
            lines.append(f'{column.name} = "{unused[nearest[0]] if nearest else "…"}"')
        listed = f": {', '.join(texts)}" if is_shown else f", of which {known} are in the contract"
        quoted = ", ".join(f"'{name}'" for name in names)
        return UnreadableFileError(
            f"lacks column {quoted}" if len(names) == 1 else f"lacks {len(names)} columns: {quoted}",
            f"the headings of {len(self.columns)} columns",
            f"{len(texts)} headings{listed}",
            "\n    ".join(
                [
                    "use the headings of the template, or name those of the file in maandvers.toml, such as:",
                    f"[suppliers.{self.feed.supplier}.feeds.{self.feed.name}.columns]",
                    *lines,
                ]
            ),
        )
