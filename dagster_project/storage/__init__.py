"""Storage: files that survive a crash and show damage.

Belongs here: atomic writes, checksums, the event log. Does not: what the files mean.
"""
