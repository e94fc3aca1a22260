"""Open data about the fictional municipality, as published by CBS, the police, RIVM, DUO and PDOK.

Belongs here: a module per supplier or table that generates its figures for a day.
Does not: the municipality's own registers (registers), the protocols by which services answer (servers).
"""
