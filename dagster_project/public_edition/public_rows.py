"""The rows of each public mart, selected from the internal release, with the figures that may be public.

A mart without a query here cannot be public.
"""

from collections.abc import Mapping

from dagster_project.errors import SetupError
from dagster_project.marts.catalogue import Mart
from dagster_project.public_edition.public_figures import INSIDE

# Columns that compare a count or ratio of persons with others; places among others would say where withheld ones lie.
_COMPARISONS = (
    *("year_before_value", "change", "is_change_outside_noise", "district_value", "municipality_value"),
    *("country_value", "class_peers_value", "class_peers_count", "chosen_peers_value", "chosen_peers_count"),
    *("first_rank", "last_rank", "ranked_count"),
)
_OF_PUBLIC = "JOIN public_indicators AS i ON m.indicator_code = i.indicator_code"


def _figure(name: str, region: str, period: str) -> str:
    """Join the public figure of the same indicator."""
    return (
        f" JOIN public_figures AS {name} ON {name}.indicator_code = m.indicator_code"
        f" AND {name}.region_code = m.{region} AND {name}.period = m.{period}"
    )


def _own(*columns: str) -> dict[str, str]:
    return {column: f"own.{column}" for column in columns}


_NOISE = """
    if(own.value >= before.value,
        sqrt(power(own.value - own.noise_lower, 2) + power(before.noise_upper - before.value, 2)),
        sqrt(power(own.noise_upper - own.value, 2) + power(before.value - before.noise_lower, 2)))
"""
# Per mart the columns that are not those of the internal release, and the rows.
_QUERIES: dict[str, tuple[Mapping[str, str], str]] = {
    "fct_indicator_values": (
        _own(
            *("numerator", "denominator", "denominator_period", "value", "lower_bound", "upper_bound"),
            *("noise_lower", "noise_upper", "missing_reason"),
        ),
        _OF_PUBLIC + _figure("own", "region_code", "period"),
    ),
    "mart_kpi": (
        {
            **_own("value", "noise_lower", "noise_upper"),
            "previous_value": "previous.value",
            "year_before_value": "before.value",
            "change": "own.value - before.value",
            # Public noise is the wider: the other changes beyond it were beyond the internal noise as well.
            "trend": f"CASE WHEN i.kind = 'open' THEN m.trend WHEN abs(own.value - before.value) <= {_NOISE}"
            " THEN 'stable' WHEN before.value IS NOT NULL THEN m.trend END",
        },
        _OF_PUBLIC
        + _figure("own", "municipality_code", "period")
        + " LEFT"
        + _figure("previous", "municipality_code", "previous_period")
        + " LEFT"
        + _figure("before", "municipality_code", "year_before_period")
        + " WHERE own.value IS NOT NULL",
    ),
    "mart_neighbourhood_profile": (
        {
            **_own("value", "noise_lower", "noise_upper", "missing_reason"),
            **{column: f"CASE WHEN i.kind = 'open' THEN m.{column} END" for column in _COMPARISONS},
        },
        _OF_PUBLIC + _figure("own", "neighbourhood_code", "period"),
    ),
    "mart_municipality_profile": ({}, _OF_PUBLIC + " WHERE i.kind = 'open'"),
    "dim_indicator": ({}, _OF_PUBLIC),
    "dim_region": ({}, ""),
    "dim_region_outline": ({}, ""),
    "dim_region_crosswalk": ({}, ""),
}


def rows_of(mart: Mart) -> str:
    """The query for the rows of a public mart.

    Raises SetupError for a mart that has public columns and no rule for its rows.
    """
    if mart.name not in _QUERIES:
        raise SetupError(
            f"{mart.name}: has public_columns, and no rule says which of its rows may be public\n"
            "  do: add one to dagster_project/public_edition/public_rows.py"
        )
    replaced, source = _QUERIES[mart.name]
    columns = ", ".join(
        f"({replaced.get(one.name, f'm.{one.name}')})::{one.data_type} AS {one.name}" for one in mart.columns
    )
    order = ", ".join(f"m.{name}" for name in mart.key)
    return f"SELECT {columns} FROM {INSIDE}.{mart.name} AS m {source} ORDER BY {order}"
