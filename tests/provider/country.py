"""A simulated country of many municipalities: copies of the sample's, each under a code and with marks of its own."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from starlette.applications import Starlette
from starlette.types import Receive, Scope, Send

from dagster_project.sample.municipality import MUNICIPALITY
from dagster_project.sample.open_data.key_figures import key_figures_tables
from dagster_project.sample.registers.sports import write_sports
from dagster_project.sample.servers.odata_v3_server import ODataTable, odata_v3_routes
from dagster_project.sample.servers.serving import serve
from dagster_project.sample.service import DEFAULT_SEED

PUBLIC = "cbs.key_figures"
OWN = ("sports",)
YEARS = 3
DIGITS = MUNICIPALITY.removeprefix("GM")
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
    newest = sorted(key_figures_tables(day, DEFAULT_SEED), key=lambda table: str(table.title))[-YEARS:]
    app = Starlette(routes=odata_v3_routes([_with_copies(table, codes) for table in newest]))

    async def counting(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            country.requests[f"{scope['path']}?{scope['query_string'].decode()}"] += 1
        await app(scope, receive, send)

    with serve(counting) as country.url:
        yield country


def _with_copies(table: ODataTable, codes: list[str]) -> ODataTable:
    rows = list(table.rows)
    (dimension,) = table.code_lists
    rows += [_moved(row, code) for code in codes for row in rows if DIGITS in str(row[dimension])[2:6]]
    return replace(
        table,
        infos={**table.infos, "RecordCount": len(rows)},
        rows=[{**row, "ID": number} for number, row in enumerate(rows)],
        code_lists={
            dimension: [
                *table.code_lists[dimension],
                *(
                    _moved(row, code)
                    for code in codes
                    for row in table.code_lists[dimension]
                    if DIGITS in str(row["Key"])[2:6]
                ),
            ]
        },
    )


def _moved(row: dict[str, object], code: str) -> dict[str, object]:
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
    write_sports(inbox, day, seed)
    for file in inbox.rglob("*.csv"):
        encoding = "cp1252" if "memberships" in str(file) else "utf-8"
        text = file.read_bytes().decode(encoding)
        moved = text.replace(DIGITS, code.removeprefix("GM")).replace(FICTIONAL, mark_of(code))
        file.write_bytes(moved.encode(encoding))


def write_settings(folder: Path, url: str, **settings: object) -> None:
    """Write maandvers.toml of an installation whose suppliers are at ``url``."""
    lines = [f"{name} = {json.dumps(value)}" for name, value in settings.items()]
    lines += [f'[suppliers.cbs]\nbase_url = "{url}"', f"[suppliers.cbs.feeds.key_figures]\neditions = {YEARS}"]
    lines += ["[http]\nfirst_wait = 0.01\nlongest_wait = 0.05\nattempts = 2\nfile_wait = 0.01"]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "maandvers.toml").write_text("\n".join(lines) + "\n", "utf-8")
