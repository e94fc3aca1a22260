"""Maandvers: a data warehouse for municipalities in which no figure is older than one month.

Belongs here: what exists (assets, checks, resources) and the plain Python they call.
Does not: when and where it runs (orchestration), SQL (dbt_models), judgements (expectations).
"""
