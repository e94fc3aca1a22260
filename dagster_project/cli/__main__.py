"""``python -m dagster_project.cli``, for where the script is not installed."""

from dagster_project.cli import main

main()
