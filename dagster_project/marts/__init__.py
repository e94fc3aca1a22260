"""Marts: what dbt's manifest promises of each mart.

Belongs here: the catalogue of marts, their clocks, expiry and dictionary texts. Does not: reading or writing rows.
"""
