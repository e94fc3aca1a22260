from .story import story

__all__ = ["story"]
