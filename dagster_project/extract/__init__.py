"""Extract: one module per wire protocol, asking a supplier for what it holds.

Belongs here: HTTP, paging, reading archives, telling whether anything is new.
Does not: opening the warehouse, knowing what a column means, deciding what is fresh.
"""
