"""How long the release diff takes with the figures of the whole country: those of a release, repeated to 1.4 million.

.venv/bin/python benchmarks/release_diff.py data/sample/releases/latest
"""

import shutil
import sys
import tempfile
import time
from pathlib import Path
from resource import RUSAGE_SELF, getrusage

import duckdb

from dagster_project.marts.catalogue import read_marts
from dagster_project.release.diff.changes import ReleaseFacts
from dagster_project.release.diff.compare import FIGURES, compare_releases
from dagster_project.release.freshness_report import FreshnessReport
from dagster_project.storage.checksums import write_checksums
from dagster_project.warehouse.dbt import MANIFEST

ROWS = 1_400_000
CHANGES = {
    "clocks alone": ["update mart set checked_at = now(), fresh_until = fresh_until + 1"],
    "1 figure in 100 revised, 1 in 1,000 gone": [
        "update mart set value = value * 1.5 where hash(region_code, indicator_code, period) % 100 = 0",
        "delete from mart where hash(region_code, indicator_code, period) % 1000 = 1",
    ],
    "every figure revised": ["update mart set value = value * 1.5"],
}


def main(release: Path) -> None:
    """Print seconds and what was found for each change, and the peak memory of all."""
    with tempfile.TemporaryDirectory() as scratch:
        before = _copy(release, Path(scratch) / "before", _repeated())
        for name, statements in CHANGES.items():
            after = _copy(before, Path(scratch) / name, statements)
            facts = ReleaseFacts.model_validate_json((after / "release.json").read_bytes())
            report = FreshnessReport.model_validate_json((after / "freshness.json").read_bytes())
            begin = time.perf_counter()
            diff = compare_releases(before, after, facts, read_marts(MANIFEST), report)
            print(f"{name}: {time.perf_counter() - begin:.1f} s; {diff.summary}")
    print(f"peak memory {getrusage(RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def _repeated() -> list[str]:
    """Every region again under other codes, until there are rows enough."""
    return [
        "create table more as select * replace (region_code || '-' || copy as region_code) from mart,"
        f" range((select ({ROWS} / count(*))::bigint from mart)) as copies(copy)",
        "drop table mart",
        "alter table more rename to mart",
    ]


def _copy(release: Path, folder: Path, statements: list[str]) -> Path:
    shutil.copytree(release / "parquet", folder / "parquet")
    for name in ("release.json", "freshness.json"):
        shutil.copy(release / name, folder)
    file = folder / "parquet" / f"{FIGURES}.parquet"
    with duckdb.connect(str(folder / "scratch.duckdb")) as connection:
        connection.execute(f"create table mart as from '{file}'")
        for statement in statements:
            connection.execute(statement)
        connection.execute(f"copy mart to '{file}' (format parquet, compression zstd)")
    write_checksums(folder)
    return folder


if __name__ == "__main__":
    main(Path(sys.argv[1]))
