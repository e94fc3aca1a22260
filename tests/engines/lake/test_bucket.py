"""The files of a lake lie in a bucket as well as in a folder."""

import pytest
from object_storage.conftest import KEYS, started_server
from postgres_server import free_port

from dagster_project.storage.lake import Lake
from dagster_project.storage.sql import connect

pytestmark = pytest.mark.xdist_group("lake")


@pytest.fixture
def bucket(monkeypatch):
    """A server of the S3 protocol, with its address and keys in the environment."""
    server = started_server(free_port())
    for name, value in {**KEYS, "AWS_ENDPOINT_URL": server.endpoint}.items():
        monkeypatch.setenv(name, value)
    yield "s3://bucket/lake"
    server.process.kill()
    server.process.wait()


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
