"""The dbt project as Dagster sees it: its manifest, kept in step with the models, and the way to call dbt."""

import hashlib
import json
import logging
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock

from dagster_project.installation.settings import DBT_PROJECT, SEEDS

if TYPE_CHECKING:
    from dagster_dbt import DbtCliResource

logger = logging.getLogger(__name__)

MANIFEST = DBT_PROJECT / "target" / "manifest.json"
# The digest of the sources that the manifest was made from.
STAMP = MANIFEST.with_suffix(".sources")
SOURCES = (DBT_PROJECT, SEEDS)
WAREHOUSE_VARIABLE = "MAANDVERS_WAREHOUSE"
MUNICIPALITY_VARIABLE = "MAANDVERS_WAREHOUSE_MUNICIPALITY"
# Unit tests hold made-up rows against the rules: they belong to a change of the code, not to a night's figures.
BUILD = ("build", "--exclude-resource-type", "unit_test")

# dbt reports usage unless told not to, whatever the project says.
os.environ.setdefault("DBT_SEND_ANONYMOUS_USAGE_STATS", "false")
os.environ.setdefault("DO_NOT_TRACK", "1")


def dbt_resource() -> "DbtCliResource":
    """How dbt is called; its profile lies in the project and names the warehouse by an environment variable."""
    from dagster_dbt import DbtCliResource  # takes seconds, which a run with nothing new need not spend

    # The dbt of this very environment, whether or not somebody activated it.
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
    """dbt's manifest, made anew when any model, seed or contract changed since it was made."""
    now = digest_of_sources()
    if not _is_made_from(now):
        MANIFEST.parent.mkdir(exist_ok=True)
        # Who waited for another process to make it finds it made.
        with FileLock(MANIFEST.with_suffix(".lock")):
            if not _is_made_from(now):
                _make_manifest(now)
    return MANIFEST


def is_manifest_current() -> bool:
    """Check whether dbt's manifest was made from the models as they are."""
    return _is_made_from(digest_of_sources())


def digest_of_sources() -> str:
    """Changes with any model, seed, contract or text from which dbt builds."""
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
