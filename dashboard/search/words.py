"""Dutch words as the search compares them: without case, accents and endings."""

import re
import unicodedata
from functools import cache

import snowballstemmer  # type: ignore[import-untyped]

_WORD = re.compile(r"[0-9a-z]{2,}")
_THOUSANDS = re.compile(r"(?<=[0-9])\.(?=[0-9]{3})")
# Words that tell no figure and no area apart.
_STOP_WORDS = """
    aan al alle als bij buurt dan dat de deze die dit door een en er geef geen gem gemeente had heb hebben heeft
    het hier hoe hoeveel hun ik in is je kan laat maar me meer met mijn naar niet nu of om onder ons ook op over
    per staat te ten ter toon tot uit van veel voor was wat we welke wie wij wijk wordt worden zie zijn zo
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())
_POSTCODE = re.compile(r"\b([0-9]{4})\s?([a-z]{2})?\b")


def plain(text: str) -> str:
    """Return text in lower case without accents and without dots between thousands."""
    decomposed = unicodedata.normalize("NFKD", text.lower())
    bare = "".join(character for character in decomposed if not unicodedata.combining(character))
    return _THOUSANDS.sub("", bare)


@cache
def stem(word: str) -> str:
    """Return the Dutch stem of a word; a number is its own."""
    return word if word.isdigit() else str(snowballstemmer.stemmer("dutch").stemWord(word))


def words(text: str) -> tuple[str, ...]:
    """Return the words of a text in order, without stop words."""
    return tuple(word for word in _WORD.findall(plain(text)) if word not in STOP_WORDS)


def stems(text: str) -> tuple[str, ...]:
    """Return the stems of a text in order, without stop words."""
    return tuple(map(stem, words(text)))


def postcodes(text: str) -> tuple[str, ...]:
    """Return the digits of the postcodes in a text."""
    return tuple(match[1] for match in _POSTCODE.finditer(plain(text)))
