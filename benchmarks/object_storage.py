"""A release of the whole country in object storage, and its copy on another machine: time, processor time and memory.

The country is a release of the nationwide key figures: the real table of 2020 with 14,500 neighbourhoods (editions.py).
The server is moto's, on this machine; its own work is no measure of a real one.

    .venv/bin/python benchmarks/object_storage.py --country HOME        # reads the release in HOME, or makes it there
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

import httpx
from board_load import country
from editions import installation, size_of
from measuring import COMMAND, HEADINGS, run_command
from serving import free_port, started

KEYS = {"AWS_ACCESS_KEY_ID": "maandvers", "AWS_SECRET_ACCESS_KEY": "maandvers", "AWS_REGION": "eu-west-1"}


def main() -> None:
    """Publish and fetch, and print what both cost."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--country", type=Path, help="home of the nationwide installation; else a temporary one")
    arguments = parser.parse_args()
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with country(arguments.country) as home, started(command, port, "/moto-api/", os.environ) as server:
        httpx.put(f"{server.address}/bucket").raise_for_status()
        place = {
            "MAANDVERS_OBJECT_STORAGE__URL": "s3://bucket/country",
            "MAANDVERS_OBJECT_STORAGE__ENDPOINT": server.address,
        }
        files = [file for file in (home / "releases" / "latest").resolve().rglob("*") if file.is_file()]
        print(f"{len(files)} files, {sum(map(size_of, files)):.0f} MB; load {os.getloadavg()[0]:.1f}\n{HEADINGS}")
        settings = installation(home) | place | KEYS
        print(run_command(COMMAND, "publish", "s3", settings=settings).line("publish"), flush=True)
        with tempfile.TemporaryDirectory() as elsewhere:
            settings = installation(Path(elsewhere)) | place | KEYS
            print(run_command(COMMAND, "fetch", settings=settings).line("fetch on another machine"), flush=True)


if __name__ == "__main__":
    main()
