"""Fictional persons on a benefit per quarter, district and neighbourhood, as published by CBS."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from random import Random

from dagster_project.sample.living_conditions import conditions, total
from dagster_project.sample.municipality import LAND, PARTS, parts_of, region_codes
from dagster_project.sample.open_data.cbs_tables import (
    Dimension,
    Record,
    Topic,
    cbs_table,
    editions_of,
    periods,
    regions,
)
from dagster_project.sample.servers.odata_v3_server import ODataTable
from dagster_project.sample.stories import welfare_within_year

# In this table NL00 is everyone, abroad included, and NL01 the Netherlands.
_EVERYONE, _NETHERLANDS, _ABROAD = LAND, "NL01", "NL98"
_MONTH_NAMES = {3: "maart", 6: "juni", 9: "september", 12: "december"}
# CBS publishes a quarter about half a year after it ended, and calls the last two provisional.
_LAG_MONTHS = 6
_PROVISIONAL_QUARTERS = 2
_ROUNDING = 10
_FEWEST_INHABITANTS = 50
_COUNTS = {
    "unemployment": ("Werkloosheidsuitkering", "Werkloosheidsuitkering"),
    "welfare": ("Bijstandsuitkering", "Bijstandsuitkering"),
    "disability": ("Arbeidsongeschiktheidsuitkering", "Arbeidsongeschiktheidsuitkering"),
    "state_pension": ("AOWUitkering", "AOW-uitkering"),
}
_INHABITANTS = {
    "from_15": ("InwonersVanaf15Jaar", "Inwoners vanaf 15 jaar"),
    "working_age": ("InwonersVanaf15JrTotAOWLeeftijd", "Inwoners vanaf 15 jr tot AOW-leeftijd"),
    "pension_age": ("InwonersVanafDeAOWLeeftijd", "Inwoners vanaf de AOW-leeftijd"),
}
_PERSONS, _SHARES = ("Personen per soort uitkering",), ("Personen per soort uitkering, relatief",)
_TOPICS = [
    Topic("Gemeentenaam", "Gemeentenaam", "code", 0, ("Regioaanduiding",)),
    Topic("SoortRegio", "Soort regio", "code", 0, ("Regioaanduiding",)),
    Topic("Codering", "Codering", "code", 0, ("Regioaanduiding",)),
    Topic("IndelingswijzigingWijkenEnBuurten", "Indelingswijziging", "code", 0, ("Regioaanduiding",)),
    *(Topic(name, title, "aantal", 0, _PERSONS) for name, title in _COUNTS.values()),
    *(Topic(name, title, "% van het aantal inwoners vanaf 15 jaar", 0, _SHARES) for name, title in _COUNTS.values()),
    *(Topic(name, title, "aantal", 0, ("Inwoners",)) for name, title in _INHABITANTS.values()),
]


def benefits_tables(as_of: date, seed: int) -> list[ODataTable]:
    """The editions that CBS still revises as of a day, oldest first."""
    quarters = [(year, month) for year in range(as_of.year - 3, as_of.year + 1) for month in _MONTH_NAMES]
    known = [quarter for quarter in quarters if _published(*quarter) <= as_of]
    provisional = known[-_PROVISIONAL_QUARTERS:]
    years = sorted({year for year, _ in known})
    return [_table(year, [quarter for quarter in known if quarter[0] == year], provisional, seed) for year in years]


def _published(year: int, month: int) -> date:
    months = year * 12 + month + _LAG_MONTHS
    return date(months // 12, months % 12 + 1, 1)


def _table(year: int, quarters: list[tuple[int, int]], provisional: list[tuple[int, int]], seed: int) -> ODataTable:
    codes = [_EVERYONE, _NETHERLANDS, _ABROAD, *region_codes()[1:]]
    names = {
        f"{year}KW{month // 3:02}": f"{year} {_MONTH_NAMES[month]}{'*' if (year, month) in provisional else ''}"
        for _, month in quarters
    }
    dimensions: list[Dimension] = [regions("WijkenEnBuurten", "Wijken en buurten", codes), periods(names)]
    table_id = editions_of("_cbs_benefits__sources.yml", "benefits").get(year, f"8{year}NED")
    return cbs_table(
        table_id,
        f"Personen met een uitkering; soort uitkering, wijken en buurten {year}",
        _published(*quarters[-1]),
        any(quarter in provisional for quarter in quarters),
        dimensions,
        _TOPICS,
        _records(codes, list(names), year, seed),
    )


def _records(codes: list[str], quarters: list[str], year: int, seed: int) -> Iterator[Record]:
    known = {part.code: conditions(part, year, seed) for part in PARTS}
    truths = {
        quarter: {part: _in_quarter(truth, part, quarter, seed) for part, truth in known.items()}
        for quarter in quarters
    }
    for region in codes:
        for quarter in quarters:
            yield (region.ljust(10), quarter), _figures(region, truths[quarter])


def _in_quarter(truth: Counter[str], neighbourhood: str, period: str, seed: int) -> Counter[str]:
    """True quantities at the end of a quarter: the year's numbers, a little different per quarter."""

    def about(quantity: str) -> int:
        return round(truth[quantity] * Random(f"{seed}/{neighbourhood}/{period}/{quantity}").uniform(0.95, 1.05))

    end = date(int(period[:4]), 3 * int(period[6:]), 28)
    from_15 = truth["population"] - truth["population_0_14"]
    pension_age = truth["state_pension"]
    return Counter(
        {
            **{quantity: about(quantity) for quantity in ("disability", "unemployment")},
            "welfare": round(about("welfare") * welfare_within_year(neighbourhood, end)),
            "state_pension": truth["state_pension"],
            "from_15": from_15,
            "working_age": from_15 - pension_age,
            "pension_age": pension_age,
        }
    )


def _figures(region: str, truths: dict[str, Counter[str]]) -> dict[str, float | str | None]:
    labels = {
        "Gemeentenaam": ("GM" + region[2:6] if region[0] != "N" else "Nederland").ljust(40),
        "SoortRegio": {"NL": "Land", "GM": "Gemeente", "WK": "Wijk", "BU": "Buurt"}[region[:2]].ljust(10),
        "Codering": region.ljust(10),
        "IndelingswijzigingWijkenEnBuurten": "." if region[:2] in ("NL", "GM") else "1",
    }
    whole = total(truths.values())
    if region == _ABROAD:
        # A person abroad is no inhabitant.
        counts = {quantity: round(whole[quantity] * 0.05) for quantity in _COUNTS}
        return {**labels, **_persons(counts)}
    if region == _EVERYONE:
        counts = {quantity: round(whole[quantity] * 1.05) for quantity in _COUNTS}
        return {**labels, **_persons(counts)}
    within = LAND if region == _NETHERLANDS else region
    truth = total(truths[part.code] for part in parts_of(within))
    inhabitants = {_INHABITANTS[name][0]: _to_tens(truth[name]) for name in _INHABITANTS}
    if truth["from_15"] < _FEWEST_INHABITANTS:
        return {**labels, **inhabitants}
    shares = {
        f"{_SHARES[0]}/{name}": round(100 * truth[quantity] / truth["from_15"])
        for quantity, (name, _) in _COUNTS.items()
    }
    return {**labels, **_persons(truth), **shares, **inhabitants}


def _persons(counts: Counter[str] | dict[str, int]) -> dict[str, float | str | None]:
    return {f"{_PERSONS[0]}/{name}": _to_tens(counts[quantity]) for quantity, (name, _) in _COUNTS.items()}


def _to_tens(number: int) -> int:
    return _ROUNDING * round(number / _ROUNDING)
