"""Fictional key figures (kerncijfers wijken en buurten), as published by CBS per edition."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from functools import cache

import yaml

from dagster_project.installation.settings import DBT_PROJECT
from dagster_project.sample.living_conditions import conditions, total
from dagster_project.sample.municipality import PARTS, parts_of, region_codes, region_name
from dagster_project.sample.open_data.key_figure_topics import FILLED_AT_FIRST, data_properties, topics
from dagster_project.sample.servers.odata_filter import Record
from dagster_project.sample.servers.odata_v3_server import ODataTable
from dagster_project.sample.servers.records import LateRecords

DIMENSION = "WijkenEnBuurten"
FIRST_EDITION = 2013
_KEY_WIDTH = 10
_CONTRACT = DBT_PROJECT / "models/staging/cbs/_cbs__sources.yml"
_REGION_TYPES = {"NL": "Land", "GM": "Gemeente", "WK": "Wijk", "BU": "Buurt"}
# The first is also the day on which an edition moves on to its next year and more of it is filled.
_PUBLICATION_MONTHS = {1: (1, 2, 5, 8, 11), 2: (1, 8), 3: (1, 2)}
# Below these counts CBS suppresses figures that would reveal persons.
_FEWEST_FOR_BENEFITS = 50
_FEWEST_FOR_INCOME = 100
_FEWEST_DWELLINGS = 20
# Addresses per km2 of CBS's classes of urbanity, from very strongly (1) to not (5).
_URBANITY = (2500, 1500, 1000, 500)
_MOVED_LONG_AGO = ("BU99990103", "BU99990104")


def key_figures_tables(as_of: date, seed: int) -> list[ODataTable]:
    """Every edition as of a day, oldest first."""
    ages = range(as_of.year - FIRST_EDITION, 0, -1)
    return [_table(as_of.year - age, age, _published(as_of, age), seed) for age in ages]


def _published(as_of: date, age: int) -> date:
    """Last publication of the edition that is ``age`` years old on ``as_of``; a settled one stays as it is."""
    if age not in _PUBLICATION_MONTHS:
        return date(as_of.year - age + max(_PUBLICATION_MONTHS), 2, 1)
    month = max(month for month in _PUBLICATION_MONTHS[age] if month <= as_of.month)
    return date(as_of.year, month, 1)


@cache
def _known_editions() -> dict[int, str]:
    sources = yaml.load(_CONTRACT.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)["sources"]
    (table,) = (table for source in sources for table in source["tables"] if table["name"] == "key_figures")
    return {int(year): table_id for year, table_id in table["config"]["meta"]["delivery"]["editions"].items()}


def _table(edition: int, age: int, published: date, seed: int) -> ODataTable:
    codes = region_codes()
    columns = [
        (f"{topic.name}_{position}", topic.figure, age > 1 or topic.group[0] in FILLED_AT_FIRST)
        for position, topic in enumerate(topics(edition), start=1)
    ]

    def records() -> Iterator[Record]:
        known = {part.code: conditions(part, edition, seed) for part in PARTS}
        for row_id, code in enumerate(codes):
            truth = total(known[part.code] for part in parts_of(code))
            figures = {**_labels(code, edition, newest=age == 1), **_figures(truth, is_exact=code[:2] in ("NL", "GM"))}
            row: dict[str, object] = {"ID": row_id, DIMENSION: code.ljust(_KEY_WIDTH)}
            yield row | {key: figures.get(figure) if filled else None for key, figure, filled in columns}

    return ODataTable(
        infos=_infos(edition, age, published, len(codes), len(columns) + 1),
        data_properties=data_properties(edition, DIMENSION),
        code_lists={DIMENSION: [_code_list_row(code) for code in codes]},
        rows=LateRecords(len(codes), records()),
    )


def _labels(code: str, edition: int, newest: bool) -> dict[str, object]:
    kind = code[:2]
    municipality = "Nederland" if kind == "NL" else region_name("GM" + code[2:6])
    postcode = f"0{code[4:6]}{int(code[6:8]) + 1}" if kind == "BU" else "."
    # One border between two neighbourhoods has moved, as reported in the newest edition. Another one moved in a year
    # without outlines.
    moved = (newest and code in ("BU99990203", "BU99990209")) or (edition == 2018 and code in _MOVED_LONG_AGO)
    return {
        "municipality_name": municipality.ljust(40),
        "region_type": _REGION_TYPES[kind].ljust(10),
        "region_code": code.ljust(_KEY_WIDTH),
        "boundary_change_code": "." if kind in ("NL", "GM") else "3" if moved else "1",
        "most_common_postcode": postcode.rjust(10),
    }


def _figures(truth: Counter[str], *, is_exact: bool) -> dict[str, float | None]:
    """The figures as published: rounded, averaged, and suppressed where they would reveal persons."""

    def per(quantity: str, base: str, places: int = 0, unit: float = 1) -> float | None:
        if not truth[base]:
            return None
        figure = unit * truth[quantity] / truth[base]
        return round(figure, places) if places else round(figure)

    def to_nearest(step: int, quantity: str) -> int:
        return step * round(truth[quantity] / step)

    one_or_five = 1 if is_exact else 5
    figures: dict[str, float | None] = {
        "population_count": to_nearest(5, "population"),
        "male_count": to_nearest(5, "male"),
        "female_count": to_nearest(5, "female"),
        "population_0_14_count": to_nearest(5, "population_0_14"),
        "population_15_24_count": to_nearest(5, "population_15_24"),
        "population_25_44_count": to_nearest(5, "population_25_44"),
        "population_45_64_count": to_nearest(5, "population_45_64"),
        "population_65_plus_count": to_nearest(5, "population_65_plus"),
        "born_abroad_count": to_nearest(5, "born_abroad"),
        "births_count": to_nearest(one_or_five, "births"),
        "deaths_count": to_nearest(one_or_five, "deaths"),
        "household_count": to_nearest(5, "households"),
        "single_person_household_count": to_nearest(5, "single_person_households"),
        "household_without_children_count": to_nearest(5, "households_without_children"),
        "household_with_children_count": to_nearest(5, "households_with_children"),
        "average_household_size": per("population", "households", 1),
        "population_density_per_km2": per("population", "land", unit=100),
        "dwelling_count": to_nearest(5, "dwellings"),
        "low_education_count": to_nearest(10, "low_education"),
        "medium_education_count": to_nearest(10, "medium_education"),
        "high_education_count": to_nearest(10, "high_education"),
        "youth_care_recipients_count": to_nearest(5, "youth_care"),
        "youth_care_recipients_pct": per("youth_care", "youth", 1, unit=100),
        "wmo_clients_count": to_nearest(5, "wmo"),
        "wmo_clients_per_1000": per("wmo", "population", unit=1000),
        "business_establishment_count": to_nearest(one_or_five, "businesses"),
        "car_count": to_nearest(5, "cars"),
        "cars_per_household": per("cars", "households", 1),
        "distance_to_gp_km": per("gp_km", "population", 1),
        "distance_to_supermarket_km": per("supermarket_km", "population", 1),
        "distance_to_daycare_km": per("daycare_km", "population", 1),
        "distance_to_school_km": per("school_km", "population", 1),
        "schools_within_3_km": per("schools", "population", 1),
        "area_total_ha": truth["land"] + truth["water"],
        "area_land_ha": truth["land"],
        "area_water_ha": truth["water"],
        "address_density_per_km2": per("address_density", "dwellings"),
    }
    figures["urbanity_class"] = 1 + sum((figures["address_density_per_km2"] or 0) < least for least in _URBANITY)
    if truth["dwellings"] >= _FEWEST_DWELLINGS:
        owned = per("owned_dwellings", "dwellings", unit=100)
        figures |= {
            "average_property_value_thousand_eur": per("property_value", "dwellings"),
            "single_family_dwelling_pct": per("single_family_dwellings", "dwellings", unit=100),
            "vacant_dwelling_pct": per("vacant_dwellings", "dwellings", unit=100),
            "owner_occupied_dwelling_pct": owned,
            "rental_dwelling_pct": 100 - (owned or 0),
            "housing_association_dwelling_pct": per("association_dwellings", "dwellings", unit=100),
            "dwellings_built_from_2000_pct": per("recent_dwellings", "dwellings", unit=100),
            "average_electricity_use_kwh": per("electricity", "dwellings", -1),
            "average_gas_use_m3": per("gas", "dwellings", -1),
        }
    if truth["apartments"] >= _FEWEST_DWELLINGS:
        figures |= {
            "average_electricity_use_apartment_kwh": per("apartment_electricity", "apartments", -1),
            "average_gas_use_apartment_m3": per("apartment_gas", "apartments", -1),
        }
    if truth["population"] >= _FEWEST_FOR_BENEFITS:
        figures |= {
            "welfare_recipients_count": to_nearest(10, "welfare"),
            "disability_benefit_recipients_count": to_nearest(10, "disability"),
            "unemployment_benefit_recipients_count": to_nearest(10, "unemployment"),
            "state_pension_recipients_count": to_nearest(10, "state_pension"),
        }
    if truth["population"] >= _FEWEST_FOR_INCOME:
        figures |= {
            "net_labour_participation_pct": per("working", "adults", unit=100),
            "average_income_per_inhabitant_thousand_eur": per("income", "population", 1),
            "low_income_household_pct": per("low_income_households", "households", 1, unit=100),
            "household_below_social_minimum_pct": per("minimum_households", "households", 1, unit=100),
            "household_up_to_110_pct_social_minimum_pct": per("minimum_110_households", "households", 1, unit=100),
            "poverty_pct": per("poor_people", "population", 1, unit=100),
            "median_household_wealth_thousand_eur": per("wealth", "households", 1),
        }
    return figures


def _code_list_row(code: str) -> dict[str, object]:
    name, kind = region_name(code), _REGION_TYPES[code[:2]]
    land = code.startswith("NL")
    return {
        "Key": code.ljust(_KEY_WIDTH),
        "Title": name,
        "Description": None if land else f"{kind} '{name}' ({code}) bestaat niet: fictieve voorbeeldgegevens.",
        "Municipality": "" if land else "GM" + code[2:6],
        "DetailRegionCode": "" if land else code,
    }


def _infos(edition: int, age: int, published: date, rows: int, columns: int) -> dict[str, object]:
    table_id = _known_editions().get(edition, f"9{edition}NED")
    title = f"Kerncijfers wijken en buurten {edition}"
    # Local time without a zone, as CBS writes it.
    moment = f"{published}T02:00:00"
    status = "Voorlopig" if age == 1 else "Definitief"
    fictional = "FICTIEVE GEGEVENS: gemeente Maandrecht en haar buren bestaan niet en deze cijfers zijn verzonnen."
    return {
        "Updated": moment,
        "ID": edition,
        "Identifier": table_id,
        "Title": title,
        "ShortTitle": title,
        "ShortDescription": f"\n{fictional}\n\nGegevens beschikbaar over: {edition}.\n\n"
        f"Status van de cijfers:\n{status}.\n\n"
        f"Wijzigingen per {published:%d-%m-%Y}: de dan beschikbare (fictieve) cijfers zijn toegevoegd.\n",
        "Summary": f"{fictional}\nKerncijfers uitgesplitst naar gemeenten, wijken en buurten",
        "Modified": moment,
        "MetaDataModified": moment,
        "ReasonDelivery": "Actualisering",
        "ExplanatoryText": fictional,
        "OutputStatus": "Regulier",
        "Source": "Maandvers, voorbeeldgegevens (fictief; niet van het CBS).",
        "Language": "nl",
        "Catalog": "CBS",
        "Frequency": "Onregelmatig",
        "Period": str(edition),
        "SummaryAndLinks": fictional,
        "ApiUrl": f"https://opendata.cbs.nl/ODataApi/OData/{table_id}",
        "FeedUrl": f"https://opendata.cbs.nl/ODataFeed/OData/{table_id}",
        "DefaultPresentation": "",
        "DefaultSelection": "",
        "GraphTypes": "Table,Map",
        "RecordCount": rows,
        "ColumnCount": columns,
        "SearchPriority": "2",
    }
