"""Themes and levels of a mart's figures, by which readers are admitted (``dagster_project/access.py``).

The themes are those of the indicators among its columns, or those that its YAML names in ``config.meta.themes``. Where
each row has a theme or a level of its own, a column says which: the theme or level itself, or the key of the
definitions (``dim_``) that have it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dagster_project.errors import MaandversError

THEME, LEVEL = "theme_code", "region_level"
# Definitions are for every reader, unless each is of a theme and a level, as a measure of policy with its costs is.
DEFINITIONS = "dim_"
# Figures without a region are those of the municipality.
MUNICIPALITY, NEIGHBOURHOOD = "municipality", "neighbourhood"


class UnthemedMartError(MaandversError):
    """A mart has figures and no theme, so that no rule says who may read it."""


@dataclass(frozen=True)
class RowFact:
    """A column that says the theme or level of each row; of ``mart``, if it is the key of another one."""

    column: str
    mart: str | None = None


@dataclass(frozen=True)
class Scope:
    """Themes and level of all rows, or the columns that say them of each row. Neither: for every reader."""

    themes: tuple[str, ...] = ()
    theme_of_row: RowFact | None = None
    level: str | None = None
    level_of_row: RowFact | None = None


FOR_EVERYONE = Scope()


@dataclass(frozen=True)
class MartShape:
    """A mart as far as its scope depends on it."""

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    # Named in its YAML.
    themes: tuple[str, ...]


def scopes_of(marts: Sequence[MartShape], theme_of: Mapping[str, str]) -> dict[str, Scope]:
    """Return the scope of each mart; ``theme_of`` maps indicators to themes. Raises UnthemedMartError."""
    return {mart.name: _scope(mart, marts, theme_of) for mart in marts}


def _scope(mart: MartShape, marts: Sequence[MartShape], theme_of: Mapping[str, str]) -> Scope:
    theme_of_row = None if mart.themes else _row_fact(mart, marts, THEME)
    level_of_row = _row_fact(mart, marts, LEVEL)
    if mart.name.startswith(DEFINITIONS) and not (theme_of_row and level_of_row):
        return FOR_EVERYONE
    measured = {theme_of[column] for column in mart.columns if column in theme_of}
    if mart.themes and (hidden := measured.difference(mart.themes)):
        raise UnthemedMartError(
            f"{mart.name}: has figures of themes that its YAML does not name\n"
            f"  expected: each theme of its columns in config.meta.themes, {', '.join(mart.themes)}\n"
            f"  came: {', '.join(sorted(hidden))}\n  do: add it there"
        )
    themes = mart.themes or tuple(sorted(measured))
    if not theme_of_row and not themes:
        raise UnthemedMartError(
            f"{mart.name}: has no theme, so that no rule of [access] says who may read it\n"
            f"  expected: a column {THEME}, the key of a mart that has one, or columns named after indicators\n"
            "  do: name its themes, codes of seeds/themes.csv, in its YAML: config: {meta: {themes: [finance]}}"
        )
    level = NEIGHBOURHOOD if "neighbourhood_code" in mart.key else MUNICIPALITY
    return Scope(
        themes=() if theme_of_row else themes,
        theme_of_row=theme_of_row,
        level=None if level_of_row else level,
        level_of_row=level_of_row,
    )


def _row_fact(mart: MartShape, marts: Sequence[MartShape], fact: str) -> RowFact | None:
    """Find the column that says a fact of each row: the fact itself, or the key of the definitions that have it."""
    if fact in mart.columns:
        return RowFact(fact)
    keys = {
        other.key[0]: other.name
        for other in marts
        if other.name.startswith(DEFINITIONS) and len(other.key) == 1 and fact in other.columns
    }
    return next((RowFact(column, keys[column]) for column in sorted(keys) if column in mart.columns), None)
