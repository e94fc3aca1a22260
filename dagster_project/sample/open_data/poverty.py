"""The fictional tables on poverty: households with a low income per municipality, and SES-WOA scores per region."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import cache
from itertools import product
from zoneinfo import ZoneInfo

from dagster_project.sample.living_conditions import conditions, total
from dagster_project.sample.municipality import PARTS, parts_of, region_codes, region_name
from dagster_project.sample.servers.odata_filter import Record
from dagster_project.sample.servers.odata_v4_server import ODataV4Table
from dagster_project.sample.servers.records import LateRecords

_YEARS = 3
_FICTIONAL = "FICTIEVE GEGEVENS: gemeente Maandrecht en haar buren bestaan niet en deze cijfers zijn verzonnen."
_LICENCE = "https://creativecommons.org/licenses/by/4.0/"
_KNOWN_IDS = {"low_income": {2024: "86006NED"}, "ses_woa": {2024: "86092NED", 2025: "86296NED"}}
_FEWEST_FOR_SCORE = 100

# Code, title, and which share of the households with a low income lives under it.
_LIMITS = {
    "T001164": ("Totaal", None),
    "1050290": ("Inkomen tot lage-inkomensgrens", 1.0),
    "A043007": ("Inkomen tot 110% sociaal minimum", 1.55),
    "A043008": ("Inkomen tot 120% sociaal minimum", 2.1),
}
_DURATIONS = {"A028721": ("Ten minste 1 jaar", 1.0), "A028724": ("Vier jaar of langer", 0.42)}
_HOUSEHOLDS = {"1050010": "Particuliere huishoudens"}
# Code of the count, title, and the quantity of which it is a part.
_GROUPS = {
    "1050010": ("Particuliere huishoudens", "households", 1.0),
    "1050001": ("Personen", "population", 0.86),
    "1016445": ("Minderjarige kinderen", "population_0_14", 1.04),
}


def poverty_tables(as_of: date, seed: int) -> list[ODataV4Table]:
    """Both tables as of a day: borders of the year before, figures up to two years before."""
    years = range(as_of.year - 1 - _YEARS, as_of.year - 1)
    return [_low_income(as_of, years, seed), _ses_woa(as_of, years, seed)]


@cache
def _truths(year: int, seed: int) -> Mapping[str, Counter[str]]:
    known = {part.code: conditions(part, year, seed) for part in PARTS}
    return {code: total(known[part.code] for part in parts_of(code)) for code in region_codes()}


def _low_income(as_of: date, years: range, seed: int) -> ODataV4Table:
    regions = {"NL01": "NL00", **{code: code for code in region_codes() if code.startswith("GM")}}
    count = len(_LIMITS) * len(_DURATIONS) * len(regions) * len(years) * 2 * len(_GROUPS)
    observations = LateRecords(count, _numbered(_low_income_cells(years, seed, regions)))
    measures = [
        _measure(index, f"{code}_{kind}", title + suffix, unit, decimals=1)
        for index, ((kind, suffix, unit), (code, (title, _, _))) in enumerate(
            product((("1", "", "x 1 000"), ("2", " relatief", "%")), _GROUPS.items())
        )
    ]
    return ODataV4Table(
        properties=_properties(
            as_of,
            _KNOWN_IDS["low_income"],
            "Laag en langdurig laag inkomen; huishoudenskenmerken, regio (indeling {})",
            count,
        ),
        dimensions=[
            _dimension("InkomensgrensHuishouden", "Inkomensgrens huishouden"),
            _dimension("DuurInkomenspositie", "Duur inkomenspositie"),
            _dimension("KenmerkenVanHuishoudens", "Kenmerken van huishoudens"),
            _dimension("RegioS", "Regio’s", "GeoDimension"),
            _dimension("Perioden", "Perioden", "TimeDimension"),
        ],
        measures=measures,
        groups=[],
        codes={
            "InkomensgrensHuishouden": _codes({code: title for code, (title, _) in _LIMITS.items()}),
            "DuurInkomenspositie": _codes({code: title for code, (title, _) in _DURATIONS.items()}),
            "KenmerkenVanHuishoudens": _codes(_HOUSEHOLDS),
            "RegioS": _codes({code: region_name(known) for code, known in regions.items()}),
            "Perioden": _periods(years),
        },
        observations=observations,
    )


def _low_income_cells(years: range, seed: int, regions: Mapping[str, str]) -> Iterator[Record]:
    for limit, duration, region, year in product(_LIMITS, _DURATIONS, regions, years):
        truth = _truths(year, seed)[regions[region]]
        risk = truth["low_income_households"] / truth["households"]
        share = _LIMITS[limit][1]
        part = 1.0 if share is None else risk * share * _DURATIONS[duration][1]
        keys = {
            "KenmerkenVanHuishoudens": "1050010",
            "InkomensgrensHuishouden": limit,
            "DuurInkomenspositie": duration,
            "RegioS": region,
            "Perioden": f"{year}JJ00",
        }
        for code, (_, quantity, factor) in _GROUPS.items():
            own = part if share is None else min(part * factor, 1.0)
            yield {"Measure": f"{code}_1", **keys, "Value": round(truth[quantity] * own / 1000, 1)}
            yield {"Measure": f"{code}_2", **keys, "Value": round(100 * own, 1)}


_SES_GROUPS: list[Record] = [
    {"Id": "G1", "Index": 2, "Title": "Opleidingsniveau", "Description": "", "ParentId": None},
    {"Id": "G11", "Index": 3, "Title": "Laag", "Description": "", "ParentId": "G1"},
    {"Id": "G13", "Index": 5, "Title": "Hoog", "Description": "", "ParentId": "G1"},
    {"Id": "G2", "Index": 7, "Title": "SES-WOA", "Description": _FICTIONAL, "ParentId": None},
    {"Id": "G21", "Index": 8, "Title": "Totaalscore", "Description": "", "ParentId": "G2"},
    {"Id": "G22", "Index": 10, "Title": "Deelscore financiële welvaart", "Description": "", "ParentId": "G2"},
    {"Id": "G23", "Index": 12, "Title": "Deelscore opleidingsniveau", "Description": "", "ParentId": "G2"},
    {"Id": "G24", "Index": 14, "Title": "Deelscore arbeidsverleden", "Description": "", "ParentId": "G2"},
    {"Id": "G3", "Index": 16, "Title": "Spreiding", "Description": "", "ParentId": None},
    {"Id": "G31", "Index": 17, "Title": "Spreiding totaal", "Description": "", "ParentId": "G3"},
]
# Titles repeat, so only the group distinguishes them. The codes are the sample's own.
_SES_MEASURES = {
    "F000001": ("Particuliere huishoudens", None, "aantal", 0),
    "F000002": ("Waarde", "G11", "%", 1),
    "F000003": ("Waarde", "G13", "%", 1),
    "F000004": ("Gemiddelde score", "G21", "getal", 3),
    "F000005": ("Gemiddelde score", "G22", "getal", 3),
    "F000006": ("Gemiddelde score", "G23", "getal", 3),
    "F000007": ("Gemiddelde score", "G24", "getal", 3),
    "F000008": ("Waarde", "G31", "getal", 3),
}


def _ses_woa(as_of: date, years: range, seed: int) -> ODataV4Table:
    regions = [code for code in region_codes() if not code.startswith("NL")]
    count = len(regions) * len(years) * len(_SES_MEASURES)
    observations = LateRecords(count, _numbered(_ses_cells(years, seed, regions)))
    return ODataV4Table(
        properties=_properties(
            as_of,
            _KNOWN_IDS["ses_woa"],
            "Sociaal-economische status; scores per wijk en buurt, regio-indeling {}",
            count,
        ),
        dimensions=[
            _dimension("WijkenEnBuurten", "Wijken en buurten", "GeoDetail"),
            _dimension("Perioden", "Perioden", "TimeDimension"),
        ],
        measures=[
            _measure(index, code, title, unit, decimals, group)
            for index, (code, (title, group, unit, decimals)) in enumerate(_SES_MEASURES.items())
        ],
        groups=_SES_GROUPS,
        codes={"WijkenEnBuurten": _codes({code: region_name(code) for code in regions}), "Perioden": _periods(years)},
        observations=observations,
    )


def _ses_cells(years: range, seed: int, regions: list[str]) -> Iterator[Record]:
    for region, year in product(regions, years):
        truth = _truths(year, seed)[region]
        households = 100 * round(truth["households"] / 100)
        values: dict[str, float | None] = dict.fromkeys(_SES_MEASURES)
        values["F000001"] = households
        if households >= _FEWEST_FOR_SCORE:
            low = truth["low_education"] / truth["adults"]
            high = truth["high_education"] / truth["adults"]
            wealth = 0.5 - 6 * truth["low_income_households"] / truth["households"]
            work = 2.2 * (truth["working"] / truth["adults"] - 0.68)
            values |= {"F000002": round(100 * low, 1), "F000003": round(100 * high, 1)}
            scores = {"F000005": 0.4 * wealth, "F000006": 0.5 * (high - low), "F000007": work}
            values |= {code: round(score, 3) for code, score in scores.items()}
            values["F000004"] = round(sum(scores.values()) * 0.8, 3)
            values["F000008"] = round(0.72 + 0.6 * low, 3)
        for code, value in values.items():
            keys = {"Measure": code, "WijkenEnBuurten": region, "Perioden": f"{year}JJ00", "Value": value}
            yield keys | ({"ValueAttribute": "Impossible"} if value is None else {})


def _numbered(cells: Iterator[Record]) -> Iterator[Record]:
    for number, cell in enumerate(cells):
        keys = {name: value for name, value in cell.items() if name not in ("Value", "ValueAttribute")}
        values = {"Value": cell["Value"], "StringValue": None, "ValueAttribute": cell.get("ValueAttribute", "None")}
        yield {"Id": number, **keys, **values}


def _properties(as_of: date, ids: Mapping[int, str], title: str, count: int) -> Record:
    edition = as_of.year - 1
    modified = datetime(as_of.year, 1, 15, tzinfo=ZoneInfo("Europe/Amsterdam"))
    return {
        "Identifier": ids.get(edition, f"9{edition}NED"),
        "Title": title.format(edition),
        "Description": f"{_FICTIONAL}\n\nPeildatum voor de gemeentelijke indeling is 1 januari {edition}.\n",
        "Modified": modified.isoformat(),
        "Language": "nl",
        "Catalog": "CBS",
        "Version": f"{modified:%Y%m%d}0000",
        "VersionReason": "Actualisering",
        "Frequency": "Perjaar",
        "Status": "Regulier",
        "ObservationCount": count,
        "ObservationsModified": modified.isoformat(),
        "DatasetType": "Numeric",
        "License": _LICENCE,
        "Source": "Maandvers, voorbeeldgegevens (fictief; niet van het CBS).",
        "Summary": _FICTIONAL,
    }


def _dimension(identifier: str, title: str, kind: str = "Dimension") -> Record:
    return {"Identifier": identifier, "Title": title, "Description": None, "Kind": kind}


def _measure(index: int, code: str, title: str, unit: str, decimals: int, group: str | None = None) -> Record:
    return {
        "Identifier": code,
        "MeasureGroupId": group,
        "Index": index,
        "Title": title,
        "Description": f"{_FICTIONAL}\nEenheid: {unit}; {decimals} decimalen.",
        "DataType": "Double" if decimals else "Long",
        "Unit": unit,
        "Decimals": decimals,
        "PresentationType": "Relative" if unit == "%" else "Absolute",
    }


def _codes(titles: Mapping[str, str]) -> list[Record]:
    return [
        {"Identifier": code, "DimensionGroupId": None, "Index": index, "Title": title, "Description": _FICTIONAL}
        for index, (code, title) in enumerate(titles.items(), start=1)
    ]


def _periods(years: range) -> list[Record]:
    return [
        {**row, "Status": "Voorlopig" if row["Title"] == str(max(years)) else "Definitief"}
        for row in _codes({f"{year}JJ00": str(year) for year in years})
    ]
