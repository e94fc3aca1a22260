"""Warehouse: the DuckDB file that dbt builds from landing.

Belongs here: raw views, the dbt call, fingerprints, publication history. Does not: SQL transformations (dbt_models).
"""
