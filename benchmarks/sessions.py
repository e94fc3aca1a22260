"""Cost of a step with every process that it starts, and of the Postgres that it asks."""

import itertools
import os
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import psycopg
from measuring import PROJECT, Cost

TICKS = os.sysconf("SC_CLK_TCK")


# Looks at the processes in a second, and looks from one measurement of memory to the next, which costs more.
LOOKS, LOOKS_PER_MEMORY = 5, 5


def measured(command: Sequence[str], environment: Mapping[str, str], postmaster: str | None = None) -> Cost:
    """Run a command; count every process of its session, since Spark's Java outlives no one who would wait for it.

    Memory is the most that all of them have at one moment. A server of Postgres counts with it.
    """
    begin, server = time.perf_counter(), server_seconds(postmaster) if postmaster else 0.0
    seen: dict[str, float] = {}
    most_mb = 0.0
    with subprocess.Popen(command, cwd=PROJECT, env=environment, start_new_session=True) as process:
        for look in itertools.count():
            if process.poll() is not None:
                break
            now = dict(processes_of(process.pid))
            seen |= now
            if look % LOOKS_PER_MEMORY == 0:
                served = server_processes(postmaster) if postmaster else ()
                most_mb = max(most_mb, sum(map(memory_mb, (*now, *served))))
            time.sleep(1 / LOOKS)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    worked = server_seconds(postmaster) - server if postmaster else 0.0
    return Cost(time.perf_counter() - begin, worked + sum(seen.values()), most_mb)


def processes_of(session: int) -> Iterator[tuple[str, float]]:
    """Processes of a session with their processor time, by Linux's own tables."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = stat_of(folder.name)
        except (FileNotFoundError, ProcessLookupError):
            # It has ended meanwhile.
            continue
        if int(fields[3]) == session:
            yield folder.name, sum(map(int, fields[11:13])) / TICKS


def memory_mb(process: str) -> float:
    """Memory of a process now; of what it shares with others, its part."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text("utf-8").splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")), 0.0)


def postmaster_of(address: str) -> str:
    """The first process of a server."""
    with psycopg.connect(address) as connection:
        (text,) = connection.execute("SELECT pg_read_file('postmaster.pid')").fetchall()[0]
    return str(text.split()[0])


def server_processes(postmaster: str) -> tuple[str, ...]:
    """The first process of a Postgres, and those that serve its connections."""
    return postmaster, *Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text("utf-8").split()


def server_seconds(postmaster: str) -> float:
    """Processor time of a Postgres so far, its processes that have ended included."""
    return sum(processor_seconds(process, own=process != postmaster) for process in server_processes(postmaster))


def processor_seconds(process: str, *, own: bool) -> float:
    """Processor time of a process; with that of its ended children, unless only its own is asked."""
    return sum(map(int, stat_of(process)[11:13] if own else stat_of(process)[11:15])) / TICKS


def stat_of(process: str) -> list[str]:
    """Linux's figures of a process."""
    # The name in brackets may contain spaces.
    return Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].split()
