"""The process of one dbt call, which loads the parsed manifest instead of parsing the project.

dbt would parse again for another warehouse path. A parsed manifest contains neither path nor municipality: SQL is
compiled at every call.
"""

import gc
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from operator import attrgetter
from pathlib import Path

from dagster_project.warehouse.dbt import PARSED, RESULTS

# Of an event of dbt, whose types have no attributes.
LEVEL_AND_TEXT = attrgetter("info.level", "info.msg")


def main() -> None:
    """Run dbt with the arguments of this process; note what a build did; exit with 1 where it failed."""
    # Looking for garbage costs a seventh of the import, which leaves next to none.
    gc.disable()
    from dbt.cli.main import dbtRunner
    from dbt.contracts.graph.manifest import Manifest

    arguments = sys.argv[1:]
    manifest = Manifest.from_msgpack(PARSED.read_bytes())
    # Models that read contracts find them in this graph, which is not part of the file.
    manifest.build_flat_graph()
    gc.freeze()
    gc.enable()
    gc.set_threshold(100_000, 50, 100)
    called = dbtRunner(manifest=manifest, callbacks=[print_event]).invoke(arguments, log_level="none")
    if called.exception:
        print(called.exception)
    write_results(called.result, arguments)
    sys.exit(0 if called.success else 1)


def write_results(result: object, arguments: Sequence[str]) -> None:
    """Write what a build did with each node, in the target folder that the arguments name."""
    from dbt.artifacts.schemas.run import RunExecutionResult

    if not isinstance(result, RunExecutionResult):
        return
    results = [
        {
            "unique_id": one.node.unique_id,
            "status": one.status,
            "seconds": one.execution_time,
            "failures": one.failures,
        }
        for one in result.results
    ]
    target = Path(arguments[arguments.index("--target-path") + 1])
    (target / RESULTS).write_text(json.dumps(results), "utf-8")


def print_event(event: object) -> None:
    """Print an event that dbt would log; its own logger writes every line of debugging too, before it drops it."""
    level, text = LEVEL_AND_TEXT(event)
    if level in ("info", "warn", "error"):
        print(f"{datetime.now(UTC):%H:%M:%S}  {text}", flush=True)


if __name__ == "__main__":
    main()
