"""Java of Spark's driver is killed in the middle of a build: readers keep the release before, no delivery is blamed."""

import pytest

from dagster_project.errors import ExitCode

pytestmark = [pytest.mark.xdist_group("spark"), pytest.mark.long]


def test_the_run_ends_with_a_message_and_no_release(killed):
    assert killed.exit_code == ExitCode.NOTHING_RELEASED, killed.output[-3000:]
    assert "Spark ended, or could not be reached" in killed.output
    assert "do: look whether" in killed.output


def test_readers_found_the_release_before_throughout(killed, sample_home):
    assert killed.latest == [(sample_home / "releases" / "latest").resolve().name]


def test_the_next_run_released_and_no_delivery_was_blamed(spark_home, sample_home, killed):
    assert (spark_home / "releases" / "latest").resolve().name not in killed.latest
    quarantined = [
        sorted(path.name for path in home.glob("landing/*/*/quarantine/*")) for home in (spark_home, sample_home)
    ]
    assert quarantined[0] == quarantined[1]
