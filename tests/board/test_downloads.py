"""Downloads for Dutch spreadsheets: decimal commas, and no text that runs as a formula."""

import csv
import io
from datetime import UTC, date, datetime

import openpyxl
import orjson
import pytest

from dashboard.downloads import Column, Table, as_csv, as_json, as_xlsx

COLUMNS = (
    Column("area", "Gebied"),
    Column("share_pct", "Aandeel", 1),
    Column("count", "Aantal", 0),
    Column("day", "Dag"),
)
FORMULAS = [
    '=HYPERLINK("https://evil.example";"x")',
    "+1+1",
    "-1+cmd|' /C calc'!A0",
    "@SUM(A1:A9)",
    "\t=1+1",
    "\r=1+1",
    "  =1+1",
    "\u200e=1+1",
    "＝1+1",
    "'=1+1",
]


def table(*rows, title="Bijstand", facts=(("Bron", "CBS"),)):
    return Table(title, COLUMNS, rows, facts)


def read_csv(written):
    return list(csv.reader(io.StringIO(written.decode("utf-8-sig")), delimiter=";"))


def test_csv_has_semicolons_and_decimal_commas_and_keeps_a_negative_number():
    written = as_csv(table(('Binnenstad; "oud"', 48.25, -1280.0, date(2026, 11, 28)), ("Haven", None, 0.0, None)))

    assert written.startswith(b"\xef\xbb\xbf")
    assert read_csv(written) == [
        ["Gebied", "Aandeel", "Aantal", "Dag"],
        ['Binnenstad; "oud"', "48,3", "-1280", "28-11-2026"],
        ["Haven", "", "0", ""],
    ]


def test_xlsx_holds_numbers_and_a_sheet_that_says_what_they_are():
    moment = datetime(2026, 11, 28, 5, tzinfo=UTC)
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx(table(("Haven", -4.449, 12.0, moment)))))

    assert book.sheetnames == ["Cijfers", "Uitleg"]
    assert [cell.value for cell in book["Cijfers"][2]] == ["Haven", -4.4, 12, moment.replace(tzinfo=None)]
    assert [[cell.value for cell in row] for row in book["Uitleg"]] == [["Bijstand", None], ["Bron", "CBS"]]


def test_json_has_names_facts_and_nulls():
    read = orjson.loads(as_json(table(("Haven", None, 12.0, date(2026, 11, 28)))))

    assert read["rows"] == [{"area": "Haven", "share_pct": None, "count": 12.0, "day": "2026-11-28"}]
    assert read["facts"] == {"Bron": "CBS"}


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_formula_leaves(formula):
    hostile = table((formula, 1.0, 1.0, None), title=formula, facts=((formula, formula),))

    for row in read_csv(as_csv(hostile)):
        assert not row[0].lstrip(" \t\r\n\u200e").startswith(("=", "+", "-", "@", "＝"))
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx(hostile)))
    cells = [cell for sheet in book for row in sheet for cell in row if isinstance(cell.value, str)]
    assert {cell.data_type for cell in cells} == {"s"}
    assert not [
        cell.value for cell in cells if cell.value.lstrip(" \t\r\n\u200e").startswith(("=", "+", "-", "@", "＝"))
    ]


@pytest.mark.parametrize(
    "text", ["Bloemenoord", "'s-Gravenhage", "'t Zand", "Wijk 00 – Centrum", "< 5", "Ruimte & Wonen"]
)
def test_names_stay_as_they_are(text):
    assert read_csv(as_csv(table((text, 1.0, 1.0, None))))[1][0] == text


def test_signs_that_a_workbook_cannot_hold_are_left_out():
    long = "x" * 40_000
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx(table(("a\x00b\x1f", 1.0, 1.0, None), (long, 1.0, 1.0, None)))))

    assert book["Cijfers"]["A2"].value == "ab"
    assert len(book["Cijfers"]["A3"].value) == 32_767
