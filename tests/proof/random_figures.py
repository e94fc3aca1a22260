"""Figures drawn at random from all marts of a release."""

import random
from contextlib import closing
from pathlib import Path

from dagster_project.lineage.question import Question, as_condition
from dagster_project.release.reader import open_release
from dagster_project.storage.sql import one_row

NUMBERS = {"integer", "number"}


def random_figures(release: Path, count: int, seed: int) -> list[Question]:
    """Draw figures evenly over the marts: a number if the mart has one, else a text."""
    chance = random.Random(seed)
    opened = open_release(release.parent, release.name)
    with closing(opened.connection) as connection:
        marts = [mart for name, mart in opened.marts.items() if _count_rows(connection, name)]
        return [_draw(connection, marts[number % len(marts)], chance) for number in range(count)]


def _draw(connection, mart, chance):
    offset = chance.randrange(_count_rows(connection, mart.name))
    keys = ", ".join(mart.key)
    row = one_row(connection, f"select {keys} from snapshot.{mart.name} order by {keys} limit 1 offset {offset}")
    others = [column for column in mart.columns if column.name not in mart.key]
    numbers = [column.name for column in others if column.type in NUMBERS]
    column = chance.choice(numbers or [column.name for column in others])
    return Question(mart.name, column, as_condition(dict(zip(mart.key, row, strict=True)), mart.key))


def _count_rows(connection, mart):
    return one_row(connection, f"select count(*) from snapshot.{mart}")[0]
