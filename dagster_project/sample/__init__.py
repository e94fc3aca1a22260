"""The sample suppliers: a fictional municipality's figures, served over real HTTP as CBS and Signalen serve theirs.

Belongs here: generating those deliveries and speaking the suppliers' side of the protocols.
Does not: reading deliveries (extract), faults and real tables for tests (tests/suppliers).
"""
