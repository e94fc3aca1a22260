"""Short-term forecasts of the Netherlands: all neighbourhoods, several indicators, five years of months.

Simulated counts, one panel per municipality and indicator, spread over processes: the numerical work of a national run.
"""

import argparse
import os
import resource
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor

from measuring import PROJECT

sys.path[:0] = [str(PROJECT)]

NEIGHBOURHOODS, MUNICIPALITIES, MONTHS = 14_500, 342, 60


def main() -> None:
    """Forecast every panel and print the seconds, the memory of the largest process, and what was made."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--indicators", type=int, default=10)
    parser.add_argument("--municipalities", type=int, default=MUNICIPALITIES)
    parser.add_argument("--processes", type=int, default=2)
    arguments = parser.parse_args()
    # Each process has one core.
    os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"))
    seeds = [
        (municipality, indicator)
        for municipality in range(arguments.municipalities)
        for indicator in range(arguments.indicators)
    ]
    begin = time.perf_counter()
    with ProcessPoolExecutor(arguments.processes) as pool:
        rows = sum(pool.map(forecasts_of, seeds, chunksize=20))
    seconds = time.perf_counter() - begin
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    neighbourhoods = round(arguments.municipalities * NEIGHBOURHOODS / MUNICIPALITIES)
    print(f"{neighbourhoods} neighbourhoods x {arguments.indicators} indicators x {MONTHS} months: {rows} rows")
    print(f"{seconds:.0f} s, {used.ru_utime + used.ru_stime:.0f} CPU s, {used.ru_maxrss / 1024:.0f} MB per process")


def forecasts_of(seed: Sequence[int]) -> int:
    """Number of rows of forecasts of one municipality and indicator, bands and earlier origins included."""
    import numpy as np

    from dagster_project.analysis.forecasting.short_term_rows import Figure, period_after, short_term_rows

    random = np.random.default_rng(seed)
    usual = random.lognormal(0.0, 1.0, round(NEIGHBOURHOODS / MUNICIPALITIES))
    months = np.arange(MONTHS)
    means = np.exp(0.2 * np.sin(2 * np.pi * months / 12))[:, None] * usual
    counts = random.negative_binomial(4, 4 / (4 + means))
    districts = np.arange(len(usual)) // 8
    members = {
        f"WK{district}": [f"BU{place}" for place in np.flatnonzero(districts == district)]
        for district in set(districts.tolist())
    }
    figures = []
    for month, of_month in enumerate(counts.tolist()):
        values = [(f"BU{place}", "neighbourhood", float(value)) for place, value in enumerate(of_month)]
        values += [
            (code, "district", float(sum(of_month[int(part[2:])] for part in parts))) for code, parts in members.items()
        ]
        values.append(("GM", "municipality", float(sum(of_month))))
        period = period_after("2021-10", month)
        figures += [Figure(code, level, period, month + 1, value, 1, 12, None) for code, level, value in values]
    return len(list(short_term_rows(figures, members)))


if __name__ == "__main__":
    main()
