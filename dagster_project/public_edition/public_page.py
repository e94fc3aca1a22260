"""The page of a public edition, in Dutch: its tables, how they may be used, and how persons are protected."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from dagster_project.storage.atomic import write_file


def write_index(folder: Path, package: Mapping[str, Any], *, is_fictional: bool) -> None:
    """Write the page."""
    pages = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    text = pages.get_template("index.j2").render(package=package, is_fictional=is_fictional)
    write_file(folder / "index.html", text.encode())
