"""Great Expectations: judgements on small frames.

Belongs here: the suites with their texts, validation, and the pages with the results.
Does not: making the frames (dagster_project/audit), transforming data (dbt_models).
"""
