"""Direction of a text: marks in a supplier's name may not reverse the figures next to it."""

import re

# Unicode's marks, embeddings, overrides and isolates.
_MARKS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def in_reading_order(text: str) -> str:
    """Remove the marks that change the direction of a text: the board is in one script."""
    return _MARKS.sub("", text)
