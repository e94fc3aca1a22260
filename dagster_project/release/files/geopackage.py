"""GeoPackage (OGC 12-128r18): an SQLite file with layers that QGIS and other map programs open.

The standard library writes it; geometries are WKB behind a short header. Coordinates are longitude and latitude
(WGS84).
"""

import sqlite3
import struct
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

import shapely

APPLICATION_ID = 0x47504B47  # "GPKG"
VERSION = 10300
WGS84 = 4326
GEOMETRY = "geom"
# Little-endian, with an envelope of x and y.
FLAGS = 0b00000011
TABLES = """
CREATE TABLE gpkg_spatial_ref_sys (
    srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY, organization TEXT NOT NULL,
    organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT
);
CREATE TABLE gpkg_contents (
    table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE, description TEXT DEFAULT '',
    last_change DATETIME NOT NULL, min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER,
    CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id)
);
CREATE TABLE gpkg_geometry_columns (
    table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL,
    z TINYINT NOT NULL, m TINYINT NOT NULL,
    CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),
    CONSTRAINT uk_gc_table_name UNIQUE (table_name),
    CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents (table_name),
    CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id)
);
CREATE TABLE gpkg_extensions (
    table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, definition TEXT NOT NULL, scope TEXT NOT NULL,
    CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name)
);
CREATE TABLE gpkg_data_columns (
    table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT, title TEXT, description TEXT, mime_type TEXT,
    constraint_name TEXT, CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name),
    CONSTRAINT gdc_tn UNIQUE (table_name, name)
);
"""
WGS84_WKT = (
    'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG","7030"]],'
    'AUTHORITY["EPSG","6326"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],'
    'UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],AUTHORITY["EPSG","4326"]]'
)
# The three that every GeoPackage has.
SYSTEMS = (
    ("WGS 84", WGS84, "EPSG", WGS84, WGS84_WKT, "longitude and latitude in degrees"),
    ("Undefined cartesian", -1, "NONE", -1, "undefined", None),
    ("Undefined geographic", 0, "NONE", 0, "undefined", None),
)
SCHEMA_EXTENSION = ("gpkg_data_columns", None, "gpkg_schema", "http://www.geopackage.org/spec121/#extension_schema")

Value = str | int | float | date | None


@dataclass(frozen=True)
class Field:
    """A column of a layer; map programs show its title instead of its name."""

    name: str
    type: Literal["TEXT", "INTEGER", "REAL", "DATE"]
    title: str = ""
    description: str = ""


@dataclass(frozen=True)
class Layer:
    """A table with outlines, or without: then ``outlines`` is None."""

    name: str
    description: str
    fields: Sequence[Field]
    rows: Sequence[Sequence[Value]]
    # GeoJSON geometries of areas, one per row.
    outlines: Sequence[str] | None = None


def write_geopackage(file: Path, layers: Iterable[Layer], changed_on: date) -> None:
    """Write a GeoPackage; ``changed_on`` is the day that it gives for its contents."""
    with closing(sqlite3.connect(file)) as connection:
        # Half a file is never published, so no step waits for the disk.
        connection.executescript(f"PRAGMA synchronous = OFF; PRAGMA application_id = {APPLICATION_ID};")
        connection.executescript(f"PRAGMA user_version = {VERSION}; {TABLES}")
        connection.executemany("INSERT INTO gpkg_spatial_ref_sys VALUES (?, ?, ?, ?, ?, ?)", SYSTEMS)
        connection.execute("INSERT INTO gpkg_extensions VALUES (?, ?, ?, ?, 'read-write')", SCHEMA_EXTENSION)
        for layer in layers:
            _write_layer(connection, layer, f"{changed_on}T00:00:00.000Z")
        connection.commit()


def _write_layer(connection: sqlite3.Connection, layer: Layer, moment: str) -> None:
    columns = [f"{_quoted(field.name)} {field.type}" for field in layer.fields]
    rows: list[list[object]] = [
        [str(value) if isinstance(value, date) else value for value in row] for row in layer.rows
    ]
    bounds: tuple[float | None, ...] = (None, None, None, None)
    if layer.outlines is not None:
        # One type for all, as map programs expect of a layer.
        shapes = [_multipolygon(outline) for outline in layer.outlines]
        columns.append(f"{GEOMETRY} MULTIPOLYGON")
        rows = [[*row, _blob(shape)] for row, shape in zip(rows, shapes, strict=True)]
        if shapes:
            bounds = tuple(map(float, shapely.total_bounds(shapes)))
    connection.execute(f"CREATE TABLE {_quoted(layer.name)} (fid INTEGER PRIMARY KEY, {', '.join(columns)})")
    connection.executemany(
        f"INSERT INTO {_quoted(layer.name)} VALUES (NULL, {', '.join('?' * len(columns))})",
        rows,
    )
    is_map = layer.outlines is not None
    connection.execute(
        "INSERT INTO gpkg_contents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            layer.name,
            "features" if is_map else "attributes",
            layer.name,
            layer.description,
            moment,
            *bounds,
            WGS84 if is_map else None,
        ),
    )
    if is_map:
        connection.execute(
            "INSERT INTO gpkg_geometry_columns VALUES (?, ?, 'MULTIPOLYGON', ?, 0, 0)", (layer.name, GEOMETRY, WGS84)
        )
    titles = [field.title for field in layer.fields]
    connection.executemany(
        "INSERT INTO gpkg_data_columns VALUES (?, ?, ?, ?, ?, NULL, NULL)",
        [
            # Programs show the name, of which a table may have each but once, or the title.
            (
                layer.name,
                field.name,
                field.title if titles.count(field.title) == 1 else field.name,
                field.title,
                field.description,
            )
            for field in layer.fields
            if field.title
        ],
    )


def _multipolygon(outline: str) -> shapely.MultiPolygon:
    shape = shapely.from_geojson(outline)
    return (
        shape if isinstance(shape, shapely.MultiPolygon) else shapely.MultiPolygon(shapely.get_parts([shape]).tolist())
    )


def _blob(shape: shapely.MultiPolygon) -> bytes:
    left, bottom, right, top = shape.bounds
    header = struct.pack("<2sBBi4d", b"GP", 0, FLAGS, WGS84, left, right, bottom, top)
    return header + shapely.to_wkb(shape, byte_order=1)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
