"""Channels by which alerts reach people: a mail server, a webhook, or the log of Dagster."""

import hashlib
import smtplib
import ssl
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from logging import Logger
from typing import Protocol

from dagster_project.errors import MaandversError
from dagster_project.installation.alert_settings import EmailSettings, WebhookSettings
from dagster_project.installation.workspace import Workspace
from orchestration.alerts.alert import Alert

_SECONDS = 30


class ChannelError(MaandversError):
    """A channel did not take an alert; its text has no address and no secret."""


@dataclass(frozen=True)
class Letter:
    """An alert as it is sent: with the installation that it is from, the moment and the address of its page."""

    alert: Alert
    municipality_code: str
    is_fictional: bool
    at: datetime
    board: str | None

    @property
    def id(self) -> str:
        """A name that is the same each time the alert is tried, by which a receiver can know it again."""
        facts = "\n".join([self.municipality_code, *self.alert.facts])
        return hashlib.sha256(facts.encode()).hexdigest()[:32]

    @property
    def title(self) -> str:
        """The title, which says so if all figures are fictional."""
        return f"[voorbeeld] {self.alert.title}" if self.is_fictional else self.alert.title

    @property
    def text(self) -> str:
        """The text, without spaces that mail programs show as signs."""
        return self.alert.text.replace("\N{NO-BREAK SPACE}", " ")

    @property
    def link(self) -> str | None:
        """The page on the board; None where the settings do not name the board's address."""
        return None if self.board is None else self.board.rstrip("/") + self.alert.page


class Channel(Protocol):
    """A way to send alerts."""

    @property
    def name(self) -> str:
        """Its name in the record of what was sent."""

    def send(self, letter: Letter) -> None:
        """Send one. Raises ChannelError if it was not taken."""


@dataclass(frozen=True)
class EmailChannel:
    """A mail server."""

    settings: EmailSettings
    name: str = "email"

    def send(self, letter: Letter) -> None:
        """Send to the people who keep Maandvers running and to the owner of the feed."""
        try:
            with self._connected() as server:
                if self.settings.security == "starttls":
                    server.starttls(context=ssl.create_default_context())
                if self.settings.user and self.settings.password:
                    server.login(self.settings.user, self.settings.password.get_secret_value())
                server.send_message(self._message(letter))
        except smtplib.SMTPResponseException as error:
            raise ChannelError(f"email: the server answered {error.smtp_code} ({type(error).__name__})") from None
        except (smtplib.SMTPException, OSError) as error:
            # Its own text may name addresses of people.
            reason = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
            raise ChannelError(f"email: not sent by {self.settings.host} ({reason})") from None

    def _connected(self) -> smtplib.SMTP:
        host, port = self.settings.host, self.settings.port
        if self.settings.security == "tls":
            return smtplib.SMTP_SSL(host, port, timeout=_SECONDS, context=ssl.create_default_context())
        return smtplib.SMTP(host, port, timeout=_SECONDS)

    def _message(self, letter: Letter) -> EmailMessage:
        owner = self.settings.owners.get(letter.alert.owner or "", ())
        message = EmailMessage()
        message["Subject"] = f"Maandvers: {letter.title}"
        message["From"] = self.settings.sender
        message["To"] = ", ".join(dict.fromkeys([*self.settings.to, *owner]))
        message["Date"] = format_datetime(letter.at)
        message["Message-ID"] = f"<{letter.id}@{self.settings.sender.partition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        link = f"\n\nOp het bord: {letter.link}" if letter.link else ""
        message.set_content(f"{letter.text}{link}\n")
        return message


@dataclass(frozen=True)
class WebhookChannel:
    """An address that takes JSON."""

    settings: WebhookSettings
    name: str = "webhook"

    def send(self, letter: Letter) -> None:
        """Post one alert."""
        # Most runs have nothing to send.
        import httpx

        alert = letter.alert
        content = {
            "id": letter.id,
            "kind": alert.kind,
            "title": letter.title,
            "text": letter.text,
            "link": letter.link,
            "owner": alert.owner,
            "municipality": letter.municipality_code,
            "sent_at": letter.at.isoformat(),
        }
        try:
            answer = httpx.post(self.settings.url.get_secret_value(), json=content, timeout=_SECONDS)
        except httpx.HTTPError as error:
            raise ChannelError(f"webhook: no answer ({type(error).__name__})") from None
        if not answer.is_success:
            raise ChannelError(f"webhook: the answer has status {answer.status_code}")


@dataclass(frozen=True)
class LogChannel:
    """The log of a Dagster sensor, where no other channel is set up."""

    log: Logger
    name: str = "log"

    def send(self, letter: Letter) -> None:
        """Log the alert as a warning."""
        self.log.warning("%s\n%s", letter.title, letter.text)


def channels_of(workspace: Workspace) -> list[Channel]:
    """The channels of the settings."""
    settings = workspace.settings.alerts
    channels: list[Channel] = []
    if settings.email:
        channels.append(EmailChannel(settings.email))
    if settings.webhook:
        channels.append(WebhookChannel(settings.webhook))
    return channels
