"""Figures from the long mart: a series over time, and the current figures of many indicators or areas."""

from collections.abc import Collection, Sequence

from dashboard.reading.board import Board
from dashboard.reading.figure import Figure, Measure

_COLUMNS = """
    indicator_code,
    region_code,
    period_type,
    period,
    period_start_date,
    period_end_date,
    value,
    noise_lower,
    noise_upper,
    status,
    missing_reason,
    feed,
    released_at,
    checked_at,
    fresh_until
"""
# No line has a month that still ran when the release was made, or a budget of a year before that year.
_SERIES = f"""
    select {_COLUMNS}
    from fct_indicator_values
    where indicator_code in (select unnest($indicators)) and region_code in (select unnest($areas))
        and (period_end_date < $made_on or not (period_type = 'month'))
    order by indicator_code, region_code, period_end_date
"""
_CURRENT = f"""
    select {_COLUMNS}
    from fct_indicator_values
    where is_current and indicator_code in (select unnest($indicators)) and region_code in (select unnest($areas))
"""
_YEAR_BEFORE = f"""
    with now as (
        select
            indicator_code,
            region_code,
            period_start_date
        from fct_indicator_values
        where is_current and indicator_code in (select unnest($indicators)) and region_code in (select unnest($areas))
    ),

    earlier as (
        select {_COLUMNS}
        from fct_indicator_values
        where indicator_code in (select unnest($indicators)) and region_code in (select unnest($areas))
    )

    select earlier.*
    from earlier
    inner join now
        on earlier.indicator_code = now.indicator_code
        and earlier.region_code = now.region_code
        and earlier.period_start_date = now.period_start_date - interval 1 year
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

Figures = dict[tuple[str, str], Figure]


def series(board: Board, indicator: str, areas: Sequence[str]) -> dict[str, list[Figure]]:
    """Every period of an indicator, oldest first, per area."""
    values = {"indicators": [indicator], "areas": list(areas), "made_on": board.release.info.as_of}
    found: dict[str, list[Figure]] = {area: [] for area in areas}
    for row in board.cursor.execute(_SERIES, values).fetchall():
        found[row[1]].append(Figure(*row))
    return found


def histories(board: Board, indicators: Collection[str], area: str) -> dict[str, list[Figure]]:
    """Every period of several indicators, oldest first, in one area."""
    values = {"indicators": list(indicators), "areas": [area], "made_on": board.release.info.as_of}
    found: dict[str, list[Figure]] = {code: [] for code in indicators}
    for row in board.cursor.execute(_SERIES, values).fetchall():
        found[row[0]].append(Figure(*row))
    return found


def current(board: Board, indicators: Collection[str], areas: Collection[str]) -> Figures:
    """The current figures, by indicator and area."""
    return _figures(board, _CURRENT, indicators, areas)


def year_before(board: Board, indicators: Collection[str], areas: Collection[str]) -> Figures:
    """The figures of a year before the current ones, by indicator and area."""
    return _figures(board, _YEAR_BEFORE, indicators, areas)


def _figures(board: Board, query: str, indicators: Collection[str], areas: Collection[str]) -> Figures:
    rows = board.cursor.execute(query, {"indicators": list(indicators), "areas": list(areas)}).fetchall()
    return {(row[0], row[1]): Figure(*row) for row in rows}


def measures(board: Board) -> list[Measure]:
    """The policy measures of the municipality."""
    return [Measure(*row) for row in board.cursor.execute(_MEASURES).fetchall()]
