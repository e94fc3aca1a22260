"""Packages of Python of which tests read a file: unpacked into a cache, and not installed with all that they need."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

from filelock import FileLock

CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "maandvers" / "wheels"


def unpacked(name: str, version: str, sha256: str, cache: Path = CACHE) -> Path:
    """Return the folder of one wheel, from the package index of this machine; only the wheel of that checksum.

    Raises RuntimeError with the installer's words where the index has no such wheel.
    """
    folder = cache / f"{name}-{version}-{sha256}"
    cache.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_suffix(".lock")):
        if not folder.exists():
            half = folder.with_suffix(".half")
            shutil.rmtree(half, ignore_errors=True)
            wanted = folder.with_suffix(".txt")
            wanted.write_text(f"{name}=={version} --hash=sha256:{sha256}\n", encoding="utf-8")
            options = ["--quiet", "--no-deps", "--only-binary", ":all:", "--require-hashes"]
            command = [*_installer(), *options, "--target", str(half), "--requirement", str(wanted)]
            result = subprocess.run(command, check=False, capture_output=True, text=True, timeout=600)
            if result.returncode:
                raise RuntimeError(f"{name} {version} cannot be fetched from the package index:\n{result.stderr}")
            half.rename(folder)
    return folder


def _installer() -> list[str]:
    """An environment that uv made has no pip."""
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip", "install", "--disable-pip-version-check"]
    return ["uv", "pip", "install", "--python", sys.executable]
