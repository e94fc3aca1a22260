"""Settings of the public edition: whether it is made, what it shows, and who publishes it under which licence."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

OpenLicence = Literal["CC0 1.0", "CC BY 4.0"]


class PublicSettings(BaseModel):
    """The section ``[public]`` of ``maandvers.toml``."""

    model_config = ConfigDict(extra="forbid")

    # Makes it after each release.
    enabled: bool = False
    # Themes by their code, and levels of regions; ``*`` is all of them. Own areas never show counts of persons.
    themes: tuple[str, ...] = ("*",)
    levels: tuple[str, ...] = ("*",)
    # Where the board or the files are on the web, such as https://cijfers.example.nl.
    address: str | None = Field(default=None, pattern=r"^https?://[^\s]+[^\s/]$")
    # Address or e-mail of the team that answers questions; not that of a person.
    contact: str | None = Field(default=None, pattern=r"^(https://\S+|[^@\s]+@[^@\s]+\.[a-z]+)$")
    # Of figures from own registers; those of others keep the licence of their supplier.
    licence: OpenLicence = "CC BY 4.0"
    # The municipality in the list of organisations of data.overheid.nl.
    organisation: str | None = Field(default=None, pattern=r"^http://standaarden\.overheid\.nl/owms/terms/\S+$")


# Of the sample municipality, where nothing else is set.
OF_SAMPLE = {"address": "https://cijfers.voorbeeldstad.example", "contact": "data@voorbeeldstad.example"}
