"""Dutch names and explanations of marts and columns, for the people who read a release.

A column that is an indicator has those of the dictionary; other columns and marts have a row in ``seeds/texts_nl.csv``:
under the name of the mart, of the column wherever it occurs, or of its group (``group_checked_at`` for
``benefits_checked_at``). A column without a row goes by its own name.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from dagster_project.installation.settings import SEEDS
from dagster_project.marts.column_clocks import Clock
from dagster_project.marts.dictionary import (
    Row,
    explanation,
    is_indicator,
    read_csv,
    supplier_labels,
    unit_sentence,
)

TEXTS = SEEDS / "texts_nl.csv"
GROUP = "group_"


@dataclass(frozen=True)
class DutchText:
    """Name of a column, its explanation and its unit."""

    label: str
    definition: str = ""
    unit: str = ""


@dataclass(frozen=True)
class DutchTexts:
    """The texts of all marts."""

    # By mart and column; the mart is empty for a column of any mart, the column for a mart itself.
    rows: Mapping[tuple[str, str], DutchText]
    dictionary: Mapping[str, Row]
    suppliers: Mapping[str, str]

    @classmethod
    def read(cls, manifest: Mapping[str, Any], dictionary: Mapping[str, Row]) -> Self:
        """Read the file and what dbt's manifest says of suppliers."""
        rows = {
            (row["mart_name"], row["column_name"]): DutchText(row["label_nl"], row["definition_nl"])
            for row in read_csv(TEXTS)
        }
        return cls(rows, dictionary, supplier_labels(manifest))

    def of_mart(self, mart: str) -> str:
        """Explain a mart; empty if it has no row."""
        found = self.rows.get((mart, ""))
        return found.definition if found else ""

    def of_column(self, mart: str, name: str, column: Mapping[str, Any], clocks: Sequence[Clock]) -> DutchText:
        """Explain a column of a mart, which has these clocks."""
        if is_indicator(name, column, self.dictionary):
            row = self.dictionary[name]
            whole = explanation(name, self.dictionary, self.suppliers)
            definition = whole.removeprefix(f"{row['label_nl']}: ").replace(f" {unit_sentence(row)}", "", 1)
            return DutchText(row["label_nl"], definition, row["unit_nl"])
        own = self.rows.get((mart, name)) or self.rows.get(("", name))
        return own or self._of_group(name, clocks) or DutchText(name)

    def _of_group(self, name: str, clocks: Sequence[Clock]) -> DutchText | None:
        for clock in clocks:
            text = self.rows.get(("", GROUP + name.removeprefix(f"{clock.name}_")))
            if text and name.startswith(f"{clock.name}_"):
                source = self.suppliers.get(clock.feeds[0] if clock.feeds else "", clock.name)
                return DutchText(f"{text.label}: {source}", text.definition)
        return None
