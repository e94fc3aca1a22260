"""Lint of models, marts and dictionary rows, from the files alone.

Belongs here: rules about how dbt_models/ and seeds/ are written, each a function that returns complaints.
Does not: rules about figures (dbt tests) or about style that sqlfluff or ruff would see.
"""

import ast
import csv
import re
from collections import Counter
from functools import cache
from pathlib import Path

import yaml

from dagster_project.marts.dictionary import shared_text

LONGEST_FILE = 400

# Constructs that DuckDB 2.0 or Spark read differently or reject.
FORBIDDEN_SQL = {
    "PIVOT": r"\b(un)?pivot\b",
    "* EXCLUDE": r"\*\s*exclude\b",
    "* REPLACE": r"\*\s*replace\b",
    "ASOF": r"\basof\b",
    "quantile_cont": r"\b(quantile|percentile|median)(_cont|_disc)?\s*\(",
    "~": r"~",
    "-> lambda": r"->",
    "//": r"//",
}

# The only file with syntax of one engine.
ENGINE_MACROS = "macros/engines.sql"

# Intermediate folders that all themes may read, and that read all themes.
SHARED = {"indicators", "regions", "revisions"}
# Advice derives from forecasts and effects, so these are one theme in three folders.
LOOKING_AHEAD = {"forecasts", "effects", "advice"}
# Our own metadata: deliveries and the clocks of each feed.
METADATA = "maandvers"

# Facts of every indicator that readers look up.
DICTIONARY = (
    "label_nl",
    "label_en",
    "definition_nl",
    "unit",
    "decimals",
    "direction",
    "aggregation",
    "reference_moment",
    "finest_level",
)
# Distinguish indicators in a list or above a column.
LABELS = ("label_nl", "label_en")
LEVELS = ("country", "municipality", "district", "neighbourhood")

# The list of themes of the dictionary, and a model's declaration of the indicators it makes (macros/figures.sql).
DICTIONARY_MODEL = "models/intermediate/indicators/1_figures/int_indicators__dictionary.sql"
DECLARATION = re.compile(r"{% set indicators = (\{.*?\}) %}", re.DOTALL)
BY_CONTRACT = re.compile(r"by_contract(?:': |=)(\[.*?\])")


def complaints(dbt_models: Path, seeds: Path) -> list[str]:
    """List every violation of the rules below."""
    return [
        *mart_complaints(dbt_models, seeds),
        *dictionary_complaints(dbt_models, seeds),
        *label_complaints(dbt_models, seeds),
        *clock_complaints(dbt_models),
        *feed_complaints(dbt_models),
        *layer_complaints(dbt_models),
        *sql_complaints(dbt_models),
        *length_complaints(dbt_models, seeds),
    ]


def mart_complaints(dbt_models: Path, seeds: Path) -> list[str]:
    """Every mart has a contract, a key test, a Dutch name, an exposure, and a type and description for each column."""
    complaints = []
    labels = _labels(seeds)
    texts = dict.fromkeys(re.findall(r"{% docs (\w+) %}", (dbt_models / "models/docs.md").read_text("utf-8")), "text")
    project = _yaml(dbt_models / "dbt_project.yml")
    enforced_for_all = project["models"]["maandvers"]["marts"].get("+contract", {}).get("enforced", False)
    described = _described_marts(dbt_models)
    exposed = {
        reference
        for exposure in _yaml(dbt_models / "models/marts/exposures.yml")["exposures"]
        for reference in exposure["depends_on"]
    }
    for path in sorted((dbt_models / "models/marts").rglob("*.sql")):
        mart = path.stem
        model = described.get(mart)
        if model is None:
            complaints.append(f"{mart}: not described in a YAML file beside it")
            continue
        if not model.get("config", {}).get("contract", {}).get("enforced", enforced_for_all):
            complaints.append(f"{mart}: contract is not enforced")
        if not any("unique_combination_of_columns" in test for test in model.get("data_tests", [])):
            complaints.append(f"{mart}: no unique_combination_of_columns test of its key")
        if not model.get("description"):
            complaints.append(f"{mart}: no description")
        if f"ref('{mart}')" not in exposed:
            complaints.append(f"{mart}: in no exposure; add it to models/marts/exposures.yml")
        if not model.get("config", {}).get("meta", {}).get("label_nl"):
            complaints.append(f"{mart}: no label_nl, its name in the reports of a release")
        for column in model.get("columns", []):
            name = column["name"]
            if not column.get("data_type"):
                complaints.append(f"{mart}.{name}: no data_type")
            if not (column.get("description") or name in labels or shared_text(name, texts)):
                complaints.append(f"{mart}.{name}: no description, and no docs block or indicator of its name")
    return complaints


def dictionary_complaints(dbt_models: Path, seeds: Path) -> list[str]:
    """Every dictionary row has one model that makes it, or a numerator and denominator; every declaration has a row."""
    indicators = _dictionary(seeds)
    themes = {row["theme_code"] for row in _rows(seeds / "themes.csv")}
    units = {row["unit"] for row in _rows(seeds / "units.csv")}
    listed = set(re.findall(r"^    '(\w+)',$", (dbt_models / DICTIONARY_MODEL).read_text("utf-8"), re.MULTILINE))
    declared, by_contract = _declared_indicators(dbt_models)
    delivered = {code for code, row in indicators.items() if not row["numerator"]}
    made = Counter(declared + [code for code in by_contract if code in delivered])
    feeds = {f"{supplier}.{name}" for supplier, name, _ in _deliveries(dbt_models)}

    complaints = [
        f"seeds/indicators/{file.stem}.csv: is not in the list of {DICTIONARY_MODEL}"
        for file in sorted((seeds / "indicators").glob("*.csv"))
        if file.stem not in listed
    ]
    for code, row in indicators.items():
        if code in delivered and made[code] != 1:
            complaints.append(f"{code}: {made[code]} models make it, and it has no numerator and denominator")
        if code not in delivered and made[code]:
            complaints.append(f"{code}: a model makes it, and it has a numerator; one of them defines it")
        if code not in delivered:
            complaints += [
                f"{code}: {part} {row[part]!r} is not a delivered indicator"
                for part in ("numerator", "denominator")
                if row[part] not in delivered
            ]
        if row["weight"] and row["weight"] not in indicators:
            complaints.append(f"{code}: weight {row['weight']!r} is not an indicator")
        if row["theme_code"] not in themes:
            complaints.append(f"{code}: theme {row['theme_code']!r} is not in themes.csv")
        if row["unit"] and row["unit"] not in units:
            complaints.append(f"{code}: unit {row['unit']!r} is not in units.csv")
        complaints += [f"{code}: {key} is empty" for key in DICTIONARY if not row[key]]
        if row["finest_level"] and row["finest_level"] not in LEVELS:
            complaints.append(f"{code}: finest_level {row['finest_level']!r} is no region_level")
    for key in LABELS:
        codes: dict[str, list[str]] = {}
        for code, row in indicators.items():
            codes.setdefault(row[key].lower(), []).append(code)
        complaints += [f"{', '.join(same)}: have the same {key}" for same in codes.values() if len(same) > 1]
    complaints += [f"{code}: a model makes it, but no dictionary row" for code in declared if code not in indicators]
    complaints += [
        f"{feed}: models make indicators of it, but it has no contract"
        for feed in sorted(_used_feeds(dbt_models) - feeds)
    ]
    return complaints


def _dictionary(seeds: Path) -> dict[str, dict[str, str]]:
    return {
        row["indicator_code"]: {**row, "theme_code": file.stem}
        for file in sorted((seeds / "indicators").glob("*.csv"))
        for row in _rows(file)
    }


def _declarations(dbt_models: Path) -> tuple[list[dict[str, dict[str, object]]], list[str]]:
    """What models declare to make: {feed: {indicator: expression}}, and feeds of which the contract names it."""
    declared, by_contract = [], []
    for path in sorted((dbt_models / "models/intermediate").rglob("*.sql")):
        text = path.read_text("utf-8")
        declared += [ast.literal_eval(found) for found in DECLARATION.findall(text)]
        by_contract += [feed for found in set(BY_CONTRACT.findall(text)) for feed in ast.literal_eval(found)]
    return declared, by_contract


def _declared_indicators(dbt_models: Path) -> tuple[list[str], list[str]]:
    """Codes of indicators that models declare, and names of columns of the contracts that models follow."""
    declared, by_contract = _declarations(dbt_models)
    columns = {
        f"{source['name'].removeprefix('raw_')}.{table['name']}": [column["name"] for column in table["columns"]]
        for path in (dbt_models / "models/staging").rglob("*__sources.yml")
        for source in _yaml(path)["sources"]
        for table in source["tables"]
    }
    codes = [code for feeds in declared for indicators in feeds.values() for code in indicators]
    return codes, [column for feed in by_contract for column in columns[feed]]


def _used_feeds(dbt_models: Path) -> set[str]:
    declared, by_contract = _declarations(dbt_models)
    return {feed for feeds in declared for feed in feeds} | set(by_contract)


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def feed_complaints(dbt_models: Path) -> list[str]:
    """Every feed has an owner, a publisher, a licence and clocks."""
    return [
        f"{supplier}.{name}: no {key}"
        for supplier, name, delivery in _deliveries(dbt_models)
        for key in ("owner", "publisher", "licence", "clocks")
        if not delivery.get(key)
    ]


def _deliveries(dbt_models: Path) -> list[tuple[str, str, dict]]:
    """List supplier, name and delivery part of every contract, which is at the source or at its table."""
    found = []
    for path in sorted((dbt_models / "models/staging").rglob("*__sources.yml")):
        for source in _yaml(path)["sources"]:
            for holder in (source, *source["tables"]):
                delivery = holder.get("config", {}).get("meta", {}).get("delivery")
                if delivery:
                    supplier = source["name"].removeprefix("raw_")
                    found.append((supplier, delivery.get("feed", holder["name"]), delivery))
    return found


def layer_complaints(dbt_models: Path) -> list[str]:
    """Figures go one way: source, staging of the supplier, intermediate of the theme, mart; themes do not mix.

    A staging model belongs to the one theme that reads it; what all themes need lies in the shared folders.
    """
    models = dbt_models / "models"
    layer = {path.stem: path.relative_to(models).parts[:-1] for path in models.rglob("*.sql")}
    complaints, readers = [], {}
    for path in sorted(models.rglob("*.sql")):
        text = path.read_text("utf-8")
        refs = [ref for ref in re.findall(r"ref\('(\w+)'\)", text) if ref in layer]
        sources = re.findall(r"source\('raw_(\w+)'", text)
        room, *folders = layer[path.stem]
        if room == "staging":
            complaints += [f"{path.stem}: reads {ref}; staging reads its own source only" for ref in refs]
            complaints += [f"{path.stem}: reads raw_{other}" for other in sources if other != folders[0]]
            continue
        complaints += [f"{path.stem}: reads raw_{source}; only staging does" for source in sources]
        for ref in refs:
            at, *inside = layer[ref]
            if at == "staging" and inside[0] != METADATA:
                readers.setdefault(ref, set()).add(folders[0])
                if room == "marts":
                    complaints.append(f"{path.stem}: reads {ref}; a mart reads staging through intermediate only")
            if at == "marts" and room == "intermediate":
                complaints.append(f"{path.stem}: reads {ref}; intermediate comes before the marts")
            is_one_theme = folders == inside or {folders[0], inside[0]} <= LOOKING_AHEAD
            if at == room == "intermediate" and not {folders[0], inside[0]} & SHARED and not is_one_theme:
                complaints.append(f"{path.stem}: reads {ref} of another theme")
    for model, folders in sorted(readers.items()):
        if len(themes := sorted(folders - SHARED)) > 1:
            complaints.append(f"{model}: belongs to one theme, and is read by {', '.join(themes)}")
    return complaints


def label_complaints(dbt_models: Path, seeds: Path) -> list[str]:
    """A column of a theme mart that is an indicator is described in the dictionary alone."""
    labels = _labels(seeds)
    return [
        f"{model['name']}.{column['name']}: is described in the dictionary; leave out its description here"
        for model in _described_marts(dbt_models).values()
        if "region_code" in {column["name"] for column in model["columns"]}
        for column in model["columns"]
        if column["name"] in labels and "description" in column
    ]


def clock_complaints(dbt_models: Path) -> list[str]:
    """A mart with a clock is a view: a table would keep the clocks of the day on which figures last changed."""
    described = _described_marts(dbt_models)
    return [
        f"{path.stem}: has fresh_until and is no view, so its clocks would stand still"
        for path in sorted((dbt_models / "models/marts").rglob("*.sql"))
        if "materialized='table'" in path.read_text("utf-8")
        and any(column["name"] == "fresh_until" for column in described.get(path.stem, {}).get("columns", []))
    ]


def _described_marts(dbt_models: Path) -> dict[str, dict]:
    return {
        model["name"]: model
        for path in sorted((dbt_models / "models/marts").rglob("*.yml"))
        for model in _yaml(path).get("models", [])
    }


def _labels(seeds: Path) -> dict[str, str]:
    return {code: row["label_en"] for code, row in _dictionary(seeds).items()}


def sql_complaints(dbt_models: Path) -> list[str]:
    """Reject constructs that only one engine or version reads."""
    complaints = []
    for path in sorted(dbt_models.rglob("*.sql")):
        name = path.relative_to(dbt_models).as_posix()
        if name == ENGINE_MACROS or name.startswith("target/"):
            continue
        sql = _only_sql(path.read_text("utf-8"))
        complaints += [
            f"{name}: {construct} is not read alike by DuckDB 1.5, DuckDB 2.0 and Spark"
            for construct, pattern in FORBIDDEN_SQL.items()
            if re.search(pattern, sql, re.IGNORECASE)
        ]
    return complaints


def length_complaints(*folders: Path) -> list[str]:
    """Limit the length of files."""
    return [
        f"{path.name}: {lines} lines, at most {LONGEST_FILE}"
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.suffix in {".sql", ".yml", ".csv", ".md"} and "target" not in path.parts
        if (lines := len(path.read_text("utf-8").splitlines())) > LONGEST_FILE
    ]


def _yaml(path: Path) -> dict:
    return _parsed(path.read_text("utf-8"))


@cache
def _parsed(text: str) -> dict:
    """Read a text once: rules read the same files, and each test of a rule reads all of them but one as they were."""
    # Ten times as quick as the loader written in Python.
    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def _only_sql(text: str) -> str:
    """Leave out comments, Jinja and quoted text."""
    text = re.sub(r"\{#.*?#\}|\{\{.*?\}\}|\{%.*?%\}", " ", text, flags=re.DOTALL)
    text = re.sub(r"--[^\n]*", " ", text)
    return re.sub(r"'[^']*'", "''", text)
