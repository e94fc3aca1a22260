"""Figures for a telephone without network, and the outlines by which it finds its neighbourhood."""

from collections.abc import Collection
from datetime import date
from typing import Any

import duckdb
import orjson

from dagster_project.release.reader import ReleaseInfo
from dashboard.current import current_figures
from dashboard.words.numbers import rounded

_BOARD = "select indicator_code from mart_kpi where fresh_until >= $today order by kpi_order"
_INDICATORS = """
    select
        indicator_code,
        short_label_nl,
        coalesce(noun_nl, unit_nl),
        decimals,
        concat_ws(' ', label_nl, search_words_nl),
        theme_label_nl,
        unit
    from dim_indicator
    where theme_code not in (select unnest($hidden::varchar[]))
    order by indicator_code
"""
_AREAS = """
    select region_code, region_level, coalesce(region_name, region_code), most_common_postcode
    from dim_region
    where is_newest_vintage and (municipality_code = $municipality or region_level = 'country')
    order by region_level = 'municipality' desc, region_code
"""
_OUTLINES = """
    select region_code, coalesce(region_name, region_code), outline_geojson
    from dim_region_outline
    where region_level = 'neighbourhood' and municipality_code = $municipality and fresh_until >= $today
    qualify region_vintage = max(region_vintage) over (partition by region_code)
    order by region_code
"""


def pocket_book(
    cursor: duckdb.DuckDBPyConnection, release: ReleaseInfo, today: date, hidden_themes: Collection[str] = ()
) -> dict[str, Any]:
    """Return every board indicator of every area, and every indicator of the municipality, with the day it expires.

    Indicators of ``hidden_themes`` are left out.

    A figure is ``[indicator, area, period, value, year before, provisional, reason, until]``, where indicator, area,
    period and until are places in their lists: names are sent once.
    """
    dictionary = {row[0]: row for row in cursor.execute(_INDICATORS, {"hidden": list(hidden_themes)}).fetchall()}
    board = [code for (code,) in cursor.execute(_BOARD, {"today": today}).fetchall() if code in dictionary]
    areas = cursor.execute(_AREAS, {"municipality": release.municipality_code}).fetchall()
    figures = current_figures(cursor, today, board, [code for code, *_ in areas])
    figures |= current_figures(cursor, today, list(dictionary), [release.municipality_code])
    indicators = board + sorted({code for code, _ in figures} - set(board))
    periods = sorted({figure.period for figure in figures.values()})
    days = sorted({figure.fresh_until for figure in figures.values()})
    place_of_indicator = {code: place for place, code in enumerate(indicators)}
    place_of_area = {code: place for place, (code, *_) in enumerate(areas)}
    place_of_period = {period: place for place, period in enumerate(periods)}
    place_of_day = {day: place for place, day in enumerate(days)}
    return {
        "release": release.release_id,
        "released_on": release.as_of.isoformat(),
        "indicators": [dictionary[code] for code in indicators],
        "areas": areas,
        "periods": periods,
        "days": [day.isoformat() for day in days],
        "figures": [
            [
                place_of_indicator[figure.indicator_code],
                place_of_area[figure.area_code],
                place_of_period[figure.period],
                _rounded(figure.value, dictionary[figure.indicator_code][3]),
                _rounded(figure.year_before_value, dictionary[figure.indicator_code][3]),
                int(figure.status == "provisional"),
                figure.missing_reason,
                place_of_day[figure.fresh_until],
            ]
            for figure in figures.values()
        ],
    }


def outlines(cursor: duckdb.DuckDBPyConnection, release: ReleaseInfo, today: date) -> dict[str, Any]:
    """Return the neighbourhoods of the municipality as GeoJSON, for a browser that looks up its own position."""
    values = {"municipality": release.municipality_code, "today": today}
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"code": code, "name": name},
                "geometry": orjson.loads(geometry),
            }
            for code, name, geometry in cursor.execute(_OUTLINES, values).fetchall()
        ],
    }


def _rounded(value: float | None, decimals: int) -> float | None:
    return None if value is None else float(rounded(value, decimals))
