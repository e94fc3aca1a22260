"""The latest release in a Postgres database, for BI tools and analysts.

Belongs here: tables, keys, policies and roles of readers, loading them, and the switch to another release. Does not:
reading a release in another way than through its reader, or deciding who may read what (``dagster_project/access.py``).
"""
