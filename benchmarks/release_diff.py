"""CPU seconds and memory of the release diff with 1.4 million figures (whole country): those of a release, repeated.

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
from dagster_project.release.diff.compare import compare_releases
from dagster_project.release.diff.figures import FIGURES
from dagster_project.release.freshness_report import FreshnessReport
from dagster_project.release.reader import DATABASE, SNAPSHOT
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
    """Print CPU seconds and the summary for each change, and the peak memory of all."""
    with tempfile.TemporaryDirectory() as scratch:
        before = _copy(release, Path(scratch) / "before", _repeated())
        for name, statements in CHANGES.items():
            after = _copy(before, Path(scratch) / name, statements)
            facts = ReleaseFacts.model_validate_json((after / "release.json").read_bytes())
            report = FreshnessReport.model_validate_json((after / "freshness.json").read_bytes())
            begin = time.process_time()
            diff = compare_releases(before, after, facts, read_marts(MANIFEST), report)
            print(f"{name}: {time.process_time() - begin:.1f} CPU s; {diff.summary}")
    print(f"peak memory {getrusage(RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def _repeated() -> list[str]:
    """Copy every region under other codes, until there are enough rows."""
    return [
        "insert into mart select * exclude (copy) replace (region_code || '-' || copy as region_code) from mart,"
        f" range((select ({ROWS} / count(*) - 1)::bigint from mart)) as copies(copy)",
    ]


def _copy(release: Path, folder: Path, statements: list[str]) -> Path:
    folder.mkdir()
    for name in (DATABASE, "release.json", "freshness.json"):
        shutil.copy(release / name, folder)
    with duckdb.connect(str(folder / DATABASE)) as connection:
        for statement in statements:
            connection.execute(statement.replace(" mart", f" {SNAPSHOT}.{FIGURES}"))
    write_checksums(folder)
    return folder


if __name__ == "__main__":
    main(Path(sys.argv[1]))
