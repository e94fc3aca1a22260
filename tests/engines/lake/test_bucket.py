"""The files of a lake lie in a bucket as well as in a folder."""

import duckdb
import pytest

from dagster_project.storage.lake import Lake
from dagster_project.storage.sql import connect

pytestmark = pytest.mark.xdist_group("lake")


@pytest.fixture
def bucket(server, monkeypatch):
    """A place in a bucket, with its address in the environment."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.endpoint)
    return "s3://bucket/lake"


def test_rows_are_written_read_and_tidied_in_a_bucket(catalogue, bucket):
    lake = Lake(catalogue=catalogue, name="in_a_bucket", data=bucket)
    assert lake.state() is None
    states = set()
    for rows in (10, 20):
        with lake.connect() as connection:
            connection.execute(f"CREATE OR REPLACE TABLE main.numbers AS SELECT range AS number FROM range({rows})")
        states.add(lake.state())
    lake.tidy()
    states.add(lake.state())
    assert len(states) == 3
    with connect() as connection:
        lake.attach(connection)
        assert connection.execute("SELECT count(*) FROM warehouse.main.numbers").fetchall() == [(20,)]
        assert len(connection.execute(f"FROM glob('{bucket}/**')").fetchall()) == 1


def test_another_file_in_a_bucket_is_another_state(catalogue, bucket):
    lake = Lake(catalogue=catalogue, name="losing_a_file", data=f"{bucket}/losing")
    with lake.connect() as connection:
        connection.execute("CREATE TABLE main.numbers AS SELECT 1 AS number")
        ((file,),) = connection.execute(f"FROM glob('{lake.data}/**')").fetchall()
        before = lake.state()
        connection.execute(f"COPY (SELECT 2 AS number, 3 AS other) TO '{file}' (FORMAT parquet)")
    assert lake.state() not in (before, None)


def test_a_bucket_that_is_killed_is_no_failure_of_a_model(catalogue, bucket, server):
    lake = Lake(catalogue=catalogue, name="in_a_dead_bucket", data=f"{bucket}/dead")
    with lake.connect() as reading, lake.connect() as writing:
        writing.execute("CREATE TABLE main.numbers AS SELECT range AS number FROM range(1000)")
        server.process.kill()
        server.process.wait()
        for use in (
            lambda: reading.execute("SELECT sum(number) FROM main.numbers"),
            lambda: writing.execute("CREATE TABLE main.more AS SELECT 1 AS number"),
            lake.state,
            lake.tidy,
        ):
            with pytest.raises(duckdb.Error) as raised:
                use()
            assert lake.is_lost(str(raised.value)), raised.value
