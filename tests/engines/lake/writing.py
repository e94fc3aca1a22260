"""What each of several writers does, in a process that imports nothing else."""

from dagster_project.storage.lake import Lake

COMMITS = 8


def write_tables(lake: Lake, writer: int, attempts: int) -> None:
    """Add tables to a lake, each in a transaction of its own."""
    with lake.connect() as connection:
        connection.execute(f"SET ducklake_max_retry_count = {attempts}")
        for number in range(COMMITS):
            connection.execute(
                f"CREATE TABLE main.table_{writer}_{number} AS SELECT {writer} AS writer, {number} AS number"
            )
