"""The public edition as a Frictionless data package: files, columns with their licences, and names to be mentioned."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from dagster_project.contracts.model import Feed
from dagster_project.errors import SetupError
from dagster_project.installation.public_settings import PublicSettings
from dagster_project.marts.catalogue import Mart
from dagster_project.release.mart_files import compression_of, csv_file
from dagster_project.release.reader import DATABASE
from dagster_project.storage.sql import connect

LICENCES = {
    "CC0 1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "CC BY 4.0": "https://creativecommons.org/licenses/by/4.0/",
}
# Parts of the description of the internal release that are repeated; all else of it stays inside.
KEPT_OF_A_FIELD = ("name", "title", "type", "description", "explanation", "unit", "shownUntil", "feeds")
KEPT_OF_A_RESOURCE = ("name", "title", "description", "explanation", "encoding", "scope")
KEPT = ("profile", "name", "title", "created", "completeUntil", "expiresAfter", "themes")
OWN = "Eigen gemeente"


def check_contact(settings: PublicSettings) -> None:
    """Raise SetupError without a contact, before an edition is made."""
    if settings.contact is None or settings.address is None:
        raise SetupError(
            "public.contact and public.address: a publication on the web says who answers questions, and where it is\n"
            '  do: set both in [public], such as contact = "data@example.nl" and address = "https://cijfers.example.nl"'
        )


def public_datapackage(
    inside: Mapping[str, Any],
    folder: Path,
    marts: Sequence[Mart],
    rows: Mapping[str, int],
    feeds: Sequence[Feed],
    settings: PublicSettings,
) -> dict[str, Any]:
    """Describe an edition by the data package of the internal release."""
    used = _feeds_in(folder)
    named = {feed.id: feed for feed in feeds if feed.id in set().union(*used.values())}
    resources = {resource["name"]: resource for resource in inside["resources"]}
    sources = {name: _source(feed, settings) for name, feed in sorted(named.items())}
    publishers = sorted({source["title"] for source in sources.values()})
    return {
        **{key: inside[key] for key in KEPT},
        "title": f"{inside['title']}, openbare uitgave",
        "homepage": settings.address,
        "contact": settings.contact,
        # The strictest of all: it satisfies the others.
        "licenses": [{"name": "CC-BY-4.0", "title": "CC BY 4.0", "path": LICENCES["CC BY 4.0"]}],
        "attribution": f"Bron: {', '.join(publishers)}; bewerking met Maandvers.",
        "resources": [
            _resource(resources[mart.name], mart, rows[mart.name], used[mart.name], sources) for mart in marts
        ],
    }


def _resource(
    inside: Mapping[str, Any], mart: Mart, rows: int, used: set[str], sources: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    own = [sources[feed] for feed in sorted(used) if feed in sources]
    names = {column.name for column in mart.columns}
    file = csv_file(mart, rows)
    return {
        "profile": "tabular-data-resource",
        **{key: inside[key] for key in KEPT_OF_A_RESOURCE},
        "path": file,
        **compression_of(file),
        "schema": {
            "fields": [_field(field, own, sources) for field in inside["schema"]["fields"] if field["name"] in names],
            "primaryKey": inside["schema"]["primaryKey"],
            "missingValues": [""],
        },
        "sources": own,
        "licenses": _licences(own),
    }


def _field(
    field: Mapping[str, Any], own: Sequence[Mapping[str, Any]], sources: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    """Describe a column with the licences of its figures."""
    kept = {key: field[key] for key in KEPT_OF_A_FIELD if key in field}
    of_column = [sources[feed] for feed in field.get("feeds", ()) if feed in sources]
    return {**kept, "licenses": _licences(of_column or own)}


def _licences(sources: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    return [
        {"title": title, "path": path}
        for title, path in sorted({(source["license"]["title"], source["license"]["path"]) for source in sources})
    ]


def _source(feed: Feed, settings: PublicSettings) -> dict[str, Any]:
    """Describe a feed; own registers get the licence and contact of the edition."""
    licence = feed.delivery.licence
    is_own = feed.delivery.publisher == OWN
    return {
        "title": feed.delivery.publisher,
        "path": feed.id,
        "license": {"title": settings.licence, "path": LICENCES[settings.licence]}
        if is_own
        else {"title": licence.name, "path": str(licence.url)},
        "contact": settings.contact,
    }


def _feeds_in(folder: Path) -> dict[str, set[str]]:
    """The feeds of the figures in each mart."""
    used: dict[str, set[str]] = defaultdict(set)
    with connect(folder / DATABASE, read_only=True) as connection:
        tables = connection.execute(
            "SELECT table_name, column_name FROM duckdb_columns() WHERE schema_name = 'snapshot'"
            " AND table_name <> 'freshness' AND column_name IN ('feed', 'denominator_feed', 'source_feed')"
        ).fetchall()
        for table, column in tables:
            rows = connection.execute(f"SELECT DISTINCT {column} FROM snapshot.{table} WHERE {column} IS NOT NULL")
            used[table] |= {feed for (feed,) in rows.fetchall()}
    # Regions come with the key figures.
    for table in ("dim_region", "dim_region_crosswalk"):
        used[table].add("cbs.key_figures")
    return used
