"""The running suppliers."""

from suppliers.fixtures import replay, shared_replay, shared_sample, suppliers

__all__ = ["replay", "shared_replay", "shared_sample", "suppliers"]
