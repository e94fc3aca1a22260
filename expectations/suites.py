"""The suites of ``suites.yml``: their expectations as data, and the sentences about a row in English and Dutch.

Great Expectations is not imported here, so reading a suite costs nothing.
"""

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from jinja2 import Environment, StrictUndefined, Template
from pydantic import BaseModel, ConfigDict, TypeAdapter

from expectations.judgement import TITLE, Judgement

Row = Mapping[str, object]
Language = Literal["en", "nl"]

NOT_CHECKED = {"en": "could not be checked", "nl": "kon niet worden gecontroleerd"}


class Declared(BaseModel):
    """Part of ``suites.yml``."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Text(Declared):
    """One text in both languages."""

    en: str
    nl: str


class ExpectationData(Declared):
    """A stock expectation on one column, with the arguments that Great Expectations documents for its type."""

    model_config = ConfigDict(frozen=True, extra="allow")

    type: str
    column: str


class Suite(Declared):
    """Expectations on the frame of one suite, and its texts."""

    subject: str
    identity: tuple[str, ...]
    expectations: tuple[ExpectationData, ...]
    title_nl: str
    rule: Text
    finding: Text
    unknown: Text

    def finding_on(self, row: Row, language: Language, failed: bool) -> str:
        """Describe a judged row in a sentence to act on."""
        sentence = _template(getattr(self.finding, language)).render(row, failed=failed)
        return f"{self._label(row, language)}: {sentence}"

    def not_checked(self, row: Row, language: Language, problem: str | None = None) -> str:
        """Say that a row could not be checked, and why."""
        reason = (problem or getattr(self.unknown, language)).rstrip(".")
        return f"{self._label(row, language)}: {NOT_CHECKED[language]}: {reason}."

    def _label(self, row: Row, language: Language) -> str:
        """Name a row: ``cbs.key_figures 2020 population_count``, in Dutch after its title: ``CBS [cbs.key_…]``."""
        label = " ".join(str(row[column]) for column in (self.subject, *self.identity) if row.get(column) is not None)
        return f"{row[TITLE]} [{label}]" if language == "nl" and row.get(TITLE) else label


SUITES = TypeAdapter(dict[str, Suite]).validate_python(
    yaml.safe_load(Path(__file__).with_name("suites.yml").read_text(encoding="utf-8"))
)


def suite_not_checked(suite: str, problem: str) -> Judgement:
    """The judgement on a whole suite of which no row could be checked."""
    title_nl = SUITES[suite].title_nl if suite in SUITES else suite
    return Judgement(
        suite=suite,
        subject=suite,
        row={},
        passed=False,
        message=f"{suite}: {NOT_CHECKED['en']}: {problem}.",
        message_nl=f"{title_nl}: {NOT_CHECKED['nl']}: {problem}.",
    )


@cache
def _template(text: str) -> Template:
    # Plain text: whichever page shows a sentence escapes it.
    environment = Environment(undefined=StrictUndefined, autoescape=False)
    environment.filters |= {"en": _english, "nl": _dutch, "day": _dutch_day}
    return environment.from_string(text)


def _english(number: float) -> str:
    return f"{number:,.1f}".removesuffix(".0")


def _dutch(number: float) -> str:
    return _english(number).translate(str.maketrans(",.", ".,"))


def _dutch_day(day: str) -> str:
    return f"{date.fromisoformat(day):%d-%m-%Y}"
