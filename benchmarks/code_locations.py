"""Memory and processor time of code locations for many municipalities: one each, or one for all of them."""

import argparse
import os
import subprocess
import tempfile
import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from measuring import DAGSTER
from serving import free_port

EACH, TOGETHER = "dagster_project.definitions", "orchestration.provider.code_location"
LONGEST_START = 600


def start(stack: ExitStack, module: str, environment: Mapping[str, str]) -> int:
    """Start the server of a code location, as Dagster's daemon does for each."""
    port = str(free_port())
    command = [str(DAGSTER), "api", "grpc", "--module-name", module, "--port", port]
    process = stack.enter_context(
        subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    )
    stack.callback(process.terminate)
    check = [str(DAGSTER), "api", "grpc-health-check", "--port", port]
    for _ in range(LONGEST_START):
        if subprocess.run(check, env=environment, capture_output=True, check=False).returncode == 0:
            return process.pid
        time.sleep(1)
    raise RuntimeError(f"{module} did not start")


def cpu_seconds(pid: int) -> float:
    """Processor time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def own_megabytes(pid: int) -> float:
    """Memory of a process without the pages that it shares with others."""
    lines = (line.split() for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:])
    return sum(int(size) for name, size, *_ in lines if name.startswith("Private_")) / 1000


def main() -> None:
    """Print a row per number of code locations."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--municipalities", type=int, nargs="+", default=[1, 5, 20])
    most = parser.parse_args().municipalities
    print(f"{'':<36}{'processes':>10}{'CPU s':>8}{'own MB':>8}")
    with tempfile.TemporaryDirectory() as folder:
        for module, counts in ((TOGETHER, [1]), (EACH, most)):
            for count in counts:
                with ExitStack() as stack:
                    started = []
                    for number in range(count):
                        home = Path(folder, str(number))
                        home.mkdir(exist_ok=True)
                        own = {"MAANDVERS_HOME": str(home), "MAANDVERS_MUNICIPALITIES": folder}
                        started.append(start(stack, module, os.environ | own))
                    used = sum(cpu_seconds(pid) for pid in started)
                    memory = sum(own_megabytes(pid) for pid in started)
                    print(f"{module:<36}{count:>10}{used:>8.1f}{memory:>8.0f}", flush=True)


if __name__ == "__main__":
    main()
