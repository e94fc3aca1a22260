"""Settings of the board: who may reach it, and how it knows their groups."""

from ipaddress import ip_network
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, field_validator


class BoardSettings(BaseModel):
    """The section ``[board]`` of ``maandvers.toml``."""

    model_config = ConfigDict(extra="forbid")

    host: str = "127.0.0.1"
    port: int = Field(default=8050, ge=1, le=65535)
    # The address by which readers know the board, such as https://bord.gemeente.example; alerts link to it.
    address: str | None = Field(default=None, pattern=r"^https?://[^\s?#]+$")
    # Lets everybody read; for a release that was made to be public.
    public: bool = False
    # The header in which a proxy names the groups of a reader, separated by commas; without a proxy it is ignored.
    groups_header: str | None = Field(default=None, pattern=r"^[A-Za-z][A-Za-z0-9-]*$")
    # The header in which the proxy names the reader, for the log of who saw which theme; without it that has no names.
    user_header: str | None = Field(default=None, pattern=r"^[A-Za-z][A-Za-z0-9-]*$")
    # Folder of that log, and the days that it is kept; without a folder there is none.
    access_log: Path | None = None
    access_log_days: int = Field(default=90, ge=1)
    # Addresses or networks of proxies that are believed.
    trusted_proxies: tuple[str, ...] = ()
    # A thema.css of the municipality: custom properties only.
    look: Path | None = None
    # Expensive pages that one reader may ask for in a minute.
    expensive_pages_per_minute: int = Field(default=60, ge=1)

    @field_validator("trusted_proxies")
    @classmethod
    def _are_networks(cls, proxies: tuple[str, ...]) -> tuple[str, ...]:
        for proxy in proxies:
            ip_network(proxy)
        return proxies
