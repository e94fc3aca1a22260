"""Midnight may pass while a run is at work: all of it belongs to the day on which it judged."""

from datetime import datetime, time, timedelta

from dagster_project.audit.outcome import AuditOutcome
from dagster_project.installation.workspace import LOCAL_TIME

from .story import no_answers


def test_figures_on_their_last_day_are_released_when_midnight_passes_before_the_release(first_run, tmp_path):
    # An apostrophe in a path ends no text of SQL.
    installation = first_run.copy(tmp_path / "gemeente d'Eik")
    before = AuditOutcome.read(installation.home / "audit")
    last_day = min(verdict.clocks.fresh_until for verdict in before.feeds if verdict.clocks.deliveries)
    last_day = max(last_day, before.as_of)
    until_it_judged = datetime.combine(last_day, time(23, 59), LOCAL_TIME)

    def clock():
        has_judged = AuditOutcome.read(installation.home / "audit").judged_at != before.judged_at
        return until_it_judged + timedelta(minutes=2) if has_judged else until_it_judged

    installation.suppliers.faults.chosen = no_answers()
    result = installation.run(last_day, clock=clock)
    assert result.failures == []
    assert result.release_id.startswith(f"{last_day}_")
