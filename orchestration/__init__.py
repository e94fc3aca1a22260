"""Orchestration: when and where Maandvers runs.

Belongs here: jobs, schedules, sensors, Dagster's own settings, deployment. Does not: assets and checks.
"""
