"""A walk over all pages of a board, and the comparison of every figure with the marts."""

import re
from collections import deque
from math import floor
from urllib.parse import unquote, urlsplit

from page_reader import read_page

FILES = (".csv", ".xlsx", ".json")


def walk(client, broken):
    """Give every page that links lead to from the overview, with its address; add links that lead nowhere to a list."""
    waiting, seen = deque(["/"]), {"/"}
    while waiting:
        address = waiting.popleft()
        answer = client.get(address)
        if answer.status_code != 200:
            broken.append(f"{address}: {answer.status_code}")
            continue
        page = read_page(answer.text)
        yield address, page
        for link in sorted(page.own_links - seen):
            if not urlsplit(link).path.endswith(FILES):
                seen.add(link)
                waiting.append(link)


class Marts:
    """Values of the marts that a board may show on a day, read without the board."""

    def __init__(self, release, day):
        # The marts' own limits, in a query of their own: the board's reading is what is tested.
        self.values = {
            (indicator, area, period): (value, until)
            for indicator, area, period, value, until in release.cursor()
            .execute(
                "SELECT indicator_code, region_code, period, value, fresh_until"
                " FROM release.snapshot.fct_indicator_values WHERE fresh_until >= $day"
                " UNION ALL SELECT indicator_code, municipality_code, period, value, figure_fresh_until"
                " FROM release.snapshot.mart_municipality_profile WHERE figure_fresh_until >= $day AND NOT is_own",
                {"day": day},
            )
            .fetchall()
        }
        self.of_pair = {}
        for (indicator, area, period), (value, _) in self.values.items():
            self.of_pair.setdefault((indicator, area), {})[period] = value
        self.running_month = f"{day:%Y-%m}"
        # Thousands of euros are written in euros.
        self.shown_as = {
            indicator: (1000, decimals - 3) if unit == "keur" else (1, decimals)
            for indicator, unit, decimals in release.cursor()
            .execute("SELECT indicator_code, unit, decimals FROM dim_indicator WHERE is_indicator")
            .fetchall()
        }
        # A map shows the newest borders: of neighbourhoods the figures of the profile. The country stands beside the
        # municipality, where that has a figure of the same period.
        self.mapped = {
            (indicator, area): value
            for indicator, area, value in release.cursor()
            .execute(
                "SELECT indicator_code, region_code, value FROM release.snapshot.fct_indicator_values"
                " WHERE is_current AND fresh_until >= $day AND region_level NOT IN ('neighbourhood', 'country')"
                " UNION ALL SELECT indicator_code, 'NL00', country_value"
                " FROM release.snapshot.mart_municipality_profile"
                " WHERE figure_fresh_until >= $day AND is_own AND value IS NOT NULL"
                " UNION ALL SELECT indicator_code, neighbourhood_code, value"
                " FROM release.snapshot.mart_neighbourhood_profile WHERE figure_fresh_until >= $day",
                {"day": day},
            )
            .fetchall()
        }

        self.bands = {
            tuple(row)
            for share in (50, 80)
            for row in release.cursor()
            .execute(
                f"SELECT indicator_code, region_code, period, scenario_code, {share}, lower_{share}, upper_{share}"
                " FROM release.snapshot.fct_forecasts WHERE fresh_until >= ?",
                [day],
            )
            .fetchall()
        }

        # Of advice: plan, spread, area and measure, with all that stands in the row.
        rows = release.cursor().execute(
            "SELECT * FROM release.snapshot.mart_prevention_advice WHERE fresh_until >= ?", [day]
        )
        names = [name for name, *_ in rows.description]
        known = [dict(zip(names, row, strict=True)) for row in rows.fetchall()]
        key = ("plan_code", "alternative_code", "region_code", "option_code")
        self.parts = {tuple(one[name] for name in key): one for one in known}

    def differences(self, address, page):
        """Every figure of a page that is not the marts', in words."""
        found = []
        for one in page.figures:
            value, _ = self.values.get((one.indicator, one.area, one.period), (None, None))
            place = f"{address}: {one.indicator} {one.area} {one.period}"
            if value is None:
                found.append(f"{place} shows {one.value}, which the marts do not show")
            elif value != one.value:
                found.append(f"{place} says {one.value}, the mart {value}")
            elif not self.reads_as(one.text, value, one.indicator):
                found.append(f"{place} reads {one.text!r}, the mart {value}")
        found += [f"{address}: the band {band} is not the mart's" for band in page.bands if band not in self.bands]
        for part in page.parts:
            value = self.parts.get(part.row, {}).get(part.column)
            # Persons are rounded to fives.
            read = 5 * floor(part.value / 5 + 0.5) if part.column.startswith("avoided") else part.value
            if part.value != value or not reads_as(part.text, read, 0):
                found.append(f"{address}: {part.column} of {part.row} reads {part.text!r}, the mart {value}")
        for area in page.map_areas:
            _, _, indicator, code = unquote(area.href).split("/")
            value, text = self.mapped.get((indicator, code)), area.title.rpartition(": ")[2]
            is_number = any(character.isdigit() for character in text)
            if is_number != (value is not None) or (is_number and not self.reads_as(text, value, indicator)):
                found.append(f"{address}: the map reads {area.title!r}, the mart {value}")
        return found

    def missing(self, address, page):
        """Figures of an indicator in an area that its page lacks; a month that still runs stands in no table."""
        _, _, indicator, area = urlsplit(address).path.split("/")
        shown = {(one.indicator, one.area, one.period) for one in page.figures}
        known = self.of_pair.get((indicator, area), {})
        if not shown & {(indicator, area, period) for period in known} and "no" not in page.classes:
            return [f"{address}: neither a figure nor the reason why there is none"]
        return [
            f"{address} lacks {period}"
            for period, value in known.items()
            if value is not None and period != self.running_month and (indicator, area, period) not in shown
        ]

    def reads_as(self, text, value, indicator):
        """Whether a text is a value of an indicator."""
        factor, decimals = self.shown_as[indicator]
        return reads_as(text, factor * value, decimals)


def reads_as(text, value, decimals):
    """Whether a Dutch text is a value, with at least so many decimals; millions may be rounded."""
    number = re.search(r"\d[\d.]*(,\d+)?", text)
    if number is None:
        return False
    read = float(number[0].replace(".", "").replace(",", "."))
    shown = len(number[1]) - 1 if number[1] else 0
    scale = 1_000_000 if "mln" in text else 1_000_000_000 if "mld" in text else 1
    sign = -1 if "\N{MINUS SIGN}" in text else 1
    return (scale > 1 or shown >= decimals) and abs(sign * read * scale - value) <= 0.5 * scale * 10.0**-shown * (
        1 + 1e-9
    )
