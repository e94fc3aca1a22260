"""A simulated country of many municipalities: copies of the sample's, each under a code and with marks of its own."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from starlette.applications import Starlette
from starlette.types import Receive, Scope, Send

from dagster_project.contracts.load import load_feeds
from dagster_project.installation.settings import DBT_PROJECT
from dagster_project.sample.municipality import MUNICIPALITY
from dagster_project.sample.servers.odata_filter import Record
from dagster_project.sample.servers.odata_v3_server import ODataTable, odata_v3_routes
from dagster_project.sample.servers.records import RecordSequence
from dagster_project.sample.servers.serving import serve
from dagster_project.sample.service import DEFAULT_SEED, ODATA_V3_SUPPLIERS, sample_tables, write_inbox

PUBLIC = "cbs.key_figures"
OWN = ("sports",)
# Everything that the simulated country delivers: tables of these suppliers, and files of these departments.
ALL_PUBLIC = tuple(feed.id for feed in load_feeds(DBT_PROJECT / "models") if feed.delivery.protocol == "odata_v3")
ALL_OWN = ("benefits_admin", "hr", "ledger", "social_domain", "sports", "statline", "vacancy", "vve")
# Of the key figures.
YEARS = 3
DIGITS = MUNICIPALITY.removeprefix("GM")
OF_SAMPLE = re.compile(rf"(GM|WK|BU){DIGITS}")
# On names in the sample's registers.
FICTIONAL = "(fictief)"


def simulated_codes(count: int) -> list[str]:
    """Codes that neither the sample nor a real municipality has."""
    return [f"GM98{number:02}" for number in range(1, count + 1)]


def mark_of(code: str) -> str:
    """The mark on every name in the registers of a municipality."""
    return f"({code})"


@dataclass
class Country:
    """Running suppliers of the country, and how often each address was asked for."""

    url: str = ""
    requests: Counter[str] = field(default_factory=Counter)


@contextmanager
def running_country(codes: list[str], day: date) -> Iterator[Country]:
    """Run the suppliers of open data, of which each table has every municipality."""
    country = Country()
    app = Starlette(routes=odata_v3_routes([_with_copies(table, codes) for table in sample_tables(day, DEFAULT_SEED)]))

    async def counting(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            country.requests[f"{scope['path']}?{scope['query_string'].decode()}"] += 1
        await app(scope, receive, send)

    with serve(counting) as country.url:
        yield country


def _with_copies(table: ODataTable, codes: list[str]) -> ODataTable:
    rows = [*table.rows, *_copies(table.rows, codes)]
    return replace(
        table,
        infos={**table.infos, "RecordCount": len(rows)},
        rows=[{**row, "ID": number} for number, row in enumerate(rows)],
        code_lists={name: [*keys, *_copies(keys, codes)] for name, keys in table.code_lists.items()},
    )


def _copies(rows: RecordSequence, codes: list[str]) -> list[Record]:
    """The rows of Maandrecht and its places as those of each municipality."""
    own = [row for row in rows if any(isinstance(value, str) and OF_SAMPLE.match(value) for value in row.values())]
    return [_moved(row, code) for code in codes for row in own]


def _moved(row: Record, code: str) -> Record:
    """A row of Maandrecht as one of another municipality."""
    digits = code.removeprefix("GM")
    return {
        name: value.replace(DIGITS, digits).replace("Maandrecht", f"Stad{digits}  ")
        if isinstance(value, str)
        else value
        for name, value in row.items()
    }


def write_registers(inbox: Path, code: str, day: date) -> None:
    """Write the files of the departments of one municipality, with figures, codes and names of its own."""
    seed = int(code.removeprefix("GM"))
    write_inbox(inbox, day, seed)
    own = {DIGITS: code.removeprefix("GM"), FICTIONAL: mark_of(code)}
    for file in inbox.rglob("*.csv"):
        # As bytes, since not every file has the same encoding.
        content = file.read_bytes()
        for ours, theirs in own.items():
            content = content.replace(ours.encode(), theirs.encode())
        file.write_bytes(content)


def write_settings(folder: Path, url: str, **settings: object) -> None:
    """Write maandvers.toml of an installation whose suppliers are at ``url``."""
    lines = [f"{name} = {json.dumps(value)}" for name, value in settings.items()]
    lines += [f'[suppliers.{name}]\nbase_url = "{url}"' for name in ODATA_V3_SUPPLIERS]
    lines += [f"[suppliers.cbs.feeds.key_figures]\neditions = {YEARS}"]
    lines += ["[http]\nfirst_wait = 0.01\nlongest_wait = 0.05\nattempts = 2\nfile_wait = 0.01"]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "maandvers.toml").write_text("\n".join(lines) + "\n", "utf-8")
