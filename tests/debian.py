"""Programs of Debian that tests use: installed where that may be done without asking."""

import os
import shutil
import subprocess

from filelock import FileLock


def install(*packages: str) -> None:
    """Install packages, where this account may; elsewhere nothing happens, and the test says so."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    # Tests run side by side, and apt refuses a second one.
    with FileLock("/tmp/maandvers_apt.lock"):
        for command in (["update"], ["install", "--yes", "--no-install-recommends", *packages]):
            subprocess.run(
                ["apt-get", "--quiet=2", *command],
                check=False,
                timeout=600,
                env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
            )
