"""Audit: small frames computed by DuckDB, judged by Great Expectations, and what follows from the judgement.

Belongs here: computing frames, admitting or setting aside deliveries, deciding what is withheld.
Does not: the expectations themselves (expectations), SQL transformations (dbt_models).
"""
