"""A question that names no figure is answered with the right form."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from dagster_project.errors import SetupError
from dagster_project.lineage.prove import prove
from dagster_project.lineage.question import Question, is_same

POPULATION = Question.of("population_count", None, "GM9999", "2025")


@pytest.mark.parametrize(
    ("question", "message"),
    [
        (Question("mart_weather", "rain", "true"), "no mart is called mart_weather"),
        (Question("dim_region", "rain", "true"), "dim_region has no column rain"),
        (Question("dim_region", "region_name", "rain"), "the condition cannot be read"),
        (
            Question("dim_region", "region_name", "true"),
            "more than one row of dim_region fits: true\n  such as: region_code",
        ),
        (Question("dim_region", "region_name", "false"), "no row of dim_region fits"),
        (Question("dim_region", "region_name", "true) UNION (SELECT 1"), "the condition cannot be read"),
    ],
)
def test_a_question_that_names_no_figure_is_refused(workspace, release, question, message):
    with pytest.raises(SetupError, match=message.replace("(", r"\(").replace(")", r"\)")):
        prove(workspace, question, release.name)


def test_a_condition_reads_nothing_but_the_release(workspace, release, tmp_path):
    (tmp_path / "secret.csv").write_text("a\n1\n")
    question = Question("dim_region", "region_name", f"exists (from '{tmp_path}/secret.csv')")
    with pytest.raises(SetupError, match="the condition cannot be read"):
        prove(workspace, question, release.name)


def test_a_release_that_is_not_there_is_reported(workspace, release):
    with pytest.raises(SetupError, match=f"choose from {release.name}"):
        prove(workspace, POPULATION, "2020-01-01_1")


@pytest.mark.parametrize(
    "options",
    [
        ("population_count", None, None, None),
        ("population_count", "true", "GM9999", "2025"),
        ("dim_region.region_name", None, None, None),
        ("dim_region.region_name", None, "GM9999", "2025"),
    ],
)
def test_half_a_question_is_refused_with_the_right_form(options):
    with pytest.raises(SetupError, match="maandvers prove INDICATOR --region CODE"):
        Question.of(*options)


def test_a_moment_of_a_release_equals_that_of_a_warehouse_in_any_zone():
    """A release has moments in UTC without their zone, a warehouse those with one."""
    published = datetime(2026, 1, 31, 5, tzinfo=UTC).replace(tzinfo=None)
    assert is_same(published, datetime(2026, 1, 31, 6, tzinfo=timezone(timedelta(hours=1))))
    assert not is_same(published, datetime(2026, 1, 31, 5, tzinfo=timezone(timedelta(hours=1))))
