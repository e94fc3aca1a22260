"""The printed status: reasons why figures are not shown, apart from mere remarks."""

import io
import re
import sys
from datetime import date
from pathlib import Path

from dagster_project.extract.progress import progress
from dagster_project.operations.status import FeedStatus, Status
from dagster_project.operations.verify import Verification
from dagster_project.storage.finding import Finding
from dagster_project.terminal import print_status, print_verification

REPOSITORY = Path(__file__).parents[2]

DAY = date(2026, 11, 23)


def feed(name, **values):
    days = dict.fromkeys(("checked", "released", "period", "fresh_until"), DAY)
    none = {"expires_in": None, "expected": None, "late": [], "why": [], "remarks": []}
    return FeedStatus(feed=name, supplier="CBS", state="fresh", **{**days, **none, **values})


def told(capsys, *feeds):
    print_status(
        Status(municipality_code="GM9999", today=DAY, is_fictional=True, feeds=list(feeds), release=None, unread=[])
    )
    return " ".join(capsys.readouterr().out.split())


def test_a_remark_on_many_feeds_is_made_once_with_their_names(capsys):
    same = "its newest file was read again, which does not refresh anything"
    other = "its clock runs ahead of ours"
    said = told(capsys, feed("hr.staff", remarks=[same]), feed("cbs.wmo", remarks=[other]), feed("vve", remarks=[same]))
    assert said.count(same) == 1
    assert f"hr.staff, vve: {same}" in said
    assert f"cbs.wmo: {other}" in said


MARKUP = "[red]stil[/red] [link=https://kwaad.example]klik[/link] [/] :no_entry:"


def test_a_suppliers_text_is_printed_as_it_is(capsys):
    said = told(capsys, feed("cbs.wmo", remarks=[MARKUP], why=[MARKUP], late=[]))
    assert said.count(MARKUP) == 2


def test_a_suppliers_text_steers_no_terminal(capsys):
    steering = "\x1b]8;;https://kwaad.example\x07klik\x1b[2J \x9b31m \rniets aan de hand \u202etxt.exe"
    said = told(capsys, feed("cbs.wmo", remarks=[steering]))
    assert "klik" in said
    assert not any(sign in said for sign in "\x1b\x07\x9b\r\u202e")


def test_a_finding_about_a_file_is_printed_as_it_is(capsys):
    finding = Finding(file=f"/home/{MARKUP}", problem="has changed", do="put it back")
    print_verification(Verification(folders=1, findings=[finding]))
    assert MARKUP in " ".join(capsys.readouterr().out.split())


def test_progress_is_labelled_as_it_is(monkeypatch):
    screen = io.StringIO()
    screen.isatty = lambda: True
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    with progress("cbs [red]rood[/red]", 2) as advance:
        advance(2)
    assert "cbs [red]rood[/red]" in screen.getvalue()


def test_every_console_is_a_plain_one():
    """One console reads no markup; another would be forgotten."""
    others = [
        file.name
        for root in ("dagster_project", "expectations", "orchestration")
        for file in (REPOSITORY / root).rglob("*.py")
        if re.search(r"(?<!Plain)\bConsole\(|from rich import print|rich\.markup", file.read_text("utf-8"))
    ]
    assert others == []
