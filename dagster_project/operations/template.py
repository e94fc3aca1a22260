"""Templates for uploaded files: headings, example rows and a Dutch explanation, generated from the contract.

The extractor accepts a template unchanged, so it also shows a valid file.
"""

import csv
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import isodate

from dagster_project.contracts.model import Column, DataType, Feed
from dagster_project.errors import ContractError, SetupError
from dagster_project.extract.files.cell_values import ColumnReader, WrongValue
from dagster_project.extract.files.excel_file import EXPLANATION_SHEET
from dagster_project.extract.files.newest_file import FileParameters

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

Form = Literal["xlsx", "csv"]

KIND_NL: dict[DataType, str] = {
    "bigint": "geheel getal",
    "integer": "geheel getal",
    "double": "getal, decimalen achter een komma",
    "boolean": "ja of nee",
    "date": "datum (dd-mm-jjjj)",
    "timestamptz": "datum en tijd (dd-mm-jjjj uu:mm)",
    "varchar": "tekst",
}
# Examples for a column without examples in the contract; every row has another value.
DEFAULT_EXAMPLES: dict[DataType, tuple[str, ...]] = {
    "bigint": ("1", "2"),
    "integer": ("1", "2"),
    "double": ("1,5", "2,5"),
    "boolean": ("ja", "nee"),
    "date": ("01-01-2026", "01-02-2026"),
    "timestamptz": ("01-01-2026 09:00", "01-02-2026 09:00"),
    "varchar": ("voorbeeld 1", "voorbeeld 2"),
}
CELL_FORMATS: dict[DataType, str] = {"varchar": "@", "date": "dd-mm-yyyy", "timestamptz": "dd-mm-yyyy hh:mm"}
EXPLANATION_HEADINGS = ("Kolom", "Wat het betekent", "Soort waarde", "Verplicht", "Toegestane waarden", "Voorbeeld")
WIDEST = 60
# Number of rows with the drop-down lists and formats of the template.
ROWS_TO_FILL_IN = 2000


def write_template(
    feed: Feed, inbox: Path, today: date, folder: Path, form: Form, data_team: str | None = None
) -> list[Path]:
    """Write the template of a feed to ``folder`` and return its files; it says that ``data_team`` answers questions.

    Raises SetupError for a feed that is not uploaded and for a file that exists already.
    """
    _check_is_uploaded(feed)
    file = folder / f"{feed.id}_{today:%Y-%m-%d}.{form}"
    files = [file] if form == "xlsx" else [file, folder / f"{feed.id}_uitleg.md"]
    for path in files:
        if path.exists():
            raise SetupError(f"{path} exists already\n  do: move it away, or write to another folder with --to")
    rows, instructions = _example_rows(feed), _instructions(feed, inbox, data_team)
    folder.mkdir(parents=True, exist_ok=True)
    if form == "xlsx":
        _write_workbook(file, feed, rows, instructions)
    else:
        _write_csv(file, feed, rows)
        files[1].write_text(_as_markdown(feed, rows, instructions), encoding="utf-8")
    return files


def _check_is_uploaded(feed: Feed) -> None:
    parameters = feed.parameters
    if not isinstance(parameters, FileParameters):
        why = f"comes from its supplier by {feed.delivery.protocol}"
    elif parameters.location is not None:
        why = f"is read from {parameters.location}"
    else:
        return
    raise SetupError(f"{feed.id} {why}, so it has no template\n  do: choose a feed that departments upload")


def _columns(feed: Feed) -> tuple[Column, ...]:
    return feed.tables[0].columns


def _example_rows(feed: Feed) -> list[list[str]]:
    """Two or three rows, by the number of examples in the contract; values are in the form that landing reads."""
    columns = _columns(feed)
    count = min(3, max(2, *(len(column.meta.examples) for column in columns)))
    by_column = []
    for column in columns:
        examples = column.meta.examples or column.meta.accepted_values or DEFAULT_EXAMPLES[column.data_type]
        reader = ColumnReader(column, frozenset(feed.delivery.missing_values), ",", True, None)
        read = reader.read([examples[number % len(examples)] for number in range(count)])
        if isinstance(read, WrongValue):
            key = f"{feed.tables[0].name}.{column.name}.examples"
            raise ContractError(feed.file, feed.id, key, f"came {read.came}", f"give {read.expected}")
        by_column.append(read)
    return [list(row) for row in zip(*by_column, strict=True)]


def _shown(column: Column, text: str) -> str:
    """A value in Dutch notation."""
    match column.data_type:
        case "double":
            return text.replace(".", ",")
        case "boolean":
            return {"true": "ja", "false": "nee"}.get(text, text)
        case "date" | "timestamptz" if text:
            day = f"{text[8:10]}-{text[5:7]}-{text[:4]}"
            return day if column.data_type == "date" else f"{day} {text[11:16]}"
        case _:
            return text


def _write_csv(file: Path, feed: Feed, rows: list[list[str]]) -> None:
    """Write a CSV file that a Dutch Excel opens as columns."""
    columns = _columns(feed)
    with file.open("w", encoding="utf-8-sig", newline="") as target:
        writer = csv.writer(target, delimiter=";")
        writer.writerow(column.meta.supplier_name for column in columns)
        writer.writerows([_shown(column, text) for column, text in zip(columns, row, strict=True)] for row in rows)


def _instructions(feed: Feed, inbox: Path, data_team: str | None) -> list[str]:
    table, delivery = feed.tables[0], feed.delivery
    headings = {column.name: f"'{column.meta.supplier_name}'" for column in table.columns}
    hidden = [headings[column.name] for column in table.columns if column.meta.is_pseudonymised]
    key = ", ".join(headings[name] for name in table.key)
    lines = [
        f"Zet het bestand in de map {inbox / feed.id}.",
        f"Noem het naar de dag van de export: {feed.id}_jjjj-mm-dd.xlsx of .csv. Staat er geen dag in de naam, dan "
        "telt de dag waarop het bestand voor het laatst is gewijzigd.",
        "Lever steeds alles aan: het nieuwste bestand vervangt het vorige helemaal.",
        f"Er zijn {_every(delivery.cadence)} nieuwe cijfers. Lever ze uiterlijk {_term(delivery.publication_lag)} na "
        "het einde van de periode.",
        f"Lever {_every(delivery.maximum_age)}, ook als er niets verandert: cijfers van langer geleden worden niet "
        "getoond.",
        "De kolomnamen staan in rij 1 en daaronder staat één regel per rij: geen titels, totalen, samengevoegde cellen "
        "of formules. De volgorde van de kolommen maakt niet uit.",
        f"Elke combinatie van {key} komt één keer voor." if len(table.key) > 1 else f"Elke waarde van {key} komt één "
        "keer voor.",
        "Kolommen die hier niet staan, worden niet gelezen en nergens bewaard.",
    ]  # fmt: skip
    if hidden:
        lines.append(
            f"De waarden van {', '.join(hidden)} worden bij het inlezen vervangen door een willekeurige code en zelf "
            "niet bewaard."
        )
    if delivery.missing_values:
        lines.append(f"Een onbekende waarde is een lege cel of: {' '.join(delivery.missing_values)}")
    lines.append(
        "Het bestand wordt 's nachts gelezen. Klopt er iets niet, dan blijven de vorige cijfers staan, en zegt een "
        "bericht welke rij en kolom het is."
    )
    lines.append(f"Een bestand wordt {_term(delivery.retention.payloads)} bewaard nadat een nieuwer is gekomen.")
    lines.append("De rijen in dit bestand zijn verzonnen voorbeelden: vervang ze door de echte.")
    if data_team:
        lines.append(f"Vragen? {data_team}")
    return lines


def _term(term: isodate.Duration) -> str:
    """A term in words, such as "3 maanden"."""
    parts = ((term.years, "jaar", "jaar"), (term.months, "maand", "maanden"), (term.tdelta.days, "dag", "dagen"))
    return " en ".join(f"{int(count)} {one if count == 1 else more}" for count, one, more in parts if count)


def _every(term: isodate.Duration) -> str:
    """How often, in words, such as "elke maand"."""
    text = _term(term)
    return "elk jaar" if text == "1 jaar" else f"elke {text.removeprefix('1 ')}"


def _explained(column: Column, example: str) -> tuple[str, ...]:
    """Explanation of a column, under EXPLANATION_HEADINGS."""
    meta = column.meta
    return (
        meta.supplier_name,
        meta.explanation_nl or column.description,
        KIND_NL[column.data_type],
        "ja" if meta.minimum_fill_pct == 100 else "nee",
        ", ".join(meta.accepted_values),
        example,
    )


def _explanation(feed: Feed, rows: list[list[str]]) -> list[tuple[str, ...]]:
    examples = zip(_columns(feed), rows[0], strict=True)
    return [_explained(column, _shown(column, text)) for column, text in examples]


def _as_markdown(feed: Feed, rows: list[list[str]], instructions: list[str]) -> str:
    lines = [f"# {feed.delivery.supplier_label}: zo levert u dit bestand aan", ""]
    lines += [f"- {line}" for line in instructions]
    table = [EXPLANATION_HEADINGS, ("---",) * len(EXPLANATION_HEADINGS), *_explanation(feed, rows)]
    lines += ["", *("| " + " | ".join(text.replace("|", "\\|") for text in row) + " |" for row in table), ""]
    return "\n".join(lines)


def _write_workbook(file: Path, feed: Feed, rows: list[list[str]], instructions: list[str]) -> None:
    from openpyxl import Workbook  # its import costs 0.2 s
    from openpyxl.styles import Alignment, Font

    parameters = feed.parameters
    assert isinstance(parameters, FileParameters)
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    sheet.title = parameters.sheet or "Gegevens"
    columns = _columns(feed)
    sheet.append([column.meta.supplier_name for column in columns])
    for row in rows:
        sheet.append([_typed(column, text) for column, text in zip(columns, row, strict=True)])
    for position, column in enumerate(columns, start=1):
        _help_to_fill_in(sheet, position, column, len(rows) + 1)
    sheet.freeze_panes = "A2"

    explanation = workbook.create_sheet(EXPLANATION_SHEET)
    explanation.append([f"{feed.delivery.supplier_label}: zo levert u dit bestand aan"])
    for line in instructions:
        explanation.append([line])
    explanation.append([])
    explanation.append(EXPLANATION_HEADINGS)
    first = explanation.max_row
    for described in _explanation(feed, rows):
        explanation.append(described)
    _widen(explanation, [EXPLANATION_HEADINGS, *_explanation(feed, rows)])
    for cells in explanation.iter_rows(min_row=first + 1):
        for cell in cells:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    for bold in (*sheet[1], *explanation[1], *explanation[first]):
        bold.font = Font(bold=True)
    workbook.save(file)


def _help_to_fill_in(sheet: "Worksheet", position: int, column: Column, last_row: int) -> None:
    """Add formats and drop-down lists, so that Excel changes no code into a number or a date."""
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    letter = get_column_letter(position)
    cell_format = CELL_FORMATS.get(column.data_type, "General")
    sheet.column_dimensions[letter].number_format = cell_format
    sheet.column_dimensions[letter].width = max(12, len(column.meta.supplier_name) + 2)
    for row in range(2, last_row + 1):
        sheet.cell(row, position).number_format = cell_format
    choices = ",".join(("ja", "nee") if column.data_type == "boolean" else column.meta.accepted_values)
    # Excel accepts no longer list in a cell's rule, and reads a comma as the end of a choice.
    if choices and len(choices) <= 255 and not any("," in value for value in column.meta.accepted_values):
        rule = DataValidation(type="list", formula1=f'"{choices}"', allow_blank=True)
        rule.add(f"{letter}2:{letter}{ROWS_TO_FILL_IN}")
        sheet.add_data_validation(rule)


def _typed(column: Column, text: str) -> str | float | date | None:
    if not text:
        return None
    match column.data_type:
        case "bigint" | "integer":
            return int(text)
        case "double":
            return float(text)
        case "date":
            return date.fromisoformat(text)
        case _:
            return _shown(column, text)


def _widen(sheet: "Worksheet", rows: Sequence[Sequence[str]]) -> None:
    from openpyxl.utils import get_column_letter

    for position, texts in enumerate(zip(*rows, strict=True), start=1):
        sheet.column_dimensions[get_column_letter(position)].width = min(WIDEST, max(map(len, texts)) + 2)
