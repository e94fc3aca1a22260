"""Symbolic links in a folder of uploaded files, which could have any file read that the uploader cannot."""

from pathlib import Path

from dagster_project.contracts.personal import masked
from dagster_project.errors import DeliveryError


def resolved_within(folder: Path, path: Path, feed: str) -> Path:
    """Follow the links of a path. Raises DeliveryError for one that leads out of a folder."""
    actual, limit = path.resolve(), folder.resolve()
    if actual.is_relative_to(limit):
        return actual
    raise DeliveryError(
        feed,
        problem=f"{masked(path.name)} is a symbolic link that leaves {folder}, so it is not read",
        expected=f"a file or folder of its own, or a link to one in {folder}",
        came="a link to another place",
        do=f"put the file itself there, or set location below [suppliers.{feed.replace('.', '.feeds.', 1)}] in "
        "maandvers.toml to the folder that the link points to",
        is_quarantined=False,
    )
