"""Forecasts, effects of measures and advice as plain numerical functions.

Here: arrays and frozen dataclasses in and out, seeded and free of files, clocks and settings, so that the same
numbers give the same bytes. Libraries are imported inside the functions that use them. Not here: SQL, Dagster, dbt,
contracts, texts for readers.
"""

import hashlib
from importlib.metadata import version
from pathlib import Path

LIBRARIES = ("numpy", "scipy", "statsmodels", "statsforecast", "diff-diff")


def method_digest(package: str = "") -> str:
    """SHA-256 of the code of a package of analyses, by default of all, and of the versions of the libraries.

    Part of every fingerprint: a result is taken over only while the method that made it is the same.
    """
    folder = Path(__file__).parent
    digest = hashlib.sha256(" ".join(f"{name} {version(name)}" for name in LIBRARIES).encode())
    for file in sorted((folder / package).rglob("*.py")):
        digest.update(file.relative_to(folder).as_posix().encode() + file.read_bytes())
    return digest.hexdigest()
