"""No run is opened on a day to come, by whichever road it was asked for; the sample may, and who only looks."""

from datetime import UTC, date, datetime

import dagster as dg
import pytest
from filelock import FileLock

from dagster_project.defs.resources import WorkspaceResource
from dagster_project.errors import SetupError
from dagster_project.installation.opening import workspace_of, workspace_to_run

from .installation import Installation

# These import Dagster, which takes seconds.
pytestmark = pytest.mark.xdist_group("dagster")

# Half past five in the morning, when the nightly run begins.
NOW = datetime(2026, 11, 23, 4, 30, tzinfo=UTC)
YESTERDAY, TODAY, CHRISTMAS = date(2026, 11, 22), date(2026, 11, 23), date(2026, 12, 25)


def clock():
    return NOW


def opened(day, is_sample=False):
    return workspace_to_run(is_sample=is_sample, as_of=day, clock=clock).today


# A day given counts from six o'clock: a run of today would leave the nightly one of half past five behind it.
@pytest.mark.parametrize("day", [TODAY, CHRISTMAS])
def test_a_run_of_a_moment_to_come_is_refused(day):
    with pytest.raises(SetupError, match=f"^--as-of {day} lies in the future: it counts from {day} 06:00, and here it"):
        opened(day)


def test_a_run_of_now_or_before_is_not():
    assert (opened(None), opened(YESTERDAY)) == (TODAY, YESTERDAY)


def test_the_sample_may_go_anywhere():
    assert (opened(CHRISTMAS, is_sample=True), opened(None, is_sample=True)) == (CHRISTMAS, TODAY)


def test_whoever_only_looks_may_look_ahead():
    assert workspace_of(is_sample=False, as_of=CHRISTMAS, clock=clock).today == CHRISTMAS


def test_dagster_opens_no_day_to_come_either(tmp_path, monkeypatch):
    monkeypatch.setenv("MAANDVERS_HOME", str(tmp_path / "home"))

    @dg.asset
    def seen(workspace: WorkspaceResource) -> str:
        return str(workspace.open.today)

    def run(as_of):
        resource = WorkspaceResource(as_of=str(as_of), clock=clock)
        return dg.materialize([seen], resources={"workspace": resource}, raise_on_error=False)

    assert run(YESTERDAY).output_for_node("seen") == "2026-11-22"
    assert not run(CHRISTMAS).success


def test_a_second_run_in_the_same_installation_is_refused(tmp_path):
    """The command prints such an error as it prints all others."""
    with (
        FileLock(tmp_path / ".run.lock"),
        pytest.raises(SetupError, match=f"^another run is at work in {tmp_path}\n  do: wait for it"),
    ):
        Installation(tmp_path).run(TODAY)
    assert not (tmp_path / "landing").exists()


def test_a_run_that_is_given_a_day_is_of_the_sample_where_the_settings_say_so(tmp_path, monkeypatch):
    monkeypatch.setenv("MAANDVERS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MAANDVERS_SAMPLE", "true")

    @dg.asset
    def seen(workspace: WorkspaceResource) -> bool:
        return workspace.open.is_sample

    # As the launchpad does: given values replace all those of the definition.
    config = {"resources": {"workspace": {"config": {"as_of": str(CHRISTMAS)}}}}
    result = dg.materialize([seen], resources={"workspace": WorkspaceResource(clock=clock)}, run_config=config)
    assert result.output_for_node("seen") is True


def test_the_sample_has_a_contact_and_an_address_for_its_public_edition_unless_they_are_set(monkeypatch, tmp_path):
    monkeypatch.setenv("MAANDVERS_HOME", str(tmp_path / "home"))
    public = workspace_of(is_sample=True, as_of=None).settings.public
    assert public.address
    assert "@" in (public.contact or "")
    monkeypatch.setenv("MAANDVERS_PUBLIC__CONTACT", "own@example.nl")
    assert workspace_of(is_sample=True, as_of=None).settings.public.contact == "own@example.nl"
    assert workspace_of(is_sample=False, as_of=None).settings.public.address is None
