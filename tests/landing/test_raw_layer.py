"""The raw views of deliveries that came before the contract asked for all that it asks for now."""

from datetime import date

import pytest

from dagster_project.audit.clocks import read_clocks
from dagster_project.audit.outcome import FeedVerdict
from dagster_project.landing.store import FeedStore
from dagster_project.storage.database import DatabaseFile
from dagster_project.warehouse.raw_layer import open_warehouse, raw_layer, write_raw

from .lived_through import Lived


@pytest.fixture
def lived(tmp_path):
    lived = Lived(tmp_path / "home")
    lived.receive(date(2026, 1, 31), 0)
    return lived


def shown(lived, feed, query):
    """The answer of a query on the raw layer under another contract."""
    store = FeedStore(lived.home / "landing", feed)
    verdict = FeedVerdict(clocks=read_clocks(store), is_withheld=False, reason=None)
    with open_warehouse(DatabaseFile(lived.home / "warehouse.duckdb")) as connection:
        write_raw(connection, raw_layer([store], [verdict]))
        return connection.execute(query).fetchall()


def test_a_column_of_later_is_empty_in_a_delivery_of_before(lived):
    feed = lived.store().feed
    (table,) = feed.tables
    added = table.columns[-1].model_copy(update={"name": "asked_for_later", "data_type": "double"})
    feed = feed.model_copy(
        update={"tables": (table.model_copy(update={"columns": (added, *table.columns)}),)},
    )
    query = "select count(*), count(asked_for_later), typeof(any_value(asked_for_later)) from raw_police.crime_monthly"
    assert shown(lived, feed, query) == [(1, 0, "DOUBLE")]


def test_a_table_of_later_is_empty_until_a_delivery_holds_it(lived):
    feed = lived.store().feed
    later = feed.tables[0].model_copy(update={"name": "later"})
    feed = feed.model_copy(update={"tables": (*feed.tables, later)})
    assert shown(lived, feed, "select count(*) from raw_police.later") == [(0,)]
    assert shown(lived, feed, "select count(*) from raw_police.crime_monthly") == [(1,)]
