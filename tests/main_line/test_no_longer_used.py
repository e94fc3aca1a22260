"""A feed that the settings leave out: reported with the day since when, and not as late."""

import json
from datetime import date

import pytest

from dagster_project.errors import ExitCode

from .first_run import paged_sample
from .installation import CBS, SIGNALEN, ask

FIRST_DAY_WITHOUT, MONTHS_LATER, BACK = date(2026, 5, 20), date(2026, 7, 20), date(2026, 7, 21)


def told(installation):
    return json.loads((installation.latest / "freshness.json").read_text())


@pytest.mark.long
def test_a_feed_that_is_no_longer_wanted_is_no_failure_and_can_come_back(first_run, tmp_path):
    one = first_run.copy(tmp_path / "home")
    one.settings["MAANDVERS_WITHOUT"] = '["signalen"]'
    for day in (FIRST_DAY_WITHOUT, MONTHS_LATER):
        assert one.run(day).exit_code == ExitCode.RELEASED
        status = {feed.feed: feed for feed in one.status(day).feeds}
        assert status[SIGNALEN].state == "not used any more"
        assert status[SIGNALEN].why == [f"is not used any more since {FIRST_DAY_WITHOUT}, by the settings"]
        assert status[SIGNALEN].late == []
        report = told(one)
        assert [feed["feed"] for feed in report["feeds"]] == [CBS]
        assert report["no_longer_used_since"] == {"Signalen (meldingen)": str(FIRST_DAY_WITHOUT)}
        page = (one.latest / "freshness/index.html").read_text()
        assert "sinds 20 mei 2026 niet meer gebruikt" in page
        assert ask(one.latest, "select count(*) from snapshot.mart_reports") == [(0,)]
        assert ask(one.latest, "select feed from freshness") == [(CBS,)]
        assert status[CBS].state == "fresh"
    one.suppliers.app = paged_sample(BACK)
    del one.settings["MAANDVERS_WITHOUT"]
    assert one.run(BACK).exit_code == ExitCode.RELEASED
    assert told(one)["no_longer_used_since"] == {}
    assert ask(one.latest, "select count(*) > 0 from snapshot.mart_reports") == [(True,)]
