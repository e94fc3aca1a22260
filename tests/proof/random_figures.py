"""Figures drawn by chance from all marts of a release, and other texts in the cells that they stand on."""

import csv
import gzip
import io
import json
import random
from pathlib import Path

import duckdb

from dagster_project.proof.figure import Question, told

NUMBERS = {"integer", "number"}


def random_figures(release: Path, count: int, seed: int) -> list[Question]:
    """So many figures, of each mart as many as of any other: a number where the mart has one, or else a text."""
    chance = random.Random(seed)
    marts = json.loads((release / "datapackage.json").read_text("utf-8"))["resources"]
    with duckdb.connect(str(release / "maandvers.duckdb"), read_only=True) as connection:
        filled = [mart for mart in marts if _rows(connection, mart["name"])]
        return [_one(connection, filled[number % len(filled)], chance) for number in range(count)]


def _one(connection, mart, chance):
    name, key = mart["name"], mart["schema"]["primaryKey"]
    offset = chance.randrange(_rows(connection, name))
    ordered = f"SELECT {{}} FROM held.{name} ORDER BY {', '.join(key)} LIMIT 1 OFFSET {offset}"
    others = [field for field in mart["schema"]["fields"] if field["name"] not in key]
    numbers = [field["name"] for field in others if field["type"] in NUMBERS]
    column = chance.choice(numbers or [field["name"] for field in others])
    values = connection.execute(ordered.format(", ".join(key))).fetchone()
    return Question(name, column, told(dict(zip(key, values, strict=True)), key))


def _rows(connection, mart):
    return connection.execute(f"SELECT count(*) FROM held.{mart}").fetchone()[0]


def change_cells(landing: Path, cells) -> int:
    """Write another number into each of these cells of the payloads; returns how many cells there were."""
    by_file: dict[Path, dict[tuple[int, str], str]] = {}
    for cell in cells:
        folder = landing / cell.feed.replace(".", "/") / "deliveries" / cell.place.delivery_id / "payload"
        number = float(cell.text) if cell.text else 0
        other = number + 1 if "." in (cell.text or "") else int(number) + 1
        by_file.setdefault(folder / cell.place.file, {})[cell.place.row - 1, cell.column] = other
    for file, changes in by_file.items():
        text = gzip.decompress(file.read_bytes()).decode()
        changed = _changed_page if file.name.endswith(".json.gz") else _changed_table
        file.write_bytes(gzip.compress(changed(text, changes).encode()))
    return sum(map(len, by_file.values()))


def _changed_page(text, changes):
    page = json.loads(text)
    for (row, column), other in changes.items():
        # In long observations the column is the code of a measure.
        record = page["value"][row]
        record[column if column in record else "Value"] = other
    return json.dumps(page)


def _changed_table(text, changes):
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    for (row, column), other in changes.items():
        rows[row][column] = str(other)
    target = io.StringIO(newline="")
    writer = csv.DictWriter(target, rows[0], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return target.getvalue()
