"""Questions of an alderman with the SQL that answers them from the marts: dbt's analyses."""

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

# A mart is named in a release as in the models.
REFERENCE = re.compile(r"{{ ref\('(\w+)'\) }}")


@dataclass(frozen=True)
class BookQuestion:
    """A question in Dutch, and the query on a release that answers it."""

    name: str
    # Theme of the dictionary, or 'kpi'.
    theme: str
    question_nl: str
    sql: str


@cache
def read_questions(manifest_file: Path) -> tuple[BookQuestion, ...]:
    """Every analysis in dbt's manifest, by theme and name."""
    nodes = json.loads(manifest_file.read_bytes())["nodes"].values()
    found = (
        BookQuestion(
            name=node["name"],
            theme=node["config"]["meta"]["theme"],
            question_nl=node["description"].strip(),
            sql=REFERENCE.sub(r"\1", node["raw_code"]),
        )
        for node in nodes
        if node["resource_type"] == "analysis"
    )
    return tuple(sorted(found, key=lambda one: (one.theme, one.name)))
