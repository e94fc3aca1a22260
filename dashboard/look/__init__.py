"""The style sheet of the board, and the part of it that one page uses."""

import re
from functools import cache, lru_cache
from pathlib import Path

_HERE = Path(__file__).parent
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_CLASS = re.compile(r"\.(-?[_a-zA-Z][\w-]*)")
_CLASS_ATTRIBUTE = re.compile(r'class="([^"]*)"')
_NOT = re.compile(r":not\([^()]*(?:\([^()]*\)[^()]*)*\)")


def default_theme() -> str:
    """Return the neutral theme: custom properties only."""
    return (_HERE / "thema.css").read_text(encoding="utf-8")


@cache
def stylesheet(theme: str) -> str:
    """Return the whole style sheet for a theme (the text of a thema.css), without comments and idle space."""
    return minified(theme + (_HERE / "board.css").read_text(encoding="utf-8"))


def minified(css: str) -> str:
    """Remove comments and space that has no meaning."""
    css = re.sub(r"\s+", " ", _COMMENT.sub("", css))
    # Before a colon and round an operator of calc() a space has meaning.
    return re.sub(r" ?([{};,]) ?|(:) (?![^{};]*\{)", r"\1\2", css).replace(";}", "}").strip()


@cache
def _blocks(css: str) -> tuple[tuple[str, str], ...]:
    """Split a sheet into its outermost blocks: what stands before the brace, and inside."""
    blocks = []
    start, depth, opened = 0, 0, 0
    for place, letter in enumerate(css):
        if letter == "{":
            depth += 1
            opened = opened if depth > 1 else place
        elif letter == "}":
            depth -= 1
            if depth == 0:
                blocks.append((css[start:opened], css[opened + 1 : place]))
                start = place + 1
    return tuple(blocks)


def used(css: str, html: str, also: frozenset[str] = frozenset()) -> str:
    """Keep the rules that can match a page: those whose every class stands in it or in ``also``."""
    classes = {name for found in _CLASS_ATTRIBUTE.findall(html) for name in found.split()} | also
    return _kept(css, frozenset(classes))


@lru_cache(maxsize=1024)
def _kept(css: str, classes: frozenset[str]) -> str:
    kept = []
    for head, body in _blocks(css):
        if head.startswith("@media"):
            inner = _kept(body, classes)
            kept.append(f"{head}{{{inner}}}" if inner else "")
        elif head.startswith("@") or any(_can_match(one, classes) for one in _selectors(head)):
            kept.append(f"{head}{{{body}}}")
    return "".join(kept)


def _selectors(head: str) -> list[str]:
    """Split a list of selectors at the commas outside brackets."""
    return re.split(r",(?![^()]*\))", head)


def _can_match(selector: str, classes: frozenset[str]) -> bool:
    """Report whether all classes that a selector asks for are there; of those in :is() one is enough."""
    plain = _NOT.sub("", selector)
    choices = re.findall(r":is\(([^()]*)\)", plain)
    if any(not any(_can_match(one, classes) for one in choice.split(",")) for choice in choices):
        return False
    return classes.issuperset(_CLASS.findall(re.sub(r":(?:is|has)\([^()]*\)", "", plain)))
