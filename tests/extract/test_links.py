"""Symbolic links among uploaded files: one that leads out of the inbox is refused."""

import os

import pytest
from landing.receiving import reports

from extract.files import as_csv, contract, desk, drop
from extract.test_csv_zip import write_zip

NAME = "personeel_2026-11-01.csv"
EXPORT = "20261123_021504UTC.zip"


@pytest.fixture
def staff(tmp_path):
    return desk(tmp_path / "home", contract())


@pytest.fixture
def outside(tmp_path):
    """A folder that the uploader may not read, with a file that would fit."""
    folder = tmp_path / "private"
    folder.mkdir()
    (folder / NAME).write_bytes(as_csv())
    return folder


def linked(staff, target, name=NAME):
    path = staff.settings.inbox / staff.store.feed.id / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(target, target_is_directory=target.is_dir())
    return path


def is_refused(message, name=NAME):
    assert f"{name} is a symbolic link that leaves" in message
    assert "put the file itself there" in message
    assert "private" not in message
    return True


def test_a_link_to_a_file_outside_the_inbox_is_refused(staff, outside):
    linked(staff, outside / NAME)
    message = staff.problem()
    assert "hr / staff" in message
    assert is_refused(message)
    assert not staff.store.quarantine.exists()


def test_a_link_by_a_relative_path_is_refused(staff, outside):
    link = linked(staff, outside / NAME)
    relative = os.path.relpath(outside / NAME, link.parent)
    link.unlink()
    link.symlink_to(relative)
    assert is_refused(staff.problem())


def test_a_link_to_a_link_that_leaves_is_refused(staff, outside):
    between = staff.settings.inbox / "between.csv"
    between.parent.mkdir(parents=True)
    between.symlink_to(outside / NAME)
    linked(staff, between)
    assert is_refused(staff.problem())


def test_a_linked_folder_outside_the_inbox_is_refused(staff, outside):
    staff.settings.inbox.mkdir(parents=True)
    (staff.settings.inbox / "hr.staff").symlink_to(outside, target_is_directory=True)
    assert is_refused(staff.problem(), "hr.staff")


def test_a_file_through_a_linked_folder_is_refused(staff, outside):
    shortcut = staff.settings.inbox / "shortcut"
    shortcut.parent.mkdir(parents=True)
    shortcut.symlink_to(outside, target_is_directory=True)
    linked(staff, shortcut / NAME)
    assert is_refused(staff.problem())


def test_a_folder_whose_name_only_starts_alike_is_outside(staff, outside, tmp_path):
    twin = tmp_path / "home" / "drops-private"
    twin.parent.mkdir()
    outside.rename(twin)
    linked(staff, twin / NAME)
    assert "is a symbolic link that leaves" in staff.problem()


def test_a_link_within_the_inbox_is_followed(staff):
    shared = drop(staff, NAME, as_csv()).rename(staff.settings.inbox / NAME)
    linked(staff, shared)
    staff.receive_and_admit()
    assert staff.manifest().facts["file"] == NAME


def test_a_linked_folder_within_the_inbox_is_followed(staff):
    drop(staff, NAME, as_csv()).parent.rename(staff.settings.inbox / "personeel")
    (staff.settings.inbox / "hr.staff").symlink_to("personeel", target_is_directory=True)
    staff.receive_and_admit()
    assert staff.manifest().facts["file"] == NAME


def test_the_inbox_itself_may_be_a_link(tmp_path):
    real = tmp_path / "share"
    real.mkdir()
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "drops").symlink_to(real, target_is_directory=True)
    staff = desk(tmp_path / "home", contract())
    drop(staff, NAME, as_csv())
    staff.receive_and_admit()
    assert staff.manifest().facts["file"] == NAME


def test_a_location_of_the_settings_may_be_a_link_and_its_files_may_not_leave_it(tmp_path, outside):
    location = tmp_path / "location"
    location.symlink_to(outside, target_is_directory=True)
    staff = desk(tmp_path / "home", contract(parameters={"location": str(location)}))
    staff.receive_and_admit()
    assert staff.manifest().facts["file"] == NAME
    secret = tmp_path / "secret.csv"
    (outside / NAME).rename(secret)
    (outside / NAME).symlink_to(secret)
    assert "is a symbolic link that leaves" in staff.problem()


def test_an_export_may_not_be_a_link_out_of_its_folder(tmp_path):
    real, folder = tmp_path / "private", tmp_path / "exports"
    real.mkdir()
    folder.mkdir()
    write_zip(real / EXPORT)
    (folder / EXPORT).symlink_to(real / EXPORT)
    assert is_refused(reports(tmp_path / "home", folder).problem(), EXPORT)
    # A file that the settings name is the choice of the municipality.
    assert reports(tmp_path / "home", folder / EXPORT).receive().problems == []
