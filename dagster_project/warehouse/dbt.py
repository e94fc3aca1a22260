"""dbt: the project, what it was parsed to, and the process that runs it."""

import hashlib
import json
import logging
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from filelock import FileLock

from dagster_project.errors import MaandversError
from dagster_project.installation.settings import DBT_PROJECT, SEEDS
from dagster_project.storage.atomic import write_file
from dagster_project.storage.database import Database, DatabaseError, DatabaseFile
from dagster_project.warehouse.random_rounding import SECRET_VARIABLE

logger = logging.getLogger(__name__)

MANIFEST = DBT_PROJECT / "target" / "manifest.json"
# The same manifest as dbt loads it: every call starts from it, wherever its warehouse is.
PARSED = MANIFEST.with_name("partial_parse.msgpack")
# Its semantic models and metrics, for MetricFlow, which looks for them there.
SEMANTICS = MANIFEST.with_name("semantic_manifest.json")
# Digest of the sources that all were made from.
STAMP = MANIFEST.with_suffix(".sources")
SOURCES = (DBT_PROJECT, SEEDS)
WAREHOUSE_VARIABLE = "MAANDVERS_WAREHOUSE"
# Unit tests check the rules with made-up rows: they belong to a change of the code, not to a night's figures.
# dbt need not write its manifest either: it is the parsed one.
BUILD = ("build", "--no-write-json", "--exclude-resource-type", "unit_test")
# Result of a build per node, in the target folder.
RESULTS = "results.json"

# A message of DuckDB about a value, and where it repeats one.
VALUE_ERROR = re.compile(r"(Conversion|Out of Range|Invalid Input|Constraint) Error:.*")
QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|(?<=with value )\S+|\(-?\d[^)]*\)")

# dbt reports usage unless these are set, whatever the project says.
NO_TELEMETRY = {"DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "DO_NOT_TRACK": "1"}


class DbtError(MaandversError):
    """A dbt call that failed: a model that cannot be built, or a test that found rows."""


def run_dbt(arguments: Sequence[str], *, warehouse: Database, municipality: str, target: Path, secret: str) -> None:
    """Run dbt on a warehouse in a process of its own, which starts from the parsed manifest.

    Its log is ``dbt.log`` in the target folder. Raises DbtError with the end of that log, or DatabaseError.
    """
    current_manifest()
    _call(["dagster_project.warehouse.dbt_process", *arguments], target, warehouse, municipality, secret)


def variables(municipality: str) -> tuple[str, str]:
    """Pass the municipality to dbt."""
    return "--vars", json.dumps({"municipality_code": municipality})


def current_manifest() -> Path:
    """Return dbt's manifest, parsed again when a model, seed or contract changed since it was made."""
    now = digest_of_sources()
    if not _is_made_from(now):
        MANIFEST.parent.mkdir(exist_ok=True)
        # A process that waited for another one's parse finds it made.
        with FileLock(MANIFEST.with_suffix(".lock")):
            if not _is_made_from(now):
                _parse(now)
    return MANIFEST


def is_manifest_current() -> bool:
    """Check whether dbt's manifest was made from the models as they are."""
    return _is_made_from(digest_of_sources())


def digest_of_sources() -> str:
    """Digest of every model, seed, contract and text that dbt builds from."""
    digest = hashlib.sha256()
    for folder in SOURCES:
        for file in sorted(folder.rglob("*")):
            if file.suffix in {".sql", ".py", ".yml", ".csv", ".md"} and MANIFEST.parent not in file.parents:
                digest.update(file.relative_to(folder.parent).as_posix().encode() + file.read_bytes())
    return digest.hexdigest()


def _is_made_from(digest: str) -> bool:
    return all(file.exists() for file in (MANIFEST, PARSED, SEMANTICS, STAMP)) and STAMP.read_text() == digest


def _parse(digest: str) -> None:
    """Parse in a separate folder, so that a concurrent build never loads a partial file.

    The parsed project stays there as well: the next time dbt reads only the files that changed.
    """
    logger.info("warehouse: dbt parses the models, which are new or have changed")
    work = MANIFEST.parent / "parsing"
    # Parsing opens no database and computes no figure; only the file's name ends up in the manifest. A folder before it
    # would make dbt read all again where the project has moved.
    _call(["dbt.cli.main", "parse"], work, DatabaseFile(Path("warehouse.duckdb")), "GM9999")
    STAMP.unlink(missing_ok=True)
    (work / MANIFEST.name).replace(MANIFEST)
    (work / SEMANTICS.name).replace(SEMANTICS)
    write_file(PARSED, (work / PARSED.name).read_bytes())
    STAMP.write_text(digest)


def _call(
    module_and_arguments: Sequence[str], target: Path, warehouse: Database, municipality: str, secret: str = ""
) -> None:
    folders = ["--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT), "--target-path", str(target)]
    folders += ["--target", warehouse.target]
    settings = ["--no-use-colors", "--log-level-file", "none", *variables(municipality)]
    target.mkdir(parents=True, exist_ok=True)
    log = target / "dbt.log"
    with log.open("w", encoding="utf-8") as output:
        done = subprocess.run(
            [sys.executable, "-m", *module_and_arguments, *folders, *settings],
            env={**os.environ, **NO_TELEMETRY, WAREHOUSE_VARIABLE: warehouse.address, SECRET_VARIABLE: secret},
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if done.returncode:
        text = log.read_text("utf-8")
        failure = f"dbt failed; the end of {log}:\n{without_values(text[-2000:])}"
        # Otherwise a delivery would be looked for that dbt fails with.
        raise DatabaseError(failure) if warehouse.is_lost(text) else DbtError(failure)


def without_values(text: str) -> str:
    """Text of dbt without the values that DuckDB repeats, which may be of a register; its own log keeps them."""
    return VALUE_ERROR.sub(lambda line: QUOTED.sub("…", line.group()), text)
