"""Compiles every SQL model and data test for Spark, in a process of its own, as dbt's adapters leave state behind.

The macros ``spark__…`` take the place of DuckDB's, so that Spark's adapter need not be installed. The arguments are the
parsed manifest, the dbt project and the folder for the result.
"""

import json
import sys
from dataclasses import replace
from pathlib import Path

from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest

PROJECT = "maandvers"
KINDS = ("model", "test")


def main() -> None:
    """Compile; exits with 1 where a model cannot be."""
    parsed, project, target = sys.argv[1:]
    manifest = Manifest.from_msgpack(Path(parsed).read_bytes())
    for macro in [*manifest.macros.values()]:
        if macro.package_name == PROJECT and macro.name.startswith("spark__"):
            name = f"duckdb__{macro.name.removeprefix('spark__')}"
            text = macro.macro_sql.replace(f"macro {macro.name}", f"macro {name}")
            made = replace(macro, name=name, unique_id=f"macro.{PROJECT}.{name}", macro_sql=text)
            manifest.macros[made.unique_id] = made
    manifest.build_flat_graph()
    written = [one.name for one in manifest.nodes.values() if one.resource_type in KINDS and one.language == "sql"]
    folders = ["--project-dir", project, "--profiles-dir", project, "--target-path", target]
    options = [
        "--quiet",
        "--no-populate-cache",
        "--no-write-json",
        "--vars",
        json.dumps({"municipality_code": "GM9999"}),
    ]
    called = dbtRunner(manifest=manifest).invoke(["compile", *folders, *options, "--select", *written])
    sys.exit(0 if called.success else 1)


if __name__ == "__main__":
    main()
