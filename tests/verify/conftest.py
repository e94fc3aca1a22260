from main_line.story import story

__all__ = ["story"]
