"""Fictional sickness absence of sectors, as published by CBS per quarter and per year."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from dagster_project.sample.open_data.cbs_tables import Dimension, Record, Topic, cbs_table, periods
from dagster_project.sample.servers.odata_v3_server import ODataTable

YEARS = 5
# CBS's codes of sectors and size classes, with the absence that it published of the third quarter of 2022.
_SECTORS = {
    "T001081": ("Totaal", 5.0),
    "350000": ("F Bouwnijverheid", 4.9),
    "383100": ("H Vervoer en opslag", 5.8),
    "415300": ("812 Schoonmaakbedrijven", 6.2),
    "417400": ("O Openbaar bestuur en overheidsdiensten", 5.5),
    "419000": ("P Onderwijs", 4.8),
    "422400": ("Q Gezondheids- en welzijnszorg", 7.1),
    "WP19078": ("1 tot 10 werkzame personen", 2.8),
    "WP19091": ("10 tot 100 werkzame personen", 4.5),
    "WP19098": ("100 of meer werkzame personen", 5.7),
}
_SEASON = (0.5, -0.1, -0.5, 0.3)
_WIDTH = 8
_LAG = timedelta(days=85)


def absence_tables(as_of: date, seed: int) -> list[ODataTable]:
    """The one table as of a day: a quarter is published nearly three months after its end."""
    quarters = [
        (year, quarter)
        for year in range(as_of.year - YEARS, as_of.year + 1)
        for quarter in range(1, 5)
        if _end_of(year, quarter) + _LAG <= as_of
    ]
    newest = _end_of(*quarters[-1])
    titles = {}
    for year, quarter in quarters:
        mark = "*" if year >= newest.year - 1 else ""
        titles[f"{year}KW{quarter:02}"] = f"{year} {quarter}e kwartaal{mark}"
        if quarter == 4:
            titles[f"{year}JJ00"] = f"{year}{mark}"
    sectors = {code.ljust(_WIDTH): name for code, (name, _) in _SECTORS.items()}
    return [
        cbs_table(
            "80072ned",
            "Ziekteverzuim volgens werkgevers; bedrijfskenmerken",
            newest + _LAG,
            True,
            [Dimension("BedrijfskenmerkenSBI2008", "Bedrijfskenmerken", "Dimension", sectors), periods(titles)],
            [Topic("Ziekteverzuimpercentage", "Ziekteverzuimpercentage", "%", 1)],
            _records(list(titles), seed),
        )
    ]


def _records(spans: list[str], seed: int) -> Iterator[Record]:
    for code, (_, usual) in _SECTORS.items():
        for period in spans:
            quarters = range(4) if period[4:6] == "JJ" else [int(period[6:]) - 1]
            found = [
                usual + _SEASON[quarter] + Random(f"{seed}/{code}/{period[:4]}/{quarter}").uniform(-0.2, 0.2)
                for quarter in quarters
            ]
            yield (code.ljust(_WIDTH), period), {"Ziekteverzuimpercentage": round(sum(found) / len(found), 1)}


def _end_of(year: int, quarter: int) -> date:
    return date(year + quarter // 4, quarter * 3 % 12 + 1, 1) - timedelta(days=1)
