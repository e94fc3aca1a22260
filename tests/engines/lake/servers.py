"""Killing and restarting the server of a catalogue."""

import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import psycopg


@dataclass(frozen=True)
class Server:
    """A running server."""

    address: str
    folder: Path
    process: int

    @classmethod
    def at(cls, address: str) -> Self:
        """Find its folder and its process."""
        with psycopg.connect(address) as connection:
            (folder,) = connection.execute("SHOW data_directory").fetchone() or ("",)
        return cls(address, Path(folder), int(Path(folder, "postmaster.pid").read_text().split()[0]))

    def kill(self) -> None:
        """Kill it as a power failure would: its other processes end as soon as they notice."""
        os.kill(self.process, signal.SIGKILL)
        while self._answers():
            time.sleep(0.05)

    def start(self) -> Self:
        """Start it again on what it wrote, at the same port."""
        program, *options = Path(self.folder, "postmaster.opts").read_text().replace('"', "").split()
        as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        control = [*as_user, str(Path(program).with_name("pg_ctl")), "--pgdata", str(self.folder), "--wait"]
        command = [*control, "--log", str(self.folder.parent / "log"), "--options", " ".join(_own(options)), "start"]
        # Remains of the killed server may still have its memory.
        while subprocess.run(command, check=False, cwd=self.folder.parent, stdout=subprocess.DEVNULL).returncode:
            time.sleep(0.5)
        return self.at(self.address)

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.address, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True


def _own(options: list[str]) -> list[str]:
    """The options without the folder, which pg_ctl adds."""
    at = options.index("-D")
    return options[:at] + options[at + 2 :]
