"""Sending: each alert once, also after a restart; one that was not taken waits; nothing stops a run."""

import json
import logging
import threading
from dataclasses import replace
from datetime import date, timedelta

import pytest
from filelock import FileLock
from main_line.installation import Installation

from dagster_project.errors import SetupError
from dagster_project.installation.alert_settings import AlertSettings
from dagster_project.installation.opening import LOCK
from orchestration.alerts import channels
from orchestration.alerts.failed_runs import note_failed_run, run_begins, run_ends
from orchestration.alerts.outbox import planned_alerts, send_after_run, send_alerts

from .conftest import ASKED, FEED
from .receivers import mail_server

LATER = ASKED + timedelta(days=4)


def test_each_fact_is_reported_once(sender, hook):
    sender.ask(FEED, ASKED)
    assert sender.send().alerts == []
    for day in (LATER, LATER, LATER + timedelta(days=1)):
        sender.send(day)
    (post,) = hook.posts
    assert (post["kind"], post["owner"]) == ("we_are_late", None)
    assert post["title"] == "Niet meer gevraagd naar nieuwe cijfers: Politie (misdrijven per jaar)"
    assert "sinds 31-01-2026 is niet meer gevraagd" in post["text"]
    assert post["link"] == "https://bord.example/versheid"


def test_figures_that_expire_are_reported_a_week_before_and_once(sender, hook):
    for days in range(1, 30):
        sender.today = ASKED + timedelta(days=days)
        sender.ask(FEED, ASKED, problem="no answer")
        sender.send()
    assert hook.kinds().count("check_failed") == 1
    # Without a delivery there is no figure that could expire.
    assert "expires_soon" not in hook.kinds()


def test_a_delivery_that_is_late_for_another_day_is_reported_again(sender, hook):
    sender.ask(FEED, ASKED)
    sender.send(LATER)
    sender.ask(FEED, LATER)
    sender.send()
    sender.send(LATER + timedelta(days=9))
    assert hook.kinds() == ["we_are_late", "we_are_late"]


def test_feeds_of_one_department_share_an_alert(sender, hook):
    for feed in (FEED, "police.crime_monthly", "cbs.benefits"):
        sender.ask(feed, ASKED, problem="no answer")
    sender.send(ASKED)
    by_owner = {post["owner"]: post for post in hook.posts}
    assert len(hook.posts) == len(by_owner) == 2
    police = by_owner["Team Openbare Orde en Veiligheid"]
    assert police["title"] == "2 bronnen zonder bruikbaar antwoord"
    assert police["text"].splitlines() == [
        "Sinds 31-01-2026 kwam geen bruikbaar antwoord; de leverancier kan op tijd zijn."
        " Vraag het na bij https://www.politie.nl/contact.",
        "- Politie (misdrijven per jaar)",
        "- Politie (misdrijven per maand)",
    ]


def test_an_alert_that_is_not_taken_waits_and_no_other_channel_gets_it_twice(sender, hook):
    sender.ask(FEED, ASKED)
    with mail_server() as mailbox:
        sender.more = {
            "MAANDVERS_ALERTS__EMAIL": json.dumps(
                {"host": "localhost", "port": mailbox.port, "security": "none", "sender": "m@g.example",
                 "to": ["beheer@g.example"]}
            )
        }  # fmt: skip
        mailbox.refuses = True
        first = sender.send(LATER)
        assert (len(hook.posts), len(mailbox.letters)) == (1, 0)
        assert first.problems == ["email: the server answered 451 (SMTPDataError)"]
        mailbox.refuses = False
        assert sender.send(LATER + timedelta(days=1)).problems == []
        sender.send()
        assert (len(hook.posts), len(mailbox.letters)) == (1, 1)


def test_an_alert_that_no_channel_takes_is_given_up_after_a_week(sender, hook):
    sender.ask(FEED, ASKED)
    hook.status = 503
    for days in range(10):
        sender.send(LATER + timedelta(days=days))
    hook.status = 200
    sender.send()
    assert hook.posts == []


def test_a_process_that_dies_while_it_sends_makes_no_alert_come_twice_or_never(sender, hook, monkeypatch):
    """The first of two alerts was taken, and at the second the machine stops."""
    for feed in (FEED, "cbs.benefits"):
        sender.ask(feed, ASKED, problem="no answer")
    send, sent = channels.WebhookChannel.send, []

    def dies(channel, letter):
        if sent:
            raise KeyboardInterrupt
        sent.append(letter.id)
        send(channel, letter)

    monkeypatch.setattr(channels.WebhookChannel, "send", dies)
    with pytest.raises(KeyboardInterrupt):
        sender.send(ASKED)
    monkeypatch.setattr(channels.WebhookChannel, "send", send)
    sender.send()
    sender.send()
    assert len(hook.posts) == len({post["id"] for post in hook.posts}) == 2


def test_two_processes_send_an_alert_once(sender, hook):
    sender.ask(FEED, ASKED)
    sender.today = LATER
    workspaces = [sender.workspace() for _ in range(4)]
    threads = [threading.Thread(target=send_after_run, args=[workspace]) for workspace in workspaces]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(hook.posts) == 1


def test_nothing_is_sent_of_an_installation_that_never_ran(sender, hook):
    assert sender.send().alerts == []
    assert hook.posts == []


def test_kinds_that_are_not_wanted_are_not_sent(sender, hook):
    sender.more = {"MAANDVERS_ALERTS__WITHOUT": '["we_are_late"]'}
    sender.ask(FEED, ASKED)
    sender.send(LATER)
    assert hook.posts == []


def test_without_a_channel_nothing_is_kept(sender):
    sender.ask(FEED, ASKED)
    sender.today = LATER
    workspace = sender.workspace()
    silent = workspace.settings.model_copy(update={"alerts": AlertSettings()})
    assert send_alerts(replace(workspace, settings=silent)).alerts == []
    assert not (sender.home / "alerts").exists()


def test_a_dry_run_sends_and_changes_nothing(sender, hook):
    sender.ask(FEED, ASKED)
    sender.today = LATER
    for _ in range(2):
        assert [alert.kind for alert in planned_alerts(sender.workspace())] == ["we_are_late"]
    assert not (sender.home / "alerts").exists()
    sender.send()
    assert planned_alerts(sender.workspace()) == []
    assert len(hook.posts) == 1


def test_a_record_that_cannot_be_read_is_reported_and_stops_no_run(sender, hook, caplog):
    sender.ask(FEED, ASKED)
    sender.send(LATER)
    (sender.home / "alerts" / "sent.json").write_text('{"facts": ')
    with pytest.raises(SetupError, match="do: put it back from your back-up"):
        sender.send()
    with caplog.at_level(logging.WARNING):
        send_after_run(sender.workspace())
    assert "alerts: not sent" in caplog.text
    assert len(hook.posts) == 1


def test_a_run_that_failed_is_reported_once_and_without_its_message(sender, hook):
    for _ in range(2):
        note_failed_run(sender.workspace(), "run-1")
        sender.send()
    (post,) = hook.posts
    assert (post["kind"], post["title"]) == ("run_failed", "Verwerking mislukt op 31-01-2026")
    sender.send(ASKED + timedelta(days=30))
    assert len(hook.posts) == 1


def test_a_run_that_died_is_reported_and_one_at_work_is_not(sender, hook):
    workspace = sender.workspace()
    workspace.home.mkdir(parents=True)
    with FileLock(workspace.home / LOCK):
        run_begins(workspace, "run-1")
        sender.send()
        assert hook.posts == []
        run_ends(workspace)
    sender.send()
    assert hook.posts == []
    run_begins(workspace, "run-2")
    sender.send()
    # The next run finds what the dead one left.
    run_begins(workspace, "run-3")
    run_ends(workspace)
    sender.send()
    assert hook.kinds() == ["run_failed"]


def test_a_failed_run_of_long_ago_is_no_news_to_a_new_channel(sender, hook):
    note_failed_run(sender.workspace(), "run-1")
    sender.send(ASKED + timedelta(days=8))
    assert hook.posts == []


def test_the_command_prints_what_would_be_sent(sender):
    sender.ask(FEED, ASKED)
    call = sender.installation.invoke("alert", "--dry-run", "--live", on=LATER)
    assert call.exit_code == 0
    assert call.output.splitlines()[0].startswith("Niet meer gevraagd naar nieuwe cijfers: Politie")


def test_the_command_sends_and_says_what_was_not_taken(sender, hook):
    sender.ask(FEED, ASKED)
    hook.status = 500
    call = sender.installation.invoke("alert", on=LATER)
    assert (call.exit_code, call.errors) == (1, "webhook: the answer has status 500; tried again by the next run\n")
    hook.status = 200
    for sent in (1, 0):
        call = sender.installation.invoke("alert", on=LATER)
        assert (call.exit_code, len(hook.posts), bool(call.output)) == (0, 1, bool(sent))
        assert "T0P" not in call.output + call.errors


def test_the_command_without_a_channel_says_what_to_do(tmp_path):
    call = Installation(tmp_path / "home").invoke("alert", on=date(2026, 2, 1))
    assert call.exit_code == 2
    assert "do: name a mail server in [alerts.email]" in call.errors
