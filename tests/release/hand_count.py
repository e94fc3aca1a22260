"""Answers to the questions of the book by name, counted by hand from what the suppliers of the sample delivered.

Reads no model and no mart, except for the KPIs on red: those are judged from published figures and seeds/targets.csv.
"""

import csv
import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from dagster_project.installation.settings import SEEDS

Row = dict[str, Any]
Answer = list[tuple[Any, ...]]
OWN = "GM9999"
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
CALCULATED = {"0.10", "0.11"}
YOUTH_CARE = ("6.75", "6.76", "6.792", "6.82")


class Delivered:
    """The deliveries of all suppliers, table by table."""

    def __init__(self, warehouse: Path, release: Path) -> None:
        self.connection = duckdb.connect(str(warehouse), read_only=True)
        self.release = release

    def rows(self, table: str) -> list[Row]:
        """Every row of a table as it was delivered."""
        found = self.connection.execute(f"SELECT * FROM raw_{table}")
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def editions(self) -> dict[int, dict[str, Row]]:
        """Key figures by edition and region."""
        found: dict[int, dict[str, Row]] = defaultdict(dict)
        for row in self.rows("cbs.key_figures"):
            found[row["edition_year"]][row["region_code"]] = row
        return found

    def newest(self, column: str) -> tuple[int, dict[str, Row]]:
        """The newest edition of the key figures in which a neighbourhood has a figure."""
        editions = self.editions()
        year = max(
            year
            for year, regions in editions.items()
            if any(row[column] is not None for code, row in regions.items() if code.startswith("BU"))
        )
        return year, {code: row for code, row in editions[year].items() if is_own(code)}

    def name(self, code: str) -> str:
        """Name of a region in the newest edition."""
        editions = self.editions()
        return str(editions[max(editions)][code]["region_name"])


def is_own(code: str) -> bool:
    """Whether a code is that of the municipality, or of a district or neighbourhood in it."""
    return code[2:6] == OWN[2:]


def of_level(rows: Iterable[Row], level: str) -> list[Row]:
    """Rows of own regions whose code starts with these letters."""
    return [row for row in rows if row["region_code"].startswith(level) and is_own(row["region_code"])]


def largest(rows: Iterable[Row], column: str, count: int, sign: int = 1) -> list[Row]:
    """The rows with the largest figures; with -1 the smallest."""
    known = [row for row in rows if row[column] is not None]
    return sorted(known, key=lambda row: (-sign * row[column], row["region_code"]))[:count]


def population(raw: Delivered) -> Answer:
    year, regions = raw.newest("population_count")
    return [(str(year), regions[OWN]["population_count"])]


def population_growth(raw: Delivered) -> Answer:
    year, regions = raw.newest("population_count")
    before = raw.editions()[year - 5][OWN]["population_count"]
    return [(str(year), regions[OWN]["population_count"] - before)]


def oldest_district(raw: Delivered) -> Answer:
    year, regions = raw.newest("population_65_plus_count")
    shares = {
        code: 100 * row["population_65_plus_count"] / row["population_count"]
        for code, row in regions.items()
        if code.startswith("WK")
    }
    first = max(shares, key=lambda code: shares[code])
    return [(raw.name(first), str(year), shares[first])]


def largest_neighbourhoods(raw: Delivered) -> Answer:
    year, regions = raw.newest("population_count")
    found = largest(of_level(regions.values(), "BU"), "population_count", 5)
    return [(row["region_name"], str(year), row["population_count"]) for row in found]


def crimes(raw: Delivered, table: str, kind: str) -> dict[str, dict[str, int]]:
    """Counts by period and region."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for row in raw.rows(f"police.{table}"):
        if row["crime_code"] == kind and row["crime_count"] is not None:
            found[row["period_code"]][row["region_code"]] = row["crime_count"]
    return found


def crimes_last_month(raw: Delivered) -> Answer:
    months = crimes(raw, "crime_monthly", "0.0.0")
    # The newest month is published before all of it is registered.
    last = sorted(months)[-2]
    return [(last.replace("MM", "-"), months[last][OWN])]


def burglaries_per_year(raw: Delivered) -> Answer:
    years = crimes(raw, "crime_yearly", "1.1.1")
    return [(year[:4], years[year][OWN]) for year in sorted(years)[:-4:-1]]


def neighbourhoods_with_most_crimes(raw: Delivered) -> Answer:
    years = crimes(raw, "crime_yearly", "0.0.0")
    last = max(years)
    rows = [{"region_code": code, "crimes": count} for code, count in years[last].items()]
    found = largest(of_level(rows, "BU"), "crimes", 5)
    return [(raw.name(row["region_code"]), last[:4], row["crimes"]) for row in found]


def change_in_crimes(raw: Delivered) -> Answer:
    years = crimes(raw, "crime_yearly", "0.0.0")
    before, last = sorted(years)[-2:]
    return [(last[:4], 100 * years[last][OWN] / years[before][OWN] - 100)]


def nuisance_in_twelve_months(raw: Delivered) -> Answer:
    months = {
        row["period_code"]: row["registration_count"]
        for row in raw.rows("police.nuisance_monthly")
        if row["region_code"] == OWN and row["nuisance_code"] == "T00000" and "MM" in row["period_code"]
    }
    return [(sum(months[month] for month in sorted(months)[-13:-1]),)]


def reports(raw: Delivered) -> list[tuple[str, str]]:
    """Month of receipt and main category of every report that was not split into others."""
    signals = raw.rows("signalen.signals")
    split = {row["parent_report_id"] for row in signals}
    split |= {row["report_id"] for row in raw.rows("signalen.statuses") if row["state"] == "s"}
    categories = {row["category_assignment_id"]: row["main_category"] for row in raw.rows("signalen.categories")}
    return [
        (
            f"{row['created_at'].astimezone(ZoneInfo('Europe/Amsterdam')):%Y-%m}",
            categories[row["category_assignment_id"]],
        )
        for row in signals
        if row["report_id"] not in split
    ]


def last_months(raw: Delivered) -> list[str]:
    """Months with reports that were over at the last change of a report, newest first."""
    updated = max(row["updated_at"] for row in raw.rows("signalen.signals")).astimezone(AMSTERDAM)
    return sorted({month for month, _ in reports(raw) if month < f"{updated:%Y-%m}"}, reverse=True)


def reports_per_month(raw: Delivered) -> Answer:
    counted = Counter(month for month, _ in reports(raw))
    return [(month, counted[month]) for month in last_months(raw)[:12]]


def reports_last_month(raw: Delivered) -> Answer:
    return reports_per_month(raw)[:1]


def most_reported_category(raw: Delivered) -> Answer:
    last = last_months(raw)[0]
    counted = Counter(category for month, category in reports(raw) if month == last)
    category, count = min(counted.items(), key=lambda pair: (-pair[1], pair[0]))
    return [(category, last, count)]


def reports_against_a_year_before(raw: Delivered) -> Answer:
    counted, last = Counter(month for month, _ in reports(raw)), last_months(raw)[0]
    before = counted[f"{int(last[:4]) - 1}{last[4:]}"]
    return [(last, counted[last], before, counted[last] - before)]


def welfare_recipients(raw: Delivered) -> Answer:
    rows = [row for row in raw.rows("cbs.benefits") if row["region_code"] == OWN]
    last = max(rows, key=lambda row: row["period_code"])
    return [(last["period_code"].replace("KW0", "-Q"), last["welfare_recipients_count"])]


def lowest_ses_woa(raw: Delivered) -> Answer:
    rows = raw.rows("cbs.ses_woa")
    last = max(row["period_code"] for row in rows)
    found = largest(of_level([row for row in rows if row["period_code"] == last], "BU"), "score", 3, sign=-1)
    return [(raw.name(row["region_code"]), last[:4], row["score"]) for row in found]


def health(raw: Delivered, column: str) -> tuple[str, list[Row]]:
    """The estimates of the newest year in which they were asked of adults."""
    rows = [row for row in raw.rows("rivm.health") if row["margin_code"] == "MW00000" and row[column] is not None]
    last = max(row["period_code"] for row in rows)
    return last[:4], [row for row in rows if row["period_code"] == last]


def loneliness_and_the_country(raw: Delivered) -> Answer:
    year, rows = health(raw, "lonely_pct")
    found = {row["region_code"]: row["lonely_pct"] for row in rows}
    return [("country", year, found["NL01"]), ("municipality", year, found[OWN])]


def place_by_loneliness(raw: Delivered) -> Answer:
    year, rows = health(raw, "lonely_pct")
    found = {row["region_code"]: row["lonely_pct"] for row in rows if row["region_code"].startswith("GM")}
    return [(year, 1 + sum(one < found[OWN] for one in found.values()), len(found))]


def districts_with_most_smokers(raw: Delivered) -> Answer:
    year, rows = health(raw, "smokers_pct")
    found = largest(of_level(rows, "WK"), "smokers_pct", 3)
    return [(raw.name(row["region_code"]), year, row["smokers_pct"]) for row in found]


def farthest_from_a_library(raw: Delivered) -> Answer:
    rows = [row for row in raw.rows("cbs.proximity") if row["distance_to_library_km"] is not None]
    last = max(row["edition_year"] for row in rows)
    own = of_level([row for row in rows if row["edition_year"] == last], "BU")
    found = largest(own, "distance_to_library_km", 3)
    return [(raw.name(row["region_code"]), str(last), row["distance_to_library_km"]) for row in found]


def primary_schools(raw: Delivered) -> Answer:
    own = [row for row in raw.rows("duo.schools") if f"GM{row['municipality_number']}" == OWN]
    day = date.fromisoformat(json.loads((raw.release / "release.json").read_bytes())["as_of"])
    school_year = day.year if day.month >= 8 else day.year - 1
    return [(str(school_year), len(own), sum(row["denomination"] == "Openbaar" for row in own))]


def shops(raw: Delivered) -> tuple[str, list[Row]]:
    """Shops per neighbourhood at the end of the last month of which there is an end."""
    rows = [row for row in raw.rows("vacancy.premises") if row["premises_kind"] == "winkel"]
    last = max(row["reference_date"] for row in rows if is_last_of_month(row["reference_date"]))
    return f"{last:%Y-%m}", [row for row in rows if row["reference_date"] == last]


def is_last_of_month(day: date) -> bool:
    """Whether the next day is in another month."""
    return (day + timedelta(days=1)).day == 1


def vacant_shops(raw: Delivered) -> Answer:
    month, rows = shops(raw)
    return [(month, 100 * sum(row["vacant_count"] for row in rows) / sum(row["premises_count"] for row in rows))]


def neighbourhoods_with_most_vacant_shops(raw: Delivered) -> Answer:
    month, rows = shops(raw)
    coded = [{"region_code": row["neighbourhood_code"], "vacant": row["vacant_count"]} for row in rows]
    found = largest(of_level(coded, "BU"), "vacant", 3)
    return [(raw.name(row["region_code"]), month, row["vacant"]) for row in found]


def booked(raw: Delivered) -> tuple[int, int, list[Row]]:
    """Year and number of the last month that is wholly booked, and what was booked in that year until then."""
    rows = raw.rows("ledger.actuals")
    until = max(row["booked_until_date"] for row in rows)
    last = until if is_last_of_month(until) else until.replace(day=1) - timedelta(days=1)
    own = [row for row in rows if row["fiscal_year"] == last.year and row["month_number"] <= last.month]
    return last.year, last.month, own


def amount(rows: Iterable[Row], column: str = "amount_eur", kind: str = "lasten") -> float:
    """The sum of expenses, or of revenues."""
    return float(sum(row[column] for row in rows if row["amount_type"] == kind))


def task_field(row: Row) -> str:
    """The task field of a booking: 6.751 is a part of 6.75, and 6.792 stands apart."""
    code = str(row["task_field_code"])
    return code if code in ("6.791", "6.792") else code[:4].rstrip("abcd")


def expense_to_date(raw: Delivered) -> Answer:
    year, month, rows = booked(raw)
    return [(f"{year}-{month:02}", amount(row for row in rows if task_field(row) not in CALCULATED))]


def largest_task_fields(raw: Delivered) -> Answer:
    rows = raw.rows("ledger.budget")
    year = max(row["fiscal_year"] for row in rows)
    sums: Counter[str] = Counter()
    for row in rows:
        if row["fiscal_year"] == year and row["amount_type"] == "lasten" and task_field(row) not in CALCULATED:
            sums[task_field(row)] += row["current_budget_eur"]
    with (SEEDS / "taakvelden.csv").open(encoding="utf-8", newline="") as lines:
        names = {row["task_field_code"]: row["task_field_name_nl"] for row in csv.DictReader(lines)}
    return [(f"T{code}", names[code], year, expense) for code, expense in sums.most_common(5)]


def expected_youth_care_deficit(raw: Delivered) -> Answer:
    year, month, rows = booked(raw)
    own = [row for row in rows if task_field(row) in YOUTH_CARE]
    end = (datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC) - timedelta(days=1)).date()
    return [(end, 12 / month * (amount(own) - amount(own, kind="baten")))]


def budget_spent_per_programme(raw: Delivered) -> Answer:
    year, _, rows = booked(raw)
    budget = [row for row in raw.rows("ledger.budget") if row["fiscal_year"] == year]
    found = []
    for programme in sorted({row["programme_name"] for row in budget + rows}):
        spent, budgeted = (
            [row for row in every if row["programme_name"] == programme and task_field(row) not in CALCULATED]
            for every in (rows, budget)
        )
        found.append((programme, 100 * amount(spent) / amount(budgeted, "current_budget_eur")))
    return found


def sports_subsidy(raw: Delivered) -> Answer:
    rows = raw.rows("sports.clubs")
    last = max(row["subsidy_year"] for row in rows)
    return [(str(last), sum(row["subsidy_eur"] for row in rows if row["subsidy_year"] == last))]


def use_of_sports_accommodations(raw: Delivered) -> Answer:
    rows = raw.rows("sports.accommodation_use")
    last = max(row["reference_date"] for row in rows if is_last_of_month(row["reference_date"]))
    own = [row for row in rows if row["reference_date"] == last]
    return [(f"{last:%Y-%m}", 100 * sum(row["used_hours"] for row in own) / sum(row["available_hours"] for row in own))]


def red_kpis(raw: Delivered) -> Answer:
    kpis, targets = (list(read_seed(name)) for name in ("kpis.csv", "targets.csv"))
    found = []
    with duckdb.connect(str(raw.release / "maandvers.duckdb"), read_only=True) as release:
        for kpi in sorted(kpis, key=lambda row: int(row["kpi_order"])):
            code = kpi["indicator_code"]
            direction, label = one(release, f"SELECT direction, short_label_nl FROM dim_indicator WHERE {named(code)}")
            period, value = one(
                release,
                f"SELECT period, value FROM snapshot.fct_indicator_values WHERE {named(code)} AND region_code = '{OWN}'"
                " AND is_complete_period AND value IS NOT NULL ORDER BY period_end_date DESC LIMIT 1",
            )
            for target in targets:
                if (target["municipality_code"], target["indicator_code"], target["year"]) == (OWN, code, period[:4]):
                    wanted, tolerance = float(target["target_value"]), float(target["tolerance"])
                    short = wanted - value if direction == "higher_is_better" else value - wanted
                    if direction != "neutral" and short > tolerance:
                        found.append((code, label, period, value, wanted))
    return found


def named(code: str) -> str:
    """The condition for the rows of an indicator."""
    return f"indicator_code = '{code}'"


def one(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[Any, ...]:
    """The only row of an answer."""
    (row,) = connection.execute(query).fetchall()
    return tuple(row)


def read_seed(name: str) -> list[dict[str, str]]:
    """Rows of a file that a municipality keeps."""
    with (SEEDS / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def absence_in_public_administration(raw: Delivered) -> Answer:
    quarters = {
        row["period_code"]: row["absence_pct"]
        for row in raw.rows("cbs.sickness_absence")
        if row["sector_name"] == "O Openbaar bestuur en overheidsdiensten" and "KW" in row["period_code"]
    }
    last = sorted(code for code, value in quarters.items() if value is not None)[-4:]
    return [(f"{last[-1][:4]}-{3 * int(last[-1][-1]):02}", sum(quarters[code] for code in last) / 4)]
