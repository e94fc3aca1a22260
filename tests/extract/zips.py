"""Exports as Signalen writes them, made small: a few rows per file, changed as a test needs."""

import csv
import io
import zipfile
from pathlib import Path

REPORTER = "melder1@voorbeeld.example"
SECRET_TEXT = "Mijn buurman Jan Geheim maakt lawaai"
CREATED = "2026-11-01 09:12:33.123+00"

Rows = list[dict[str, str]]


def members() -> dict[str, Rows]:
    """The files of an export with two reports of one person."""
    return {
        "signals.csv": [_signal(1), _signal(2)],
        "statuses.csv": [
            {"id": "11", "text": SECRET_TEXT, "user": REPORTER, "_signal_id": "1", "state": "m", "created_at": CREATED}
        ],
        "locations.csv": [
            {
                "id": "21", "lat": "5.3000000", "lng": "52.6000000", "buurt_code": "BU99990000", "address": SECRET_TEXT,
                "_signal_id": "1", "area_code": "BU99990000",
            }
        ],
        "categories.csv": [
            {"id": "31", "main": "afval", "sub": "container, vol", "_signal_id": "1", "created_at": CREATED}
        ],
        "sla.csv": [
            {
                "id": "41", "main": "afval", "sub": "container, vol", "n_days": "3", "use_calendar_days": "t",
                "created_at": CREATED,
            }
        ],
        "reporters.csv": [{"id": "1", "email": REPORTER, "phone": "0612345678", "_signal_id": "1"}],
    }  # fmt: skip


def _signal(number: int) -> dict[str, str]:
    return {
        "id": str(number), "source": "online", "text": SECRET_TEXT, "text_extra": "", "created_at": CREATED,
        "updated_at": "2026-11-22 23:30:00+00", "category_assignment_id": "31", "location_id": "21",
        "reporter_id": "1", "status_id": "11", "priority": "normal", "parent": "", "type": "SIG",
    }  # fmt: skip


def as_csv(rows: Rows) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def write_zip(path: Path, **replaced: bytes | Rows | None) -> Path:
    """Write an export; ``signals=…`` takes the place of signals.csv, None leaves it out."""
    content = {**members(), **{f"{name}.csv": rows for name, rows in replaced.items()}}
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows in content.items():
            if rows is not None:
                archive.writestr(name, rows if isinstance(rows, bytes) else as_csv(rows))
    return path


def changed(member: str, **values: str) -> Rows:
    """The rows of a file with other values in the first."""
    first, *rest = members()[f"{member}.csv"]
    return [{**first, **values}, *rest]
