"""Who may read which theme at which level of a release: the one rule for board, Postgres and files."""

from collections.abc import Collection, Iterable, Sequence
from typing import Annotated, Final, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

# Stands for each theme, or each level.
ALL: Final = "*"
# Levels of regions in the marts, the largest first; an area is one of the municipality's own.
Level = Literal["*", "country", "municipality", "district", "area", "neighbourhood"]
LEVELS: tuple[str, ...] = tuple(level for level in get_args(Level) if level != ALL)
# Proxies name the groups of a reader with commas between them.
GroupName = Annotated[str, Field(pattern=r"^[^\s,]([^,]*[^\s,])?$")]
# Pairs of a theme and a level whose figures may be seen.
Allowed = frozenset[tuple[str, str]]


class GroupAccess(BaseModel):
    """Themes, by code, and levels of regions that a group of readers may see; ``*`` is all of them.

    With a level come the larger ones: a total of figures that a reader may see is no secret to that reader.
    """

    model_config = ConfigDict(extra="forbid")

    themes: tuple[str, ...] = ()
    # Of those, the themes that the group may not see.
    without: tuple[str, ...] = ()
    levels: tuple[Level, ...] = (ALL,)

    def allows(self, theme: str, level: str) -> bool:
        """Whether figures of this theme may be seen at this level."""
        is_listed = (ALL in self.themes or theme in self.themes) and theme not in self.without
        return is_listed and any(one == ALL or LEVELS.index(level) <= LEVELS.index(one) for one in self.levels)


class ReadAccess(BaseModel):
    """The section ``[access]`` of ``maandvers.toml``. Without it every reader may see everything that is released."""

    model_config = ConfigDict(extra="forbid")

    # For every reader, whatever groups they are in.
    everyone: GroupAccess = GroupAccess(themes=(ALL,))
    groups: dict[GroupName, GroupAccess] = {}

    @model_validator(mode="after")
    def _leaves_something_to_groups(self) -> Self:
        if self.groups and self.everyone == GroupAccess(themes=(ALL,)):
            raise ValueError(
                "everyone may see every theme, so rules of groups change nothing; expected a rule such as"
                ' everyone = {themes = ["*"], without = ["organisation"]}'
            )
        return self

    def allows(self, groups: Collection[str], theme: str, level: str) -> bool:
        """Whether a reader of these groups may see a theme at a level; what no rule allows is refused."""
        rules = [self.everyone, *(self.groups[group] for group in groups if group in self.groups)]
        return any(rule.allows(theme, level) for rule in rules)

    def allowed(self, groups: Collection[str], themes: Iterable[str]) -> Allowed:
        """The pairs of theme and level that a reader of these groups may see, of the themes that there are."""
        return frozenset(pair for pair in everything(themes) if self.allows(groups, *pair))

    def idle_groups(self, themes: Sequence[str]) -> list[str]:
        """Groups with a rule that lets them see nothing which every reader may not see."""
        return [name for name in self.groups if self.allowed((name,), themes) == self.allowed((), themes)]

    def named_themes(self) -> dict[str, set[str]]:
        """The themes that each rule names, by the name of the rule in the settings."""
        rules = {"everyone": self.everyone, **{f"groups.{name}": rule for name, rule in self.groups.items()}}
        return {name: {*rule.themes, *rule.without} - {ALL} for name, rule in rules.items()}


def everything(themes: Iterable[str]) -> Allowed:
    """Every pair of a theme and a level."""
    return frozenset((theme, level) for theme in themes for level in LEVELS)
