"""The rows of a mart that a rule of access lets through: one condition in SQL for the board, files and Postgres.

A release says of each mart which themes and levels its figures have, of all rows or of each (``scope`` in
``datapackage.json``). A row is shown as it is to a reader who may see all of it, and otherwise not at all: a wide mart
of several themes is for readers of each of them. A reader of a level may see larger ones too
(``dagster_project/access.py``), and with a row the larger regions that it is compared with.
"""

from collections.abc import Iterable, Sequence

from pydantic import BaseModel, ConfigDict, Field

from dagster_project.access import LEVELS, Allowed
from dagster_project.storage.sql import identifier, literal

# Conditions for all rows of a mart, and for none.
TRUE, FALSE = "true", "false"


def all_of(conditions: Iterable[str]) -> str:
    """Condition for rows of which all of these hold."""
    found = dict.fromkeys(one for one in conditions if one != TRUE)
    return FALSE if FALSE in found else " AND ".join(found) or TRUE


def any_of(conditions: Iterable[str]) -> str:
    """Condition for rows of which one of these holds."""
    first, *others = dict.fromkeys(one for one in conditions if one != FALSE) or [FALSE]
    if TRUE in (first, *others):
        return TRUE
    return f"({' OR '.join((first, *others))})" if others else first


class FactOfRow(BaseModel):
    """A column that says the theme or level of each row: the fact itself, or the key of a mart that has it."""

    column: str
    mart: str | None

    def is_one_of(self, fact: str, values: Iterable[str], schema: str) -> str:
        """Condition for rows of which the fact, a column such as ``theme_code``, is one of these values."""
        listed = ", ".join(map(literal, values))
        if self.mart is None:
            return f"{identifier(self.column)} IN ({listed})"
        column, mart = identifier(self.column), f"{schema}{identifier(self.mart)}"
        return f"{column} IN (SELECT {column} FROM {mart} WHERE {fact} IN ({listed}))"


class ReaderScope(BaseModel):
    """Themes and levels of a mart's figures, by which readers are admitted: of all rows, or of each."""

    model_config = ConfigDict(populate_by_name=True)

    # Each of them has figures in every row.
    themes: tuple[str, ...]
    theme_of_row: FactOfRow | None = Field(alias="themeOfRow")
    level: str | None
    level_of_row: FactOfRow | None = Field(alias="levelOfRow")

    def rows_for(self, themes: Sequence[str], allowed: Allowed, schema: str = "") -> str:
        """Condition for the rows of a reader, in the SQL of DuckDB and Postgres: ``true`` for all, ``false`` for none.

        ``themes`` are all themes of the release, ``allowed`` the pairs of theme and level that may be read. ``schema``
        stands before the names of other marts, with a dot.
        """
        return all_of(part.rows_of_part(themes, allowed, schema) for part in self.parts())

    def parts(self) -> "list[ReaderScope]":
        """The scopes of which a reader needs each: one per theme of the rows."""
        return [self.model_copy(update={"themes": (theme,)}) for theme in self.themes] or [self]

    def rows_of_part(self, themes: Sequence[str], allowed: Allowed, schema: str = "") -> str:
        """Condition of one of the parts."""
        if not self.themes and not self.theme_of_row:
            return TRUE
        # Themes that may be read at the same levels share a condition.
        by_levels: dict[tuple[str, ...], list[str]] = {}
        for theme in self.themes or themes:
            levels = tuple(level for level in LEVELS if (theme, level) in allowed)
            by_levels.setdefault(levels, []).append(theme)
        if by_levels.keys() == {LEVELS}:
            return TRUE
        return any_of(self._rows(group, levels, schema) for levels, group in by_levels.items())

    def _rows(self, themes: Sequence[str], levels: tuple[str, ...], schema: str) -> str:
        if not levels or (self.level and self.level not in levels):
            return FALSE
        conditions = [self.theme_of_row.is_one_of("theme_code", themes, schema)] if self.theme_of_row else []
        if self.level_of_row and levels != LEVELS:
            conditions.append(self.level_of_row.is_one_of("region_level", levels, schema))
        return all_of(conditions)
