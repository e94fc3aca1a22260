"""Files of other programs than today's Excel: amounts, dates, code pages, odd workbooks and tables made to be read."""

import csv
import io
import re
import zipfile
from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_project.contracts.model import Column
from dagster_project.extract.files.cell_values import ColumnReader
from dagster_project.extract.files.excel_file import read_excel
from dagster_project.extract.files.sheet_rows import UnreadableFileError

from .files import HEADINGS, OTHER, ROW, all_rows, as_csv, as_xlsx, column, contract, desk, drop, with_value
from .test_file_csv import one_column

NAME = "personeel_2026-11-01"
CELLS = [1001, "Burgerzaken", date(2026, 9, 1), 32.5, 1234.5, "nee", "vast"]
EXPECTED = ("Burgerzaken", date(2026, 9, 1), 32.5, 1234.5, False, "vast")


@pytest.fixture
def staff(tmp_path):
    return desk(tmp_path)


def reads(staff, content, extension="xlsx"):
    drop(staff, f"{NAME}.{extension}", content)
    staff.receive_and_admit()
    return [row[1:] for row in all_rows(staff)]


MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def repacked(change, content=None) -> bytes:
    """A workbook whose parts were changed: ``change`` gets name and text of a part, and returns others or None."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content or as_xlsx(HEADINGS, CELLS))) as source,
        zipfile.ZipFile(target, "w") as new,
    ):
        for name in source.namelist():
            if (changed := change(name, source.read(name).decode())) is not None:
                new.writestr(*changed)
    return target.getvalue()


# Amounts and dates


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("€ -1.234,50", -1234.5),
        ("-€ 1.234,50", -1234.5),
        ("€ 1.234,50-", -1234.5),
        ("€ -   1.234,50", -1234.5),
        ("- € 1.234,50", -1234.5),
        ("€ (1.234,50)", -1234.5),
        ("(€ 1.234,50)", -1234.5),
        ("€ −1.234,50", -1234.5),
        ("1.234,50 €", 1234.5),
        ("EUR 1.234,50", 1234.5),
        ("1.234,50 EUR", 1234.5),
        ("12,50 euro", 12.5),
        ("€1.234,-", 1234),
        ("1.234,--", 1234),
        ("€ 1\u202f234,50", 1234.5),
        ("€ -", 0),
        ("€\u00a0\u00a0 -   ", 0),
    ],
)
def test_an_amount_is_read_in_every_form_that_excel_shows(tmp_path, text, amount):
    assert one_column(tmp_path, "double", ["0,5", text]) == [0.5, amount]


@given(
    st.integers(-(10**9), 10**9),
    st.sampled_from(["{sign}{n}", "{n}{sign}"]),
    st.sampled_from(["{}", "€ {}", "€{}", "{} €", "EUR {}", "{} EUR", "€\u00a0 {} "]),
    st.booleans(),
)
def test_an_amount_in_cents_is_the_same_in_every_form(cents, sign, symbol, is_grouped):
    whole, rest = divmod(abs(cents), 100)
    number = f"{whole:,}".replace(",", ".") if is_grouped else str(whole)
    text = symbol.format(sign.format(sign="-" if cents < 0 else "", n=f"{number},{rest:02}"))
    reader = ColumnReader(Column.model_validate(column("amount", "Bedrag", "double")), frozenset(), None, True, str)
    (read,) = reader.read([text])
    assert float(read) == cents / 100


@pytest.mark.parametrize(
    "text", ["€", "€ € 5", "--5", "€ -5-", "(12)", "-", "1,2-,", "eurocent 5", "€ ()", "1,-5", "€ 1,-5", "5 (€ 3)"]
)
def test_a_text_that_is_no_amount_is_reported(tmp_path, text):
    assert f"came: a text: '{text}'" in one_column(tmp_path, "double", ["0,5", text])


@pytest.mark.parametrize("text", ["31.12.2025", "31.12.2025 00:00"])
def test_a_date_may_have_dots(tmp_path, text):
    assert one_column(tmp_path, "date", [text, "1.2.2025"]) == [date(2025, 12, 31), date(2025, 2, 1)]


# Texts of other programs


@pytest.mark.parametrize("encoding", ["cp850", "cp437", "cp858", "cp1252", "utf-8", "utf-16"])
@pytest.mark.parametrize(
    "text", ["Coördinatie", "Financiën en personeelsbeheer", "café", "België", "Eén loket", "Überlingen"]
)
def test_a_code_page_is_recognised_by_the_letters_of_dutch_words(staff, encoding, text):
    content = as_csv(HEADINGS, with_value(ROW, "Afdeling", text), OTHER, encoding=encoding)
    assert reads(staff, content, "csv")[0][0] == text


@pytest.mark.parametrize("text", ["a’s – ‘b’ “c”", "50 °C × 2 m² ± 1", "€ 5 en § 3"])
def test_signs_of_windows_are_not_taken_for_letters_of_dos(staff, text):
    content = as_csv(HEADINGS, with_value(ROW, "Afdeling", text), OTHER, encoding="cp1252")
    assert reads(staff, content, "csv")[0][0] == text


@pytest.mark.parametrize("text", ["Team\rA", "Team\r\nA", "Team\nA", '"Team"\r', "\rTeam,A"])
def test_a_carriage_return_in_a_text_stays_in_it(staff, text):
    content = as_csv(HEADINGS, with_value(ROW, "Afdeling", text), OTHER, quoting=csv.QUOTE_ALL)
    assert [row[0] for row in reads(staff, content, "csv")] == [text.strip(), "Beheer"]


def test_a_carriage_return_that_excel_escapes_is_one(staff):
    content = as_xlsx(HEADINGS, with_value(CELLS, "Afdeling", "Team_x000D_A"))
    assert reads(staff, content)[0][0] == "Team\rA"


# Workbooks of other programs


def with_shared_texts(content: bytes) -> bytes:
    """The same workbook with its texts in a list, of two runs each and with a pronunciation, as Excel writes them."""
    texts: list[str] = []

    def place(found) -> str:
        texts.append(found[1])
        return f't="s"><v>{len(texts) - 1}</v>'

    def change(name, old):
        if name == "xl/_rels/workbook.xml.rels":
            kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
            old = old.replace("</Rel", f'<Relationship Id="s" Type="{kind}" Target="sharedStrings.xml"/></Rel')
        return name, re.sub(r't="inlineStr"><is><t>(.*?)</t></is>', place, old)

    changed = io.BytesIO(repacked(change, content))
    items = [f"<si><r><t>{one[:2]}</t></r><r><t>{one[2:]}</t></r><rPh><t>x</t></rPh></si>" for one in texts]
    with zipfile.ZipFile(changed, "a") as archive:
        archive.writestr("xl/sharedStrings.xml", f"<sst {MAIN}>{''.join(items)}</sst>")
    return changed.getvalue()


SHARED = with_shared_texts(as_xlsx(HEADINGS, CELLS))


def styles(text):
    return lambda name, old: (name, text if name == "xl/styles.xml" else old)


DATE_STYLES = f'<styleSheet {MAIN}><fills><fill/></fills><cellXfs><xf/><xf numFmtId="14"/></cellXfs></styleSheet>'
ODD = {
    "an empty fill": repacked(styles(DATE_STYLES)),
    "bare styles": repacked(styles(DATE_STYLES.replace("<fills><fill/></fills>", ""))),
    "strict": repacked(
        lambda name, old: (
            name,
            old.replace(
                "http://schemas.openxmlformats.org/spreadsheetml/2006/", "http://purl.oclc.org/ooxml/spreadsheetml/"
            ).replace(
                "http://schemas.openxmlformats.org/officeDocument/2006/", "http://purl.oclc.org/ooxml/officeDocument/"
            ),
        )
    ),
    "dates as texts": repacked(
        lambda name, old: (name, re.sub(r'(<c r="C2" s="1") t="n"><v>\d+', r'\1 t="d"><v>2026-09-01', old))
    ),
    "backslashes": repacked(lambda name, old: (name.replace("/", "\\"), old)),
    "capitals": repacked(lambda name, old: (name.replace("xl/", "XL/"), old)),
    "texts in a list": SHARED,
    "no addresses": repacked(lambda name, old: (name, re.sub(r'(<(?:c|row)) r="\w+"', r"\1", old))),
    "no theme": repacked(lambda name, old: None if "theme" in name else (name, old)),
}


@pytest.mark.parametrize("odd", ODD)
def test_a_workbook_of_another_program_is_read(staff, odd):
    assert reads(staff, ODD[odd]) == [EXPECTED]


def test_a_sheet_with_a_chart_is_no_sheet_with_cells(staff):
    from openpyxl.chart import BarChart

    content = as_xlsx(
        HEADINGS, CELLS, change=lambda book, _: book.create_chartsheet("Grafiek", 0).add_chart(BarChart())
    )
    assert reads(staff, content) == [EXPECTED]


def test_a_sheet_without_styles_is_read(tmp_path):
    counts = desk(tmp_path, contract([column("n", "Aantal", "integer")], key=("n",)))
    bare = repacked(
        lambda name, old: (name, re.sub(r'<Relationship [^>]*styles.xml"[^>]*>', "", old)), as_xlsx(["Aantal"], [12])
    )
    content = repacked(lambda name, old: None if name == "xl/styles.xml" else (name, old), bare)
    drop(counts, f"{NAME}.xlsx", content)
    counts.receive_and_admit()
    assert all_rows(counts) == [(12,)]


def test_a_percent_sign_between_quotes_is_no_percentage(staff):
    def change(_workbook, sheet):
        sheet["D2"].number_format = '0.0"%"'

    assert reads(staff, as_xlsx(HEADINGS, CELLS, change=change)) == [EXPECTED]


def encrypted(content: bytes) -> bytes:
    """The same zip with the mark of a password at every member."""
    raw = bytearray(content)
    for start, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        for found in re.finditer(re.escape(start), content):
            raw[found.start() + flags] |= 1
    return bytes(raw)


@pytest.mark.parametrize(
    "content",
    [
        encrypted(as_xlsx(HEADINGS, CELLS)),
        repacked(lambda name, old: (name, old[: len(old) // 2])),
        repacked(lambda name, old: None if name == "_rels/.rels" else (name, old)),
        repacked(lambda name, old: None if "sheet1" in name else (name, old)),
        repacked(
            lambda name, old: None if "sharedStrings" in name else (name, old),
            with_shared_texts(as_xlsx(HEADINGS, CELLS)),
        ),
        repacked(lambda name, old: (name, re.sub(r"<v>\d+</v>", "<v>x</v>", old))),
    ],
    ids=["password", "cut off parts", "no relations", "no sheet", "no texts", "no numbers"],
)
def test_a_zip_that_is_no_workbook_is_reported(staff, content):
    drop(staff, f"{NAME}.xlsx", content)
    message = staff.problem()
    assert "is no valid Excel workbook" in message
    assert "do: open it in Excel and save it again as .xlsx, without a password" in message


@settings(max_examples=300)
@given(st.data())
def test_a_damaged_part_of_a_workbook_is_read_or_reported(data):
    part = data.draw(
        st.sampled_from(["worksheets/sheet1.xml", "styles.xml", "workbook.xml", "sharedStrings.xml", "rels"])
    )
    cut = data.draw(st.integers(0, 3000))
    other = data.draw(st.sampled_from(["", "<", '"', "-1", "99999999999", "1e999", "nan", "ZZZZ1", "s", "d", "\0"]))

    def damage(name, old):
        place = cut % len(old)
        return name, old[:place] + other + old[place + 1 :] if name.endswith(part) else old

    content = repacked(damage, SHARED)
    with suppress(UnreadableFileError):
        list(read_excel(io.BytesIO(content), "x.xlsx", None).numbered)


@pytest.mark.parametrize("text", ["1e999999999", "9e99999"])
def test_a_number_beyond_all_measure_is_reported(tmp_path, text):
    assert f"came: a text: '{text}'" in one_column(tmp_path, "bigint", ["1", text])


# Tables made to be read


def test_titles_above_and_a_source_below_are_passed_over(staff):
    rows = [["Overzicht personeel"], ["Afdeling", "alle", "1-11-2026"], [], ["", "x"], HEADINGS, ROW, OTHER]
    content = as_csv(*rows) + b'"Bron: P&O"\r\n"\xc2\xa9 gemeente"\r\n'
    assert [row[0] for row in reads(staff, content, "csv")] == ["Burgerzaken", "Beheer"]
    drop(staff, f"{NAME}.csv", as_csv(*rows, with_value(OTHER, "Bedrag", "veel")))
    assert "row 8, column E 'Bedrag'" in staff.problem()


def test_topics_in_rows_are_reported_with_the_word_for_it(staff):
    rows = [["Personeel; afdeling", "", ""], ["Afdeling", "Burgerzaken", "Beheer"], ["Uren per week", "32,5", "36"]]
    rows += [["Bedrag", "1", "2"], ["Leidinggevende", "ja", "nee"]]
    drop(staff, f"{NAME}.csv", as_csv(*rows))
    message = staff.problem()
    assert "has its regions or periods across, and its topics below each other or in a title" in message
    assert "drag 'Onderwerp' to the columns and the others to the rows in StatLine" in message


def test_apostrophes_of_every_form_are_the_same(tmp_path):
    regions = desk(tmp_path, contract([column("region", "Regio's")], key=("region",)))
    for apostrophe in "’‘`´'":
        drop(regions, f"{NAME}.csv", as_csv([f"Regio{apostrophe}s"], ["Waalwijk"]))
        assert not regions.receive().problems


def test_every_problem_of_a_file_is_reported_at_once(staff):
    headings = [name.replace("Afdeling", "Onderdeel").replace("Soort", "Type") for name in HEADINGS]
    wrong = [with_value(with_value(OTHER, "Bedrag", "veel"), "Begindatum", "x"), ["Totaal", *ROW[1:]]]
    drop(staff, f"{NAME}.csv", as_csv(headings, ROW, *wrong))
    message = staff.problem()
    assert "lacks 2 columns: 'Afdeling', 'Soort'" in message
    assert "also: the file personeel_2026-11-01.csv contains a total in personeel_2026-11-01.csv, row 4" in message
    assert "row 3, column C 'Begindatum'" in message
    assert "row 3, column E 'Bedrag'" in message
    assert message.count("  also: ") == 3
