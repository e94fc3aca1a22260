"""The code location of a provider: what municipalities share is landed once, then each of them runs on its own.

One asset with a partition per municipality, and no asset per feed or mart: Dagster keeps the result of a check and the
freshness of an asset for all partitions together, so that one municipality would hide another. Each installation keeps
its own event log, checks and freshness.
"""

import json
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import dagster as dg

from dagster_project.errors import ExitCode, SetupError
from orchestration.provider.folders import (
    LOG_FILE,
    SHARED,
    MunicipalityFolder,
    municipality_folders,
    provider_folder,
)

# Tags by which dagster.yaml limits runs: one at a time per municipality, and a few in all.
MUNICIPALITY_TAG = "maandvers/municipality"
PROVIDER_TAG = "maandvers/provider"
MUNICIPALITIES = dg.DynamicPartitionsDefinition(name="municipality")
# A run that hangs holds one of the places for this long.
LONGEST_LANDING = timedelta(minutes=50)
LONGEST_RUN = timedelta(hours=2)
# A process that was killed is tried once more.
RETRIES = dg.RetryPolicy(max_retries=1, delay=10)
# Dagster starts a run again whose own process died, and no other.
TAGS = {
    PROVIDER_TAG: "run",
    "dagster/max_retries": "1",
    "dagster/retry_on_asset_or_op_failure": "false",
}
RELEASED = (
    ExitCode.RELEASED,
    ExitCode.RELEASED_WITH_WITHHELD_FEEDS,
    ExitCode.RELEASED_WITH_UNCHECKED_FEEDS,
    ExitCode.NOT_PUBLISHED,
)


@dg.asset(
    group_name="provider",
    retry_policy=RETRIES,
    description="Open data of the whole country, landed once for all municipalities, which read it.",
)
def shared_landing(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
    """Land what municipalities share; a supplier that fails is a problem of its feed."""
    ended = _call(context, MunicipalityFolder(provider_folder() / SHARED), "land", LONGEST_LANDING)
    problems = {feed: len(one["problems"]) for feed, one in ended.items() if one["problems"]}
    return dg.MaterializeResult(metadata={"feeds": len(ended), "problems": dg.MetadataValue.json(problems)})


@dg.asset(
    partitions_def=MUNICIPALITIES,
    deps=[shared_landing],
    group_name="provider",
    retry_policy=RETRIES,
    description="The nightly run of one municipality, in a process with its settings, secrets and account alone.",
)
def municipality(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
    """Run one municipality."""
    folder = MunicipalityFolder(provider_folder() / context.partition_key)
    ended = _call(context, folder, "run", LONGEST_RUN)
    return dg.MaterializeResult(
        metadata={
            "exit_code": ended["exit_code"],
            "outcome": ExitCode(ended["exit_code"]).name.lower().replace("_", " "),
            "release_id": ended["released"] or "none",
        }
    )


def _call(
    context: dg.AssetExecutionContext, folder: MunicipalityFolder, command: str, longest: timedelta
) -> dict[str, Any]:
    """Run a command and return its JSON. Raises Failure; its log stays with the municipality."""
    try:
        ended = folder.call(command, "--json", timeout=longest.total_seconds())
    except subprocess.TimeoutExpired:
        problem = f"{folder.code}: was ended, because it took longer than {longest}; {LOG_FILE} shows how far it came"
        raise dg.Failure(problem, allow_retries=False) from None
    except SetupError as error:
        raise dg.Failure(str(error), allow_retries=False) from None
    context.log.info("%s: maandvers %s ended with exit code %d", folder.code, command, ended.exit_code)
    if ended.exit_code < 0:
        # It could not send an alert itself.
        folder.call("alert", timeout=LONGEST_LANDING.total_seconds())
        raise dg.Failure(f"{folder.code}: the process was killed by signal {-ended.exit_code}")
    if ended.exit_code not in RELEASED:
        # Another try gives the same, and the text may repeat a value of a register.
        raise dg.Failure(
            f"{folder.code}: exit code {ended.exit_code}; the reason is in {folder.folder / LOG_FILE} {ended.errors}",
            allow_retries=False,
        )
    answer: dict[str, Any] = json.loads(ended.output)
    return answer


def _tags(code: str) -> dict[str, str]:
    return {MUNICIPALITY_TAG: code}


land_job = dg.define_asset_job(
    "land_shared",
    dg.AssetSelection.assets(shared_landing),
    tags=TAGS | _tags(SHARED) | {"dagster/max_runtime": str(int(LONGEST_LANDING.total_seconds()))},
)
municipality_job = dg.define_asset_job(
    "run_municipality",
    dg.AssetSelection.assets(municipality),
    tags=TAGS | {"dagster/max_runtime": str(int(LONGEST_RUN.total_seconds()))},
    config=dg.PartitionedConfig(
        partitions_def=MUNICIPALITIES,
        run_config_for_partition_key_fn=lambda _: {},
        tags_for_partition_key_fn=_tags,
    ),
)
land_every_night = dg.ScheduleDefinition(
    name="land_every_night",
    job=land_job,
    # An hour before municipalities run, which do not wait for it: they read what is landed, with its clocks.
    cron_schedule="30 4 * * *",
    execution_timezone="Europe/Amsterdam",
    default_status=dg.DefaultScheduleStatus.RUNNING,
)


def tonight(context: dg.ScheduleEvaluationContext) -> Iterator[dg.RunRequest]:
    """Request a run per folder that is there tonight: a municipality is added or removed with its folder."""
    codes = [one.code for one in municipality_folders(provider_folder())]
    name = str(MUNICIPALITIES.name)
    gone = set(context.instance.get_dynamic_partitions(name)) - set(codes)
    for code in gone:
        context.instance.delete_dynamic_partition(name, code)
    context.instance.add_dynamic_partitions(name, codes)
    night = context.scheduled_execution_time.date()
    for code in codes:
        yield dg.RunRequest(run_key=f"{night} {code}", partition_key=code, tags=_tags(code))


every_municipality = dg.ScheduleDefinition(
    name="every_municipality",
    job=municipality_job,
    cron_schedule="30 5 * * *",
    execution_timezone="Europe/Amsterdam",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    execution_fn=tonight,
)

defs = dg.Definitions(
    assets=[shared_landing, municipality],
    jobs=[land_job, municipality_job],
    schedules=[land_every_night, every_municipality],
    executor=dg.in_process_executor,
)
