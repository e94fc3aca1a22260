"""Channels: real servers take an alert; one that does not is reported without secrets or addresses of people."""

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from dagster_project.installation.alert_settings import EmailSettings, WebhookSettings
from orchestration.alerts.alert import Alert
from orchestration.alerts.channels import ChannelError, EmailChannel, Letter, WebhookChannel

from .receivers import PASSWORD, USER, certificate, free_port, mail_server

TEAM, HR = "beheer@gemeente.example", "hr@gemeente.example"
ALERT = Alert(
    kind="supplier_late",
    facts=["supplier_late/cbs.key_figures/2026-04-01"],
    title="Leverancier te laat: CBS (kerncijfers)",
    text="CBS (kerncijfers): 1,6\u00a0% – vraag het na.",
    page="/versheid",
    owner="Team HR",
)
LETTER = Letter(ALERT, "GM9999", False, datetime(2026, 4, 4, 6, tzinfo=UTC), "https://bord.example/")


@pytest.fixture(scope="module")
def trusted(tmp_path_factory):
    return certificate(tmp_path_factory.mktemp("certificate"))


def email(port: int, **settings: object) -> EmailChannel:
    given = {"host": "localhost", "port": port, "sender": "maandvers@gemeente.example", "to": [TEAM]}
    return EmailChannel(EmailSettings.model_validate({**given, **settings}))


def with_password(port: int, **settings: object) -> EmailChannel:
    return email(port, **{"user": USER, "password": PASSWORD, **settings})


def test_a_mail_goes_encrypted_to_those_who_get_all_and_to_the_owner(trusted, monkeypatch):
    file, context = trusted
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with mail_server(starttls=context) as mailbox:
        with_password(mailbox.port, owners={"Team HR": [HR, TEAM], "Team Sport": ["sport@x.example"]}).send(LETTER)
    (letter,) = mailbox.letters
    assert mailbox.recipients == [[TEAM, HR]]
    assert mailbox.was_encrypted == [True]
    assert letter["Subject"] == "Maandvers: Leverancier te laat: CBS (kerncijfers)"
    assert letter.get_content().splitlines() == [
        "CBS (kerncijfers): 1,6 % – vraag het na.", "", "Op het bord: https://bord.example/versheid"
    ]  # fmt: skip
    assert letter["Message-ID"] == f"<{LETTER.id}@gemeente.example>"
    assert letter["Auto-Submitted"] == "auto-generated"


def test_a_mail_goes_over_tls_from_the_first_byte(trusted, monkeypatch):
    file, context = trusted
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with mail_server(tls=context) as mailbox:
        with_password(mailbox.port, security="tls").send(LETTER)
    assert len(mailbox.letters) == 1


def test_a_server_that_is_not_trusted_gets_no_password_and_no_mail(trusted, monkeypatch):
    _, context = trusted
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    with mail_server(starttls=context) as mailbox, pytest.raises(ChannelError, match="not sent by localhost"):
        with_password(mailbox.port).send(LETTER)
    assert mailbox.letters == []


def test_a_server_without_encryption_gets_no_mail_unless_the_settings_allow_it():
    with mail_server() as mailbox:
        with pytest.raises(ChannelError, match="email: not sent"):
            email(mailbox.port).send(LETTER)
        email(mailbox.port, security="none").send(LETTER)
    assert len(mailbox.letters) == 1


def test_what_a_mail_server_refuses_is_reported_without_secret_or_address(trusted, monkeypatch):
    file, context = trusted
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with mail_server(starttls=context) as mailbox:
        mailbox.refuses = True
        right, wrong = with_password(mailbox.port), with_password(mailbox.port, password="wrong-p4ss")
        for channel, code in ((right, 451), (wrong, 535)):
            with pytest.raises(ChannelError, match=f"the server answered {code}") as error:
                channel.send(LETTER)
            assert not any(word in str(error.value) for word in (PASSWORD, "wrong-p4ss", TEAM, USER))
            assert str(error.value).startswith("email: ")


def test_a_server_that_is_not_there_is_reported():
    with pytest.raises(ChannelError, match=r"email: not sent by localhost \(Connection refused\)"):
        email(free_port()).send(LETTER)
    url = f"http://127.0.0.1:{free_port()}/hooks/T0P-S3CR3T"
    with pytest.raises(ChannelError, match=r"webhook: no answer \(ConnectError\)") as error:
        WebhookChannel(WebhookSettings.model_validate({"url": url})).send(LETTER)
    assert "T0P" not in str(error.value)


def test_a_webhook_gets_the_alert_as_json(hook):
    channel = WebhookChannel(WebhookSettings.model_validate({"url": hook.url}))
    channel.send(LETTER)
    assert hook.posts == [
        {
            "id": LETTER.id,
            "kind": "supplier_late",
            "title": ALERT.title,
            "text": "CBS (kerncijfers): 1,6 % – vraag het na.",
            "link": "https://bord.example/versheid",
            "owner": "Team HR",
            "municipality": "GM9999",
            "sent_at": "2026-04-04T06:00:00+00:00",
        }
    ]
    for status in (302, 404, 500):
        hook.status = status
        with pytest.raises(ChannelError, match=f"status {status}") as error:
            channel.send(LETTER)
        assert "T0P" not in str(error.value)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"user": USER}, "go together"),
        ({"user": USER, "password": PASSWORD, "security": "none", "host": "mail.example"}, "unencrypted"),
        ({"to": []}, "at least 1 item"),
        ({"to": ["not an address"]}, "should match"),
        ({"sender": "a@b.example\nBcc: c@d.example"}, "should match"),
    ],
)
def test_mail_settings_that_cannot_be_meant_are_refused(settings, said):
    with pytest.raises(ValidationError, match=said) as error:
        email(25, **settings)
    assert PASSWORD not in str(error.value)
