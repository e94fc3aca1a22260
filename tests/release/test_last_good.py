"""A supplier that gives nothing usable keeps its last good delivery until it expires, and every mart says so."""

import json

import pytest
from main_line.installation import CBS, SIGNALEN, ask, marts

from dagster_project.marts.catalogue import read_marts
from dagster_project.warehouse.dbt import MANIFEST


@pytest.fixture(scope="module")
def sound(story):
    return story.first


@pytest.fixture(scope="module")
def broken(story):
    """3 February: nothing good comes from anybody."""
    return story.bad_days[0]


def note(release):
    return json.loads((release / "release.json").read_text())


def clocked(mart, feed):
    return any(feed in clock.feeds for clock in mart.clocks)


def resources(release):
    package = json.loads((release / "datapackage.json").read_text())
    return {resource["name"]: resource["lastGoodDeliveries"] for resource in package["resources"]}


def test_while_everybody_answers_no_mart_stands_on_an_earlier_delivery(sound):
    assert note(sound.latest)["last_good"] == {}
    assert resources(sound.latest) == {mart: [] for mart in marts(sound.latest)}


def test_a_mart_names_each_feed_that_it_shows_as_it_last_came(broken):
    found = resources(broken.latest)
    for mart in read_marts(MANIFEST):
        in_rows = {
            feed
            for column in mart.feed_columns
            for (feed,) in ask(broken.latest, f"select distinct {column} from snapshot.{mart.name}")
        }
        expected = [
            feed
            for feed, table in ((CBS, ("raw_cbs", "key_figures")), (SIGNALEN, ("raw_signalen", "signals")))
            if mart.may_derive_from(feed, [table]) and (feed in in_rows or not mart.feed_columns or clocked(mart, feed))
        ]
        assert [one["feed"] for one in found[mart.name]] == expected, mart.name
    # Of the other feeds in use a mart says nothing.
    assert {name: len(found[name]) for name in ("mart_demography", "mart_reports", "fct_indicator_values")} == {
        "mart_demography": 1,
        "mart_reports": 1,
        "fct_indicator_values": 2,
    }
    (reports,) = found["mart_reports"]
    assert (reports["confirmed_on"], reports["expires_on"]) == ("2026-01-31", "2026-02-28")
    assert reports["why"][0].startswith("signalen / reports: ")
    assert note(broken.latest)["last_good"] == {mart: feeds for mart, feeds in found.items() if feeds}


def test_the_release_says_who_is_late_and_what_expires_soon(story):
    long_before, on_the_last = note(story.bad_days[-1].latest), note(story.last_of_february.latest)
    for told in (long_before, on_the_last):
        assert {feed: [one["kind"] for one in late] for feed, late in told["late"].items()} == {
            CBS: ["failed to check"],
            SIGNALEN: ["failed to check", "we are late"],
        }
    assert long_before["expiring"] == {}
    assert on_the_last["expiring"] == {CBS: "2026-02-28", SIGNALEN: "2026-02-28"}
    assert {feed.expires_in for feed in story.last_of_february.status.feeds if feed.late} == {0}
