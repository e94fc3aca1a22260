"""Effect of one measure: the design by rule, the estimate with its checks, the grade and the sentence."""

import zlib
from dataclasses import dataclass, replace

import numpy as np

from dagster_project.analysis.effects import interrupted_series, single_region, staggered_start
from dagster_project.analysis.effects.comparison_design import Design, Designed, designed
from dagster_project.analysis.effects.donor_weights import PoorFitError, synthetic_control
from dagster_project.analysis.effects.effect_case import EffectCase
from dagster_project.analysis.effects.effect_sentence import Amount, in_euros, in_persons, refused, sentence
from dagster_project.analysis.effects.evidence import Evidence, judged
from dagster_project.analysis.effects.findings import OWN, EffectCheck, Estimate, NotEstimableError, Point, line
from dagster_project.analysis.effects.interrupted_series import InterruptedSeries
from dagster_project.analysis.effects.single_region import DonorPanel
from dagster_project.analysis.effects.staggered_start import StaggeredPanel

# Part of the fingerprint of every result: a change of the method estimates again.
METHOD_VERSION = 1


@dataclass(frozen=True)
class Effect:
    """The result that is published of one measure.

    design: staggered, synthetic_control, interrupted_series or none.
    estimate: none below grade C, so that no before-and-after difference is shown as an effect.
    """

    measure_code: str
    design: str
    evidence: Evidence
    sentence_nl: str
    estimate: Estimate | None
    persons: Amount | None
    euros: Amount | None
    checks: tuple[EffectCheck, ...]
    points: tuple[Point, ...]
    started: tuple[str, ...]
    compared: tuple[str, ...]
    is_provisional: bool


def estimate_effect(case: EffectCase) -> Effect:
    """Estimate the effect of a measure on its registered outcome, or say why that is not possible."""
    try:
        prepared = designed(case)
        found = _estimated(case, prepared.design, prepared.control)
    except PoorFitError:
        reason = "geen mix van andere gebieden leek vóór de start genoeg op dit gebied."
        return _refused(case, prepared.design, reason, prepared.is_provisional)
    except NotEstimableError as refusal:
        return _refused(case, None, str(refusal), is_provisional=bool(case.series.is_provisional.any()))
    found = replace(found, checks=(*found.checks, *_further_checks(case, prepared, found)))
    evidence = judged(found, case, len(prepared.compared))
    is_shown = evidence.grade != "D"
    persons = in_persons(found, case, prepared.group, len(prepared.started)) if is_shown else None
    return Effect(
        measure_code=case.registration.measure_code,
        design=found.design,
        evidence=evidence,
        sentence_nl=sentence(found, case, evidence, persons, prepared.is_provisional),
        estimate=found if is_shown else None,
        persons=persons,
        euros=in_euros(persons, case),
        checks=found.checks,
        points=found.points if is_shown else tuple(point for point in found.points if point.line == "actual"),
        started=prepared.started,
        compared=prepared.compared,
        is_provisional=prepared.is_provisional,
    )


def _estimated(case: EffectCase, design: Design, control: InterruptedSeries | None) -> Estimate:
    if isinstance(design, StaggeredPanel):
        after = tuple(design.periods[min(design.cohorts) + design.lag :])
        return staggered_start.estimate(design, _seed(case), after)
    if isinstance(design, DonorPanel):
        return single_region.estimate(design)
    return interrupted_series.estimate(design, control)


def _seed(case: EffectCase) -> int:
    return zlib.crc32(case.registration.measure_code.encode())


def _further_checks(case: EffectCase, prepared: Designed, found: Estimate) -> list[EffectCheck]:
    """Checks of the figures and the registration instead of the method."""
    checks = []
    if (first := _on_first_values(case)) is not None:
        is_passed = found.lower <= first <= found.upper
        checks.append(
            EffectCheck("first_published", "Met de cijfers zoals eerst gepubliceerd", first, is_passed=is_passed)
        )
    if case.competing:
        checks.append(
            EffectCheck(
                "competing", f"Andere maatregel in hetzelfde gebied: {', '.join(case.competing)}", is_passed=False
            )
        )
    if case.excluded:
        label = f"Niet vergeleken met gebieden met een eigen maatregel: {', '.join(case.excluded)}"
        checks.append(EffectCheck("donors_with_a_measure", label, float(len(case.excluded))))
    direction = case.registration.expected_direction
    if direction is not None and (found.lower > 0 or found.upper < 0):
        is_as_expected = (found.estimate < 0) == (direction == "down")
        checks.append(EffectCheck("expected_direction", "Richting zoals verwacht", is_passed=is_as_expected))
    return checks


def _on_first_values(case: EffectCase) -> float | None:
    """The estimate on figures as they were first published; none where none was revised."""
    series = case.series
    is_revised = np.isfinite(series.first_values) & np.isfinite(series.values) & (series.first_values != series.values)
    if not is_revised.any():
        return None
    values = np.where(is_revised, series.first_values, series.values)
    design = designed(replace(case, series=replace(series, values=values))).design
    if isinstance(design, StaggeredPanel):
        contrast = staggered_start.average_effect(design)
        return float(staggered_start.applied(contrast, design.values, design.starts[None, :])[0])
    if isinstance(design, DonorPanel):
        before, after = slice(0, design.before), design.after
        return synthetic_control(design.values[0], design.values[1:], before, after).effect
    found = interrupted_series.step(design)
    return interrupted_series.effects(design, found.size, found.is_logarithm)


def _refused(case: EffectCase, design: Design | None, reason_nl: str, is_provisional: bool) -> Effect:
    points: list[Point] = []
    if isinstance(design, DonorPanel):
        points = line("actual", OWN, design.periods, design.values[0])
    return Effect(
        measure_code=case.registration.measure_code,
        design="none",
        evidence=Evidence("D", reason_nl, "not_estimable"),
        sentence_nl=refused(reason_nl),
        estimate=None,
        persons=None,
        euros=None,
        checks=(),
        points=tuple(points),
        started=(),
        compared=(),
        is_provisional=is_provisional,
    )
