"""A journal keeps what was written, tells what was changed, and survives a writer that is killed."""

import json
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from dagster_project.errors import SetupError
from dagster_project.storage.event_log import EventLog

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def journal(tmp_path):
    """Five days, a line each."""
    written = EventLog(tmp_path / "feed" / "history.jsonl")
    for day in range(5):
        written.append(NOON + timedelta(days=day), {"day": day})
    return written


def days(journal):
    return [entry.content["day"] for entry in journal.entries()]


def lines(journal):
    return journal.file.read_bytes().splitlines(keepends=True)


def is_refused(journal):
    """Whether the journal says that it was changed, and lets nobody read the past from it."""
    if not list(journal.problems()):
        return False
    with pytest.raises(SetupError, match=r"history.jsonl (was changed|does not end) .*\n  do: put the file back"):
        journal.entries()
    return True


def test_what_was_written_is_read_back_in_its_order(journal):
    assert days(journal) == [0, 1, 2, 3, 4]
    assert [entry.at for entry in journal.entries()] == [NOON + timedelta(days=day) for day in range(5)]
    assert [entry.digest for entry in journal.entries()] == journal.digests()


def test_a_journal_that_was_never_written_is_empty(tmp_path):
    journal = EventLog(tmp_path / "history.jsonl")
    assert (journal.entries(), journal.digests(), list(journal.problems())) == ([], [], [])


def test_a_line_that_was_altered_is_seen(journal):
    journal.file.write_bytes(journal.file.read_bytes().replace(b'{"day": 2}', b'{"day": 7}'))
    assert is_refused(journal)


@pytest.mark.parametrize("number", [0, 2])
def test_a_line_that_was_removed_is_seen(journal, number):
    kept = lines(journal)
    del kept[number]
    journal.file.write_bytes(b"".join(kept))
    assert is_refused(journal)


def test_a_line_that_was_put_in_is_seen(journal):
    """Also one that names the line before it rightly: the line after it does not name it."""
    kept = lines(journal)
    false = {**json.loads(kept[2]), "content": {"day": 7}}
    journal.file.write_bytes(b"".join([*kept[:2], json.dumps(false).encode() + b"\n", *kept[2:]]))
    assert is_refused(journal)


def test_a_bit_flipped_anywhere_is_seen(journal):
    for file in (journal.file, journal.seal):
        written, unseen = file.read_bytes(), []
        for place in range(len(written) * 8):
            flipped = bytearray(written)
            flipped[place // 8] ^= 1 << place % 8
            file.write_bytes(flipped)
            if not list(journal.problems()):
                unseen.append(place)
        file.write_bytes(written)
        assert unseen == []


def test_lines_that_are_gone_at_the_end_are_seen(journal):
    written = lines(journal)
    for kept in range(len(written)):
        journal.file.write_bytes(b"".join(written[:kept]))
        assert list(journal.problems()) == ["does not end as history.seal beside it says"]


def test_a_run_that_was_killed_between_line_and_seal_is_in_order(journal):
    seal = journal.seal.read_bytes()
    journal.append(NOON + timedelta(days=5), {"day": 5})
    journal.seal.write_bytes(seal)
    assert days(journal) == [0, 1, 2, 3, 4, 5]
    # One line, not more.
    journal.append(NOON + timedelta(days=6), {"day": 6})
    journal.seal.write_bytes(seal)
    assert list(journal.problems()) != []


def test_a_run_goes_on_after_damage_and_the_damage_stays_seen(journal):
    journal.file.write_bytes(journal.file.read_bytes().replace(b'{"day": 4}', b'{"day: 4}'))
    journal.append(NOON + timedelta(days=9), {"day": 9})
    assert [entry.content["day"] for entry in journal.readable()] == [0, 1, 2, 3, 9]
    assert is_refused(journal)


def test_half_a_line_does_not_count_and_is_cut_off(journal):
    with journal.file.open("ab") as file:
        file.write(b'{"after": "c0ffee", "at": "2026-03-')
    assert days(journal) == [0, 1, 2, 3, 4]
    journal.append(NOON + timedelta(days=5), {"day": 5})
    assert days(journal) == [0, 1, 2, 3, 4, 5]


def test_the_oldest_lines_are_a_journal_of_their_own(journal, tmp_path):
    part = EventLog(tmp_path / "past.jsonl")
    journal.copy_first(3, part)
    assert days(part) == [0, 1, 2]
    assert part.digests() == journal.digests()[:3]


WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from dagster_project.storage.event_log import EventLog
journal = EventLog(Path(sys.argv[1]))
print("begun", flush=True)
for day in range(len(journal.digests()), 10**9):
    journal.append(datetime(2026, 3, 1, tzinfo=UTC), {"day": day, "padding": "x" * 100_000})
"""


def test_a_writer_that_is_killed_leaves_a_journal_that_goes_on(tmp_path):
    journal = EventLog(tmp_path / "history.jsonl")
    for _ in range(3):
        before = len(journal.digests())
        command = [sys.executable, "-c", WRITER, str(journal.file)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout.readline() == "begun\n"
            while len(journal.digests()) < before + 5:
                pass
            writer.send_signal(signal.SIGKILL)
        assert days(journal) == list(range(len(journal.digests())))


def damages(journal):
    """Every way in which a journal of five days is damaged here, by its name."""
    written = lines(journal)
    last = written[-1]
    return {
        "altered in its last line": b"".join([*written[:-1], last.replace(b'"day": 4', b'"day": 7')]),
        "altered in an earlier line": b"".join(written).replace(b'{"day": 2}', b'{"day": 7}'),
        "without its last line": b"".join(written[:-1]),
        "without any line": b"",
        "with a last line break that is none": b"".join(written)[:-1] + b"\x0b",
        "with a line break within that is none": b"".join([*written[:1], written[1][:-1] + b"\x0b", *written[2:]]),
    }


@pytest.mark.parametrize("how", range(6))
def test_what_is_added_to_a_damaged_journal_hides_no_damage(journal, how):
    name, damaged = [*damages(journal).items()][how]
    journal.file.write_bytes(damaged)
    assert is_refused(journal), name
    for day in range(5, 8):
        journal.append(NOON + timedelta(days=day), {"day": day})
        assert is_refused(journal), (name, day)
    # What was added can be read, and nothing that was there before is gone.
    assert [entry.content["day"] for entry in journal.readable()][-3:] == [5, 6, 7]
    assert journal.file.read_bytes().startswith(damaged)


def test_what_is_added_to_a_journal_with_a_damaged_seal_hides_no_damage(journal):
    seal = bytearray(journal.seal.read_bytes())
    seal[3] ^= 1
    journal.seal.write_bytes(seal)
    journal.append(NOON + timedelta(days=5), {"day": 5})
    journal.append(NOON + timedelta(days=6), {"day": 6})
    assert is_refused(journal)


def test_a_journal_whose_seal_is_gone_stays_damaged(journal):
    journal.seal.unlink()
    journal.append(NOON + timedelta(days=5), {"day": 5})
    assert is_refused(journal)
