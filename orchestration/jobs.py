"""Jobs: which assets run together, and how."""

import dagster as dg
from dagster import AssetSelection

LANDING = AssetSelection.tag("maandvers/layer", "landing")
CLOCKS = AssetSelection.assets(["raw_maandvers", "freshness"])
CHECKS_OF_MARTS = AssetSelection.all_asset_checks() - LANDING
RELEASE = AssetSelection.assets("release")
RETENTION = AssetSelection.assets("retention")

# One process: a step per process costs more in imports than this work takes.
publish = dg.define_asset_job(
    "publish",
    AssetSelection.all(),
    executor_def=dg.in_process_executor,
    description="From the suppliers' latest answers to a published release.",
)
# The same in two parts, of which the second depends on what the first brought.
land = dg.define_asset_job(
    "land",
    LANDING,
    executor_def=dg.in_process_executor,
    description="Asks the suppliers, and judges what they sent.",
)
build = dg.define_asset_job(
    "build",
    AssetSelection.all() - LANDING,
    executor_def=dg.in_process_executor,
    description="From what has landed to a published release.",
)
renew = dg.define_asset_job(
    "renew",
    CLOCKS | CHECKS_OF_MARTS | RELEASE | RETENTION,
    executor_def=dg.in_process_executor,
    description="Publishes the figures as they stand, when nothing new has landed: only their clocks have moved.",
)
reconstruct = dg.define_asset_job(
    "reconstruct",
    AssetSelection.all() - LANDING.without_checks() - RETENTION,
    executor_def=dg.in_process_executor,
    description="From what a past day left in a landing of its own to its release; no supplier is asked.",
)
JOBS = (publish, land, build, renew, reconstruct)
