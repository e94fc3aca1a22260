"""The nationwide key figures loaded from a local CBS: Maandvers beside a plain DuckDB script, dlt and cbsodata.

The README says what each of them does and leaves out.

dlt is no dependency of Maandvers. Install it elsewhere and name that interpreter:

    python3 -m venv /tmp/dltvenv && /tmp/dltvenv/bin/pip install "dlt[duckdb]==1.31.0" duckdb==1.5.5
    .venv/bin/python benchmarks/key_figures.py --dlt-python /tmp/dltvenv/bin/python
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from editions import whole_line
from loaders import WAYS
from measuring import HEADINGS, PROJECT, Cost, median

sys.path[:0] = [str(PROJECT), str(PROJECT / "tests")]


def measure(interpreter: str, way: str, base_url: str) -> dict[str, Any]:
    """Run one way in a process of its own, and return the totals it found and its cost."""
    command = [interpreter, str(Path(__file__).with_name("loaders.py")), way, base_url]
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return json.loads(output.splitlines()[-1])


def main() -> None:
    """Run all ways in turn, check that they found the same figures, and print medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--dlt-python", help="interpreter in whose environment dlt is installed")
    arguments = parser.parse_args()
    interpreters = dict.fromkeys(WAYS, sys.executable) | {"dlt": arguments.dlt_python}
    ways = [way for way, interpreter in interpreters.items() if interpreter]

    # Before this process serves the table: its memory would count for the ones it starts.
    whole, _ = whole_line((2020,))

    from suppliers.replay import replay_suppliers

    results: dict[str, list[dict[str, Any]]] = {way: [] for way in ways}
    with replay_suppliers() as suppliers:
        for round_number in range(arguments.rounds + 1):
            for way in ways:
                result = measure(interpreters[way], way, suppliers.cbs_url)
                if round_number:  # the first reads the supplier's table and warms the disk cache
                    results[way].append(result)
    found = {way: {tuple(result["totals"]) for result in of_way} for way, of_way in results.items()}
    assert len(set.union(*found.values())) == 1, f"the figures differ: {found}"
    costs = {
        way: median([Cost(result["seconds"], result["cpu"], result["peak_mb"]) for result in of_way])
        for way, of_way in results.items()
    }
    print(f"{HEADINGS}   (medians of {arguments.rounds}; load {os.getloadavg()[0]:.1f})")
    for way, cost in costs.items():
        print(cost.line(way))
    print(whole.line("maandvers run, to a release"), "  (once)")
    print(f"the same in all: rows, regions, inhabitants, persons on welfare, cars = {found['maandvers'].pop()}")
    if "dlt" not in ways:
        print("dlt was left out; --help says how to add it")


if __name__ == "__main__":
    main()
