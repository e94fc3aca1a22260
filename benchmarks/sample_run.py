"""Cost of a run for the sample municipality: from nothing, with nothing new, and in a night with new reports."""

import argparse
import statistics
import tempfile
from datetime import date, timedelta

from measuring import HEADINGS, Cost, run_maandvers

# A run, and how many days after the first it takes place. The day after, Signalen's export has the reports of a day
# more and the progress of earlier ones; no other supplier of the sample publishes on the 26th of November.
RUNS = {"cold": 0, "nothing new": 0, "night with new reports": 1}


def main() -> None:
    """Measure the runs one after another, in a new home each round, and print medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--as-of", type=date.fromisoformat, default=date(2026, 11, 25), help="day of the first run")
    arguments = parser.parse_args()
    costs: dict[str, list[Cost]] = {name: [] for name in RUNS}
    for _ in range(arguments.rounds):
        with tempfile.TemporaryDirectory() as home:
            for name, days in RUNS.items():
                day = str(arguments.as_of + timedelta(days=days))
                costs[name].append(run_maandvers("run", "--sample", "--as-of", day, settings={"MAANDVERS_HOME": home}))
    print(f"{HEADINGS}   (medians of {arguments.rounds})")
    for name in RUNS:
        print(median(costs[name]).line(name))


def median(costs: list[Cost]) -> Cost:
    """The median of each figure."""
    return Cost(
        seconds=statistics.median(cost.seconds for cost in costs),
        cpu=statistics.median(cost.cpu for cost in costs),
        peak_mb=statistics.median(cost.peak_mb for cost in costs),
    )


if __name__ == "__main__":
    main()
