"""Files as departments deliver them, and a contract to try them with."""

import csv
import io
import os
from datetime import UTC, datetime
from pathlib import Path

from landing.receiving import IMPATIENT, SAMPLE_TOWN, Desk
from openpyxl import Workbook

from dagster_project.contracts.model import Feed
from dagster_project.installation.settings import Settings
from dagster_project.landing.store import FeedStore

HEADINGS = ["Personeelsnummer", "Afdeling", "Begindatum", "Uren per week", "Bedrag", "Leidinggevende", "Soort"]
# A row as typed cells, and the same as a Dutch export writes it.
ROW = ["1001", "Burgerzaken", "01-09-2026", "32,5", "1.234,50", "nee", "vast"]
OTHER = ["1002", "Beheer", "15-3-2024", "36", "-12,25", "ja", "tijdelijk"]


def column(name, heading, data_type="varchar", **meta):
    return {
        "name": name,
        "data_type": data_type,
        "description": f"{heading}.",
        "meta": {"supplier_name": heading, **meta},
    }


STAFF = [
    column("person_code", "Personeelsnummer", is_pseudonymised=True, minimum_fill_pct=100),
    column("department_name", "Afdeling", supplier_aliases=("Team",)),
    column("start_date", "Begindatum", "date", minimum_fill_pct=100),
    column("hours", "Uren per week", "double"),
    column("amount_eur", "Bedrag", "double"),
    column("is_manager", "Leidinggevende", "boolean"),
    column("contract_type", "Soort", accepted_values=("vast", "tijdelijk")),
]


def contract(columns=STAFF, key=("person_code", "start_date"), protocol="file", **delivery) -> Feed:
    values = {
        "supplier_label": "Personeel",
        "protocol": protocol,
        "owner": "P&O",
        "publisher": "Eigen gemeente",
        # As of an external supplier, whose values messages may repeat.
        "contact": "https://example.org/",
        "licence": {"name": "Eigen gebruik", "url": "https://example.org/"},
        "cadence": "P1M",
        "publication_lag": "P7D",
        "clocks": ("checked",),
        "region_level": "municipality",
        "personal_data": False,
        "volume": {"minimum_pct": 50, "maximum_pct": 200},
        "fill_drop_points": 50,
        **delivery,
    }
    table = {"name": "staff", "key": key, "columns": columns}
    return Feed.model_validate(
        {"supplier": "hr", "name": "staff", "file": "_hr__sources.yml", "delivery": values, "tables": [table]}
    )


def desk(home: Path, feed: Feed | None = None, **settings) -> Desk:
    values = {"municipality_code": SAMPLE_TOWN, "home": home, "http": IMPATIENT, "suppliers": {}, **settings}
    return Desk(FeedStore(home / "landing", feed or contract()), Settings(**values))


def drop(desk: Desk, name: str, content: bytes) -> Path:
    """Put a file in the drop folder of the desk's feed."""
    path = desk.settings.inbox / desk.store.feed.id / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (desk.now.timestamp(), desk.now.timestamp()))
    return path


def touch(path: Path, moment: str) -> Path:
    """Let a file look as if it was last changed at a moment."""
    stamp = datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp()
    os.utime(path, (stamp, stamp))
    return path


def as_csv(*rows, delimiter=";", encoding="utf-8", quoting=csv.QUOTE_MINIMAL) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, quoting=quoting).writerows(rows or (HEADINGS, ROW, OTHER))
    return text.getvalue().encode(encoding)


def as_xlsx(*rows, title="Blad1", change=lambda workbook, sheet: None) -> bytes:
    workbook = Workbook()
    sheet = workbook.active
    sheet.title = title
    for row in rows:
        sheet.append(row)
    change(workbook, sheet)
    content = io.BytesIO()
    workbook.save(content)
    return content.getvalue()


def with_value(row: list, heading: str, value) -> list:
    """A row with another value under a heading."""
    return [value if name == heading else old for name, old in zip(HEADINGS, row, strict=True)]


def all_rows(desk: Desk) -> list[tuple]:
    return desk.rows("select * from data")
