"""Dagster's view of Maandvers: assets, checks and resources, thin layers over the plain Python beside this folder.

Belongs here: what Dagster must know. Does not: how anything is done.
"""
