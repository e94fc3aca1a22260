"""The event log returns its entries, reports every kind of damage, and survives a writer that is killed."""

import json
import signal
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dagster_project.errors import SetupError
from dagster_project.storage.event_log import EventLog

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def add(log, day):
    log.append("audited", {"day": day}, NOON + timedelta(days=day))


@pytest.fixture
def log(tmp_path):
    """Five days, one line each."""
    written = EventLog(tmp_path / "landing" / "events.jsonl")
    for day in range(5):
        add(written, day)
    return written


def days(entries):
    return [entry.content["day"] for entry in entries]


def lines(log):
    return log.file.read_bytes().splitlines(keepends=True)


def is_refused(log):
    """Whether the log reports damage and refuses to show the past."""
    if log.problem() is None:
        return False
    with pytest.raises(SetupError, match=r"events.jsonl (was changed|does not end) .*\n  do: put events.jsonl and"):
        log.entries()
    return True


def test_entries_are_read_in_the_order_in_which_they_were_written(log):
    assert days(log.entries()) == [0, 1, 2, 3, 4]
    assert [entry.at for entry in log.entries()] == [NOON + timedelta(days=day) for day in range(5)]
    assert {entry.kind for entry in log.entries()} == {"audited"}
    assert days(log.trusted()) == [4, 3, 2, 1, 0]


def test_a_log_that_was_never_written_is_empty(tmp_path):
    log = EventLog(tmp_path / "events.jsonl")
    assert (log.entries(), log.problem(), log.newest(b"day")) == ([], None, (None, False))
    assert list(tmp_path.iterdir()) == []


def test_every_line_is_json_with_the_checksum_of_the_line_before_it(log):
    written = [json.loads(line) for line in lines(log)]
    assert [line["previous"] for line in written[1:]] == [line["checksum"] for line in written[:-1]]
    assert log.head_file.read_text() == f"{written[-1]['checksum']}\n"


def damaged_logs(log):
    """Every kind of damage to a log of five days, by name."""
    written = lines(log)
    whole = b"".join(written)
    forged = {**json.loads(written[2]), "content": {"day": 7}}
    return {
        "last line altered": b"".join([*written[:-1], written[-1].replace(b'"day": 4', b'"day": 7')]),
        "earlier line altered": whole.replace(b'"day": 2', b'"day": 7'),
        "first line removed": b"".join(written[1:]),
        "middle line removed": b"".join([*written[:2], *written[3:]]),
        "last line removed": b"".join(written[:-1]),
        "last two lines removed": b"".join(written[:-2]),
        "all lines removed": b"",
        "truncated within a line": whole[:-20],
        "line inserted": b"".join([*written[:2], json.dumps(forged).encode() + b"\n", *written[2:]]),
        "line repeated": b"".join([*written[:3], *written[2:]]),
        "two lines swapped": b"".join([written[0], written[2], written[1], *written[3:]]),
        "last two lines swapped": b"".join([*written[:3], written[4], written[3]]),
        "garbage appended": whole + b"garbage\n",
        "line of another log appended": whole + written[0],
        "last line break altered": whole[:-1] + b"\x0b",
        "inner line break altered": b"".join([written[0], written[1][:-1] + b"\x0b", *written[2:]]),
        "replaced by zeros": bytes(len(whole)),
    }


NAMES = [
    "last line altered",
    "earlier line altered",
    "first line removed",
    "middle line removed",
    "last line removed",
    "last two lines removed",
    "all lines removed",
    "truncated within a line",
    "line inserted",
    "line repeated",
    "two lines swapped",
    "last two lines swapped",
    "garbage appended",
    "line of another log appended",
    "last line break altered",
    "inner line break altered",
    "replaced by zeros",
]


@pytest.mark.parametrize("name", NAMES)
def test_damage_is_reported_and_stays_so_however_much_is_appended(log, name):
    damaged = damaged_logs(log)
    assert list(damaged) == NAMES
    log.file.write_bytes(damaged[name])
    assert is_refused(log)
    for day in range(5, 8):
        add(log, day)
        assert is_refused(log), day
    # The new entries are readable, and all evidence of the damage is kept.
    assert days(log.intact())[-3:] == [5, 6, 7]
    assert log.file.read_bytes().startswith(damaged[name])


def test_a_flipped_bit_anywhere_is_reported(log):
    for file in (log.file, log.head_file):
        written, unseen = file.read_bytes(), []
        for place in range(len(written) * 8):
            flipped = bytearray(written)
            flipped[place // 8] ^= 1 << place % 8
            file.write_bytes(flipped)
            if log.problem() is None:
                unseen.append(place)
        file.write_bytes(written)
        assert unseen == []


@pytest.mark.parametrize("damage", [lambda head: head[:3] + b"X" + head[4:], lambda _: b"", lambda _: b"0" * 64])
def test_a_damaged_head_is_reported_and_stays_so(log, damage):
    log.head_file.write_bytes(damage(log.head_file.read_bytes()))
    for day in range(5, 8):
        assert is_refused(log)
        add(log, day)
    assert is_refused(log)


def test_a_log_without_its_head_stays_damaged(log):
    log.head_file.unlink()
    assert is_refused(log)
    add(log, 5)
    assert is_refused(log)


@pytest.mark.parametrize(("altered", "trusted"), [(0, [4, 3, 2, 1]), (2, [4, 3]), (4, [])])
def test_entries_after_the_damage_are_trusted_and_those_before_it_are_not(log, altered, trusted):
    log.file.write_bytes(log.file.read_bytes().replace(b'"day": %d' % altered, b'"day": 7'))
    assert days(log.trusted()) == trusted
    assert log.newest(b'"day": 4')[1] is (altered < 4)
    assert log.newest(b'"day": 1') == (None if altered == 1 else log.intact()[0 if altered == 0 else 1], altered == 0)
    add(log, 9)
    assert next(log.trusted()).content == {"day": 9}
    assert log.newest(b'"day": 9')[1]


def test_a_run_that_was_killed_between_line_and_head_left_an_intact_log(log):
    head = log.head_file.read_bytes()
    add(log, 5)
    log.head_file.write_bytes(head)
    assert days(log.entries()) == [0, 1, 2, 3, 4, 5]
    # One line, not more.
    add(log, 6)
    log.head_file.write_bytes(head)
    assert is_refused(log)


def test_half_a_line_is_ignored_and_cut_off(log):
    with log.file.open("ab") as file:
        file.write(b'{"previous": "c0ffee", "at": "2026-03-')
    assert days(log.entries()) == [0, 1, 2, 3, 4]
    add(log, 5)
    assert days(log.entries()) == [0, 1, 2, 3, 4, 5]
    assert b"c0ffee" not in log.file.read_bytes()


def test_another_object_and_another_process_see_the_same_log(log):
    other = EventLog(log.file)
    assert days(other.intact()) == [0, 1, 2, 3, 4]
    with ProcessPoolExecutor(1) as pool:
        pool.submit(add, other, 5).result()
    assert days(log.intact()) == [0, 1, 2, 3, 4, 5]
    add(log, 6)
    assert days(other.entries()) == [0, 1, 2, 3, 4, 5, 6]


def test_processes_that_append_at_once_lose_no_line(log):
    with ProcessPoolExecutor(4) as pool:
        list(pool.map(add, [log] * 40, range(5, 45)))
    assert sorted(days(log.entries())) == list(range(45))


WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from dagster_project.storage.event_log import EventLog
log = EventLog(Path(sys.argv[1]))
print("begun", flush=True)
for day in range(len(log.intact()), 10**9):
    log.append("audited", {"day": day, "padding": "x" * 100_000}, datetime(2026, 3, 1, tzinfo=UTC))
"""


def test_a_writer_that_is_killed_leaves_a_log_that_goes_on(tmp_path):
    log = EventLog(tmp_path / "events.jsonl")
    for _ in range(3):
        before = len(log.intact())
        command = [sys.executable, "-c", WRITER, str(log.file)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout.readline() == "begun\n"
            while len(EventLog(Path(log.file)).intact()) < before + 5:
                pass
            writer.send_signal(signal.SIGKILL)
        entries = log.entries()
        assert days(entries) == list(range(len(entries)))
