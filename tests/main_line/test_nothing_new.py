"""A run in which no supplier has news: it asks little, rebuilds nothing, moves the clocks and releases."""

from datetime import UTC

from dagster_project.errors import ExitCode

from .installation import CBS, SIGNALEN, figures


def test_nothing_new_asks_for_nothing_but_news(story):
    paths = [path for _, path in story.same_day_again.requests]
    assert sorted(path.rpartition("/")[2] for path in paths if "OData" in path) == ["TableInfos"] * 3 + ["Tables"]
    assert len([path for path in paths if "OData" not in path]) == 1


def test_the_first_run_asks_for_everything(first_run):
    assert any(path.endswith("TypedDataSet") for path in first_run.requests)


def test_nothing_new_makes_a_new_release_with_the_same_figures(story):
    day = story.same_day_again
    assert (day.result.exit_code, day.result.release_id) == (ExitCode.RELEASED, "2026-01-31_2")
    assert day.latest.name == "2026-01-31_2"
    assert figures(day.latest) == figures(story.first.latest)
    assert [one.delivery_id for one in day.states[CBS].current.values()] == [
        one.delivery_id for one in story.first.states[CBS].current.values()
    ]


def test_nothing_new_does_not_call_dbt(story):
    assert story.same_day_again.built_at == story.first.built_at
    assert story.last_of_february.built_at == story.first.built_at
    # So that the comparison means something: a day with news does.
    assert story.signalen_is_back.built_at > story.first.built_at


def test_confirmation_moves_the_checked_clock_and_no_answer_does_not(story):
    """Signalen's clock moved on 4 March, CBS's on 8 April."""
    for feed in (CBS, SIGNALEN):
        assert story.first.states[feed].checked_at.astimezone(UTC).date() == story.first.day
        assert story.all_silent.states[feed].checked_at == story.first.states[feed].checked_at
    assert story.signalen_is_back.states[SIGNALEN].checked_at.date() == story.signalen_is_back.day
    assert story.cbs_is_back.states[CBS].checked_at.date() == story.cbs_is_back.day
