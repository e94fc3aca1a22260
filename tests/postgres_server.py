"""Debian's Postgres, started on a free port of this machine, in a folder that goes afterwards."""

import os
import platform
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from debian import install

MISSING = "tests of Postgres need its server\n  do: apt-get install postgresql"
OWNER = "maandvers"
# Gives the programs that it is loaded into another time.
FAKETIME = "/usr/lib/{machine}-linux-gnu/faketime/libfaketime.so.1"


@contextmanager
def started_postgres(days: Path | None = None, *, is_durable: bool = False) -> Iterator[str]:
    """Run a server with an owner who may do everything; yields its address.

    With ``days``, a file that every account may read, its clock differs by as much as the file says, such as ``-4d``.
    Unless it is durable, it does not wait for the disk.
    Raises FileNotFoundError where Postgres is not installed and may not be.
    """
    if not _programs() and os.geteuid() == 0:
        # Without a cluster of its own, which would take the usual port.
        install("postgresql-common")
        Path("/etc/postgresql-common").mkdir(exist_ok=True)
        Path("/etc/postgresql-common/createcluster.conf").write_text("create_main_cluster = false\n")
        install("postgresql")
    if not (programs := _programs()):
        raise FileNotFoundError(MISSING)
    # Postgres refuses to be run by root, and its user must reach the folder.
    as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    clock = _moved_clock(days) if days else []
    folder = Path(tempfile.mkdtemp(prefix="maandvers_postgres_", dir="/tmp"))
    if as_user:
        shutil.chown(folder, "postgres")
    port = free_port()

    def call(program: str, *arguments: str) -> None:
        command = [*as_user, *(clock if program == "pg_ctl" else []), str(programs[-1] / program), *arguments]
        subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL)

    data = str(folder / "data")
    call("initdb", "--pgdata", data, "--username", OWNER, "--auth", "trust", "--no-sync")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"
    options += "" if is_durable else " -c fsync=off"
    call("pg_ctl", "--pgdata", data, "--wait", "--log", str(folder / "log"), "--options", options, "start")
    try:
        yield f"postgresql://{OWNER}@127.0.0.1:{port}/postgres"
    finally:
        call("pg_ctl", "--pgdata", data, "--mode", "immediate", "stop")
        shutil.rmtree(folder)


def _moved_clock(days: Path) -> list[str]:
    library = Path(FAKETIME.format(machine=platform.machine()))
    if not library.exists():
        install("faketime")
    if not library.exists():
        raise FileNotFoundError("tests of expiry in Postgres need another clock\n  do: apt-get install faketime")
    # Only the time of day moves: what Postgres waits for goes on as it does.
    settings = {"TIMESTAMP_FILE": days, "NO_CACHE": 1, "DONT_FAKE_MONOTONIC": 1}
    return ["env", f"LD_PRELOAD={library}", *(f"FAKETIME_{name}={value}" for name, value in settings.items())]


def free_port() -> int:
    """A port of this machine that nothing listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _programs() -> list[Path]:
    return sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name))
