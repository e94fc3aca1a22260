"""Grade of the evidence by rule: A phased start with control, B synthetic control, C before and after with a control
outcome, D not estimable.
"""

from dataclasses import dataclass

from dagster_project.analysis.effects.effect_case import EffectCase
from dagster_project.analysis.effects.findings import Estimate

_SIGNIFICANT = 0.05
_BY_DESIGN = {
    "staggered": ("A", "gefaseerde start, vergeleken met {compared} {noun} zonder de maatregel"),
    "synthetic_control": ("B", "vergeleken met een mix van {compared} {noun} zonder de maatregel"),
    "interrupted_series": ("C", "vóór en na vergeleken, met een uitkomst ernaast die de maatregel niet kan raken"),
}
# A check that is not passed, and why there is no estimate then.
_FATAL = (
    ("control_outcome", "er is niets om mee te vergelijken; alleen vóór en na zegt te weinig."),
    ("pre_trend", "vóór de start ontwikkelde dit gebied zich al anders dan de vergelijking."),
    ("placebo_in_time", "een verzonnen start vóór de echte geeft ook een verschil."),
    ("leave_one_out", "de uitkomst hangt af van één vergelijkingsgebied."),
    ("first_published", "het verschil komt door cijfers die na publicatie zijn herzien."),
)
_MOVED = "ook een uitkomst die de maatregel niet kan raken, veranderde na de start."
# Checks that lower the grade to C.
_WEAKENING = (
    (
        ("not_yet_treated", "imputation", "sdid", "level_free", "with_trend", "own_scale"),
        "andere rekenwijzen komen anders uit",
    ),
    (("competing",), "tegelijk liep hier een andere maatregel: {competing}"),
)


@dataclass(frozen=True)
class Evidence:
    """How far an estimate may be believed.

    verdict: demonstrated, likely, not_demonstrated or not_estimable.
    """

    grade: str
    reason_nl: str
    verdict: str


def judged(estimate: Estimate, case: EffectCase, compared: int) -> Evidence:
    """Grade an estimate by its design and its checks."""
    for code, reason in _FATAL:
        if estimate.failed(code):
            is_moved = code == "control_outcome" and any(
                check.code == code and check.estimate is not None for check in estimate.checks
            )
            return Evidence("D", _MOVED if is_moved else reason, "not_estimable")
    if estimate.minimum_detectable > abs(estimate.counterfactual):
        reason = "de aantallen zijn te klein: pas een verandering van meer dan 100% zou opvallen."
        return Evidence("D", reason, "not_estimable")
    grade, text = _BY_DESIGN[estimate.design]
    reasons = [text.format(compared=compared, noun=case.wording.compared_nl)]
    weak = [
        reason.format(competing=", ".join(case.competing)) for codes, reason in _WEAKENING if estimate.failed(*codes)
    ]
    reasons += weak or (["de controles zijn doorstaan"] if grade != "C" else [])
    return Evidence("C" if weak else grade, f"{'; '.join(reasons)}.", _verdict(estimate))


def _verdict(estimate: Estimate) -> str:
    is_apart = estimate.lower > 0 or estimate.upper < 0
    # Without regions to compare with, nothing shows how often such a difference comes about without a measure.
    if is_apart and estimate.p_value <= _SIGNIFICANT and estimate.design != "interrupted_series":
        return "demonstrated"
    return "likely" if is_apart else "not_demonstrated"
