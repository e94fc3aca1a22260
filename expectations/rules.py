"""What each expectation means, row by row, in plain Python: no Great Expectations here, so reading this costs nothing.

A rule looks at one row and says what it saw and what it should have seen, for people who read English and Dutch.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from numbers import Real

from dagster_project.contracts.calendar import fresh_until, parse_age
from expectations.frames import TITLE

Row = Mapping[str, object]

NOT_CHECKED = "could not be checked"


@dataclass(frozen=True)
class Verdict:
    """What a rule says of one row."""

    passed: bool
    observed: str
    expected: str
    english: str
    dutch: str


@dataclass(frozen=True)
class Rule:
    """One expectation: the columns it reads, the sentence above it in Data Docs, and how it looks at a row."""

    name: str
    suite: str
    subject: str
    identity: tuple[str, ...]
    quantities: tuple[str, ...]
    dutch: str
    look: Callable[[Row, date], Verdict]
    # Columns with such an ending are read as well, if the frame has them.
    endings: tuple[str, ...] = ()

    @property
    def expectation(self) -> str:
        """The name Great Expectations knows it by."""
        return f"expect_{self.name}"

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that has to be in the frame."""
        return (self.subject, *self.identity, *self.quantities)

    def label(self, row: Row) -> str:
        """How people name a row: ``cbs.key_figures 2020 population_count``."""
        return " ".join(str(row[column]) for column in (self.subject, *self.identity) if not _is_missing(row, column))

    def label_nl(self, row: Row) -> str:
        """The same under its title: ``CBS (kerncijfers wijken en buurten) [cbs.key_figures 2020 population_count]``."""
        return self.label(row) if _is_missing(row, TITLE) else f"{row[TITLE]} [{self.label(row)}]"

    def verdict(self, row: Row, as_of: date) -> Verdict:
        """Look at one row; a value that is missing or unreadable fails it."""
        try:
            absent = [column for column in self.columns if column not in row]
            if absent:
                raise ValueError(f"missing: {', '.join(absent)}")
            found = self.look(row, as_of)
        except (ValueError, TypeError, ArithmeticError) as problem:
            return self.not_checked(row, str(problem))
        return Verdict(
            found.passed,
            found.observed,
            found.expected,
            english=f"{self.label(row)}: {found.english}",
            dutch=f"{self.label_nl(row)}: {found.dutch}",
        )

    def not_checked(self, row: Row, problem: str) -> Verdict:
        """What is said of a row that nobody could judge: it fails."""
        return Verdict(
            passed=False,
            observed="not known",
            expected="a value that can be judged",
            english=f"{self.label(row)}: {NOT_CHECKED}: {problem.rstrip('.')}.",
            dutch=f"{self.label_nl(row)}: kon niet worden gecontroleerd ({problem}).",
        )


def _clock_within_maximum_age(row: Row, as_of: date) -> Verdict:
    clock = str(row["clock"])
    dutch_clock = {"checked": "laatst bij de leverancier gecontroleerd", "period": "cijfers bijgewerkt tot"}.get(
        clock, clock
    )
    if _value(row, "is_binding") is False:
        shown = "not known" if _is_missing(row, "clock_date") else str(row["clock_date"])
        return Verdict(True, shown, "any date", f"{shown}; no limit binds it.", "geen grens van toepassing.")
    seen = date.fromisoformat(str(_value(row, "clock_date")))
    age_text = str(_value(row, "maximum_age"))
    last_day = fresh_until(seen, parse_age(age_text))
    expected = f"at most {age_text} old on {as_of}"
    if seen > as_of:
        return Verdict(
            False,
            f"{seen}",
            expected,
            f"{seen} lies after {as_of}; correct the date in the delivery or the clock of the machine.",
            f"{dutch_clock} {_day(seen)}: dat ligt na de peildatum {_day(as_of)}, dus de datum of de klok klopt niet.",
        )
    if as_of > last_day:
        late = (as_of - last_day).days
        remedy = (
            "see in the extract log why the supplier could not be asked"
            if clock == "checked"
            else "ask the owner of the register for a newer delivery"
        )
        return Verdict(
            False,
            f"{seen}",
            expected,
            f"{seen} was fresh until {last_day} ({age_text}) and is {late} {'day' if late == 1 else 'days'} "
            f"too old on {as_of}; {remedy}.",
            f"{dutch_clock} {_day(seen)}, geldig tot en met {_day(last_day)}: "
            f"{late} {'dag' if late == 1 else 'dagen'} te oud op {_day(as_of)}.",
        )
    return Verdict(
        True,
        f"{seen}",
        expected,
        f"{seen} is fresh until {last_day}.",
        f"{dutch_clock} {_day(seen)}, geldig tot en met {_day(last_day)}.",
    )


def _row_count_within_band(row: Row, _as_of: date) -> Verdict:
    count = _number(row, "row_count")
    if _is_missing(row, "previous_row_count"):
        return Verdict(
            count > 0,
            _english(count),
            "more than 0",
            f"{_english(count)} rows in the first delivery; "
            + ("nothing to compare with yet." if count > 0 else "ask the supplier why the delivery is empty."),
            f"{_dutch(count)} rijen in de eerste levering; meer dan 0 verwacht.",
        )
    previous = _number(row, "previous_row_count")
    low, high = _number(row, "minimum_rows"), _number(row, "maximum_rows")
    expected = f"{_english(low)} to {_english(high)}"
    inside = low <= count <= high
    return Verdict(
        inside,
        _english(count),
        expected,
        f"{_english(count)} rows, {expected} expected (the delivery before had {_english(previous)})"
        + ("." if inside else "; ask the supplier whether the delivery is complete, or widen volume in the contract."),
        f"{_dutch(count)} rijen, verwacht {_dutch(low)} tot en met {_dutch(high)} (eerder {_dutch(previous)}).",
    )


def _fill_rate_high_enough(row: Row, _as_of: date) -> Verdict:
    filled, minimum = _number(row, "fill_pct"), _number(row, "minimum_fill_pct")
    enough = filled >= minimum
    return Verdict(
        enough,
        f"{_english(filled)} %",
        f"at least {_english(minimum)} %",
        f"{_english(filled)} % of the rows have a value, at least {_english(minimum)} % expected"
        + ("." if enough else "; ask the supplier what is missing, or lower the limit in the contract."),
        f"{_dutch(filled)} % van de rijen is gevuld, minstens {_dutch(minimum)} % verwacht.",
    )


def _parts_add_up(row: Row, _as_of: date) -> Verdict:
    compared = _number(row, "regions_compared")
    outside, allowed = _number(row, "regions_outside_rounding"), _number(row, "allowed_outside")
    if compared < 1:
        raise ValueError("no region was compared")
    fine = outside <= allowed
    return Verdict(
        fine,
        f"{_english(outside)} of {_english(compared)} regions differ",
        f"at most {_english(allowed)}",
        f"{_english(outside)} of {_english(compared)} regions differ by more than rounding explains, "
        f"at most {_english(allowed)} allowed"
        + ("." if fine else "; compare the delivery with the supplier's own table before it is used."),
        f"{_dutch(outside)} van {_dutch(compared)} gebieden wijken meer af dan afronding verklaart, "
        f"hoogstens {_dutch(allowed)} toegestaan.",
    )


def _mart_is_filled(row: Row, _as_of: date) -> Verdict:
    count, minimum = _number(row, "row_count"), _number(row, "minimum_rows")
    enough = count >= minimum
    return Verdict(
        enough,
        _english(count),
        f"at least {_english(minimum)}",
        f"{_english(count)} rows, at least {_english(minimum)} expected"
        + ("." if enough else "; see which staging model lost them with dbt build."),
        f"{_dutch(count)} rijen, minstens {_dutch(minimum)} verwacht.",
    )


# row_count itself has another ending: it has no underscore before it.
_VIOLATION_ENDINGS = ("_violation_count", "_row_count")


def _no_violations(row: Row, _as_of: date) -> Verdict:
    counts = {column: _number(row, column) for column in row if column.endswith(_VIOLATION_ENDINGS)}
    if not counts:
        raise ValueError("the frame has no column that counts violations")
    wrong = {column: count for column, count in counts.items() if count != 0}
    english = ", ".join(f"{column} {_english(count)}" for column, count in wrong.items())
    return Verdict(
        not wrong,
        english or "0",
        "0",
        f"{english}, 0 expected; do not release this mart before the model is corrected."
        if wrong
        else "no violations.",
        ", ".join(f"{column} {_dutch(count)}" for column, count in wrong.items()) + ", 0 verwacht."
        if wrong
        else "geen overtredingen.",
    )


_RULES = (
    Rule(
        name="clock_within_maximum_age",
        suite="freshness",
        subject="feed",
        identity=("clock",),
        quantities=("clock_date", "maximum_age", "is_binding"),
        dutch="Elke klok die bindt is hoogstens zo oud als het contract toestaat (P1M: één kalendermaand).",
        look=_clock_within_maximum_age,
    ),
    Rule(
        name="row_count_within_band",
        suite="volume",
        subject="feed",
        identity=("table", "edition"),
        quantities=("row_count", "previous_row_count", "minimum_rows", "maximum_rows"),
        dutch="Elke levering heeft ongeveer evenveel rijen als de vorige, binnen de marge van het contract.",
        look=_row_count_within_band,
    ),
    Rule(
        name="fill_rate_high_enough",
        suite="fill_rate",
        subject="feed",
        identity=("table", "edition", "column"),
        quantities=("fill_pct", "minimum_fill_pct"),
        dutch="Elke kolom is minstens zo ver gevuld als het contract vraagt.",
        look=_fill_rate_high_enough,
    ),
    Rule(
        name="parts_to_add_up",
        suite="reconciliation",
        subject="feed",
        identity=("edition", "column", "level"),
        quantities=("regions_compared", "regions_outside_rounding", "allowed_outside"),
        dutch="Buurten tellen op tot hun wijk en wijken tot hun gemeente, op de afronding van de leverancier na.",
        look=_parts_add_up,
    ),
    Rule(
        name="mart_to_be_filled",
        suite="marts",
        subject="mart",
        identity=(),
        quantities=("row_count", "minimum_rows"),
        dutch="Elke tabel die wordt uitgegeven heeft minstens het verwachte aantal rijen.",
        look=_mart_is_filled,
    ),
    Rule(
        name="no_violations",
        suite="marts",
        subject="mart",
        identity=(),
        quantities=("row_count",),
        endings=_VIOLATION_ENDINGS,
        dutch="Geen enkele tabel die wordt uitgegeven bevat verouderde of losse rijen.",
        look=_no_violations,
    ),
)
RULES = {rule.name: rule for rule in _RULES}

SUITE_TITLES = {
    "freshness": "Actualiteit",
    "volume": "Omvang van de leveringen",
    "fill_rate": "Gevulde kolommen",
    "reconciliation": "Optellen van gebieden",
    "marts": "Uit te geven tabellen",
}
SUITE_TEXTS = {
    "freshness": "Of elke bron binnen een maand is bevestigd, en eigen registers tot binnen een maand reiken.",
    "volume": "Of een levering ongeveer zo groot is als de vorige.",
    "fill_rate": "Of kolommen niet opeens leeg zijn.",
    "reconciliation": "Of buurten samen hun wijk zijn, en wijken samen de gemeente.",
    "marts": "Of elke tabel gevuld is en niets bevat dat verlopen is.",
}


def _is_missing(row: Row, column: str) -> bool:
    value = row.get(column)
    return value is None or (isinstance(value, float) and math.isnan(value))


def _value(row: Row, column: str) -> object:
    if _is_missing(row, column):
        raise ValueError(f"{column} is empty")
    return row[column]


def _number(row: Row, column: str) -> float:
    value = _value(row, column)
    if isinstance(value, bool) or not isinstance(value, Real | Decimal):
        raise ValueError(f"{column} is {value!r}, not a number")
    return float(value)


def _english(number: float) -> str:
    return f"{number:,.1f}".removesuffix(".0")


def _dutch(number: float) -> str:
    return _english(number).translate(str.maketrans(",.", ".,"))


def _day(day: date) -> str:
    return f"{day:%d-%m-%Y}"
