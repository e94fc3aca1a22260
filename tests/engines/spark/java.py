"""Debian's Java, which Spark runs on."""

import shutil

from debian import install

MISSING = "tests of Spark need Java\n  do: apt-get install openjdk-17-jre-headless"


def needs_java() -> None:
    """Install Java where it is absent. Raises FileNotFoundError where that may not be done."""
    if not shutil.which("java"):
        install("openjdk-17-jre-headless")
    if not shutil.which("java"):
        raise FileNotFoundError(MISSING)
