"""Servers that a benchmark starts on this machine and stops again."""

import os
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from measuring import COMMAND, PROJECT


@dataclass(frozen=True)
class Server:
    """A running server: its address, its port and its process."""

    address: str
    port: int
    pid: int


@contextmanager
def served_board(home: Path, settings: Mapping[str, str] | None = None) -> Iterator[Server]:
    """The board of an installation as the command serves it; that of the sample unless ``settings`` name another."""
    port = free_port()
    command = [str(COMMAND), "serve", *([] if settings else ["--sample"]), "--port", str(port)]
    own = {"PYTHONPATH": str(PROJECT), "MAANDVERS_HOME": str(home), **(settings or {})}
    # A benchmark asks for more than one reader does.
    own["MAANDVERS_BOARD__EXPENSIVE_PAGES_PER_MINUTE"] = "1000000"
    with started(command, port, "/gezond", os.environ | own) as server:
        yield server


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@contextmanager
def started(command: Sequence[str], port: int, health: str, environment: Mapping[str, str]) -> Iterator[Server]:
    """Run a server until it is healthy, and stop it afterwards."""
    address = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):
            if process.poll() is not None:
                raise RuntimeError(f"{' '.join(map(str, command))} stopped")
            try:
                urllib.request.urlopen(address + health, timeout=2).close()
                break
            except OSError:
                time.sleep(0.1)
        yield Server(address, port, process.pid)
    finally:
        process.terminate()
        process.wait(timeout=20)
