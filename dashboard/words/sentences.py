"""Sentences about one indicator of one area: change, judgement, target and the titles of its charts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from dashboard.words.noise import Estimate, differs, is_known_trend, is_steady, noise_of_difference
from dashboard.words.numbers import Measured, about, amount, difference, figure, is_visible, number, short_unit
from dashboard.words.periods import sentence_start

Verdict = Literal["better", "worse"]
_VERDICTS: dict[Verdict, str] = {"better": "beter", "worse": "slechter"}
_TARGETS = {"green": "Op doel", "amber": "Bijna op doel", "red": "Niet op doel"}
# Nouns for figures of a unit, in titles.
_NOUNS = {
    "pct": "het aandeel",
    "eur": "het bedrag",
    "eur_per_inhabitant": "het bedrag",
    "keur": "het bedrag",
    "km": "de afstand",
}
# What follows the last comma in the labels of counts that differ in span or unit only.
_ADDITIONS = {"aantal", "jaar", "maand", "12 maanden"}
# Names that keep their capital inside a sentence.
_PROPER = {"Wmo", "Wlz", "Zvw", "Wajong", "Participatiewet", "Jeugdwet", "Nederlandse", "Europese", "Maandrecht"}


@dataclass(frozen=True)
class Reference:
    """The figure of a year before, with the words for its period."""

    estimate: Estimate
    period: str


@dataclass(frozen=True)
class Change:
    """The change against a year before: bold lead, rest of the sentence, and the reference in brackets.

    ``kind`` is 'similar' (within noise), 'changed' (beyond noise), 'unjudged' (noise unknown: no verdict) or 'absent'.
    """

    kind: Literal["similar", "changed", "unjudged", "absent"]
    lead: str
    rest: str
    reference: str
    verdict: Verdict | None = None

    def __str__(self) -> str:
        """Return the change as one text."""
        return " ".join(part for part in (f"{self.lead}{self.rest}", self.reference) if part)


@dataclass(frozen=True)
class Judgement:
    """The sentence under a large figure, and the figures behind it."""

    sentence: str
    explanation: str


@dataclass(frozen=True)
class TargetWords:
    """The words of a target light: 'Op doel' and 'hoogstens 1.300'."""

    light: str
    verdict: str
    target: str


def lower_first(label: str) -> str:
    """Write a label inside a sentence: without its capital, unless it is a name or an abbreviation."""
    first = label.split(" ", 1)[0].split("-", 1)[0]
    if first in _PROPER or any(letter.isupper() or letter.isdigit() for letter in first[1:]):
        return label
    return label[:1].lower() + label[1:]


def verdict(change: float, direction: str) -> Verdict | None:
    """Judge a change by the direction of its indicator; a neutral indicator has no better or worse."""
    if change == 0 or direction not in ("higher_is_better", "lower_is_better"):
        return None
    return "better" if (change > 0) == (direction == "higher_is_better") else "worse"


def change(
    now: Estimate,
    before: Reference | None,
    measured: Measured,
    tolerance: float | None = None,
    *,
    ago: str = "een jaar eerder",
) -> Change:
    """Describe the change against a year before (or against ``ago``), with a verdict only beyond noise."""
    if before is None:
        return Change("absent", "", f"Geen cijfer van {ago}", "")
    reference = f"({before.period}: {figure(before.estimate.value, measured)})"
    moved = now.value - before.estimate.value
    beyond = differs(now, before.estimate, tolerance)
    if beyond is False or not is_visible(moved, measured):
        return Change("similar", "", f"Ongeveer gelijk aan {ago}", reference)
    lead = difference(moved, measured, now.value)
    if beyond is None:
        return Change("unjudged", lead, f" dan {ago}", reference)
    judged = verdict(moved, measured.direction)
    return Change("changed", lead, f" dan {ago}{', ' + _VERDICTS[judged] if judged else ''}", reference, judged)


def subject(measured: Measured) -> str | None:
    """Name a count as a subject: 'Het aantal inwoners met bijstand'; None where its label does not allow it.

    The addition in 'Ziekmeldingen, 12 maanden' tells a label from others, which a sentence does not need.
    """
    noun = measured.unit_noun
    label = lower_first(measured.short_label)
    name, _, addition = label.rpartition(", ")
    label = name if addition in _ADDITIONS else label
    if measured.unit != "count" or not noun or noun.lower() not in label.split(",", 1)[0].lower():
        return None
    return f"Het aantal {label}"


def judgement(now: Estimate, before: Reference | None, measured: Measured, tolerance: float | None = None) -> Judgement:
    """Describe the change under a large figure: one sentence, then the figures that it derives from."""
    described = change(now, before, measured, tolerance)
    if before is None:
        return Judgement("", f"{described.rest}.")
    moved = now.value - before.estimate.value
    named = subject(measured)
    then = short_unit(before.estimate.value, measured)
    earlier = f"Een jaar eerder waren het er {then}." if named else f"Een jaar eerder was het {then}."
    noise = noise_of_difference(now, before.estimate, tolerance)
    if described.kind == "similar":
        sentence = f"{named} is ongeveer gelijk gebleven." if named else "Ongeveer gelijk aan een jaar eerder."
        if not is_visible(moved, measured) or not noise:
            return Judgement(sentence, earlier)
        size, usual = amount(moved, measured, now.value), about(noise, moved, measured, now.value)
        compared = "niet groter" if size == usual else "kleiner"
        return Judgement(
            sentence, f"{earlier} Het verschil van {size} is {compared} dan de gewone schommeling van ongeveer {usual}."
        )
    if not named:
        return Judgement(f"{sentence_start(described.lead)}{described.rest}.", earlier)
    verb = "gestegen" if moved > 0 else "gedaald"
    judged = f" Dat is {_VERDICTS[described.verdict]}." if described.verdict else ""
    return Judgement(f"{named} is met {amount(moved, measured, now.value)} {verb}.{judged}", earlier)


def target(light: str, target_value: float | None, measured: Measured) -> TargetWords:
    """Describe a target light ('green', 'amber', 'red' or 'none'): shape, words and target together."""
    if light not in _TARGETS or target_value is None:
        return TargetWords("none", "Geen doel afgesproken", "")
    return TargetWords(
        light, _TARGETS[light], f"{_bound(measured)}\N{NO-BREAK SPACE}{short_unit(target_value, measured)}"
    )


def target_label(target_value: float, measured: Measured) -> str:
    """Label the target line of a chart: 'doel: hoogstens 1.300'."""
    return f"doel: {_bound(measured)}\N{NO-BREAK SPACE}{figure(target_value, measured)}"


def _bound(measured: Measured) -> str:
    return "minstens" if measured.direction == "higher_is_better" else "hoogstens"


def line_title(series: Sequence[Estimate], since: str, measured: Measured, tolerance: float | None = None) -> str:
    """Title a line over time; 'daalde' and 'steeg' only after a test against noise."""
    if not series:
        return "Nog geen cijfers"
    last = figure(series[-1].value, measured)
    if len(series) == 1:
        return f"Eén cijfer bekend: {last}"
    counted = subject(measured) is not None
    noun = "het aantal" if counted else _NOUNS.get(measured.unit, "het cijfer")
    if is_known_trend(series, tolerance):
        verb = "steeg" if series[-1].value > series[0].value else "daalde"
        return f"Sinds {since} {verb} {noun} van {figure(series[0].value, measured)} naar {last}"
    if is_steady(series, tolerance):
        return f"Sinds {since} blijft {noun} rond {last}"
    lowest, highest = min(one.value for one in series), max(one.value for one in series)
    if figure(lowest, measured) == figure(highest, measured):
        return f"Sinds {since} blijft {noun} {last}"
    return f"Sinds {since} ligt {noun} tussen {figure(lowest, measured)} en {figure(highest, measured)}"


def difference_title(differences: Sequence[float], band: tuple[float, float] | None, more: str, less: str) -> str:
    """Title bars of a difference: which flow is the larger over the whole stretch, or that they are about even."""
    if not differences or band is None:
        return f"Verschil tussen {more} en {less}"
    mean = sum(differences) / len(differences)
    # The mean of n periods varies the less, the more periods it is the mean of.
    if (mean > 0 and mean > band[1] / len(differences) ** 0.5) or (
        mean < 0 and mean < band[0] / len(differences) ** 0.5
    ):
        first, second = (more, less) if mean > 0 else (less, more)
        return f"Meer {first} dan {second}: gemiddeld {number(abs(mean))} per periode"
    return f"Ongeveer evenveel {more} als {less}"
