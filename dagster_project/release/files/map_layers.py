"""The map of a release: outlines of its regions, with the current figures of each neighbourhood.

A GeoPackage rather than GeoJSON: one file has every level, with typed columns and their Dutch titles. It is made from
the marts as they are shown on the day of the release. Like every file it does not expire: each row has its last day,
and so does each figure in the layer that explains them.
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from dagster_project.release.files.geopackage import Field, Layer, write_geopackage
from dagster_project.release.reader import DATABASE, SNAPSHOT, open_databases
from dagster_project.storage.sql import literal, rows_of

MAP = "map/buurten.gpkg"
OUTLINES = "dim_region_outline"
PROFILE = "mart_neighbourhood_profile"
DICTIONARY = "dim_indicator"
NEIGHBOURHOOD = "neighbourhood"
# Levels of regions, each a layer; the first is on top.
LAYERS = {
    NEIGHBOURHOOD: ("buurten", "Buurten met hun nieuwste cijfers"),
    "district": ("wijken", "Wijken"),
    "area": ("eigen_gebieden", "Gebieden die de gemeente zelf samenstelde"),
    "municipality": ("gemeente", "Gemeente"),
}
REGION = (
    Field("region_code", "TEXT", "Gebied (code)"),
    Field("region_name", "TEXT", "Gebied"),
    Field("fresh_until", "DATE", "Toonbaar tot en met", "Laatste dag waarop alles in deze rij mag worden getoond."),
)
LEGEND = (
    Field("indicator_code", "TEXT", "Cijfer (kolom in buurten)"),
    Field("label_nl", "TEXT", "Cijfer"),
    Field("unit_nl", "TEXT", "Eenheid"),
    Field("period", "TEXT", "Periode"),
    Field("status", "TEXT", "Status"),
    Field("definition_nl", "TEXT", "Omschrijving"),
    Field("source", "TEXT", "Bron"),
    Field("fresh_until", "DATE", "Toonbaar tot en met"),
)


def write_map(release: Path, marts: Collection[str], made_on: date, suppliers: Mapping[str, str]) -> None:
    """Write the map of a release, if it has outlines; ``suppliers`` names each feed for readers."""
    if not {OUTLINES, PROFILE, DICTIONARY} <= set(marts):
        return
    with closing(open_databases(release=release / DATABASE)) as connection:
        connection.execute(f"USE release.{SNAPSHOT}")
        layers = [*_layers(connection, made_on, suppliers)]
    if layers:
        file = release / MAP
        file.parent.mkdir()
        write_geopackage(file, layers, made_on)


def _layers(connection: duckdb.DuckDBPyConnection, made_on: date, suppliers: Mapping[str, str]) -> Iterator[Layer]:
    regions: dict[str, list[dict[str, Any]]] = {level: [] for level in LAYERS}
    query = f"""
        SELECT
            region_level, region_code, coalesce(region_name, region_code) AS region_name, fresh_until, outline_geojson
        FROM {OUTLINES} WHERE fresh_until IS NOT NULL AND region_level IN ({", ".join(map(literal, LAYERS))})
        ORDER BY region_code
    """
    for row in rows_of(connection, query):
        regions[row["region_level"]].append(row)
    if not any(regions.values()):
        return
    legend = _legend(connection, suppliers)
    figures = _figures(connection) if legend else {}
    until = min(row["fresh_until"] for rows in [*regions.values(), legend] for row in rows)
    for level, (name, title) in LAYERS.items():
        fields, rows = [*REGION], [[row[field.name] for field in REGION] for row in regions[level]]
        if level == NEIGHBOURHOOD:
            fields += [_field(row) for row in legend]
            rows = [_with_figures(row, figures, legend) for row in rows]
        if rows:
            about = f"{title}. Gemaakt op {made_on:%d-%m-%Y}, toonbaar tot en met {until:%d-%m-%Y}."
            yield Layer(name, about, fields, rows, [row["outline_geojson"] for row in regions[level]])
    about = f"Wat de cijfers in de laag buurten betekenen. Toonbaar tot en met {until:%d-%m-%Y}."
    yield Layer("uitleg", about, LEGEND, [[row[field.name] for field in LEGEND] for row in legend])


def _with_figures(
    row: list[Any], figures: dict[str, tuple[date, dict[str, float]]], legend: list[dict[str, Any]]
) -> list[Any]:
    code, name, until = row
    earliest, own = figures.get(code, (until, {}))
    return [code, name, min(until, earliest), *(own.get(one["indicator_code"]) for one in legend)]


def _legend(connection: duckdb.DuckDBPyConnection, suppliers: Mapping[str, str]) -> list[dict[str, Any]]:
    """Describe each indicator of the profile that has figures: one period, and the earliest of their last days."""
    query = f"""
        SELECT
            profile.indicator_code, any_value(dictionary.label_nl) AS label_nl, any_value(profile.unit_nl) AS unit_nl,
            max(profile.period) AS period,
            if(bool_or(profile.status = 'provisional'), 'voorlopig', 'definitief') AS status,
            any_value(dictionary.definition_nl) AS definition_nl, min(profile.feed) AS feed,
            min(profile.figure_fresh_until) AS fresh_until
        FROM {PROFILE} AS profile INNER JOIN {DICTIONARY} AS dictionary USING (indicator_code)
        WHERE profile.value IS NOT NULL AND profile.figure_fresh_until IS NOT NULL
        GROUP BY profile.indicator_code ORDER BY profile.indicator_code
    """
    return [row | {"source": suppliers.get(row["feed"], row["feed"])} for row in rows_of(connection, query)]


def _field(figure: dict[str, Any]) -> Field:
    about = f"{figure['period']} ({figure['status']}). {figure['definition_nl']} Bron: {figure['source']}."
    return Field(figure["indicator_code"], "REAL", f"{figure['label_nl']} ({figure['unit_nl']})", about)


def _figures(connection: duckdb.DuckDBPyConnection) -> dict[str, tuple[date, dict[str, float]]]:
    """Read the figures of each neighbourhood by indicator, and the earliest of their last days."""
    query = f"""
        SELECT neighbourhood_code, min(figure_fresh_until), map_from_entries(list((indicator_code, value)))
        FROM {PROFILE} WHERE value IS NOT NULL AND figure_fresh_until IS NOT NULL GROUP BY neighbourhood_code
    """
    return {code: (until, figures) for code, until, figures in connection.execute(query).fetchall()}
