"""Who may read which theme at which level of a release: the one rule for board, Postgres and files."""

from pydantic import BaseModel, ConfigDict

# Stands for each theme, or each level.
ALL = "*"


class GroupAccess(BaseModel):
    """Themes, by code, and levels of regions that a group of readers may see; ``*`` is all of them."""

    model_config = ConfigDict(extra="forbid")

    themes: tuple[str, ...] = ()
    levels: tuple[str, ...] = (ALL,)

    def allows(self, theme: str, level: str) -> bool:
        """Whether figures of this theme may be seen at this level."""
        return bool({ALL, theme} & {*self.themes}) and bool({ALL, level} & {*self.levels})


class ReadAccess(BaseModel):
    """The section ``[access]`` of ``maandvers.toml``. Without it every reader may see everything that is released."""

    model_config = ConfigDict(extra="forbid")

    # For every reader, whatever groups they are in.
    everyone: GroupAccess = GroupAccess(themes=(ALL,))
    groups: dict[str, GroupAccess] = {}

    def allows(self, groups: frozenset[str], theme: str, level: str) -> bool:
        """Whether a reader of these groups may see a theme at a level; what no rule allows is refused."""
        rules = [self.everyone, *(self.groups[group] for group in groups if group in self.groups)]
        return any(rule.allows(theme, level) for rule in rules)
