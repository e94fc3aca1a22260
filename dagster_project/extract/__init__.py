"""Extract: one module per wire protocol, which retrieves a feed if its supplier has something new.

Belongs here: HTTP, paging, reading archives and files, asking whether the stored edition is the latest. A new protocol
is one more module; README.md has the recipe.
Does not: opening the warehouse, knowing what a column means, deciding what is fresh.
"""
