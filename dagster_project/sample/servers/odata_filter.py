"""The ``$filter`` language of OData v3, as far as CBS's users speak it: parsed into a judgement of one record."""

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

Record = Mapping[str, object]
Term = Callable[[Record], object]

_TOKEN = re.compile(r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>-?\d+(?:\.\d+)?)|(?P<name>\w+)|(?P<sign>[(),]))")
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
}
_FUNCTIONS: dict[str, Callable[[str, str], bool]] = {
    "startswith": str.startswith,
    "endswith": str.endswith,
    # OData v3 names the part first and the whole second.
    "substringof": lambda part, whole: part in whole,
    # OData v4 has it the other way round.
    "contains": lambda whole, part: part in whole,
}
_CONSTANTS = {"null": None, "true": True, "false": False}


class FilterError(ValueError):
    """A ``$filter`` that cannot be understood."""


@dataclass(frozen=True)
class Filter:
    """A parsed ``$filter``: the fields it asks for, and its judgement of one record."""

    fields: frozenset[str]
    matches: Callable[[Record], bool]


def parse_filter(text: str) -> Filter:
    """Parse a ``$filter`` expression; raise FilterError, naming the place, when it is not one."""
    parser = _Parser(text)
    judge = parser.alternatives()
    if parser.kind:
        parser.fail("the end")
    return Filter(frozenset(parser.fields), lambda record: judge(record) is True)


class _Parser:
    """Recursive descent, one method per level of precedence: or, and, not, comparison, value."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.fields: set[str] = set()
        self.end = 0
        self.advance()

    def advance(self) -> None:
        """Look at the next token: its kind ('' at the end), its text and where it begins."""
        rest = self.text[self.end :]
        match = _TOKEN.match(rest)
        self.start = self.end
        if match:
            self.kind, self.token = match.lastgroup or "", match.group(match.lastgroup or 0)
            self.end += match.end()
        elif rest.strip():
            self.kind = "unknown"
            self.fail("a name, a value or a parenthesis")
        else:
            self.kind, self.token = "", ""

    def fail(self, expected: str) -> NoReturn:
        raise FilterError(f"$filter: expected {expected} at position {self.start} of {self.text!r}")

    def skip(self, sign: str) -> None:
        if self.token != sign:
            self.fail(f"'{sign}'")
        self.advance()

    def alternatives(self) -> Term:
        terms = [self.conditions()]
        while self.token == "or":
            self.advance()
            terms.append(self.conditions())
        return terms[0] if len(terms) == 1 else lambda record: any(term(record) is True for term in terms)

    def conditions(self) -> Term:
        terms = [self.negation()]
        while self.token == "and":
            self.advance()
            terms.append(self.negation())
        return terms[0] if len(terms) == 1 else lambda record: all(term(record) is True for term in terms)

    def negation(self) -> Term:
        if self.token != "not":
            return self.comparison()
        self.advance()
        term = self.negation()
        return lambda record: term(record) is not True

    def comparison(self) -> Term:
        left = self.value()
        if self.token not in _COMPARISONS:
            return left
        compare = _COMPARISONS[self.token]
        self.advance()
        right = self.value()

        def judge(record: Record) -> bool:
            try:
                return compare(left(record), right(record))
            except TypeError:  # null, or a number and a text: neither larger nor smaller
                return False

        return judge

    def value(self) -> Term:
        kind, token = self.kind, self.token
        if token == "(":
            self.advance()
            inner = self.alternatives()
            self.skip(")")
            return inner
        if kind == "text":
            return self.constant(token[1:-1].replace("''", "'"))
        if kind == "number":
            return self.constant(float(token) if "." in token else int(token))
        if kind != "name":
            self.fail("a name or a value")
        if token in _CONSTANTS:
            return self.constant(_CONSTANTS[token])
        self.advance()
        if token in _FUNCTIONS:
            return self.call(_FUNCTIONS[token])
        if token == "datetime" and self.kind == "text":
            return self.value()  # ISO dates sort as the texts they are served as
        if self.token == "(":
            raise FilterError(f"$filter: unknown function '{token}'")
        self.fields.add(token)
        return lambda record: record.get(token)

    def constant(self, value: object) -> Term:
        self.advance()
        return lambda record: value

    def call(self, function: Callable[[str, str], bool]) -> Term:
        self.skip("(")
        first = self.value()
        self.skip(",")
        second = self.value()
        self.skip(")")

        def judge(record: Record) -> bool:
            left, right = first(record), second(record)
            return isinstance(left, str) and isinstance(right, str) and function(left, right)

        return judge
