"""Choice of a design by rule: which periods and regions an effect is estimated from, and by which method."""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from dagster_project.analysis.effects.effect_case import EffectCase, Numbers, Registration, Series, months_later
from dagster_project.analysis.effects.findings import NotEstimableError
from dagster_project.analysis.effects.interrupted_series import InterruptedSeries
from dagster_project.analysis.effects.single_region import FEWEST_DONORS, DonorPanel
from dagster_project.analysis.effects.staggered_start import NEVER, StaggeredPanel

# Complete periods that are needed before and after a start.
FEWEST_BEFORE = {"month": 12, "quarter": 8, "year": 5}
FEWEST_AFTER = {"month": 3, "quarter": 2, "year": 1}
PER_YEAR = {"month": 12, "quarter": 4, "year": 1}
NAMES_NL = {"month": ("maand", "maanden"), "quarter": ("kwartaal", "kwartalen"), "year": ("jaar", "jaren")}
# Regions with and without the measure that a phased start needs.
_FEWEST_STARTED, _FEWEST_NEVER = 3, 5
# A region with a group of less than this part of the usual one is mostly chance.
_SMALLEST_GROUP = 0.25

Design = StaggeredPanel | DonorPanel | InterruptedSeries


@dataclass(frozen=True)
class Designed:
    """A design with what an estimate on it is turned into words with.

    after: the periods that count as after the start. started: regions with the measure of which the figures are used.
    group: what their rates divide by, summed over those regions and averaged over the periods after the start.
    """

    design: Design
    control: InterruptedSeries | None
    started: tuple[str, ...]
    compared: tuple[str, ...]
    after: tuple[str, ...]
    group: float
    is_provisional: bool


def in_window(series: Series, registration: Registration) -> Series:
    """The periods within the registered window in which the supplier counts as around the start."""
    first = min(registration.starts.values())
    kept = np.array(
        [
            (registration.window_from is None or starts >= registration.window_from)
            and (registration.window_until is None or ends <= registration.window_until)
            and (registration.end_date is None or starts <= registration.end_date)
            and _counts_alike(starts, ends, first, series.break_date)
            for starts, ends in zip(series.period_starts, series.period_ends, strict=True)
        ],
        dtype=bool,
    )
    return series.in_periods(np.flatnonzero(kept))


def _counts_alike(starts: date, ends: date, first: date, break_date: date | None) -> bool:
    if break_date is None:
        return True
    return starts >= break_date if break_date <= first else ends < break_date


def designed(case: EffectCase) -> Designed:
    """Choose the periods, the regions and the method. Raises NotEstimableError with the reason, in Dutch."""
    registration = case.registration
    series = in_window(case.series, registration)
    started = [region for region in registration.starts if region in series.regions]
    _require_figures(series, started)
    series = series.in_periods(np.flatnonzero(np.isfinite(series.values[series.rows(started)]).any(axis=0)))
    places = [_place(registration, series, region) for region in started]
    before, after = min(touched for touched, _ in places), len(series.periods) - min(after for _, after in places)
    _require_periods(series, before, after)
    series = _from_donors_on(case, series, started)
    complete = _complete(series)
    started = [region for region in started if region in complete]
    if not started:
        raise NotEstimableError("de cijfers van deze gebieden hebben gaten.")
    donors = _alike_in_size(series, started, [region for region in case.donors if region in complete])
    control = _control(case, series, started)
    if len(started) >= _FEWEST_STARTED and len(donors) >= _FEWEST_NEVER:
        return _staggered(case, series, started, donors)
    if len(donors) >= FEWEST_DONORS:
        return _with_donors(case, series, started, donors)
    return _interrupted(case, series, started, control)


def _require_figures(series: Series, started: list[str]) -> None:
    """Refuse a series without figures, or of zeros alone."""
    if not series.periods or not started:
        raise NotEstimableError("er zijn geen cijfers van dit gebied in de geregistreerde periode.")
    rows = series.rows(started)
    values = series.values[rows]
    if not np.isfinite(values).any():
        if (series.missing_reasons[rows] == "suppressed").any():
            raise NotEstimableError("de cijfers van dit gebied zijn afgeschermd, omdat het om te weinig personen gaat.")
        raise NotEstimableError("er zijn geen cijfers van dit gebied.")
    if not np.nan_to_num(values).any():
        raise NotEstimableError("de cijfers van dit gebied zijn alle nul, dus er kon niets veranderen.")


def _complete(series: Series) -> set[str]:
    """Regions with a figure in every period."""
    return {region for region, row in zip(series.regions, series.values, strict=True) if np.isfinite(row).all()}


def _from_donors_on(case: EffectCase, series: Series, started: list[str]) -> Series:
    """The longest series in which enough donors have every figure, where that leaves enough before the start."""
    before = min(_place(case.registration, series, region)[0] for region in started)
    for first in range(before - FEWEST_BEFORE[series.period_type] + 1):
        shorter = series.in_periods(np.arange(first, len(series.periods)))
        if len(_complete(shorter) & {*case.donors}) >= FEWEST_DONORS:
            return shorter
    return series


def _place(registration: Registration, series: Series, region: str) -> tuple[int, int]:
    """Numbers of the first period that a start touches and of the first one after its lag."""
    start = registration.starts[region]
    after = months_later(start, registration.lag_months)
    touched = sum(ends < start for ends in series.period_ends)
    return touched, max(sum(starts < after for starts in series.period_starts), touched)


def _require_periods(series: Series, before: int, after: int) -> None:
    """Refuse too little before or after the start, and say why it is so little."""
    kind = series.period_type
    if before < FEWEST_BEFORE[kind]:
        cause = f" sinds de bron anders telt ({series.break_date:%d-%m-%Y})" if series.break_date else ""
        raise NotEstimableError(
            f"er {_number_of(before, kind)} met cijfers vóór de start{cause}; nodig zijn er {FEWEST_BEFORE[kind]}."
        )
    if after <= 0:
        raise NotEstimableError("er zijn geen cijfers van na de start.")
    if after < FEWEST_AFTER[kind]:
        raise NotEstimableError(
            f"er {_number_of(after, kind)} met cijfers na de start; nodig zijn er {FEWEST_AFTER[kind]}."
        )


def _number_of(count: int, kind: str) -> str:
    one, more = NAMES_NL[kind]
    return f"is 1 {one}" if count == 1 else f"zijn {count} {more}"


def _alike_in_size(series: Series, started: list[str], donors: list[str]) -> list[str]:
    """Donors whose group is not much smaller than that of the regions with the measure: chance moves those most."""
    size = {region: float(row.mean()) for region, row in zip(series.regions, series.groups, strict=True)}
    usual = float(np.median([size[region] for region in started])) if started else np.nan
    return [region for region in donors if not size[region] < _SMALLEST_GROUP * usual]


def _designed(
    design: Design,
    control: InterruptedSeries | None,
    compared: list[str],
    series: Series,
    started: list[str],
    after: list[int],
) -> Designed:
    """Complete a design with the figures that it uses."""
    rows = series.rows(started)
    groups = series.groups[np.ix_(rows, after)]
    return Designed(
        design,
        control,
        started=tuple(started),
        compared=tuple(compared),
        after=tuple(series.periods[at] for at in after),
        group=float(groups.mean(axis=1).sum()) if np.isfinite(groups).all() else float("nan"),
        is_provisional=bool(series.is_provisional[rows].any()),
    )


def _staggered(case: EffectCase, series: Series, started: list[str], donors: list[str]) -> Designed:
    places = {region: _place(case.registration, series, region) for region in started}
    lag = max(after - touched for touched, after in places.values())
    last = len(series.periods) - 1
    # A start so late that nothing follows the lag is not compared at all.
    started = [region for region in started if places[region][0] + lag <= last]
    regions = [*started, *donors]
    panel = StaggeredPanel(
        regions=tuple(regions),
        periods=series.periods,
        values=series.values[series.rows(regions)],
        starts=np.array([places[region][0] for region in started] + [NEVER] * len(donors)),
        lag=lag,
        base=PER_YEAR[series.period_type],
    )
    after = list(range(min(panel.cohorts) + lag, last + 1))
    return _designed(panel, None, donors, series, started, after)


def _together(case: EffectCase, series: Series, started: list[str]) -> tuple[Numbers, int, list[int]]:
    """Mean of the regions with the measure, how many periods precede the first start, and those after the last lag."""
    places = [_place(case.registration, series, region) for region in started]
    before, first = min(touched for touched, _ in places), max(after for _, after in places)
    _require_periods(series, before, len(series.periods) - first)
    return series.values[series.rows(started)].mean(axis=0), before, list(range(first, len(series.periods)))


def _with_donors(case: EffectCase, series: Series, started: list[str], donors: list[str]) -> Designed:
    mean, before, after = _together(case, series, started)
    noise = series.noise[series.rows(started), :before]
    panel = DonorPanel(
        regions=("+".join(started), *donors),
        periods=series.periods,
        values=np.vstack([mean, series.values[series.rows(donors)]]),
        before=before,
        after=tuple(after),
        noise=float(np.sqrt(np.mean(noise**2) / len(started))) if np.isfinite(noise).all() else 0.0,
    )
    return _designed(panel, None, donors, series, started, after)


def _interrupted(case: EffectCase, series: Series, started: list[str], control: InterruptedSeries | None) -> Designed:
    mean, before, after = _together(case, series, started)
    outcome = InterruptedSeries(series.periods, series.period_type, mean, before, tuple(after))
    return _designed(outcome, control, [], series, started, after)


def _control(case: EffectCase, series: Series, started: list[str]) -> InterruptedSeries | None:
    """The outcome that the measure cannot move, in the periods of the other one; none where it is not complete."""
    if case.control is None or not started:
        return None
    at = [case.control.periods.index(period) for period in series.periods if period in case.control.periods]
    rows = case.control.rows(started)
    if len(at) < len(series.periods) or len(rows) < len(started):
        return None
    control = replace(case, series=case.control.in_periods(np.array(at)))
    mean, before, after = _together(case, control.series, started)
    if not np.isfinite(mean).all():
        return None
    return InterruptedSeries(series.periods, series.period_type, mean, before, tuple(after))
