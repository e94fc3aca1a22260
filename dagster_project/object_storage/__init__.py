"""Releases in object storage, for readers on other machines.

Belongs here: whatever speaks to object storage. Does not: what a release is, or who reads it.
"""
