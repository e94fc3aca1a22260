"""The sentence for an alderman: an effect in persons and euros with its bounds, in plain Dutch; never a proof."""

from dataclasses import dataclass

from dagster_project.analysis.effects.comparison_design import NAMES_NL, PER_YEAR
from dagster_project.analysis.effects.effect_case import EffectCase
from dagster_project.analysis.effects.evidence import Evidence
from dagster_project.analysis.effects.findings import Estimate

_TO_DUTCH = str.maketrans(",.", ".,")


@dataclass(frozen=True)
class Amount:
    """An effect in some unit with its interval."""

    value: float
    lower: float
    upper: float

    def times(self, factor: float) -> "Amount":
        """The same effect in another unit."""
        return Amount(self.value * factor, *sorted((self.lower * factor, self.upper * factor)))


def in_persons(estimate: Estimate, case: EffectCase, group: float, started: int) -> Amount | None:
    """Number of cases in all regions with the measure together, on average per period; none if nothing is counted."""
    effect = Amount(estimate.estimate, estimate.lower, estimate.upper)
    if case.wording.factor is None:
        return None
    if case.wording.factor == 1:
        return effect.times(started)
    return effect.times(group / case.wording.factor) if group == group else None


def in_euros(persons: Amount | None, case: EffectCase) -> Amount | None:
    """Euros per year; negative is a saving."""
    price = case.registration.eur_per_case
    if persons is None or price is None:
        return None
    return persons.times(price * (1 if case.wording.is_stock else PER_YEAR[case.series.period_type]))


def number(value: float, decimals: int = 0) -> str:
    """A number as Dutch readers write it."""
    return f"{value:,.{decimals}f}".translate(_TO_DUTCH)


def span(amount: Amount, noun: str, decimals: int = 0) -> str:
    """The bounds of an effect in words."""
    lower, upper = (number(abs(bound), decimals) for bound in (amount.lower, amount.upper))
    nothing = number(0, decimals)
    if lower == upper == nothing:
        return f"vrijwel evenveel {noun}"
    if upper == nothing or amount.upper < 0:
        return f"{upper} tot {lower} minder {noun}"
    if lower == nothing or amount.lower > 0:
        return f"{lower} tot {upper} meer {noun}"
    return f"{lower} minder tot {upper} meer {noun}"


def refused(reason_nl: str) -> str:
    """The sentence where there is no estimate."""
    return f"Het effect is niet te schatten: {reason_nl}"


def sentence(
    estimate: Estimate, case: EffectCase, evidence: Evidence, persons: Amount | None, is_provisional: bool
) -> str:
    """The effect in one or two sentences."""
    if evidence.verdict == "not_estimable":
        return refused(evidence.reason_nl)
    decimals, noun, shown = _shown(estimate, case, persons)
    often = "gemiddeld " if persons is None or case.wording.is_stock else f"per {NAMES_NL[case.series.period_type][0]} "
    found, beside = f"{often}{span(shown, noun, decimals)} dan zonder de maatregel", _placebos(estimate, case)
    if evidence.verdict == "demonstrated":
        first = f"Sinds de start naar schatting {found}. {beside[0].upper()}{beside[1:]}."
    elif evidence.verdict == "likely":
        first = f"Waarschijnlijk {found}; het kan ook toeval zijn ({beside})."
    else:
        scale = abs((shown.upper - shown.lower) / (estimate.upper - estimate.lower))
        smallest = number(estimate.minimum_detectable * scale, decimals)
        first = f"Niet aantoonbaar: {found}. Pas een verschil van {smallest} of meer valt hier op."
    last = " De cijfers zijn deels voorlopig." if is_provisional else ""
    return first + _money(case, evidence, persons) + last


def _shown(estimate: Estimate, case: EffectCase, persons: Amount | None) -> tuple[int, str, Amount]:
    if persons is not None:
        # Below ten a whole number says less than there is.
        return (0 if max(abs(persons.lower), abs(persons.upper)) >= 10 else 1), case.wording.noun_nl or "", persons
    return case.wording.decimals, case.wording.unit_nl, Amount(estimate.estimate, estimate.lower, estimate.upper)


def _placebos(estimate: Estimate, case: EffectCase) -> str:
    if estimate.design == "staggered":
        share = number(100 * estimate.p_value, 1 if estimate.p_value < 0.1 else 0)
        drawn = f"bij loting van andere {case.wording.compared_nl}"
        return f"{drawn} is het verschil in {share}% van de gevallen even groot"
    if estimate.placebo_rank is None or estimate.placebo_count is None:
        return "er is geen gebied om mee te vergelijken"
    others = estimate.placebo_rank - 1
    return (
        f"bij {others or 'geen'} van de {estimate.placebo_count} vergelijkbare {case.wording.compared_nl} "
        "was het verschil zonder maatregel even groot"
    )


def _money(case: EffectCase, evidence: Evidence, persons: Amount | None) -> str:
    euros = in_euros(persons, case)
    if euros is None or evidence.verdict == "not_demonstrated":
        return ""
    lower, upper = sorted((abs(euros.lower), abs(euros.upper)))
    verb = "scheelt" if euros.value < 0 else "kost"
    cost = case.registration.cost_eur
    beside = f"; de maatregel zelf kost in totaal € {number(cost)}" if cost is not None else ""
    return f" Dat {verb} naar schatting € {number(_rounded(lower))} tot € {number(_rounded(upper))} per jaar{beside}."


def _rounded(euros: float) -> float:
    """Thousands: an estimate has no single euros."""
    return round(euros, -3) if euros >= 10_000 else round(euros, -2)
