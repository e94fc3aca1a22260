"""Vocabulary: the field's standard terms in code, SQL, declarations and builders' prose, tests included."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
SUFFIXES = {".py", ".sql", ".yml", ".yaml", ".md", ".toml", ".csv"}
# A pattern, and what to write instead. Dutch texts for readers are not judged: no pattern is a Dutch word.
BANNED = {
    r"\b(?:is|are|was|were) told\b": "is reported",
    r"\b(?:tell|tells) (?:what|who|whether|which|of|how|that|since|until)\b": "reports, states, describes",
    r"\b(?:stand|stands|stood) on\b": "derives from, depends on",
    r"\bmade nothing of\b|\bnothing is made of\b": "is skipped",
    r"\bmade anew\b|\bmakes? it anew\b|\banew\b": "rebuilt, again",
    r"\bin good order\b": "valid",
    r"\b(?:lay|lays|laid|laying) (?:out|beside)\b": "rebuild, compare",
    r"\bnobody\b|\bsomebody\b|\bwhoever\b": "the passive voice or a named role",
    r"\bby itself\b|\bby themselves\b": "automatically",
    r"\bgo(?:es)? silent\b|\bsilence\b": "expires, expiry",
    r"\blet(?:s)? go of\b|\blet_go\b": "retire, release",
    r"\bmade again\b": "rebuilt",
    r"\bgiven away\b|\bgiven_away\b|\bgive away\b": "disclosed; secondary suppression",
    r"\bsecret_(?:below|rests|together)\b|\bsecrecy\b": "suppression_threshold, suppression",
    r"\bset aside\b|\bset_aside\b": "quarantined",
    r"\bour (?:own )?books\b|\bbook-keeping\b": "metadata",
    r"\b(?:seal|seals|sealed)\b": "checksum",
    r"\blikeness\b": "comparison",
    r"\bheld\b": "stored, kept",
    r"\bWhat (?:a|an|is|of|one|the|came|comes|was|dbt|it|we|makes|holds|stands|goes|keeps)\b": "a noun phrase",
    r"^\W*Who\b.*\.$": "a noun phrase",
}


def judged_files() -> Iterator[Path]:
    """Every text file in git that people read as code or prose, except this one, which lists the words."""
    listed = subprocess.run(["git", "ls-files"], cwd=REPOSITORY, check=True, capture_output=True, text=True)
    for name in listed.stdout.splitlines():
        path = REPOSITORY / name
        if path.suffix in SUFFIXES and path.exists() and path != Path(__file__):
            yield path


def complaints(text: str) -> list[str]:
    """Banned wording per line, with its replacement."""
    return [
        f"line {number}: '{found.group()}' -> {plain}"
        for number, line in enumerate(text.splitlines(), start=1)
        for pattern, plain in BANNED.items()
        if (found := re.search(pattern, line))
    ]


def test_prose_and_identifiers_use_the_terms_of_the_field():
    found = {
        str(path.relative_to(REPOSITORY)): own
        for path in judged_files()
        if (own := complaints(path.read_text(encoding="utf-8")))
    }
    assert found == {}


@pytest.mark.parametrize(
    "line",
    [
        '"""What of a delivery\'s manifest is not as it was written."""',
        "# nobody is told that you run it",
        "The marts are made anew.",
        "secret_below: integer",
        "a district stands on its neighbourhoods",
    ],
)
def test_house_words_are_found(line):
    assert complaints(line)
