"""Orchestration: when and where Maandvers runs.

Belongs here: the job, its schedule and sensors, alerts, Dagster's own settings. Does not: assets and checks.

One run at a time per installation:

- runs that Dagster launches wait in its queue, by the tag limit in ``dagster.yaml``;
- a run that finds the installation taken all the same (the command line, or an instance without that limit) stops at
  once with a message that names the installation, and exit code 2 on the command line;
- a run that was killed keeps no lock and no pool slot; ``run_monitoring`` marks it as failed after its maximum runtime.

No setting of ours concerns another job, code location or installation of the same Dagster instance.
"""
