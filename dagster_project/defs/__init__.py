"""Dagster's view of Maandvers: assets, checks and resources, thin layers over the plain Python in the other packages.

Belongs here: what Dagster must know, namely keys, groups, dependencies and metadata. Does not: how anything is done.
"""
