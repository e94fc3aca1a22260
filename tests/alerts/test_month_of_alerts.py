"""A month with a late supplier, a failing one, a run that dies and a target that is crossed: each kind fires once.

Runs by the command, as from cron; a real mail server and a real webhook take the alerts.
"""

import csv
import io
import json
import re
import signal
import time
from datetime import date

import pytest
from main_line.first_run import paged_sample
from main_line.story import ZIP
from suppliers import faults

from dagster_project.errors import ExitCode
from dagster_project.installation.alert_settings import AlertKind

from .receivers import mail_server, webhook

pytestmark = [pytest.mark.whole_run, pytest.mark.long]

BEGIN, SILENT, DEAD, LATE, FORGOTTEN = (
    date(2026, 3, 5),
    date(2026, 3, 30),
    date(2026, 3, 31),
    date(2026, 4, 4),
    date(2026, 4, 8),
)
KINDS = {*AlertKind.__args__}


def generous_terms(members):
    """Terms in which every report is handled in time: the municipality has changed its norm."""
    rows = list(csv.DictReader(io.StringIO(members["sla.csv"].decode(), newline="")))
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, [*rows[0]])
    writer.writeheader()
    writer.writerows({**row, "n_days": "1000"} for row in rows)
    return {**members, "sla.csv": text.getvalue().encode()}


@pytest.fixture(scope="module")
def month(first_run, tmp_path_factory):
    """The posts of the webhook and the mails of a month, and both counts after a restart."""
    installation = first_run.copy(tmp_path_factory.mktemp("month") / "home")
    with webhook() as hook, mail_server() as mailbox:
        mail = {"host": "localhost", "port": mailbox.port, "security": "none", "sender": "maandvers@gemeente.example",
                "to": ["beheer@gemeente.example"]}  # fmt: skip
        installation.settings = installation.settings | {
            "MAANDVERS_ALERTS__WEBHOOK__URL": hook.url,
            "MAANDVERS_ALERTS__EMAIL": json.dumps(mail),
            "MAANDVERS_BOARD__ADDRESS": "https://bord.example",
        }
        suppliers = installation.suppliers

        def night(day, chosen):
            suppliers.app = paged_sample(day)
            suppliers.faults.chosen = chosen
            for _ in range(2):
                # Cron starts it twice by mistake.
                call = installation.call("run", "--live", on=day)
            suppliers.faults.chosen = {}
            return call.exit_code

        assert night(BEGIN, {}) == ExitCode.RELEASED
        assert night(SILENT, {"OData": faults.unavailable()}) == ExitCode.RELEASED_WITH_UNCHECKED_FEEDS
        # A machine that stops in the middle of a run.
        suppliers.app = paged_sample(DEAD)
        with installation.start("run", "--live", on=DEAD) as process:
            while not (installation.home / "alerts" / "running.json").exists():
                assert process.poll() is None, process.communicate()
                time.sleep(0.02)
            process.send_signal(signal.SIGKILL)
        assert night(LATE, {ZIP: faults.on_members(generous_terms)}) == ExitCode.RELEASED
        assert installation.call("alert", on=FORGOTTEN).exit_code == 0
        before = len(hook.posts), len(mailbox.letters)
        for _ in range(2):
            assert installation.call("alert", on=FORGOTTEN).output == ""
        yield hook.posts, mailbox.letters, before


def test_each_kind_of_alert_fires_by_both_channels(month):
    posts, letters, _ = month
    assert {post["kind"] for post in posts} == KINDS
    assert len(posts) == len(letters)
    assert {letter["Message-ID"].split("@")[0].strip("<") for letter in letters} == {post["id"] for post in posts}


def test_each_alert_is_sent_once(month):
    posts, letters, before = month
    assert (len(posts), len(letters)) == before
    assert len({post["id"] for post in posts}) == len(posts)
    kinds = [post["kind"] for post in posts]
    once = {"supplier_late", "check_failed", "expires_soon", "run_failed", "target_crossed", "we_are_late"}
    assert {kind: kinds.count(kind) for kind in once} == dict.fromkeys(once, 1), kinds


def test_alerts_say_what_is_the_matter_and_link_to_the_board(month):
    posts, _, _ = month
    text = {post["kind"]: post for post in posts}
    assert "zou uiterlijk 01-04-2026 nieuwe cijfers geven" in text["supplier_late"]["text"]
    assert "infoservice@cbs.nl" in text["supplier_late"]["text"]
    assert "te zien tot en met 05-04-2026" in text["expires_soon"]["text"]
    assert text["run_failed"]["title"] == "Verwerking mislukt op 31-03-2026"
    assert text["target_crossed"]["title"] == "Doel gehaald: Meldingen op tijd afgehandeld"
    assert text["target_crossed"]["link"] == "https://bord.example/k/reports_on_time_pct"
    assert "De grootste wijzigingen:" in text["new_release"]["text"]
    assert all(post["link"].startswith("https://bord.example/") for post in posts)


def test_nothing_in_an_alert_is_personal_or_secret(month):
    posts, letters, _ = month
    written = json.dumps(posts) + "".join(letter.as_string() for letter in letters)
    assert not re.search(r"\b\d{9}\b|\b\d{4} ?[A-Z]{2}\b|T0P-S3CR3T", written)
    people = {*re.findall(r"[\w.]+@\w+\.[a-z]+", "\n".join(post["text"] for post in posts))}
    assert people == {"infoservice@cbs.nl"}
