"""Servers of the sample suppliers: their side of each protocol, over real HTTP on this machine.

Belongs here: routes, paging and filters with the quirks of the real services, and the running server.
Does not: figures (open_data, registers), faults for tests (tests/suppliers).
"""
