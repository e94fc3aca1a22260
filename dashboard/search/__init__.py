"""Search that carries the number."""

from dashboard.search.index import Index, Match, Result, find, index

__all__ = ["Index", "Match", "Result", "find", "index"]
