"""The whole line for the sample municipality: from nothing, and when no supplier has anything new."""

import argparse
import statistics
import tempfile

from measuring import HEADINGS, Cost, run_maandvers

KINDS = ("cold", "nothing new")


def main() -> None:
    """Run both kinds in a new home each round, and print medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--as-of", default="2026-11-25", help="the day that is acted as if it were today")
    arguments = parser.parse_args()
    costs: dict[str, list[Cost]] = {kind: [] for kind in KINDS}
    for _ in range(arguments.rounds):
        with tempfile.TemporaryDirectory() as home:
            for kind in KINDS:
                own = {"MAANDVERS_HOME": home}
                costs[kind].append(run_maandvers("run", "--sample", "--as-of", arguments.as_of, settings=own))
    print(f"{HEADINGS}   (medians of {arguments.rounds})")
    for kind in KINDS:
        print(median(costs[kind]).line(kind))


def median(costs: list[Cost]) -> Cost:
    """The median of each figure."""
    return Cost(
        seconds=statistics.median(cost.seconds for cost in costs),
        cpu=statistics.median(cost.cpu for cost in costs),
        peak_mb=statistics.median(cost.peak_mb for cost in costs),
    )


if __name__ == "__main__":
    main()
