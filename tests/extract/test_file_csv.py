"""CSV as people and programs write it: encodings, delimiters, numbers, dates; and each way in which it can be wrong."""

import csv
from datetime import date

import pytest
from landing.receiving import every_file

from .files import HEADINGS, OTHER, ROW, STAFF, all_rows, as_csv, column, contract, desk, drop, with_value

NAME = "personeel_2026-11-01.csv"
EXPECTED = [
    ("Burgerzaken", date(2026, 9, 1), 32.5, 1234.5, False, "vast"),
    ("Beheer", date(2024, 3, 15), 36.0, -12.25, True, "tijdelijk"),
]


@pytest.fixture
def staff(tmp_path):
    return desk(tmp_path)


def one_column(tmp_path, data_type, values, delimiter=";", parameters=None, **meta):
    """The values of a column, or the message about it."""
    columns = [column("id", "Nummer", "bigint"), column("value", "Waarde", data_type, **meta)]
    message = desk(tmp_path, contract(columns, key=("id",), parameters=parameters or {}))
    rows = [[str(number), value] for number, value in enumerate(values, start=1)]
    drop(message, NAME, as_csv(["Nummer", "Waarde"], *rows, delimiter=delimiter))
    problems = message.receive().problems
    return problems[0] if problems else [value for (value,) in message.rows("select value from data order by id")]


# Accepted files


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_any_encoding_and_delimiter_gives_the_same(staff, encoding, delimiter):
    row = with_value(ROW, "Afdeling", "’t Café")
    drop(staff, NAME, as_csv(HEADINGS, row, OTHER, encoding=encoding, delimiter=delimiter))
    staff.receive_and_admit()
    assert [row[1:] for row in all_rows(staff)] == [("’t Café", *EXPECTED[0][1:]), EXPECTED[1]]


def test_excels_delimiter_line_is_no_heading(staff):
    drop(staff, NAME, b"sep=,\r\n" + as_csv(delimiter=","))
    staff.receive_and_admit()
    assert [row[1:] for row in all_rows(staff)] == EXPECTED


def test_line_breaks_quotes_and_delimiters_within_quotes_stay_one_value(staff):
    odd = 'Burger;zaken, "balie"\r\nbegane grond'
    drop(staff, NAME, as_csv(HEADINGS, with_value(ROW, "Afdeling", odd), quoting=csv.QUOTE_ALL))
    staff.receive_and_admit()
    assert staff.rows("select department_name from data") == [(odd,)]


def test_headings_in_another_order_case_or_spacing_are_the_same_headings(staff):
    headings = ["SOORT", " leiding gevende", "bedrag", "Uren  per\nweek", "begindatum", "Team", "PersoneelsNummer"]
    drop(staff, NAME, as_csv(headings, ROW[::-1], OTHER[::-1]))
    staff.receive_and_admit()
    assert [row[1:] for row in all_rows(staff)] == EXPECTED


def test_columns_that_the_contract_does_not_name_are_never_written(staff):
    drop(staff, NAME, as_csv([*HEADINGS, "BSN", "Naam"], [*ROW, "123456782", "Jan Geheim"]))
    staff.receive_and_admit()
    assert staff.manifest().tables["staff"].dropped_columns == ["BSN", "Naam"]
    assert not [name for name, content in every_file(staff.store.folder).items() if b"Geheim" in content]


def test_empty_rows_and_columns_are_no_data(staff):
    drop(staff, NAME, as_csv([*HEADINGS, ""], [*ROW, ""], [""] * 8, [], [*OTHER, ""]) + b";;;;;;;\r\n\r\n")
    staff.receive_and_admit()
    assert [row[1:] for row in all_rows(staff)] == EXPECTED


def test_the_payload_is_the_table_in_one_form_and_always_the_same_bytes(tmp_path):
    payloads = []
    for number, content in enumerate([as_csv(), as_csv(encoding="utf-8-sig", delimiter=",")]):
        plain = [column("person_code", "Personeelsnummer", pattern=".*"), *STAFF[1:]]
        one = desk(tmp_path / str(number), contract(plain))
        drop(one, NAME, content)
        one.receive_and_admit()
        payloads.append((one.store.deliveries / one.manifest().delivery_id / "payload/staff.csv.gz").read_bytes())
    assert payloads[0] == payloads[1]


def test_texts_for_missing_values_are_those_of_the_contract(tmp_path):
    staff = desk(tmp_path, contract(missing_values=(".", "x", "<5")))
    drop(staff, NAME, as_csv(HEADINGS, with_value(ROW, "Bedrag", "      ."), with_value(OTHER, "Bedrag", "<5")))
    staff.receive_and_admit()
    assert staff.rows("select amount_eur from data") == [(None,), (None,)]
    other = desk(tmp_path / "without")
    drop(other, NAME, as_csv(HEADINGS, with_value(ROW, "Bedrag", "<5")))
    assert "came: a text: '<5'" in other.problem()


# Numbers


@pytest.mark.parametrize(
    ("data_type", "values", "expected"),
    [
        ("double", ["12,5", "3", "-0,25"], [12.5, 3, -0.25]),
        ("double", ["12.5", "3", "-0.25"], [12.5, 3, -0.25]),
        ("double", ["1.234", "1,5"], [1234, 1.5]),
        ("double", ["1.234", "1.5"], [1.234, 1.5]),
        ("double", ["1.234", "0.892"], [1.234, 0.892]),
        ("double", ["1.234", "12.3456"], [1.234, 12.3456]),
        ("double", ["1.234.567", "1.234"], [1234567, 1234]),
        ("double", ["1,234,567.5", "1,234"], [1234567.5, 1234]),
        ("double", ["1.234,50-", "€ 12,00", "+3"], [-1234.5, 12, 3]),
        ("double", ["1 234,5", "1\u00a0234"], [1234.5, 1234]),
        ("double", ["      12.0", "   -0.100"], [12, -0.1]),
        ("double", ["1,5E+3", "2"], [1500, 2]),
        ("bigint", ["1.234", "5"], [1234, 5]),
        ("bigint", ["1,234", "5"], [1234, 5]),
        ("bigint", ["12.0", "5"], [12, 5]),
        ("integer", ["1.000", "1.250"], [1000, 1250]),
        ("bigint", ["007", ""], [7, None]),
    ],
)
def test_a_number_is_read_in_the_form_of_its_column(tmp_path, data_type, values, expected):
    assert one_column(tmp_path, data_type, values) == expected


@pytest.mark.parametrize(("data_type", "values"), [("double", ["1.234", "2"]), ("bigint", ["1,000", "2.000"][:1])])
def test_a_number_that_may_mean_two_things_is_asked_about(tmp_path, data_type, values):
    message = one_column(tmp_path, data_type, values)
    assert "row 2, column B 'Waarde'" in message
    assert f"a text: '{values[0]}', and no other value shows whether its separator" in message
    assert "write numbers without separators for thousands, or set decimal_mark in the contract" in message


def test_the_contract_may_set_the_decimal_mark(tmp_path):
    values = ["1.234", "2"]
    assert one_column(tmp_path / "a", "double", values, parameters={"decimal_mark": ","}) == [1234, 2]
    assert one_column(tmp_path / "b", "double", values, parameters={"decimal_mark": "."}) == [1.234, 2]
    assert "'2,5'" in one_column(tmp_path / "c", "double", ["1.5", "2,5"], parameters={"decimal_mark": "."})


def test_two_forms_in_one_column_are_reported_with_an_example_of_each(tmp_path):
    message = one_column(tmp_path, "double", ["1", "12,5", "12.5"])
    assert "row 3, column B 'Waarde'" in message
    assert "both forms in one column, such as a text: '12,5' here and a text: '12.5'" in message


@pytest.mark.parametrize(
    ("data_type", "value", "kind"),
    [
        ("double", "n.v.t.", "a number, such as 12,5"),
        ("double", "5,1 %", "a number"),
        ("double", "(12)", "a number"),
        ("double", "12.34.56", "a number"),
        ("double", "nan", "a number"),
        ("bigint", "12,5", "a whole number"),
        ("bigint", "-", "a whole number"),
        ("date", "31-02-2025", "a date, such as 31-12-2025"),
        ("date", "12/32/2025", "a date"),
        ("date", "10/1/2026", "dates that show whether the day or the month comes first"),
        ("timestamptz", "10/1/2026 14:05", "dates that show whether the day or the month comes first"),
        ("date", "31-12-25", "a date"),
        ("date", "45992", "a date"),
        ("date", "01-01-2025 14:05", "a date"),
        ("boolean", "misschien", "ja or nee"),
        ("timestamptz", "gisteren", "a moment"),
    ],
)
def test_a_value_of_another_kind_is_reported_with_its_row_and_column(tmp_path, data_type, value, kind):
    message = one_column(tmp_path, data_type, ["", value, value])
    assert f"the file {NAME} contains an unusable value in {NAME}, row 3, column B 'Waarde'" in message
    assert f"expected: {kind}" in message
    assert f"came: a text: '{value}' (2 such values in the column)" in message


# Dates, truth, lists


@pytest.mark.parametrize("text", ["31-12-2025", "31/12/2025", "2025-12-31", "31-12-2025 00:00", "2025-12-31T00:00:00"])
def test_dates_of_every_form_are_one_date(tmp_path, text):
    assert one_column(tmp_path, "date", [text]) == [date(2025, 12, 31)]


def test_days_and_months_may_be_single_digits(tmp_path):
    assert one_column(tmp_path, "date", ["1-2-2025", "3/4/2025", "31/12/2025"]) == [
        date(2025, 2, 1),
        date(2025, 4, 3),
        date(2025, 12, 31),
    ]


@pytest.mark.parametrize("decisive", ["10/25/2026", "12/31/2026"])
def test_the_whole_column_decides_whether_the_month_comes_first(tmp_path, decisive):
    assert one_column(tmp_path, "date", ["10/1/2026", "5-6-2026", decisive])[:2] == [
        date(2026, 10, 1),
        date(2026, 6, 5),
    ]
    moments = one_column(tmp_path / "moment", "timestamptz", ["10/1/2026 14:05", f"{decisive} 00:00"])
    assert f"{moments[0]:%Y-%m-%d}" == "2026-10-01"


def test_both_orders_in_one_column_are_refused_with_an_example_of_each(tmp_path):
    message = one_column(tmp_path, "date", ["5/5/2026", "25/10/2026", "10/26/2026"])
    assert "row 3, column B 'Waarde'" in message
    assert "'25/10/2026' and, in this column too, a text: '10/26/2026'" in message


def test_a_day_with_the_number_of_its_month_is_clear(tmp_path):
    assert one_column(tmp_path, "date", ["5/5/2026"]) == [date(2026, 5, 5)]


def test_a_moment_without_zone_is_one_of_the_municipality(tmp_path):
    moments = one_column(tmp_path, "timestamptz", ["1-7-2026 14:05", "2026-01-01T14:05:00", "2026-01-01 14:05:00+00"])
    assert [f"{moment:%H:%M}" for moment in moments] == ["12:05", "13:05", "14:05"]


def test_yes_and_no_as_people_and_excel_write_them(tmp_path):
    values = ["Ja", "nee", "J", "N", "WAAR", "ONWAAR", "1", "0", "true", ""]
    assert one_column(tmp_path, "boolean", values) == [True, False] * 4 + [True, None]


def test_only_the_values_of_the_list_are_accepted(tmp_path):
    listed = ("vast", "tijdelijk")
    assert one_column(tmp_path / "a", "varchar", ["Vast", " tijdelijk"], accepted_values=listed) == list(listed)
    message = one_column(tmp_path / "b", "varchar", ["vast", "oproep"], accepted_values=listed)
    assert "row 3, column B 'Waarde'" in message
    assert "expected: one of vast, tijdelijk" in message
    assert "came: a text: 'oproep'" in message


# Faults of a whole file


def without(heading):
    place = HEADINGS.index(heading)
    return [row[:place] + row[place + 1 :] for row in (HEADINGS, ROW)]


WRONG = {
    "missing column": (as_csv(*without("Bedrag")), "lacks column 'Bedrag'", "6 headings: Personeelsnummer"),
    "renamed column": (
        as_csv([name.replace("Begindatum", "Begin datums") for name in HEADINGS], ROW),
        "lacks column 'Begindatum'",
        '[suppliers.hr.feeds.staff.columns]\n    start_date = "Begin datums"',
    ),
    "double heading": (as_csv([*HEADINGS, "bedrag"], [*ROW, "1"]), "contains column 'Bedrag' more than", "'bedrag'"),
    "heading and alias": (as_csv([*HEADINGS, "Team"], [*ROW, "1"]), "contains column 'Afdeling' more than", "'Team'"),
    "broken row": (as_csv() + b"1003;Beheer\r\n", "has a broken row 4", "2 fields"),
    "a field too many": (as_csv(HEADINGS, [*ROW, "x"]), "has a broken row 2", "8 fields"),
    "unclosed quote": (as_csv() + b'"1003;Beheer\r\n', "is broken at row 4", "unexpected end of data"),
    "total row": (
        as_csv(HEADINGS, ROW, ["Totaal", "", "01-01-2026", "12", "3,5", "", ""]),
        "contains a total in personeel_2026-11-01.csv, row 3, column A 'Personeelsnummer'",
        "'Totaal'",
    ),
    "total in a key": (
        as_csv(HEADINGS[::-1], ["", "", "", "", "", "", "Eindtotaal 2026"], ROW[::-1]),
        "contains a total in personeel_2026-11-01.csv, row 2, column G",
        "'Eindtotaal'",
    ),
    "repeated row": (as_csv(HEADINGS, ROW, OTHER, ROW), "repeats row 2 in row 4", "the same values in both rows"),
    "nothing in a column that must be filled": (
        as_csv(HEADINGS, with_value(ROW, "Begindatum", "")),
        "row 2, column C 'Begindatum'",
        "nothing",
    ),
    "empty file": (b"", "lacks 7 columns: 'Personeelsnummer', 'Afdeling'", "0 headings"),
    "headings only": (as_csv(HEADINGS), "is empty", "0 rows"),
    "bytes with value 0": (as_csv() + b"caf\0", "is in an unknown encoding", "bytes that are no text in line 4"),
    "no encoding": (as_csv() + b"caf\xe9 \x81", "is in an unknown encoding", "bytes that are no text in line 4"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_file_is_reported_and_the_stored_delivery_stays(staff, wrong):
    drop(staff, "personeel_2026-10-01.csv", as_csv())
    stored = staff.receive_and_admit().current
    content, problem, came = WRONG[wrong]
    drop(staff, NAME, content)
    message = staff.problem()
    assert message.startswith("hr / staff: ")
    assert problem in message
    assert came in message
    assert "kept: the delivery of 2026-11-23" in message
    assert staff.state.current == stored


def test_the_row_is_the_one_that_excel_shows(staff):
    rows = [HEADINGS, with_value(ROW, "Afdeling", "op\ntwee regels"), [], with_value(OTHER, "Begindatum", "x")]
    drop(staff, NAME, as_csv(*rows))
    assert "row 4, column C 'Begindatum'" in staff.problem()


def test_a_value_that_is_accepted_may_be_called_total(tmp_path):
    columns = [column("kind", "Soort", accepted_values=("totaal", "deel")), column("amount", "Aantal", "bigint")]
    counts = desk(tmp_path, contract(columns, key=("kind",)))
    drop(counts, NAME, as_csv(["Soort", "Aantal"], ["Totaal", "5"], ["Deel", "3"]))
    counts.receive_and_admit()
    assert all_rows(counts) == [("totaal", 5), ("deel", 3)]


# Persons


def test_a_person_is_the_same_within_a_delivery_and_another_in_the_next(staff):
    rows = [HEADINGS, ROW, with_value(OTHER, "Personeelsnummer", "1001")]
    drop(staff, "personeel_2026-10-01.csv", as_csv(*rows))
    staff.receive_and_admit()
    (first,), (second,) = staff.rows("select person_code from data")
    assert first == second
    assert len(first) == 16
    drop(staff, NAME, as_csv(*rows, with_value(OTHER, "Personeelsnummer", "1003")))
    staff.a_day_later().receive_and_admit()
    later = {person for (person,) in staff.rows("select person_code from data")}
    assert len(later) == 2
    assert first not in later


def test_a_persons_number_is_written_nowhere(staff):
    drop(staff, NAME, as_csv(HEADINGS, with_value(ROW, "Personeelsnummer", "987654321")))
    staff.receive_and_admit()
    assert not [name for name, content in every_file(staff.store.folder).items() if b"987654321" in content]


@pytest.mark.parametrize("is_personal", [True, False])
def test_errors_about_an_own_register_show_no_values(tmp_path, is_personal):
    staff = desk(tmp_path, contract(personal_data=is_personal, contact=None))
    drop(staff, NAME, as_csv(HEADINGS, with_value(ROW, "Begindatum", "Jan Geheim")))
    message = staff.problem()
    assert "row 2, column C 'Begindatum'" in message
    assert "came: a text of 10 characters" in message
    assert "Geheim" not in message


def test_errors_never_show_a_persons_number(tmp_path):
    listed = [column("person_code", "Nummer", is_pseudonymised=True, accepted_values=("1", "2"))]
    staff = desk(tmp_path, contract(listed, key=("person_code",)))
    drop(staff, NAME, as_csv(["Nummer"], ["987654321"]))
    assert "987654321" not in staff.problem()


@pytest.mark.parametrize("is_personal", [True, False])
def test_a_first_row_of_an_own_register_is_not_shown_as_headings(tmp_path, is_personal):
    staff = desk(tmp_path, contract(personal_data=is_personal, contact=None))
    drop(staff, NAME, as_csv(ROW, OTHER))
    message = staff.problem()
    assert "lacks 7 columns: 'Personeelsnummer', 'Afdeling'" in message
    assert "7 headings, of which 0 are in the contract" in message
