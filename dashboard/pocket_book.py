"""Figures for a telephone without network, and the outlines by which it finds its neighbourhood."""

from typing import Any

import orjson

from dashboard.reading.board import Board
from dashboard.reading.figure import MUNICIPALITY
from dashboard.reading.series import current, year_before
from dashboard.words.numbers import rounded

_BOARD = "select indicator_code from mart_kpi where fresh_until >= {today} order by kpi_order"
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
    where theme_code is not null
    order by indicator_code
"""
_AREAS = """
    select region_code, region_level, coalesce(region_name, region_code), most_common_postcode
    from dim_region
    where is_newest_vintage and (municipality_code = {municipality} or region_level = 'country')
    order by region_level = 'municipality' desc, region_code
"""
_OUTLINES = """
    select region_code, coalesce(region_name, region_code), outline_geojson
    from dim_region_outline
    where region_level = 'neighbourhood' and municipality_code = {municipality} and fresh_until >= {today}
    qualify region_vintage = max(region_vintage) over (partition by region_code)
    order by region_code
"""


def pocket_book(board: Board) -> dict[str, Any]:
    """Return every board indicator of every area, and every indicator of the municipality, with the day it expires.

    Themes that the reader may not see are left out.

    A figure is ``[indicator, area, period, value, year before, provisional, reason, until]``, where indicator, area,
    period and until are places in their lists: names are sent once.
    """
    info = board.release.info
    dictionary = {row[0]: row for row in board.rows(_INDICATORS) if board.may_see(row[0], MUNICIPALITY)}
    first = [code for (code,) in board.rows(_BOARD, today=board.today) if code in dictionary]
    areas = board.rows(_AREAS, municipality=info.municipality_code)
    everywhere = current(board, first, [code for code, *_ in areas])
    whole = current(board, dictionary, [info.municipality_code])
    figures, before = everywhere | whole, year_before(board, everywhere) | year_before(board, whole)
    indicators = first + sorted({code for code, _ in figures} - set(first))
    periods = sorted({figure.period for figure in figures.values()})
    days = sorted({figure.fresh_until for figure in figures.values()})
    place_of_indicator = {code: place for place, code in enumerate(indicators)}
    place_of_area = {code: place for place, (code, *_) in enumerate(areas)}
    place_of_period = {period: place for place, period in enumerate(periods)}
    place_of_day = {day: place for place, day in enumerate(days)}
    return {
        "release": info.release_id,
        "released_on": info.as_of.isoformat(),
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
                _rounded(before[key].value if key in before else None, dictionary[figure.indicator_code][3]),
                int(figure.status == "provisional"),
                figure.missing_reason,
                place_of_day[figure.fresh_until],
            ]
            for key, figure in figures.items()
        ],
    }


def outlines(board: Board) -> dict[str, Any]:
    """Return the neighbourhoods of the municipality as GeoJSON, for a browser that looks up its own position."""
    drawn = board.rows(_OUTLINES, municipality=board.municipality.code, today=board.today)
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"code": code, "name": name},
                "geometry": orjson.loads(geometry),
            }
            for code, name, geometry in drawn
        ],
    }


def _rounded(value: float | None, decimals: int) -> float | None:
    return None if value is None else float(rounded(value, decimals))
