"""The question book: 30 questions of an alderman, each answered by a short query as by hand."""

import json
import math
import re

import duckdb
import pytest

from dagster_project.marts.catalogue import read_marts
from dagster_project.marts.question_book import read_questions
from dagster_project.warehouse.dbt import MANIFEST

from . import hand_count

QUESTIONS = {one.name: one for one in read_questions(MANIFEST)}


@pytest.fixture(scope="module")
def delivered(sample_home):
    return hand_count.Delivered(sample_home / "warehouse.duckdb", sample_home / "releases" / "latest")


@pytest.fixture(scope="module")
def marts(delivered):
    """Every row of the release, whatever the date on which the tests run."""
    with duckdb.connect(str(delivered.release / "maandvers.duckdb"), read_only=True) as connection:
        connection.execute("SET schema = 'snapshot'")
        yield connection


def is_same(answer, counted):
    """Whether two answers are equal; sums in another order differ in their last digits."""
    return len(answer) == len(counted) and all(
        math.isclose(one, other) if isinstance(one, float) else one == other
        for row, counted_row in zip(answer, counted, strict=True)
        for one, other in zip(row, counted_row, strict=True)
    )


def test_there_are_thirty_questions():
    assert len({one.question_nl for one in QUESTIONS.values()}) == len(QUESTIONS) == 30


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_query_gives_the_answer_that_was_counted_by_hand(name, delivered, marts):
    counted = getattr(hand_count, name)(delivered)
    assert counted
    assert is_same(marts.execute(QUESTIONS[name].sql).fetchall(), counted)


def test_an_answer_that_is_off_by_one_is_seen(delivered, marts):
    ((period, count),) = marts.execute(QUESTIONS["crimes_last_month"].sql).fetchall()
    assert not is_same([(period, count + 1)], marts.execute(QUESTIONS["crimes_last_month"].sql).fetchall())


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_a_question_is_dutch_and_its_query_short_and_on_marts_alone(question):
    assert re.fullmatch(r"[A-Z].*\?", question.question_nl)
    assert len(question.sql.splitlines()) <= 10
    read = set(re.findall(r"\b(?:from|join) (\w+)", question.sql))
    assert read <= {mart.name for mart in read_marts(MANIFEST)}
    assert read


def test_the_release_contains_the_questions_as_they_run_on_it(delivered):
    package = json.loads((delivered.release / "datapackage.json").read_bytes())
    assert {one["name"]: (one["question"], one["sql"]) for one in package["questions"]} == {
        one.name: (one.question_nl, one.sql) for one in QUESTIONS.values()
    }
