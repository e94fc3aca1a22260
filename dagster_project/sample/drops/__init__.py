"""The files that departments of the fictional municipality deliver by hand.

Belongs here: a module per department that writes its files as they stand on a day, and how a file is written.
Does not: what is true in the municipality.
"""
