"""Figures drawn by chance from all marts of a release, and other texts in the cells that they stand on."""

import csv
import gzip
import io
import json
import random
from pathlib import Path

import duckdb

from dagster_project.lineage.question import Question, told
from dagster_project.release.provenance import PROVENANCE, Provenance, delivery_folder
from dagster_project.storage.checksums import CHECKSUMS, digest_of, write_checksums

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


def deliver_otherwise(home: Path, release: Path, cells) -> None:
    """Let the suppliers have sent another number in each of these cells, and the release have been made from that."""
    changes: dict[Path, dict[tuple[int, str], float]] = {}
    for cell in cells:
        folder = home / delivery_folder(cell.feed, cell.place.delivery_id)
        number = float(cell.text) + 1 if "." in cell.text else int(cell.text) + 1
        changes.setdefault(folder / "payload" / cell.place.file, {})[cell.place.row - 1, cell.column] = number
    provenance = Provenance.of(release)
    for file, own in changes.items():
        text = gzip.decompress(file.read_bytes()).decode()
        changed = _changed_page if file.name.endswith(".json.gz") else _changed_table
        file.write_bytes(gzip.compress(changed(text, own).encode()))
        delivery = file.parent.parent
        write_checksums(delivery)
        provenance.folders[str(delivery.relative_to(home))] = digest_of(delivery / CHECKSUMS)
    (release / PROVENANCE).write_text(provenance.model_dump_json())
    write_checksums(release)


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
