"""Outlines as a map draws them: valid, on a grid of a decimetre, with a point inside for a label or a symbol.

Those of the newest year, and of the municipality's own areas: the outlines of their neighbourhoods, joined. In Python,
because the geometry functions of DuckDB are an extension that many municipal networks cannot fetch.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection, DuckDBPyRelation

# Degrees: what suppliers write more finely is no border but noise, and makes a release larger.
GRID = 0.000001

# Of a region its code and its outline as GeoJSON; the point beside it is longitude and latitude.
Border = tuple[str, str]
Drawn = tuple[str, str, float, float]


class Dbt(Protocol):
    """The part of dbt's model interface that is used here."""

    def config(self, *, materialized: str) -> None:
        """Say how the model is kept."""

    def ref(self, name: str) -> "DuckDBPyRelation":
        """What another model holds."""


def model(dbt: Dbt, session: "DuckDBPyConnection") -> "DuckDBPyRelation":
    """One row per region that has land, and per own area of which all neighbourhoods have an outline."""
    # Imported here: dbt reads this file whenever it parses.
    from dagster_project.storage.sql import relation_of

    dbt.config(materialized="table")
    borders = dbt.ref("stg_pdok__borders").filter("not is_water")
    (newest,) = borders.aggregate("max(region_vintage)").fetchone() or (None,)
    rows = borders.filter(f"region_vintage = {newest or 0}").project("region_code, geometry").fetchall()
    areas = dbt.ref("own_areas").project("area_code, neighbourhood_code").order("all").fetchall()
    columns = {"region_code": "varchar", "outline_geojson": "varchar", "longitude": "double", "latitude": "double"}
    drawn = relation_of(session, columns, outlines(rows, areas))
    return drawn.project(
        f"region_code, {newest or 'null'}::integer as region_vintage, outline_geojson, longitude, latitude"
    )


def outlines(borders: Iterable[Border], areas: Iterable[tuple[str, str]]) -> list[Drawn]:
    """Code, outline, longitude and latitude of every region, and of every area that is whole."""
    # Imported here: dbt reads this file whenever it parses.
    from shapely import from_geojson, get_x, get_y, make_valid, point_on_surface, set_precision, to_geojson, union_all

    given = dict(sorted(borders))
    shapes = make_valid(from_geojson(list(given.values())), method="structure", keep_collapsed=False)
    drawn = dict(zip(given, set_precision(shapes, GRID), strict=True))
    parts: dict[str, list[str]] = {}
    for area, neighbourhood in areas:
        parts.setdefault(area, []).append(neighbourhood)
    for area, codes in sorted(parts.items()):
        if all(code in drawn for code in codes):
            drawn[area] = union_all([drawn[code] for code in codes], grid_size=GRID)
    found = list(drawn.values())
    points = point_on_surface(found)
    return list(zip(drawn, to_geojson(found).tolist(), get_x(points).tolist(), get_y(points).tolist(), strict=True))
