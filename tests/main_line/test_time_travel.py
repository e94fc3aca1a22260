"""Time travel: what goes out and what stays in as suppliers fall silent and come back, month ends included."""

import shutil
from datetime import date
from functools import partial

import duckdb
import pytest

from dagster_project.audit.gate import judge_freshness
from dagster_project.audit.judging import judge_frames
from dagster_project.errors import ExitCode

from .installation import CBS, SIGNALEN, Installation, ask, csv_of, figures, marts

# Columns that name a feed without a figure of it.
DEFINITIONS = {"dim_indicator"}


def traces(release, needles):
    """Where in a release, in any form, a row speaks of a feed or of a delivery."""
    found = []
    with duckdb.connect() as connection:
        connection.execute(f"attach '{release / 'maandvers.duckdb'}' as written (read_only)")
        for mart in set(marts(release)) - DEFINITIONS:
            forms = (f"written.snapshot.{mart}", f"'{release}/parquet/{mart}.parquet'", f"'{csv_of(release, mart)}'")
            for form in forms:
                counts = ", ".join(f"count(*) filter (contains(row, '{needle}'))" for needle in needles)
                query = f"select {counts} from (select t::varchar as row from {form} t)"
                rows = connection.execute(query).fetchone()
                found += [(form, needle) for needle, count in zip(needles, rows, strict=True) if count]
    return found


def deliveries(day, feed):
    return [stored.delivery_id for stored in day.states[feed].current.values()]


def test_on_the_first_day_everything_goes_out(story):
    assert story.first.result.exit_code == ExitCode.RELEASED
    assert {story.first.feed(name).state for name in (CBS, SIGNALEN)} == {"fresh"}
    assert ask(story.first.latest, "select count(*) from mart_neighbourhood_key_figures") == [(24,)]
    # The search for traces finds what there is to find.
    own = {feed: [feed, *deliveries(story.first, feed)] for feed in (CBS, SIGNALEN)}
    found = traces(story.first.latest, [needle for needles in own.values() for needle in needles])
    for needles in own.values():
        assert sum(needle in needles for _, needle in found) >= 6


def test_after_four_weeks_of_silence_figures_are_still_out_and_the_silence_is_told(story):
    day = story.last_of_february
    assert day.result.exit_code == ExitCode.RELEASED_WITH_UNCHECKED_FEEDS
    for feed in (CBS, SIGNALEN):
        assert day.feed(feed).state == "fresh, but not confirmed"
        assert "gave no usable answer after 2 attempts" in day.why(feed)
        assert "503" in day.why(feed)
        assert "kept: the delivery of 2026-01-31" in day.why(feed)
        assert day.status.release.problems[feed]


def test_silence_changes_no_figure_and_moves_no_clock(story):
    day = story.last_of_february
    assert day.latest.name == "2026-02-28_1"
    assert figures(day.latest) == figures(story.first.latest)
    for feed in (CBS, SIGNALEN):
        assert day.states[feed].checked_at == story.first.states[feed].checked_at
        assert day.feed(feed).fresh_until == date(2026, 2, 28)
    clocks = "select checked_at::date, fresh_until, count(*) from fct_indicator_values group by all"
    assert {row[:2] for row in ask(day.latest, clocks)} == {(date(2026, 1, 31), date(2026, 2, 28))}


def test_what_was_checked_on_31_january_is_out_on_28_february_and_not_on_1_march(story):
    """Although midnight passes during that run: all of it belongs to the day on which it judged."""
    day = story.last_of_february
    assert (day.result.exit_code, day.result.failures) == (ExitCode.RELEASED_WITH_UNCHECKED_FEEDS, [])
    assert day.result.release_id == "2026-02-28_1"
    assert figures(day.latest) == figures(story.first.latest)
    # The first of March itself is judged below; the next run of this story is a few days later.
    assert {story.all_silent.feed(name).state for name in (CBS, SIGNALEN)} == {"withheld"}


def test_when_nothing_is_fresh_nothing_is_released_and_the_last_release_stays(story):
    day = story.all_silent
    assert (day.result.exit_code, day.result.release_id) == (ExitCode.NOTHING_RELEASED, None)
    assert day.latest == story.last_of_february.latest
    assert day.status.release.release_id == "2026-02-28_1"
    assert day.result.failures
    for feed in (CBS, SIGNALEN):
        assert "was fresh until 2026-02-28" in day.why(feed)


def test_a_silent_cbs_is_withheld_and_signalen_goes_out(story):
    day = story.signalen_is_back
    assert day.result.exit_code == ExitCode.RELEASED_WITH_WITHHELD_FEEDS
    assert (day.feed(CBS).state, day.feed(SIGNALEN).state) == ("withheld", "fresh")
    assert "was fresh until 2026-02-28" in day.why(CBS)
    assert "2026-02-28" in day.status.release.withheld[CBS]
    assert figures(day.latest, SIGNALEN)["fct_indicator_values"][0] > 0
    assert ask(day.latest, "select count(*) from mart_reports")[0][0] > 0


def test_a_silent_signalen_is_withheld_and_cbs_goes_out(story):
    day = story.cbs_is_back
    assert day.result.exit_code == ExitCode.RELEASED_WITH_WITHHELD_FEEDS
    assert (day.feed(CBS).state, day.feed(SIGNALEN).state) == ("fresh", "withheld")
    assert ask(day.latest, "select count(*), count(population_count) from mart_neighbourhood_key_figures") == [(24, 24)]
    assert ask(day.latest, "select count(*) from mart_reports") == [(0,)]


@pytest.mark.parametrize(("which", "feed"), [("signalen_is_back", CBS), ("cbs_is_back", SIGNALEN)])
def test_no_figure_of_a_withheld_feed_stands_anywhere_in_the_release(story, which, feed):
    day = getattr(story, which)
    stored = [path.name for path in story.installation.stores(day.day)[feed].deliveries.iterdir()]
    assert stored
    assert traces(day.latest, [feed, *stored]) == []
    indicators = "fct_indicator_values join dim_indicator using (indicator_code)"
    assert ask(day.latest, f"select count(*) from {indicators} where source_feed = '{feed}'") == [(0,)]


def test_a_rate_whose_denominator_is_withheld_has_no_value(story):
    rates = "from fct_indicator_values where indicator_code = 'reports_received_per_1000'"
    query = f"select count(*) > 0, count(denominator), count(value), count(denominator_feed) {rates}"
    assert ask(story.signalen_is_back.latest, query) == [(True, 0, 0, 0)]


def test_when_the_suppliers_are_back_everything_is_out_again(story):
    day = story.all_are_back
    assert day.result.exit_code == ExitCode.RELEASED
    assert {day.feed(name).state for name in (CBS, SIGNALEN)} == {"fresh"}
    assert day.status.release.withheld == {}
    assert (
        figures(day.latest, CBS)["fct_indicator_values"][0]
        == figures(story.first.latest, CBS)["fct_indicator_values"][0]
    )
    assert ask(day.latest, "select count(*) from mart_reports")[0][0] > 0


def moved(story, tmp_path, checked):
    """A copy of landing in which every clock says that the supplier last confirmed on this day."""
    assert story.first.states, "the story has begun"
    shutil.copytree(story.installation.home / "landing", tmp_path / "landing")
    installation = Installation(tmp_path)
    for store in installation.stores(checked).values():
        now = installation.workspace(checked).now()
        store.record(store.state().model_copy(update={"checked_at": now, "problems": []}), now)
    return installation


@pytest.mark.parametrize(
    ("checked", "last_day", "too_late"),
    [
        (date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 1)),
        (date(2028, 1, 31), date(2028, 2, 29), date(2028, 3, 1)),
        (date(2028, 2, 29), date(2028, 3, 29), date(2028, 3, 30)),
        (date(2026, 3, 31), date(2026, 4, 30), date(2026, 5, 1)),
        (date(2026, 12, 31), date(2027, 1, 31), date(2027, 2, 1)),
    ],
)
def test_a_month_ends_with_the_month(story, tmp_path, checked, last_day, too_late):
    installation = moved(story, tmp_path, checked)
    stores = list(installation.stores(checked).values())
    for day, fresh in ((last_day, True), (too_late, False)):
        status = {feed.feed: feed for feed in installation.status(day).feeds}
        assert status[CBS].fresh_until == last_day
        assert status[CBS].state == ("fresh" if fresh else "withheld")
        judge = partial(judge_frames, day, tmp_path / "audit")
        verdicts = {verdict.clocks.feed: verdict for verdict in judge_freshness(stores, day, judge)[1]}
        assert verdicts[CBS].is_withheld is not fresh
