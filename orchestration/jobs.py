"""Jobs: which assets run together, and how."""

import dagster as dg

# One process: a step per process costs more in imports than this work takes.
publish = dg.define_asset_job(
    "publish",
    selection=dg.AssetSelection.all(),
    executor_def=dg.in_process_executor,
    description="From the suppliers' latest answers to a published release.",
)
