"""The fictional Iv3 tables, one per year: reports of three municipalities, and the youth care of the others."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from itertools import product
from math import prod

import yaml

from dagster_project.installation.settings import DBT_PROJECT
from dagster_project.sample.municipality import ELSEWHERE, MUNICIPALITIES
from dagster_project.sample.registers.finances import RESULT, YOUTH_CARE, Amounts, budget, details, spent
from dagster_project.sample.servers.odata_filter import Record
from dagster_project.sample.servers.odata_v3_server import ODataTable
from dagster_project.sample.servers.records import LateRecords

_CONTRACT = DBT_PROJECT / "models/staging/iv3/_iv3__sources.yml"
_EDITIONS = 3
_REPORTS = ("Begroting", "1ste kwartaal", "2de kwartaal", "3de kwartaal", "4de kwartaal", "Jaarrekening")
_BUDGET, _ACCOUNTS = 0, 5
_FIRST_PLACEMENT, _SECOND_PLACEMENT = timedelta(days=10), timedelta(days=70)
# Share of a task field's expense or revenue that is booked in each category.
_EXPENSE = {"L1.1": 0.3, "L3.8": 0.5, "L4.3.1": 0.15, "L7.3": 0.05}
_REVENUE = {"B2.2.1": 0.2, "B3.7": 0.2, "B4.3.1": 0.6}
_STATES = ("Primo", "Ultimo")
_CATEGORIES = (*_EXPENSE, *_REVENUE, *_STATES)
# Items of the balance sheet in euro per municipality; changes in them are booked under L and B as well.
_BALANCE_SHEET = {"A121": 41_000_000, "A1332": 6_200_000, "A29": 3_900_000, "P111": 21_000_000, "P29": 9_800_000}
_SILENT = ("GM9997", 2)  # Zonderwater never sends its second quarter.
_WIDTHS = {"TaakveldBalanspost": 6, "Categorie": 8, "Gemeenten": 9, "Verslagsoort": 8}
_FICTIONAL = "FICTIEVE GEGEVENS: gemeente Maandrecht en haar buren bestaan niet en deze cijfers zijn verzonnen."


def iv3_tables(as_of: date, seed: int) -> list[ODataTable]:
    """The newest editions as of a day, oldest first; a year begins with its budget."""
    newest = max(year for year in (as_of.year, as_of.year + 1) if _placed(year, _BUDGET, _FIRST_PLACEMENT, as_of))
    return [_table(year, as_of, seed) for year in range(newest - _EDITIONS + 1, newest + 1)]


def _deadline(year: int, report: int) -> date:
    return (
        date(year - 1, 11, 14),
        date(year, 4, 30),
        date(year, 7, 31),
        date(year, 10, 31),
        date(year + 1, 2, 14),
        date(year + 1, 7, 14),
    )[report]


def _placed(year: int, report: int, placement: timedelta, as_of: date) -> bool:
    return _deadline(year, report) + placement <= as_of


def _table(year: int, as_of: date, seed: int) -> ODataTable:
    code_lists = _code_lists(year)
    dense = prod(len(codes) for codes in code_lists.values()) // len(code_lists["Gemeenten"])
    size = dense * len(MUNICIPALITIES) + len(ELSEWHERE) * len(_youth_care(year)) * len(_CATEGORIES)
    return ODataTable(
        infos=_infos(year, as_of, size),
        data_properties=_data_properties(),
        code_lists=code_lists,
        rows=LateRecords(size, _records(year, as_of, seed)),
    )


def _records(year: int, as_of: date, seed: int) -> Iterator[Record]:
    for number, (region, report, item, category, amount) in enumerate(_reports(year, seed)):
        first = _placed(year, report, _FIRST_PLACEMENT, as_of) and (region, report) != _SILENT
        second = first and _placed(year, report, _SECOND_PLACEMENT, as_of)
        # Between the two placements the municipality mends its overhead.
        mended = 12.0 if second and (item, category) == ("0.4", "L1.1") else 0.0
        yield {
            "ID": number,
            "TaakveldBalanspost": item.ljust(6),
            "Categorie": category.ljust(8),
            "Gemeenten": region.ljust(9),
            "Verslagsoort": f"{year}X{report:03}",
            "k_1ePlaatsing_1": amount if first else None,
            "k_2ePlaatsing_2": amount + mended if second and amount is not None else None,
        }


def _reports(year: int, seed: int) -> Iterator[tuple[str, int, str, str, float | None]]:
    """Municipality, report, item, category and amount of every row: of municipalities further away youth care alone."""
    for region, report in product(MUNICIPALITIES, range(len(_REPORTS))):
        for cell in _cells(region, year, report, seed):
            yield region, report, *cell
    for part, detail in product(ELSEWHERE, _youth_care(year)):
        region = part.municipality_code
        for cell in _by_category(detail, _reported(region, detail, year, _ACCOUNTS, seed)):
            yield region, _ACCOUNTS, *cell


def _youth_care(year: int) -> list[str]:
    """Details of youth care."""
    return [detail for detail in details(year) if detail.startswith(YOUTH_CARE)]


def _cells(region: str, year: int, report: int, seed: int) -> Iterator[tuple[str, str, float | None]]:
    """Every combination of item and category with its amount in thousands of euro; null where none can be."""
    balance = 0.0
    for detail in details(year):
        amounts = _reported(region, detail, year, report, seed)
        balance += amounts.revenue - amounts.expense
        yield from _by_category(detail, amounts)
    # The result closes the accounts: with it, expense and revenue are equal.
    yield from _by_category(RESULT, Amounts(max(balance, 0.0), max(-balance, 0.0)))
    for item, euro in _BALANCE_SHEET.items():
        moved = {"L7.3": euro * 0.02, "B4.3.1": euro * 0.03, "Primo": euro, "Ultimo": euro * 1.01}
        for category in _CATEGORIES:
            yield item, category, _thousands(0.0 if report == _BUDGET else moved.get(category, 0.0))


def _by_category(item: str, amounts: Amounts) -> Iterator[tuple[str, str, float | None]]:
    for category in _CATEGORIES:
        share = _EXPENSE.get(category, 0.0) * amounts.expense + _REVENUE.get(category, 0.0) * amounts.revenue
        yield item, category, None if category in _STATES else _thousands(share)


def _reported(region: str, detail: str, year: int, report: int, seed: int) -> Amounts:
    if report == _BUDGET:
        return budget(region, detail, year, seed)
    booked = spent(region, detail, year, seed)[: 3 * report]
    # After the fourth quarter the last invoices come in.
    late = 1.004 if report == _ACCOUNTS else 1.0
    return Amounts(late * sum(month.expense for month in booked), sum(month.revenue for month in booked))


def _thousands(euro: float) -> float:
    return float(round(euro / 1000))


def _data_properties() -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for name in _WIDTHS:
        kind = "GeoDimension" if name == "Gemeenten" else "Dimension"
        rows.append(_property(len(rows), kind, name, name))
    for key, title in (("k_1ePlaatsing_1", "1e plaatsing"), ("k_2ePlaatsing_2", "2e plaatsing")):
        topic = {"Datatype": "Double", "Unit": "1 000 euro", "Decimals": 0, "Default": "Impossible"}
        rows.append(_property(len(rows), "Topic", key, title) | topic)
    return rows


def _property(number: int, kind: str, key: str, title: str) -> dict[str, object]:
    row: dict[str, object] = {"odata.type": f"Cbs.OData.{kind}", "ID": number, "Position": number, "ParentID": None}
    return row | {"Type": kind, "Key": key, "Title": title, "Description": _FICTIONAL}


def _code_lists(year: int) -> dict[str, list[dict[str, object]]]:
    keys = {
        "TaakveldBalanspost": {code: code for code in (*details(year), RESULT, *_BALANCE_SHEET)},
        "Categorie": {code: code for code in _CATEGORIES},
        "Gemeenten": MUNICIPALITIES | {part.municipality_code: part.name for part in ELSEWHERE},
        "Verslagsoort": {f"{year}X{number:03}": title for number, title in enumerate(_REPORTS)},
    }
    return {
        name: [
            {"Key": key.ljust(_WIDTHS[name]), "Title": title, "Description": _FICTIONAL, "CategoryGroupID": None}
            for key, title in listed.items()
        ]
        for name, listed in keys.items()
    }


@cache
def _known_editions() -> dict[int, str]:
    (source,) = yaml.load(_CONTRACT.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)["sources"]
    (table,) = source["tables"]
    return {int(year): table_id for year, table_id in table["config"]["meta"]["delivery"]["editions"].items()}


def _infos(year: int, as_of: date, rows: int) -> dict[str, object]:
    placements = [
        _deadline(year, report) + wait for report in range(6) for wait in (_FIRST_PLACEMENT, _SECOND_PLACEMENT)
    ]
    modified = max(day for day in placements if day <= as_of)
    table_id = _known_editions().get(year, f"45{year - 1000}NED")
    title = f"Gemeenten {year} onbewerkte Iv3-data"
    return {
        "Updated": f"{modified}T02:00:00",
        "ID": year,
        "Identifier": table_id,
        "Title": title,
        "ShortTitle": title,
        "ShortDescription": f"\n{_FICTIONAL}\n\nStatus van de cijfers\nDe cijfers zijn bij publicatie definitief.\n",
        "Summary": f"{_FICTIONAL}\nLasten, baten en balansstanden van gemeenten.",
        "Modified": f"{modified}T02:00:00",
        "MetaDataModified": f"{modified}T02:00:00",
        "ReasonDelivery": "Actualisering",
        "ExplanatoryText": _FICTIONAL,
        "OutputStatus": "Regulier",
        "Source": "Maandvers, voorbeeldgegevens (fictief; niet van het CBS).",
        "Language": "nl",
        "Catalog": "IV3",
        "Frequency": "Onregelmatig",
        "Period": str(year),
        "SummaryAndLinks": _FICTIONAL,
        "ApiUrl": f"https://dataderden.cbs.nl/ODataApi/OData/{table_id}",
        "FeedUrl": f"https://dataderden.cbs.nl/ODataFeed/OData/{table_id}",
        "DefaultPresentation": "",
        "DefaultSelection": "",
        "GraphTypes": "Table,Bar,Map",
        "RecordCount": rows,
        "ColumnCount": 6,
        "SearchPriority": "2",
    }
