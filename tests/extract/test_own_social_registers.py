"""The municipality's own benefits administration and allocations: from the drop folder through landing."""

import csv
from pathlib import Path

import pytest
from landing.receiving import Desk, contract, desk
from suppliers.fixtures import AS_OF

from dagster_project.sample.service import DEFAULT_SEED, write_inbox

BENEFITS, ALLOCATIONS = "benefits_admin.recipients", "social_domain.allocations"


@pytest.fixture(scope="module")
def sample_drops(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("drops")
    write_inbox(folder, AS_OF, DEFAULT_SEED)
    return folder


def at(tmp_path: Path, feed: str, drops: Path) -> Desk:
    return desk(tmp_path / "landing", feed, drops=drops)


def dropped(tmp_path: Path, sample_drops: Path, feed: str, change) -> Desk:
    """The feed with its file changed: ``change`` gets every row as a mapping by heading and gives the rows back."""
    (original,) = (sample_drops / feed).iterdir()
    with original.open(encoding="utf-8", newline="") as source:
        rows = change(list(csv.DictReader(source, delimiter=";")))
    target = tmp_path / "drops" / feed / original.name
    target.parent.mkdir(parents=True)
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys(), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
    return at(tmp_path, feed, tmp_path / "drops")


def with_first(**values):
    return lambda rows: [{**rows[0], **values}, *rows[1:]]


def test_the_sample_files_are_the_same_every_time(sample_drops, tmp_path):
    write_inbox(tmp_path, AS_OF, DEFAULT_SEED)
    for feed in (BENEFITS, ALLOCATIONS):
        (once,), (again,) = (sample_drops / feed).iterdir(), (tmp_path / feed).iterdir()
        assert (once.name, once.read_bytes()) == (again.name, again.read_bytes())
        assert "fictief" in once.name


def test_recipients_land_with_their_last_day_as_period(sample_drops, tmp_path):
    one = at(tmp_path, BENEFITS, sample_drops)
    one.receive_and_admit()
    assert one.rows("select max(reference_date)::varchar, count(distinct reference_date) from data") == [
        ("2026-11-14", 49)
    ]
    kinds = {kind for (kind,) in one.rows("select distinct benefit_type from data")}
    assert kinds == {"Algemene bijstand", "IOAW", "IOAZ", "Bbz"}
    assert one.rows("select count(*) from data where neighbourhood_code is null") == [(49,)]


def test_clients_get_another_key_that_still_distinguishes_them(sample_drops, tmp_path):
    one = at(tmp_path, ALLOCATIONS, sample_drops)
    one.receive_and_admit()
    (original,) = (sample_drops / ALLOCATIONS).iterdir()
    with original.open(encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source, delimiter=";"))
    clients = {row["Cliëntnummer"] for row in rows}
    assert len(rows) > len(clients)
    assert one.rows("select count(*), count(distinct client_key) from data") == [(len(rows), len(clients))]
    assert not clients & {key for (key,) in one.rows("select distinct client_key from data")}


def test_amounts_keep_their_decimals_and_an_open_end_is_empty(sample_drops, tmp_path):
    one = at(tmp_path, ALLOCATIONS, sample_drops)
    one.receive_and_admit()
    (fraction, open_ends) = one.rows(
        "select count(*) filter (where cost_eur_per_month <> round(cost_eur_per_month)),"
        " count(*) filter (where end_date is null) from data"
    )[0]
    assert fraction > 1000
    assert open_ends > 50


def test_a_citizen_service_number_never_lands(sample_drops, tmp_path):
    one = dropped(
        tmp_path,
        sample_drops,
        ALLOCATIONS,
        lambda rows: [{**row, "BSN": "999993653", "Naam": "Jansen"} for row in rows],
    )
    one.receive_and_admit()
    assert {"BSN", "Naam"} <= set(one.manifest().tables["allocations"].dropped_columns)
    for path in one.store.folder.rglob("*"):
        assert not path.is_file() or b"999993653" not in path.read_bytes()


WRONG = {
    "unknown benefit": (BENEFITS, with_first(**{"Soort uitkering": "Toeslag"}), "Algemene bijstand, IOAW, IOAZ, Bbz"),
    "text for a number": (BENEFITS, with_first(Personen="veel"), "a whole number"),
    "twice the same": (BENEFITS, lambda rows: [rows[0], *rows], "repeats row 2 in row 3"),
    "unknown law": (ALLOCATIONS, with_first(Wet="Wlz"), "Jeugdwet, Wmo"),
    "no client": (ALLOCATIONS, with_first(**{"Cliëntnummer": ""}), "Cliëntnummer"),
    "birth date": (ALLOCATIONS, with_first(Geboortejaar="12-03-2014"), "a whole number"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_file_is_reported_by_row_and_column_and_nothing_lands(sample_drops, tmp_path, wrong):
    feed, change, message = WRONG[wrong]
    one = dropped(tmp_path, sample_drops, feed, change)
    problem = one.problem()
    assert message in problem
    assert "row " in problem
    assert one.state.current == {}


@pytest.mark.parametrize("feed", [BENEFITS, ALLOCATIONS])
def test_every_column_is_explained_in_the_template(feed):
    for column in contract(feed).tables[0].columns:
        assert column.meta.explanation_nl, column.name
        assert len(column.meta.examples) == 2, column.name


def test_own_registers_are_as_fresh_as_their_content():
    for feed in (BENEFITS, ALLOCATIONS):
        assert contract(feed).delivery.clocks == ("checked", "period")
    assert contract(ALLOCATIONS).delivery.personal_data
