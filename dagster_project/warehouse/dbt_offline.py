"""dbt as it is, but for one question: ``dbt --version`` asks a package registry which version is the newest.

Dagster puts that question before every call; here the answer comes from what is installed, and sooner.
"""

import sys
from importlib.metadata import version


def main() -> None:
    """Answer for the version, and leave everything else to dbt."""
    if sys.argv[1:] == ["--version"]:
        print(f"installed: {version('dbt-core')}")
        return
    from dbt.cli.main import cli

    cli()
