"""Audit: small frames in, judgements by Great Expectations out.

Belongs here: the suites, what each expectation means, and the pages that report on them.
Does not: making the frames (dagster_project/audit), transforming data (dbt_models).
"""
