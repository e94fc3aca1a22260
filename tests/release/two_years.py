"""A small installation that meets a plan of two years, day by day.

Landing, audit, clocks, marts and the release writer are those of Maandvers. Of the great middle, dbt's other models,
stand two tables of figures.
"""

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import yaml
from jinja2 import Environment
from landing.receiving import IMPATIENT, judge_by_rules

from dagster_project.audit.gate import judge_deliveries, judge_freshness
from dagster_project.audit.outcome import AuditOutcome
from dagster_project.extract.extractors import extractor_for
from dagster_project.installation.settings import DBT_PROJECT, Settings
from dagster_project.installation.workspace import Workspace, morning_of
from dagster_project.landing.ingest import receive
from dagster_project.landing.store import FeedStore
from dagster_project.marts.catalogue import Mart, read_marts
from dagster_project.release.build import build_release
from dagster_project.warehouse.dbt import current_manifest
from dagster_project.warehouse.publication_history import PublicationHistory
from dagster_project.warehouse.raw_layer import (
    open_warehouse,
    raw_layer,
    write_freshness,
    write_publication,
    write_published,
    write_raw,
)

from .planned_suppliers import Address, Day, Folder, Plan, Register, Service

# A mart with a row per figure, and one with a group of columns per feed.
LONG, WIDE = "fct_indicator_values", "mart_education"
# The indicators and feeds of the wide mart in which the figures of the first two registers are shown.
SHOWN = {"primary_schools_count": "duo.schools", "primary_pupils_count": "duo.pupils"}
SET_BUILT = "CREATE OR REPLACE TABLE raw_maandvers.build AS SELECT ?::varchar AS fingerprint"
PLACES = {LONG: "marts/core", WIDE: "marts/themes", "stg_maandvers__freshness": "staging/maandvers"}


class Installation:
    """The line, day by day."""

    def __init__(self, home: Path, plan: Plan, suppliers: Service) -> None:
        self.plan = plan
        self.home = home
        self.parties: list[Address | Folder] = []
        suppliers.addresses.clear()
        for register in plan.registers:
            if register.is_uploaded:
                self.parties.append(Folder(home / "drops" / register.id, register))
            else:
                suppliers.addresses[register.name] = address = Address()
                self.parties.append(address)
        _write_contracts(home / "models", plan.registers, suppliers.url)
        settings = Settings(municipality_code="GM9999", home=home, http=IMPATIENT)
        self.workspace = Workspace(settings, models=home / "models")
        self.stores = [FeedStore(self.workspace.landing, feed) for feed in self.workspace.feeds]
        self.pages = home / "pages"
        self.pages.mkdir()

    def run(self, day: Day, number: int) -> Path | None:
        """One run; the folder of its release, where it made one."""
        workspace = replace(self.workspace, now=morning_of(day.on))
        for party, store, event in zip(self.parties, self.stores, day.events, strict=True):
            party.play(event, number, day.on, workspace.now())
            with extractor_for(store.feed, workspace.settings, workspace.secret) as extractor:
                receive(store, extractor, workspace.now)
            party.tidy()
        judgements = judge_deliveries(
            self.stores, False, judge_by_rules if day.is_audited else lambda *_: [], workspace.now()
        )
        fresh, verdicts = judge_freshness(self.stores, workspace.today, judge_by_rules)
        outcome = AuditOutcome(
            as_of=workspace.today, judged_at=workspace.now(), feeds=verdicts, judgements=judgements + fresh
        )
        if not day.is_released or all(verdict.is_withheld for verdict in verdicts):
            return None
        with open_warehouse(workspace.warehouse) as connection:
            write_raw(connection, raw_layer(self.stores, verdicts))
            write_freshness(connection, workspace.feeds, verdicts)
            connection.execute(SET_BUILT, [f"day {number}"])
            write_published(connection, PublicationHistory(workspace).files())
            write_publication(connection, workspace.today)
            for statement in _models(self.plan.registers):
                connection.execute(statement)
        note = build_release(workspace, marts(self.plan.registers), outcome, self.pages)
        return workspace.releases / note.release_id


def marts(registers: Sequence[Register]) -> list[Mart]:
    """The marts of Maandvers that a plan fills; the long one is made from its registers."""
    tables = {("raw_own", register.name) for register in registers}
    filled = [mart for mart in read_marts(current_manifest()) if mart.name in (LONG, WIDE)]
    return [replace(mart, sources=mart.sources | tables) if mart.name == LONG else mart for mart in filled]


def _models(registers: Sequence[Register]) -> Iterator[str]:
    """The figures of every feed, the share of the first in the second, and the real models behind them."""
    yield "CREATE SCHEMA IF NOT EXISTS models"
    long, wide = marts(registers)
    first, second, *_ = registers
    parts = [
        _figures(long, f"raw_own.{one.name} AS a", one, value="a.amount", denominator_feed="null") for one in registers
    ]
    both = f"raw_own.{first.name} AS a JOIN raw_own.{second.name} AS b USING (region_code)"
    parts.append(_figures(long, both, first, value="1000 * a.amount + b.amount", denominator_feed=f"'{second.id}'"))
    yield f"CREATE OR REPLACE TABLE models.int_indicators__final AS {' UNION ALL '.join(parts)}"
    yield (
        "CREATE OR REPLACE VIEW models.int_indicators__noise AS"
        " SELECT *, false AS is_of_other_municipality FROM models.int_indicators__final"
    )
    yield (
        "CREATE TABLE IF NOT EXISTS models.int_indicators__dictionary (indicator_code varchar, series_break_date date)"
    )
    yield f"CREATE OR REPLACE TABLE models.wide_figures AS {_for_the_wide_mart(registers)}"
    yield (
        "CREATE TABLE IF NOT EXISTS models.int_regions__vintages (region_code varchar, region_vintage integer,"
        " region_name varchar, district_code varchar, municipality_code varchar)"
    )
    for name in ("stg_maandvers__freshness", LONG):
        yield f"CREATE OR REPLACE VIEW models.{name} AS {_model(name)}"
    names = " ".join(
        f"WHEN '{register.id}' THEN '{feed}'" for register, feed in zip(registers, SHOWN.values(), strict=False)
    )
    yield (
        "CREATE OR REPLACE VIEW models.wide_freshness AS"
        f" SELECT * REPLACE (CASE feed {names} END AS feed) FROM models.stg_maandvers__freshness"
    )
    wide_tables = {"int_indicators__final": "wide_figures", "stg_maandvers__freshness": "wide_freshness"}
    yield f"CREATE OR REPLACE VIEW models.{WIDE} AS {_model(WIDE, wide_tables)}"
    for mart in (long, wide):
        yield f"CREATE SCHEMA IF NOT EXISTS {mart.schema}"
        yield f"CREATE OR REPLACE VIEW {mart.schema}.{mart.name} AS SELECT * FROM warehouse.models.{mart.name}"
    # Every release writes down what it publishes for the first time; that is nothing of what is asked here.
    yield "CREATE SCHEMA IF NOT EXISTS intermediate"
    yield (
        "CREATE OR REPLACE TABLE intermediate.int_revisions__news (region_code varchar, region_vintage integer,"
        " indicator_code varchar, period varchar, definition varchar, value double, status varchar)"
    )


def _figures(long: Mart, tables: str, register: Register, *, value: str, denominator_feed: str) -> str:
    known = {
        "region_code": "region_code",
        "indicator_code": f"'{register.id}' || coalesce(' in ' || {denominator_feed}::varchar, '')",
        "value": value,
        "feed": f"'{register.id}'",
        "denominator_feed": denominator_feed,
    }
    columns = [
        f"({known.get(column.name, 'null')})::{column.data_type} AS {column.name}"
        for column in long.columns
        if column.name not in ("checked_at", "fresh_until")
    ]
    return f"SELECT {', '.join(columns)}, null::timestamptz AS denominator_released_at FROM {tables}"


def _for_the_wide_mart(registers: Sequence[Register]) -> str:
    """A row per figure of the first two registers, as an indicator and feed of the wide mart."""
    return " UNION ALL ".join(
        f"""
        SELECT region_code, null::integer AS region_vintage, null::varchar AS region_level,
            null::varchar AS period_type, null::varchar AS period,
            null::date AS period_start_date, null::date AS period_end_date, true AS is_complete_period,
            '{indicator}' AS indicator_code, amount::double AS value, '{feed}' AS feed,
            null::timestamptz AS released_at, null::varchar AS denominator_feed,
            null::timestamptz AS denominator_released_at
        FROM raw_own.{register.name}
        """
        for register, (indicator, feed) in zip(registers, SHOWN.items(), strict=False)
    )


def _model(name: str, tables: Mapping[str, str] = MappingProxyType({})) -> str:
    """Render a model of Maandvers as dbt would, on the tables of the plan."""
    text = (DBT_PROJECT / "models" / PLACES[name] / f"{name}.sql").read_text("utf-8")
    macros = (DBT_PROJECT / "macros" / "wide_marts.sql").read_text("utf-8")
    nodes = json.loads(current_manifest().read_bytes())["nodes"]
    return (
        Environment(extensions=["jinja2.ext.do"])
        .from_string(macros + text)
        .render(
            ref=lambda model: f"warehouse.models.{tables.get(model, model)}",
            source=lambda schema, table: f"warehouse.{schema}.{table}",
            yaml_of_the_mart=lambda: nodes[f"model.maandvers.{name}"],
        )
    )


def _write_contracts(models: Path, registers: Sequence[Register], url: str) -> None:
    """A contract per feed, as the real ones are written."""
    tables = []
    for register in registers:
        location = None if register.is_uploaded else f"{url}/{register.name}.csv"
        delivery = {
            "supplier_label": register.name,
            "protocol": "file",
            "parameters": {"location": location} if location else {},
            "owner": "Team Cijfers",
            "publisher": "Eigen gemeente",
            "licence": {"name": "CC BY 4.0", "url": "https://creativecommons.org/licenses/by/4.0/"},
            "cadence": "P1M",
            "publication_lag": "P7D",
            "clocks": ["checked", "period"] if register.binds_period else ["checked"],
            "period_column": f"{register.name}.measured_on",
            "maximum_age": register.maximum_age,
            "region_level": "neighbourhood",
            "personal_data": False,
            "volume": {"minimum_pct": 50, "maximum_pct": 200},
            "fill_drop_points": 50,
        }
        columns = [
            _column("region_code", "varchar", "Gebied", pattern=".*"),
            _column("amount", "bigint", "Aantal"),
            _column("measured_on", "date", "Peildatum"),
        ]
        meta = {"key": ["region_code"], "delivery": delivery}
        tables.append({"name": register.name, "config": {"meta": meta}, "columns": columns})
    file = models / "staging" / "own" / "_own__sources.yml"
    shutil.rmtree(models, ignore_errors=True)
    file.parent.mkdir(parents=True)
    file.write_text(yaml.safe_dump({"sources": [{"name": "raw_own", "tables": tables}]}), "utf-8")


def _column(name: str, data_type: str, heading: str, **rules: str) -> dict[str, object]:
    meta = {"supplier_name": heading, **rules}
    return {"name": name, "data_type": data_type, "description": f"{heading}.", "config": {"meta": meta}}
