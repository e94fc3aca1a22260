"""The running sample suppliers, and the story of an installation."""

from main_line.story import story
from suppliers.fixtures import shared_sample, suppliers

__all__ = ["shared_sample", "story", "suppliers"]
