"""Real figures that came as JSON, Excel and CSV, served again as the OData v3 tables they were taken from."""

import csv
import html
import json
import re
import zipfile
from datetime import date
from functools import cache

from dagster_project.sample.open_data.cbs_tables import Dimension, Topic, cbs_table, periods
from dagster_project.sample.servers.odata_v3_server import ODataTable

from .replay import REAL_TABLE

REAL_DATA = REAL_TABLE.parent
POLICE = REAL_DATA / "police/police_47018NED_municipalities_2012_2025.json"
HEALTH = REAL_DATA / "rivm/rivm_50120NED_2020_18plus.xlsx"
ABSENCE = REAL_DATA / "hr/80072ned_actuals_derived.csv"
# Kinds of crime that the table knows and the file leaves out.
_OTHER_KINDS = ("0.0.0", "1.2.4", "1.4.3", "1.4.6", "2.1.1", "2.5.2", "2.6.1", "2.6.10", "3.7.4", "3.9.1")
_PUBLISHED = date(2026, 7, 1)
_CELL = re.compile(r'<c r="([A-Z]+)\d+"[^>]*?(t="s")?(?:/>|><v>([^<]*)</v></c>)')


def police_file() -> dict:
    return json.loads(POLICE.read_text(encoding="utf-8"))


def police_table() -> ODataTable:
    """47018NED as far as the file goes: twelve kinds of crime, 343 municipalities, fourteen years."""
    file = police_file()
    labels = {offence["code"]: offence["label"] for offence in file["offences"]}
    kinds = {code.ljust(6): f"{code} {labels.get(code, 'anders')}" for code in sorted({*labels, *_OTHER_KINDS})}
    regions = sorted({code for counts in file["counts"].values() for code in counts})
    years = {f"{year}JJ00": f"{year}{'*' * (year in file['provisional'])}" for year in file["years"]}
    return cbs_table(
        "47018NED",
        "Geregistreerde misdrijven per jaar",
        _PUBLISHED,
        True,
        [
            Dimension("SoortMisdrijf", "Soort misdrijf", "Dimension", kinds),
            Dimension("WijkenEnBuurten", "Wijken en buurten", "GeoDetail", {code.ljust(10): code for code in regions}),
            periods(years),
        ],
        [Topic("GeregistreerdeMisdrijven", "Geregistreerde misdrijven")],
        [
            ((kind.ljust(6), region.ljust(10), f"{year}JJ00"), {"GeregistreerdeMisdrijven": number})
            for kind, counts in file["counts"].items()
            for region, years_of_region in counts.items()
            for year, number in years_of_region.items()
        ],
    )


@cache
def health_sheet() -> tuple[list[str], list[tuple[str | None, ...]]]:
    """Headings and rows of the sheet as texts, read from the XML itself and not by the code under test."""
    with zipfile.ZipFile(HEALTH) as archive:
        texts = re.findall(r"<si><t[^>]*>([^<]*)</t></si>", archive.read("xl/sharedStrings.xml").decode())
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    shared = [html.unescape(text) for text in texts]
    rows = []
    for row in sheet.split("<row ")[1:]:
        cells = {column: shared[int(value)] if is_text else value for column, is_text, value in _CELL.findall(row)}
        rows.append(cells)
    columns = list(rows[0])
    return list(rows[0].values()), [tuple(row.get(column) or None for column in columns) for row in rows[1:]]


def figure(cell: str | None) -> float | None:
    """Value of a cell in the typed set: the sheet is of the untyped one, with a dot for a missing value."""
    return None if cell is None or cell.strip() == "." else float(cell)


def health_table() -> ODataTable:
    """50120NED as it stood in 2021, as far as the file goes: 2020, adults, the estimates without their bounds."""
    headings, rows = health_sheet()
    dimensions, labels, topics = headings[1:5], headings[5:8], headings[8:]
    places = [headings.index(name) for name in dimensions]
    codes = {
        name: {row[place]: row[place].strip() for row in rows} for name, place in zip(dimensions, places, strict=True)
    }
    codes["Marges"] |= {"MOG0095": "Ondergrens 95%-interval", "MBG0095": "Bovengrens 95%-interval"}
    kinds = {"WijkenEnBuurten": "GeoDetail", "Perioden": "TimeDimension"}

    def name_of(key: str) -> str:
        return key.rpartition("_")[0]

    return cbs_table(
        "50120NED",
        "Gezondheid per wijk en buurt; 2012/2016/2020 (indeling 2022)",
        _PUBLISHED,
        False,
        [Dimension(name, name, kinds.get(name, "Dimension"), codes[name]) for name in dimensions],
        [
            *(Topic(name_of(key), key, "code") for key in labels),
            *(Topic(name_of(key), key, "%", 1) for key in topics),
        ],
        [
            (
                tuple(row[place] for place in places),
                {
                    name_of(key): value if key in labels else figure(value)
                    for key, value in zip(headings[5:], row[5:], strict=True)
                },
            )
            for row in rows
        ],
    )


def absence_file() -> list[tuple[str, str, float]]:
    """Sector, period as CBS writes it, and percentage."""
    with ABSENCE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[1:]
    ends = [date.fromisoformat(end) for _, end, _ in rows]
    return [
        (sector, f"{end.year}KW{end.month // 3:02}", float(percentage))
        for (sector, _, percentage), end in zip(rows, ends, strict=True)
    ]


def absence_table() -> ODataTable:
    """80072ned as far as the file goes: quarters of 2009 to 2025."""
    records = absence_file()
    sectors = {sector.ljust(8): sector for sector, *_ in records}
    quarters = {period: period + "*" * (period >= "2025") for _, period, _ in records}
    return cbs_table(
        "80072ned",
        "Ziekteverzuim volgens werkgevers",
        _PUBLISHED,
        True,
        [Dimension("BedrijfskenmerkenSBI2008", "Bedrijfskenmerken", "Dimension", sectors), periods(quarters)],
        [Topic("Ziekteverzuimpercentage", "Ziekteverzuimpercentage", "%", 1)],
        [((sector.ljust(8), period), {"Ziekteverzuimpercentage": figure}) for sector, period, figure in records],
    )
