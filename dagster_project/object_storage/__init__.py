"""Object storage: releases for readers on other machines, and the home of an installation for its next run elsewhere.

Belongs here: whatever speaks to object storage. Does not: what a release or a delivery is, or who reads it.
"""
