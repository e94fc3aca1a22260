"""Files that are still being written: cut off, growing, or whole at last."""

import threading

import pytest
from landing.receiving import IMPATIENT

from .files import HEADINGS, OTHER, ROW, as_csv, desk, drop

OCTOBER, NOVEMBER = as_csv(HEADINGS, ROW), as_csv(HEADINGS, ROW, OTHER)


@pytest.fixture
def staff(tmp_path):
    return desk(tmp_path)


def test_a_file_that_is_cut_off_is_refused_and_the_stored_delivery_stays(staff):
    drop(staff, "personeel_2026-10-01.csv", OCTOBER)
    staff.receive_and_admit()
    whole = NOVEMBER.rstrip()
    for cut in (whole, whole[:-1], whole[:-8]):
        drop(staff, "personeel_2026-11-01.csv", cut)
        message = staff.problem()
        assert "the file personeel_2026-11-01.csv ends within a row" in message
        assert "kept: the delivery of" in message


def test_a_source_line_at_the_end_shows_that_a_file_is_whole(staff):
    drop(staff, "personeel_2026-11-01.csv", NOVEMBER + b'"Bron: CBS"')
    staff.receive_and_admit()


def test_a_file_that_grows_is_read_when_it_is_whole(staff):
    staff.settings.http = IMPATIENT.model_copy(update={"file_wait": 0.5})
    path = drop(staff, "personeel_2026-11-01.csv", OCTOBER)
    path.write_bytes(OCTOBER)
    rest = NOVEMBER.removeprefix(OCTOBER)
    later = threading.Timer(0.3, lambda: path.open("ab").write(rest))
    later.start()
    staff.receive_and_admit()
    later.join()
    assert staff.rows("select count(*) from data") == [(2,)]


def test_a_file_that_goes_on_growing_is_not_read(staff):
    staff.settings.http = IMPATIENT.model_copy(update={"file_wait": 0.02})
    path = drop(staff, "personeel_2026-11-01.csv", NOVEMBER)
    grows, is_over = threading.Event(), threading.Event()

    def write():
        while not is_over.wait(0.001):
            path.write_bytes(path.read_bytes() + b"\n")
            grows.set()

    writer = threading.Thread(target=write)
    writer.start()
    grows.wait()
    message = staff.problem()
    is_over.set()
    writer.join()
    assert "the file personeel_2026-11-01.csv is still being written" in message
    assert "a file that does not change for 0.02 seconds" in message
    assert staff.state.current == staff.state.candidates == {}
