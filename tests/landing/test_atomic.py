"""Writes are whole or absent: for a reader at any moment, and after a crash in the middle."""

import os
import threading
from pathlib import Path

import pytest

from dagster_project.storage import atomic
from dagster_project.storage.atomic import move_folder, point_link, write_file


def crash(*_):
    raise OSError("power cut")


def test_a_file_is_made_with_its_folders_and_replaced(tmp_path):
    file = tmp_path / "a" / "b" / "state.json"
    write_file(file, b"one")
    write_file(file, b"two")
    assert file.read_bytes() == b"two"
    assert list(file.parent.iterdir()) == [file]


def test_a_reader_never_sees_half_of_a_file(tmp_path):
    file = tmp_path / "state.json"
    write_file(file, b"0" * 200_000)
    seen, stop = set(), threading.Event()

    def read():
        # Once in any case, however late it begins.
        seen.add(file.read_bytes())
        while not stop.is_set():
            seen.add(file.read_bytes())

    reader = threading.Thread(target=read)
    reader.start()
    for digit in range(20):
        write_file(file, str(digit % 10).encode() * 200_000)
    stop.set()
    reader.join()
    assert {len(content) for content in seen} == {200_000}
    assert all(len(set(content)) == 1 for content in seen)


def test_a_crash_before_the_last_step_leaves_the_old_file(tmp_path, monkeypatch):
    file = tmp_path / "state.json"
    write_file(file, b"old")
    monkeypatch.setattr(atomic.os, "fsync", crash)
    with pytest.raises(OSError, match="power cut"):
        write_file(file, b"new")
    assert file.read_bytes() == b"old"


def test_a_folder_moves_whole_or_not_at_all(tmp_path, monkeypatch):
    source, target = tmp_path / "incoming" / "x", tmp_path / "deliveries" / "abc"
    (source / "payload").mkdir(parents=True)
    (source / "payload" / "page.gz").write_bytes(b"page")
    with monkeypatch.context() as broken:
        broken.setattr(atomic.os, "fsync", crash)
        with pytest.raises(OSError, match="power cut"):
            move_folder(source, target)
    assert not target.exists()
    move_folder(source, target)
    assert (target / "payload" / "page.gz").read_bytes() == b"page"
    assert not source.exists()


def test_everything_is_on_disk_before_the_folder_gets_its_name(tmp_path, monkeypatch):
    source, target = tmp_path / "x", tmp_path / "y"
    source.mkdir()
    (source / "page").write_bytes(b"page")
    synced, real = [], os.fsync

    def note(descriptor):
        synced.append((str(Path(f"/proc/self/fd/{descriptor}").readlink()), target.exists()))
        real(descriptor)

    monkeypatch.setattr(atomic.os, "fsync", note)
    move_folder(source, target)
    assert synced == [(str(source / "page"), False), (str(source), False), (str(tmp_path), True)]


def test_a_link_points_to_the_old_or_the_new(tmp_path, monkeypatch):
    link = tmp_path / "latest"
    point_link(link, "one")
    point_link(link, "two")
    assert link.readlink() == Path("two")
    assert list(tmp_path.iterdir()) == [link]
