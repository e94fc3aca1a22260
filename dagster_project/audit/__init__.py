"""Audit: small frames computed by DuckDB, judged by Great Expectations, and their consequences.

Belongs here: computing frames, admitting or quarantining deliveries, withholding feeds.
Does not: the expectations themselves (expectations), SQL transformations (dbt_models).
"""
