"""The dbt project: its manifest, up to date with the models, and the arguments with which dbt is called."""

import hashlib
import json
import logging
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock

from dagster_project.settings import DBT_PROJECT, SEEDS

if TYPE_CHECKING:
    from dagster_dbt import DbtCliResource

logger = logging.getLogger(__name__)

MANIFEST = DBT_PROJECT / "target" / "manifest.json"
# The digest of the sources that the manifest was made from.
STAMP = MANIFEST.with_suffix(".sources")
SOURCES = (DBT_PROJECT, SEEDS)
WAREHOUSE_VARIABLE = "MAANDVERS_WAREHOUSE"
MUNICIPALITY_VARIABLE = "MAANDVERS_WAREHOUSE_MUNICIPALITY"
# Unit tests check rules on made-up rows: they belong to a change of the code, not to a nightly run.
BUILD = ("build", "--exclude-resource-type", "unit_test")

# dbt reports usage by default, also where the project disables it.
os.environ.setdefault("DBT_SEND_ANONYMOUS_USAGE_STATS", "false")
os.environ.setdefault("DO_NOT_TRACK", "1")


def dbt_resource() -> "DbtCliResource":
    """Make the resource that calls dbt; the profile in the project reads the warehouse from the environment."""
    from dagster_dbt import DbtCliResource  # takes seconds, which a run with nothing new need not spend

    # The dbt of this environment, activated or not.
    executable = Path(sys.executable).with_name("maandvers-dbt")
    return DbtCliResource(project_dir=str(DBT_PROJECT), profiles_dir=str(DBT_PROJECT), dbt_executable=str(executable))


def build_for(warehouse: Path, municipality: str) -> None:
    """Set the warehouse and municipality of this process, also for a manifest that it makes."""
    os.environ[WAREHOUSE_VARIABLE] = str(warehouse)
    os.environ[MUNICIPALITY_VARIABLE] = municipality


def variables(municipality: str) -> tuple[str, str]:
    """Pass the municipality to dbt; with another text, dbt parses everything again."""
    return "--vars", json.dumps({"municipality_code": municipality})


def current_manifest() -> Path:
    """Return dbt's manifest, rebuilt if any model, seed or contract has changed."""
    now = digest_of_sources()
    if not _is_made_from(now):
        MANIFEST.parent.mkdir(exist_ok=True)
        # Another process may have made it in the meantime.
        with FileLock(MANIFEST.with_suffix(".lock")):
            if not _is_made_from(now):
                _make_manifest(now)
    return MANIFEST


def digest_of_sources() -> str:
    """Digest every model, seed, contract and text that dbt reads."""
    digest = hashlib.sha256()
    for folder in SOURCES:
        for file in sorted(folder.rglob("*")):
            if file.suffix in {".sql", ".py", ".yml", ".csv", ".md"} and MANIFEST.parent not in file.parents:
                digest.update(file.relative_to(folder.parent).as_posix().encode() + file.read_bytes())
    return digest.hexdigest()


def _is_made_from(digest: str) -> bool:
    return MANIFEST.exists() and STAMP.exists() and STAMP.read_text() == digest


def _make_manifest(digest: str) -> None:
    logger.info("warehouse: dbt reads the models, which are new or have changed")
    # Parsing opens no database, but dbt wants to know where it would be.
    os.environ.setdefault(WAREHOUSE_VARIABLE, str(MANIFEST.parent / "unused.duckdb"))
    # Parsed for the municipality of the run, where it is known, so that its build need not parse again.
    municipality = os.environ.get(MUNICIPALITY_VARIABLE)
    arguments = ["--quiet", "parse", *(variables(municipality) if municipality else ())]
    dbt_resource().cli(arguments, target_path=MANIFEST.parent).wait()
    STAMP.write_text(digest)
