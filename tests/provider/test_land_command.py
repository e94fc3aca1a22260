"""The command ``maandvers land``, and the commands that a shared installation and its readers do not have."""

import json
from contextlib import ExitStack

import pytest
from main_line.installation import Installation

from dagster_project.installation.workspace import local_day, wall_clock

from .country import PUBLIC, running_country, simulated_codes, write_settings

(TOWN,) = simulated_codes(1)


@pytest.fixture(scope="module")
def laid_out(tmp_path_factory):
    """A shared folder whose suppliers run, one whose suppliers do not, and a municipality that reads the first."""
    folder = tmp_path_factory.mktemp("provider")
    with ExitStack() as stack:
        country = stack.enter_context(running_country([TOWN], local_day(wall_clock())))
        write_settings(folder / "shared", country.url, scope="shared", feeds=[PUBLIC])
        write_settings(folder / "unreachable", "http://127.0.0.1:9", scope="shared", feeds=[PUBLIC])
        shared = str(folder / "shared" / "data" / "live")
        write_settings(
            folder / TOWN, "http://127.0.0.1:9", municipality_code=TOWN, feeds=[PUBLIC], shared_landing=shared
        )
        yield folder, country


@pytest.fixture
def call(laid_out, monkeypatch):
    """A command in a folder, with its settings alone."""
    folder, _ = laid_out
    # The settings come from the file.
    monkeypatch.setattr(Installation, "environment", {})

    def call(name, *arguments):
        return Installation(folder / name).invoke(*arguments, cwd=folder / name)

    return call


def test_it_lands_once_and_is_confirmed_the_next_time(call, laid_out):
    first = call("shared", "land")
    assert (first.exit_code, first.output) == (0, f"{PUBLIC}: 3 received, 0 confirmed\n"), first.errors
    again = json.loads(call("shared", "land", "--json").output)
    assert (again[PUBLIC]["received"], len(again[PUBLIC]["confirmed"])) == ([], 3)


def test_a_supplier_that_cannot_be_reached_is_exit_code_5(call):
    found = call("unreachable", "land")
    assert found.exit_code == 5
    assert f"{PUBLIC}: 0 received, 0 confirmed" in found.output
    assert "gave no usable answer" in " ".join(found.output.split())


def test_it_is_refused_where_nothing_is_shared(call):
    found = call(TOWN, "land")
    assert (found.exit_code, 'scope = "shared"' in found.errors) == (2, True)


def test_a_shared_installation_does_not_run(call):
    found = call("shared", "run")
    assert (found.exit_code, "'maandvers land'" in found.errors) == (2, True)


def test_doctor_looks_at_the_shared_landing_and_asks_no_supplier(call, laid_out):
    call("shared", "land")
    asked = dict(laid_out[1].requests)
    found = json.loads(call(TOWN, "doctor", "--json").output)
    assert [(one["feed"], one["problems"], one["newest"]["found"] > 50) for one in found["feeds"]] == [
        (PUBLIC, [], True)
    ]
    assert laid_out[1].requests == asked
