"""Excel files: typed cells, no formula evaluated, and every habit of people that makes a sheet unreadable."""

from datetime import date, datetime, time

import pytest
from landing.receiving import every_file
from openpyxl.styles import numbers
from openpyxl.worksheet.formula import ArrayFormula

from .files import HEADINGS, all_rows, as_xlsx, column, contract, desk, drop, with_value

NAME = "personeel_2026-11-01.xlsx"
ROW = [1001, "Burgerzaken", date(2026, 9, 1), 32.5, 1234.5, "nee", "vast"]
OTHER = ["1002", "Beheer", datetime.fromisoformat("2024-03-15"), 36, -12.25, True, "Tijdelijk"]
EXPECTED = [
    ("Burgerzaken", date(2026, 9, 1), 32.5, 1234.5, False, "vast"),
    ("Beheer", date(2024, 3, 15), 36.0, -12.25, True, "tijdelijk"),
]


@pytest.fixture
def staff(tmp_path):
    return desk(tmp_path)


def message_about(staff, *rows, **how):
    drop(staff, NAME, as_xlsx(*(rows or (HEADINGS, ROW, OTHER)), **how))
    return staff.problem()


def test_dates_numbers_and_truths_are_taken_as_they_are_typed(staff):
    drop(staff, NAME, as_xlsx(HEADINGS, ROW, OTHER))
    staff.receive_and_admit()
    assert [row[1:] for row in all_rows(staff)] == EXPECTED
    assert staff.manifest().facts["sheet"] == "Blad1"


def test_numbers_and_dates_in_texts_are_read_as_in_a_csv(staff):
    rows = [["1001", "Burgerzaken", "1-9-2026", "32,5", "1.234,50", "Nee", "vast"], OTHER]
    drop(staff, NAME, as_xlsx(HEADINGS, *rows))
    staff.receive_and_admit()
    assert [row[1:] for row in all_rows(staff)] == EXPECTED


def test_columns_that_the_contract_does_not_name_are_never_written(staff):
    formula = "=1+1"
    drop(staff, NAME, as_xlsx([*HEADINGS, "Naam", "Som"], [*ROW, "Jan Geheim", formula]))
    staff.receive_and_admit()
    assert staff.manifest().tables["staff"].dropped_columns == ["Naam", "Som"]
    assert not [name for name, content in every_file(staff.store.folder).items() if b"Geheim" in content]


def test_empty_rows_are_no_data(staff):
    drop(staff, NAME, as_xlsx(HEADINGS, ROW, [], [None, " "], OTHER, [None]))
    staff.receive_and_admit()
    assert [row[1:] for row in all_rows(staff)] == EXPECTED


def test_a_size_that_another_program_wrote_wrongly_hides_no_rows(staff, monkeypatch):
    monkeypatch.setattr("openpyxl.worksheet._writer.WorksheetWriter.write_dimensions", lambda self: None)
    drop(staff, NAME, as_xlsx(HEADINGS, ROW, OTHER))
    staff.receive_and_admit()
    assert len(all_rows(staff)) == 2


# Cells that hold no plain value


def test_a_formula_is_never_evaluated(staff):
    message = message_about(staff, HEADINGS, ROW, with_value(OTHER, "Bedrag", "=D3*12"))
    assert f"{NAME}, sheet 'Blad1', row 3, column E 'Bedrag'" in message
    assert "came: a formula, which is never evaluated" in message
    assert "paste it over itself as values" in message


def test_nor_is_a_formula_over_a_range_or_in_a_text_column(staff):
    message = message_about(staff, HEADINGS, with_value(ROW, "Afdeling", ArrayFormula("B2:B2", '="Burger"&"zaken"')))
    assert "row 2, column B 'Afdeling'" in message
    assert "a formula" in message


def test_a_text_that_begins_with_an_equals_sign_is_a_text(staff):
    def as_text(_workbook, sheet):
        sheet["B2"].value = "=Team="
        sheet["B2"].data_type = "s"

    drop(staff, NAME, as_xlsx(HEADINGS, ROW, change=as_text))
    staff.receive_and_admit()
    assert staff.rows("select department_name from data") == [("=Team=",)]


@pytest.mark.parametrize(
    ("heading", "value", "expected", "came"),
    [
        ("Bedrag", "geen", "a number, such as 12,5", "a text: 'geen'"),
        ("Bedrag", date(2026, 1, 1), "a number, such as 12,5", "a date: "),
        ("Bedrag", True, "a number, such as 12,5", "a truth value: 'True'"),
        ("Bedrag", "#DEEL/0!", "a number, such as 12,5", "a text: '#DEEL/0!'"),
        ("Bedrag", "#DIV/0!", "a value", "the error #DIV/0!"),
        ("Begindatum", 45992, "a date, such as 31-12-2025", "a number: '45992'"),
        ("Begindatum", datetime.fromisoformat("2026-01-01T14:05"), "a date, such as 31-12-2025", "a date: "),
        ("Begindatum", time(14, 5), "a date, such as 31-12-2025", ""),
        ("Begindatum", None, "a date, such as 31-12-2025", "nothing"),
        ("Leidinggevende", 2, "ja or nee", "a number: '2'"),
        ("Afdeling", 6.1, "a text", "a number: '6.1'"),
        ("Afdeling", date(2026, 10, 1), "a text", "a date: "),
        ("Soort", "oproep", "one of vast, tijdelijk", "a text: 'oproep'"),
    ],
)
def test_a_value_of_another_kind_is_reported_with_sheet_row_and_column(staff, heading, value, expected, came):
    message = message_about(staff, HEADINGS, ROW, with_value(OTHER, heading, value))
    letter = "ABCDEFG"[HEADINGS.index(heading)]
    assert f"the file {NAME} contains an unusable value in {NAME}, sheet 'Blad1', row 3" in message
    assert f"column {letter} '{heading}'" in message
    assert f"expected: {expected}" in message
    assert f"came: {came}" in message


def test_a_percentage_format_is_refused(staff):
    def as_percentage(_workbook, sheet):
        sheet["D3"].value = 0.051
        sheet["D3"].number_format = numbers.FORMAT_PERCENTAGE_00

    message = message_about(staff, HEADINGS, ROW, OTHER, change=as_percentage)
    assert "row 3, column D 'Uren per week'" in message
    assert "came: a cell that shows a percentage and contains a hundredth of it" in message


def test_a_fraction_among_integers_is_reported(tmp_path):
    counts = desk(tmp_path, contract([column("id", "Nummer", "bigint"), column("n", "Aantal", "integer")], key=("id",)))
    drop(counts, NAME, as_xlsx(["Nummer", "Aantal"], [1, 12.0], [2, 12.5]))
    assert "row 3, column B 'Aantal'" in counts.problem()
    drop(counts, NAME, as_xlsx(["Nummer", "Aantal"], [1, 12.0], [2, None]))
    counts.receive_and_admit()
    assert all_rows(counts) == [(1, 12), (2, None)]


# Sheets that are made for people


def test_titles_above_the_headings_are_passed_over_and_rows_keep_their_numbers(staff):
    rows = [["Personeel"], ["Peildatum", date(2026, 11, 1)], [], ["vertrouwelijk"], [], HEADINGS, ROW, OTHER]

    def title(_workbook, sheet):
        sheet.merge_cells("A1:G1")

    drop(staff, NAME, as_xlsx(*rows, change=title))
    staff.receive_and_admit()
    assert [row[1:] for row in all_rows(staff)] == EXPECTED
    rows[7] = with_value(OTHER, "Bedrag", "geen")
    assert "row 8, column E 'Bedrag'" in message_about(staff, *rows, change=title)


def test_a_total_row_is_reported(staff):
    message = message_about(staff, HEADINGS, ROW, OTHER, ["Totaal", None, date(2026, 1, 1), 68.5, 1222.25])
    assert f"contains a total in {NAME}, sheet 'Blad1', row 4, column A 'Personeelsnummer'" in message
    assert "do: remove row 4" in message


def test_merged_cells_are_reported(staff):
    def merge(_workbook, sheet):
        sheet.merge_cells("B2:B3")

    message = message_about(staff, change=merge)
    assert f"contains merged cells in {NAME}, sheet 'Blad1'" in message
    assert "came: merged cells B2:B3" in message


def test_merged_cells_of_another_sheet_are_no_matter(tmp_path):
    def merge(workbook, _sheet):
        other = workbook.create_sheet("Toelichting", 0)
        other["A1"] = "Zie het andere blad"
        other.merge_cells("A1:C3")

    staff = desk(tmp_path, contract(parameters={"sheet": "blad1"}))
    drop(staff, NAME, as_xlsx(HEADINGS, ROW, OTHER, change=merge))
    staff.receive_and_admit()
    assert len(all_rows(staff)) == 2


def test_of_several_filled_sheets_one_must_be_named(tmp_path):
    def second(workbook, _sheet):
        workbook.create_sheet("Leeg")
        workbook.create_sheet("Oktober")["A1"] = "x"

    content = as_xlsx(HEADINGS, ROW, title="November", change=second)
    staff = desk(tmp_path)
    drop(staff, NAME, content)
    message = staff.problem()
    assert "contains several sheets" in message
    assert "came: sheets 'November', 'Oktober'" in message
    named = desk(tmp_path, contract(parameters={"sheet": "November"}))
    named.receive_and_admit()
    assert len(all_rows(named)) == 1


def test_a_sheet_that_is_not_there_is_reported(tmp_path):
    staff = desk(tmp_path, contract(parameters={"sheet": "Data"}))
    message = message_about(staff, HEADINGS, ROW, title="November")
    assert "contains no sheet 'Data'" in message
    assert "came: sheets 'November'" in message


def test_explanation_and_hidden_sheets_are_no_data(staff):
    def more(workbook, _sheet):
        workbook.create_sheet("Uitleg")["A1"] = "Zo vult u het in"
        lists = workbook.create_sheet("Lijsten")
        lists["A1"], lists.sheet_state = "vast", "hidden"

    drop(staff, NAME, as_xlsx(HEADINGS, ROW, change=more))
    staff.receive_and_admit()
    assert staff.manifest().facts["sheet"] == "Blad1"


def test_an_empty_workbook_is_reported(staff):
    assert "is empty" in message_about(staff, [])


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"\xd0\xcf\x11\xe0 old", "is an old Excel file, or one with a password"),
        (b"PK\x03\x04 broken", "is no valid Excel workbook"),
        (as_xlsx(HEADINGS, ROW)[:3000], "is no valid Excel workbook"),
    ],
    # A workbook contains the moment at which it was made, so pytest-xdist's workers would find other names.
    ids=["old", "broken", "cut off"],
)
def test_a_file_that_is_no_workbook_is_reported(staff, content, problem):
    drop(staff, NAME, content)
    message = staff.problem()
    assert problem in message
    assert "save it" in message
