"""A machine of its own with systemd: this one's files under a layer that goes afterwards, booted without a network."""

import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from debian import install

# A layer over the root folder may not lie below that itself, so it is in memory.
MEMORY = Path("/dev/shm")
PACKAGES = ("caddy", "make", "postgresql", "python3.11-venv", "restic", "systemd-container")
PLAIN = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LANG": "C.UTF-8"}


@dataclass
class Machine:
    """A machine, booted or not, in which commands run as root."""

    root: Path
    log: Path
    _init: int | None = None

    def run(self, script: str, cwd: str = "/", check: bool = True) -> str:
        """Run a script of a shell on the booted machine; returns its output."""
        assert self._init, "it is not booted"
        inside = ["nsenter", "--all", f"--target={self._init}", f"--wd={self.root}{cwd}", "env", "-i"]
        return self._called([*inside, *(f"{k}={v}" for k, v in PLAIN.items()), "bash", "-euc", script], check)

    def run_with_network(self, script: str, cwd: str = "/") -> str:
        """Run a script before the machine is booted, with the network of this one."""
        settings = [
            f"--setenv={name}={value}" for name, value in os.environ.items() if name.startswith(("PIP_", "SSL_"))
        ]
        begin = ["systemd-nspawn", "--quiet", f"--directory={self.root}", "--register=no", "--keep-unit", "--pipe"]
        return self._called([*begin, f"--chdir={cwd}", *settings, "bash", "-euc", script])

    @contextmanager
    def booted(self) -> Iterator[None]:
        """Boot, and switch off."""
        command = ["systemd-nspawn", "--quiet", f"--directory={self.root}", "--boot", "--register=no", "--keep-unit"]
        with (
            (self.log / "console").open("w") as console,
            subprocess.Popen(
                [*command, "--private-network", "--machine=maandvers-test"],
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=subprocess.STDOUT,
            ) as process,
        ):
            try:
                wait_until(lambda: self._found(process.pid), "systemd started", 60)
                running = "systemctl is-system-running | grep -E 'running|degraded'"
                wait_until(lambda: self.run(running, check=False), "the machine is up", 120)
                yield
            finally:
                self.run("systemctl --no-block poweroff", check=False)
                try:
                    process.wait(60)
                except subprocess.TimeoutExpired:
                    process.kill()
                self._init = None

    def _found(self, parent: int) -> bool:
        """Find systemd: the descendant that is process 1 of its own machine."""
        children = {parent}
        for status in Path("/proc").glob("[0-9]*/status"):
            try:
                text = status.read_text()
            except (FileNotFoundError, ProcessLookupError):
                continue
            pid, above = int(status.parent.name), int(re.findall(r"PPid:\s+(\d+)", text)[0])
            if above in children and re.search(r"^NSpid:\t\d+\t1$", text, re.MULTILINE):
                self._init = pid
                return True
        return False

    def _called(self, command: list[str], check: bool = True) -> str:
        called = subprocess.run(command, capture_output=True, text=True, check=False, timeout=1800)
        if check and called.returncode:
            raise AssertionError(
                f"{command[-1]}\nexit code {called.returncode}\n{called.stdout[-3000:]}{called.stderr[-3000:]}"
            )
        return called.stdout if check or not called.returncode else ""


@contextmanager
def new_machine(log: Path) -> Iterator[Machine]:
    """Lay a layer over the files of this machine. Raises FileNotFoundError where that cannot be done."""
    if os.geteuid() != 0 or not MEMORY.is_dir():
        raise FileNotFoundError("the walk needs root, Debian and /dev/shm\n  do: run it there")
    install(*PACKAGES)
    if not shutil.which("systemd-nspawn"):
        raise FileNotFoundError("the walk needs systemd-nspawn\n  do: apt-get install systemd-container")
    folder = Path(tempfile.mkdtemp(prefix="maandvers_machine_", dir=MEMORY))
    root = folder / "root"
    for name in ("root", "changes", "work"):
        (folder / name).mkdir()
    layers = f"lowerdir=/,upperdir={folder / 'changes'},workdir={folder / 'work'}"
    subprocess.run(["mount", "-t", "overlay", "overlay", "-o", layers, str(root)], check=True)
    try:
        yield Machine(root, log)
    finally:
        subprocess.run(["umount", str(root)], check=True)
        shutil.rmtree(folder)


def wait_until(is_so: Callable[[], object], what: str, seconds: float = 120) -> None:
    """Wait for something that takes a while. Raises AssertionError if it does not come."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, f"waited {seconds:.0f} s until {what}"
        time.sleep(0.5)
