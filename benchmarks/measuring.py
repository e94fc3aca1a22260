"""Cost of a command as a whole process, its children included."""

import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
COMMAND = Path(sys.executable).with_name("maandvers")
DAGSTER = Path(sys.executable).with_name("dagster")
HEADINGS = f"{'':<32}{'seconds':>10}{'CPU s':>10}{'peak MB':>10}"


@dataclass(frozen=True)
class Cost:
    """Wall seconds, CPU seconds of all processes, and the peak memory of the largest of them in MB."""

    seconds: float
    cpu: float
    peak_mb: float

    def line(self, name: str) -> str:
        """Return a row under HEADINGS."""
        return f"{name:<32}{self.seconds:>10.1f}{self.cpu:>10.1f}{self.peak_mb:>10.0f}"


def median(costs: Sequence[Cost]) -> Cost:
    """Return the median of each figure."""
    return Cost(
        seconds=statistics.median(cost.seconds for cost in costs),
        cpu=statistics.median(cost.cpu for cost in costs),
        peak_mb=statistics.median(cost.peak_mb for cost in costs),
    )


def run_maandvers(*arguments: str, settings: dict[str, str]) -> Cost:
    """Measure one run of the command line; raises CalledProcessError when it released nothing."""
    # The exit codes of a run that released.
    return run_command(COMMAND, *arguments, settings=settings, expected=(0, 3, 5))


def run_command(program: Path, *arguments: str, settings: dict[str, str], expected: Sequence[int] = (0,)) -> Cost:
    """Measure one command; raises CalledProcessError for an exit code that is not expected.

    The caller must be small: memory of a process counts for the ones it starts.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAANDVERS_")}
    command = [str(program), *arguments]
    begin = time.perf_counter()
    with subprocess.Popen(
        command, env=environment | settings, cwd=PROJECT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - begin
    if process.returncode not in expected:
        raise subprocess.CalledProcessError(process.returncode, command)
    return Cost(seconds, used.ru_utime + used.ru_stime, _megabytes(used))


def _megabytes(used: resource.struct_rusage) -> float:
    # Linux counts in kilobytes, macOS in bytes.
    return used.ru_maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024)
