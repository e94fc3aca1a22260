"""The release described as a Frictionless data package, with the contents of each file."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from dagster_project.audit.outcome import AuditOutcome
from dagster_project.contracts.model import Feed
from dagster_project.installation.workspace import Workspace
from dagster_project.marts.catalogue import Mart, MartColumn
from dagster_project.marts.column_clocks import OF_THE_ROW
from dagster_project.marts.dictionary import theme_codes
from dagster_project.marts.question_book import read_questions
from dagster_project.marts.scope import RowFact
from dagster_project.release.last_good import feeds_of, last_days, last_good
from dagster_project.release.mart_files import compression_of, csv_file
from dagster_project.release.star import ForeignKeys
from dagster_project.warehouse.dbt import current_manifest

FIELD_TYPES = {
    "varchar": "string",
    "bigint": "integer",
    "integer": "integer",
    "hugeint": "integer",
    "smallint": "integer",
    "double": "number",
    "boolean": "boolean",
    "date": "date",
    "timestamp": "datetime",
}


def datapackage(
    release_id: str,
    workspace: Workspace,
    marts: Sequence[Mart],
    outcome: AuditOutcome,
    rows: Mapping[str, int],
    foreign_keys: ForeignKeys,
    named: Mapping[str, Collection[str]],
) -> dict[str, Any]:
    """Describe a release: a resource per mart, with the sources and licences of its figures.

    ``named`` are the feeds that the rows of each mart name.
    """
    limits = last_days(marts, workspace.feeds, outcome, named)
    return {
        "profile": "tabular-data-package",
        "name": "maandvers",
        "title": f"Maandvers {workspace.settings.municipality_code}"
        + (" (fictieve voorbeeldgemeente)" if workspace.is_sample else ""),
        "version": release_id,
        "created": outcome.judged_at.isoformat(),
        # Our own properties: the last days on which it shows all of its figures, and any of them.
        "completeUntil": min(limits).isoformat() if limits else None,
        "expiresAfter": max(limits).isoformat() if limits else None,
        # Our own property: the codes of all themes.
        "themes": theme_codes(),
        "resources": [
            _resource(
                mart,
                csv_file(mart, rows[mart.name]),
                workspace.feeds,
                outcome,
                foreign_keys[mart.name],
                named[mart.name],
            )
            for mart in marts
        ],
        # Our own property: questions with the SQL on the tables of this release that answers them.
        "questions": [
            {"name": one.name, "theme": one.theme, "question": one.question_nl, "sql": one.sql}
            for one in read_questions(current_manifest())
        ],
    }


def _resource(
    mart: Mart,
    file: str,
    feeds: Sequence[Feed],
    outcome: AuditOutcome,
    foreign_keys: Sequence[tuple[str, str, str]],
    named: Collection[str],
) -> dict[str, Any]:
    # A feed that is withheld or not set up has no figure in the release.
    used = [feed for feed, verdict in feeds_of(mart, feeds, outcome, named) if not verdict.is_withheld]
    return {
        "profile": "tabular-data-resource",
        "name": mart.name,
        "title": mart.label_nl,
        "path": file,
        **compression_of(file),
        "description": mart.description,
        # Our own property, for readers of Dutch.
        "explanation": mart.description_nl,
        "encoding": "utf-8",
        "schema": {
            "fields": [_field(column) for column in mart.columns],
            "primaryKey": list(mart.key),
            "foreignKeys": [
                {"fields": [column], "reference": {"resource": other, "fields": [key]}}
                for column, other, key in foreign_keys
            ],
            "missingValues": [""],
        },
        "sources": [_source(feed) for feed in used],
        # Our own property: the themes and levels by which readers are admitted.
        "scope": _scope(mart),
        # Our own property: feeds whose supplier gave no usable answer, so that their figures stand until they expire.
        "lastGoodDeliveries": [one.model_dump(mode="json") for one in last_good(mart, feeds, outcome, named)],
        "licenses": [
            {"title": name, "path": url}
            for name, url in sorted({(f.delivery.licence.name, str(f.delivery.licence.url)) for f in used})
        ],
    }


def _scope(mart: Mart) -> dict[str, Any]:
    def row_fact(fact: RowFact | None) -> dict[str, str | None] | None:
        return {"column": fact.column, "mart": fact.mart} if fact else None

    return {
        "themes": list(mart.scope.themes),
        "themeOfRow": row_fact(mart.scope.theme_of_row),
        "level": mart.scope.level,
        "levelOfRow": row_fact(mart.scope.level_of_row),
    }


def _source(feed: Feed) -> dict[str, Any]:
    """Describe a feed; its licence and who answers questions are our own properties."""
    licence = feed.delivery.licence
    return {
        "title": feed.delivery.publisher,
        "path": feed.id,
        "license": {"title": licence.name, "path": str(licence.url)},
        "contact": feed.delivery.contact or feed.delivery.owner,
    }


def _field(column: MartColumn) -> dict[str, Any]:
    feeds = sorted({feed for clock in column.clocks for feed in clock.feeds})
    return {
        "name": column.name,
        "title": column.label_nl,
        "type": FIELD_TYPES.get(column.data_type.lower(), "any"),
        "description": column.description,
        # Our own properties, for readers of Dutch.
        "explanation": column.definition_nl,
        **({"unit": column.unit_nl} if column.unit_nl else {}),
        # Our own properties, of a figure in a mart with several clocks: the columns that say until when it may be
        # shown, and the feeds it is made from where these are not the row's own.
        **({"shownUntil": [clock.column for clock in column.clocks]} if column.clocks else {}),
        **({"feeds": feeds} if feeds and OF_THE_ROW not in feeds else {}),
    }
