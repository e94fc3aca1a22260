"""A release in which the plan of the sample meets every condition, with the spreads that its needs give."""

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
from reader import changed_release

from dagster_project.analysis.advice.advice_rows import advice_rows
from dagster_project.installation.settings import PROJECT
from dagster_project.release.reader import DATABASE, LATEST
from dagster_project.storage.sql import literal

PLAN = "FP-001"
FIRST, SECOND, REASON = "Fictief: A. de Wit", "Fictief: B. Zwart", "Fictief: om de raad te laten kiezen"
DECIDED, EXPIRES = date(2026, 11, 1), date(2027, 5, 1)
# Of the option without a standard error, once research has given one.
ERROR_PCT = 2.0
_NEEDS = f"""
    select
        '{PLAN}',
        ?::double,
        ?::double,
        need.region_code,
        'WK' || substr(need.region_code, 3, 6),
        'GM9999',
        need.mean_value,
        ln((need.upper_80 + 0.5) / (need.lower_80 + 0.5)) / (2 * 1.2815515655446004),
        inhabitants.mean_value
    from snapshot.fct_forecasts as need
    inner join snapshot.fct_forecasts as inhabitants using (region_code, region_level, scenario_code, is_latest, period)
    where
        need.indicator_code = ? and need.horizon = ? and inhabitants.indicator_code = 'population_count'
        and region_level = 'neighbourhood' and scenario_code = 'rates_held' and is_latest
    order by all
"""
_MEET = "update snapshot.mart_prevention_advice_gates set is_passed = true, reason_nl = null, action_nl = null"
_ADVISE = """
    insert into snapshot.mart_prevention_advice by name
    select
        parts.*,
        gates.plan_name_nl,
        gates.purpose_nl,
        gates.owner_nl,
        gates.indicator_code,
        gates.period_end_date,
        gates.feed,
        gates.denominator_feed,
        gates.outline_feed,
        gates.checked_at,
        gates.released_at,
        least(gates.fresh_until, date '{expires}') as fresh_until,
        date '{expires}' as expires_on,
        date '{decided}' as decided_on,
        'provisional' as status
    from (values {values}) as parts ({columns})
    inner join snapshot.mart_prevention_advice_gates as gates on gates.plan_code = parts.plan_code and gate_order = 1
"""
_COLUMNS = """
    plan_code, alternative_code, region_code, region_level, option_code, doses_count, cost_eur, cost_lower_eur,
    cost_upper_eur, per_head_cost_eur, avoided_count, avoided_lower, avoided_upper, chosen_pct, start_wave, is_loser,
    option_name_nl, dose_nl, horizon_years, budget_eur, floor_pct, first_decider_nl, second_decider_nl,
    decision_reason_nl
"""


def advised_release(sample_releases: Path, releases: Path, *changes: str, expires: date = EXPIRES) -> Path:
    """A folder of releases with one in which the advice of the plan is shown; ``changes`` come after it."""
    rows = ", ".join(f"({', '.join(map(literal, row))})" for row in _rows((sample_releases / LATEST).resolve()))
    advise = _ADVISE.format(values=rows, columns=_COLUMNS, decided=DECIDED, expires=expires)
    return changed_release(sample_releases, releases, _MEET, advise, *changes)


def _rows(release: Path) -> Iterator[tuple[object, ...]]:
    plan = next(one for one in _seed("prevention_plans") if one["plan_code"] == PLAN)
    options = {one["option_code"]: one for one in _seed("prevention_options") if one["plan_code"] == PLAN}
    terms = int(plan["horizon_years"]), float(plan["budget_eur"]), float(plan["floor_pct"])
    with duckdb.connect(str(release / DATABASE), read_only=True) as connection:
        needs = connection.execute(_NEEDS, [terms[1], terms[2], plan["indicator_code"], terms[0]]).fetchall()
    known = [
        (
            PLAN,
            code,
            float(one["effect_pct"]),
            float(one["effect_standard_error_pct"] or ERROR_PCT),
            float(one["reach_count"]),
            float(one["cost_eur"]),
            int(one["most_doses"]),
        )
        for code, one in sorted(options.items())
    ]
    for row in advice_rows(needs, known):
        option = options.get(row[4], {"name_nl": None, "dose_nl": None})
        yield (*row, option["name_nl"], option["dose_nl"], *terms, FIRST, SECOND, REASON)


def _seed(name: str) -> list[dict[str, str]]:
    with (PROJECT / "seeds" / f"{name}.csv").open(encoding="utf-8") as file:
        return [*csv.DictReader(file)]
