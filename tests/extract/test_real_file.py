"""Real files, read whole and compared cell by cell with another reading of them."""

import html
import re
import shutil
import zipfile
from pathlib import Path

import duckdb
import pytest

from dagster_project.extract.files.headings import POSITION_SUFFIX
from dagster_project.installation.settings import FeedSettings, SupplierSettings

from .files import column, contract, desk, touch

REAL = Path(__file__).parents[3] / "shared/real-data"
pytestmark = pytest.mark.skipif(not REAL.exists(), reason=f"the real files are not on this machine: {REAL}")
# What CBS writes where a figure is unknown or secret.
MISSING = (".",)
OPTIONS = "all_varchar=true, delim=';', quote='\"', header=true, nullstr=''"
STATLINE = {
    "SES_WOA_scores_per_wijk_en_buurt_25042023_160857.csv": ((0, 2), 3),
    "Laag_inkomen__huishoudenskenmerken_regio_03062025_164228.csv": ((0, 1, 2, 3, 4), 5),
    "Nabijheid_voorzieningen__buurt_2021_10022023_162519.csv": ((0,), 1),
}


def received(tmp_path, path, headings, numbers, key=(0,), **delivery):
    """Every row of a file by the ordinary way; ``numbers`` are the places of the columns that hold numbers."""
    columns = [
        column(f"c{place}", heading, "double" if place in numbers else "varchar")
        for place, heading in enumerate(headings)
    ]
    feed = contract(columns, key=[f"c{place}" for place in key], missing_values=MISSING, **delivery)
    # A file from after the moment at which the desk looks would be refused.
    brought = touch(Path(shutil.copy(path, tmp_path)), "2026-11-01")
    chosen = FeedSettings(protocol="file", location=str(brought))
    real = desk(tmp_path, feed, suppliers={"hr": SupplierSettings(feeds={"staff": chosen})})
    assert real.receive().problems == []
    assert real.manifest().tables["staff"].dropped_columns == []
    return real.rows("select * from data")


def expected(row, numbers):
    """A row of texts as it should land."""
    texts = [text.strip() if text is not None else None for text in row]
    values = [None if text in (None, "", *MISSING) else text for text in texts]
    return tuple(float(v) if place in numbers and v is not None else v for place, v in enumerate(values))


@pytest.mark.parametrize("name", STATLINE)
def test_a_statline_download_comes_in_whole(tmp_path, name):
    path = REAL / "statline_csv" / name
    key, first_number = STATLINE[name]
    table = duckdb.sql(f"from read_csv('{path}', {OPTIONS})")
    numbers = range(first_number, len(table.columns))
    rows = received(tmp_path, path, table.columns, numbers, key)
    assert rows == [expected(row, numbers) for row in table.fetchall()]
    assert len(rows) > 10


def test_the_schools_of_duo_come_in_whole(tmp_path):
    path = REAL / "duo/03-alle-vestigingen-bo.csv"
    in_utf8 = tmp_path / "schools.csv"
    in_utf8.write_text(path.read_text(encoding="cp1252"), encoding="utf-8")
    table = duckdb.sql(f"from read_csv('{in_utf8}', {OPTIONS})")
    headings = table.columns
    rows = received(tmp_path, path, headings, (), (headings.index("VESTIGINGSNUMMER"),))
    assert rows == [expected(row, ()) for row in table.fetchall()]
    assert (len(rows), len(rows[0])) == (6215, 30)
    assert sum(row[headings.index("GEMEENTENUMMER")] == "0867" for row in rows) == 17
    assert any("’" in row[headings.index("VESTIGINGSNAAM")] for row in rows)


def test_the_health_table_of_rivm_comes_in_whole(tmp_path):
    path = REAL / "rivm/rivm_50120NED_2020_18plus.xlsx"
    heading, *lines = sheet_of(path)
    numbers = range(8, len(heading))
    names = [POSITION_SUFFIX.sub("", name) for name in heading]
    parameters = {"base_url": "http://127.0.0.1:1", "table_id": "50120NED"}
    rows = received(tmp_path, path, names, numbers, (3,), protocol="odata_v3", parameters=parameters)
    assert rows == [expected(line, numbers) for line in lines]
    assert (len(rows), len(rows[0])) == (17341, 43)
    (waalwijk,) = (row for row in rows if row[3] == "GM0867")
    figures = dict(zip(names, waalwijk, strict=True))
    assert (figures["WekelijkseSporters"], figures["Eenzaam"], figures["MoeiteMetRondkomen"]) == (49.0, 46.4, 11.9)


def sheet_of(path):
    """The only sheet of a workbook, row by row as texts, from its XML by plain expressions."""
    with zipfile.ZipFile(path) as archive:
        shared = archive.read("xl/sharedStrings.xml").decode()
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    texts = [html.unescape("".join(re.findall(r"<t[^>]*>([^<]*)</t>", item))) for item in shared.split("<si>")[1:]]
    cell = re.compile(r'<c r="([A-Z]+)\d+"(?: s="\d+")?(?: t="(s)")?>(?:<v>([^<]*)</v>)')
    rows = []
    for row in sheet.split("<row ")[1:]:
        found = {name: texts[int(value)] if is_shared else value for name, is_shared, value in cell.findall(row)}
        rows.append(found)
    letters = list(rows[0])
    return [[row.get(letter) for letter in letters] for row in rows]
