"""Start of an installation: the settings file, the inbox folders and the templates for the systems that are used."""

import json
import re
from collections.abc import Sequence
from pathlib import Path

from dagster_project.contracts.model import Feed
from dagster_project.errors import SetupError, has_user
from dagster_project.extract.files.newest_file import FileParameters
from dagster_project.installation.opening import make_home
from dagster_project.installation.settings import TOML
from dagster_project.installation.workspace import Workspace
from dagster_project.operations.template import write_template

CODE = re.compile(r"(?:GM)?(\d{1,4})", re.IGNORECASE)
# The only protocol of an own system that is no upload; the folder or address of its export differs per installation.
EXPORT = "csv_zip"


def own_systems(workspace: Workspace) -> dict[str, list[Feed]]:
    """Feeds of the municipality's own systems, by the name of the system in the settings."""
    systems: dict[str, list[Feed]] = {}
    for feed in workspace.feeds:
        if feed.delivery.protocol == EXPORT or _is_form(feed):
            systems.setdefault(feed.supplier, []).append(feed)
    return systems


def municipality_code(text: str) -> str:
    """Normalise a municipality code, such as 867 or GM0867. Raises SetupError for any other text."""
    match = CODE.fullmatch(text.strip())
    if match is None:
        raise SetupError(f"'{text}' is no municipality code\n  do: give one such as GM0867, as CBS lists them")
    return f"GM{match[1]:0>4}"


def check_is_new() -> None:
    """Raise SetupError if there is a settings file, which would be lost."""
    if Path(TOML).exists():
        raise SetupError(f"{Path(TOML).resolve()} exists already\n  do: change it there, or move it away first")


def initialise(workspace: Workspace, code: str, systems: Sequence[str], exports: str | None) -> list[Path]:
    """Write the settings, and an inbox folder and a template per feed; returns the files that were written.

    Raises SetupError for an unknown system and for settings that exist.
    """
    check_is_new()
    known = own_systems(workspace)
    if unknown := sorted(set(systems) - known.keys()):
        raise SetupError(f"no system is called {', '.join(unknown)}\n  do: choose from {', '.join(known)}")
    if exports and has_user(exports):
        raise SetupError(
            f"--exports contains a user or password, which {TOML} may not\n  do: set it in the environment"
        )
    make_home(workspace)
    written = []
    for feed in (feed for name in systems for feed in known[name] if _is_form(feed)):
        (workspace.settings.inbox / feed.id).mkdir(parents=True, exist_ok=True)
        # Not in the inbox, where the examples would be read as figures.
        if not [*(templates := workspace.home / "templates").glob(f"{feed.id}_*")]:
            inbox, team = workspace.settings.inbox.resolve(), workspace.settings.data_team
            written += write_template(feed, inbox, workspace.today, templates, "xlsx", team)
    toml = Path(TOML)
    toml.write_text(_settings(municipality_code(code), known, systems, exports), encoding="utf-8")
    return [toml.resolve(), *written]


def _is_form(feed: Feed) -> bool:
    parameters = feed.parameters
    return isinstance(parameters, FileParameters) and not (parameters.location or parameters.is_published_table)


def _settings(code: str, known: dict[str, list[Feed]], systems: Sequence[str], exports: str | None) -> str:
    exporting = [name for name, feeds in known.items() if any(feed.delivery.protocol == EXPORT for feed in feeds)]
    without = [name for name in exporting if name not in systems]
    lines = [
        "# Settings of this municipality. A secret belongs in the environment, such as MAANDVERS_SUPPLIERS__…__TOKEN.",
        f'municipality_code = "{code}"',
        "# Feeds or suppliers that are not used here.",
        f"without = {json.dumps(without)}",
    ]
    for name in (name for name in exporting if name in systems):
        location = f"location = {json.dumps(exports)}" if exports else '# location = "/folder/or/address/of/its/export"'
        lines += ["", f"[suppliers.{name}]", location]
    return "\n".join([*lines, ""])
