"""Settings of alerts: which ones are wanted, and by which channels they reach people."""

from ipaddress import ip_address
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, SecretStr, model_validator

AlertKind = Literal[
    "supplier_late", "we_are_late", "check_failed", "expires_soon", "run_failed", "target_crossed", "new_release"
]
Address = Annotated[str, Field(pattern=r"^[^@\s<>,;\"]+@[^@\s<>,;\"]+$")]


class EmailSettings(BaseModel):
    """A mail server, and the people who get alerts."""

    model_config = ConfigDict(extra="forbid")

    host: str
    port: int = Field(default=587, ge=1, le=65535)
    # How the connection is encrypted: after a plain start, from the first byte, or not at all.
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str | None = None
    # From the environment alone.
    password: SecretStr | None = None
    sender: Address
    # The people who keep Maandvers running; they get every alert.
    to: tuple[Address, ...] = Field(min_length=1)
    # Further addresses by the name of an owner in the contracts, who gets the alerts about its feeds.
    owners: dict[str, tuple[Address, ...]] = {}

    @model_validator(mode="after")
    def _keeps_its_password_secret(self) -> Self:
        if (self.user is None) != (self.password is None):
            raise ValueError("user and password go together; the password comes from MAANDVERS_ALERTS__EMAIL__PASSWORD")
        if self.password and self.security == "none" and not _is_loopback(self.host):
            raise ValueError("security 'none' would send the password unencrypted, expected 'starttls' or 'tls'")
        return self


class WebhookSettings(BaseModel):
    """An address that takes alerts as JSON, such as that of a chat channel."""

    model_config = ConfigDict(extra="forbid")

    # From the environment alone: who knows the address can write to the channel.
    url: SecretStr

    @model_validator(mode="after")
    def _has_an_address(self) -> Self:
        # Without the address in the message.
        try:
            HttpUrl(self.url.get_secret_value())
        except ValueError:
            raise ValueError("expected an address that begins with https:// or http://") from None
        return self


class AlertSettings(BaseModel):
    """The section ``[alerts]`` of ``maandvers.toml``; without a channel nothing is sent."""

    model_config = ConfigDict(extra="forbid")

    # Kinds that are not wanted.
    without: tuple[AlertKind, ...] = ()
    email: EmailSettings | None = None
    webhook: WebhookSettings | None = None

    @property
    def has_channel(self) -> bool:
        """Whether alerts can be sent at all."""
        return self.email is not None or self.webhook is not None


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
