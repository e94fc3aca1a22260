"""Many municipalities in one Dagster: a folder of installations, each run in a process of its own.

Belongs here: which installations there are, how one is entered, and their code location. Does not: what a run does.
"""
