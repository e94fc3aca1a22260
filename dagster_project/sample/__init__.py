"""Sample suppliers: a fictional municipality's figures, served over real HTTP as CBS, Signalen and others serve theirs.

Belongs here: what is true in the municipality, the suppliers and registers that report it, and running them.
Does not: reading deliveries (extract), faults and real tables for tests (tests/suppliers).
"""
