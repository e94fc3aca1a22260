"""OData as CBS and its sister services use it: the protocols ``odata_v3`` and ``odata_v4``.

Belongs here: both versions, and everything that only they need: pages, filters, table series, columns by title.
Does not: other services (a module next to this package), HTTP itself.
"""
