"""Figures from the long mart: a series over time, and the current figures of many indicators or areas."""

from collections.abc import Collection, Sequence
from datetime import date

from dashboard.reading.board import Board
from dashboard.reading.figure import Figure, Measure, figure_columns, is_year_before

_OF_THESE = "indicator_code in ({indicators}) and region_code in ({areas})"
# No line has a month that still ran when the release was made, or a budget of a year before that year.
_SERIES = f"""
    select {figure_columns()}
    from fct_indicator_values
    where {_OF_THESE} and (period_end_date < {{made_on}} or not (period_type = 'month'))
    order by indicator_code, region_code, period_end_date
"""
_CURRENT = f"""
    select {figure_columns()}
    from fct_indicator_values
    where {_OF_THESE} and is_current
    order by region_code, indicator_code
"""
_BEGUN_ON = f"""
    select {figure_columns()}
    from fct_indicator_values
    where {_OF_THESE} and period_start_date in ({{days}})
"""
_MEASURES = """
    select
        measure_code,
        name_nl,
        indicator_code,
        region_code,
        start_date,
        end_date,
        cost_eur
    from dim_policy_measure
    order by start_date
"""
_THEME_OF_MEASURE = "select theme_code from release.snapshot.dim_policy_measure where measure_code = {measure}"

Figures = dict[tuple[str, str], Figure]


def series(board: Board, indicator: str, areas: Sequence[str]) -> dict[str, list[Figure]]:
    """Every period of an indicator, oldest first, per area."""
    found: dict[str, list[Figure]] = {area: [] for area in areas}
    for figure in _read(board, _SERIES, [indicator], areas, made_on=board.release.info.as_of):
        found[figure.area_code].append(figure)
    return found


def histories(board: Board, indicators: Collection[str], area: str) -> dict[str, list[Figure]]:
    """Every period of several indicators, oldest first, in one area."""
    found: dict[str, list[Figure]] = {code: [] for code in indicators}
    for figure in _read(board, _SERIES, indicators, [area], made_on=board.release.info.as_of):
        found[figure.indicator_code].append(figure)
    return found


def current(board: Board, indicators: Collection[str], areas: Collection[str]) -> Figures:
    """The current figures, by indicator and area."""
    return {(one.indicator_code, one.area_code): one for one in _read(board, _CURRENT, indicators, areas)}


def year_before(board: Board, now: Figures) -> Figures:
    """The figures of a year before those of ``now``, by indicator and area."""
    begun = sorted({_year_earlier(one) for one in now.values()})
    indicators, areas = ({key[place] for key in now} for place in (0, 1))
    found = {}
    for one in _read(board, _BEGUN_ON, indicators, areas, days=begun):
        key = one.indicator_code, one.area_code
        if key in now and is_year_before(one, now[key]):
            found[key] = one
    return found


def measures(board: Board) -> list[Measure]:
    """The policy measures of the municipality that the reader may see."""
    if "dim_policy_measure" not in board.release.marts:
        return []
    return [Measure(*row) for row in board.rows(_MEASURES)]


def theme_of_measure(board: Board, code: str) -> str | None:
    """The theme of a measure, also of one that the reader may not see; None if there is no such measure."""
    return next((theme for (theme,) in board.rows(_THEME_OF_MEASURE, measure=code)), None)


def _year_earlier(figure: Figure) -> date:
    """The first day of the same period a year earlier."""
    start = figure.period_start
    is_leap_day = (start.month, start.day) == (2, 29)
    return start.replace(year=start.year - 1, day=28 if is_leap_day else start.day)


def _read(
    board: Board, query: str, indicators: Collection[str], areas: Collection[str], **values: object
) -> list[Figure]:
    if not indicators or not areas:
        return []
    return [Figure(*row) for row in board.rows(query, indicators=[*indicators], areas=[*areas], **values)]
