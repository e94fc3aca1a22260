"""Registers of the fictional municipality: the files of its departments and its public-space reports.

Belongs here: a module per department that writes its files for a day, and the reports behind Signalen.
Does not: open data about the municipality (open_data), the protocols by which services answer (servers).
"""
