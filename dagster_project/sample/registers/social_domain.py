"""The fictional administration of youth care and Wmo: allocations since 2021, one row each."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random

from dagster_project.sample.living_conditions import conditions
from dagster_project.sample.municipality import MUNICIPALITY, NEIGHBOURHOODS, Neighbourhood
from dagster_project.sample.registers.export_days import last_monday
from dagster_project.sample.registers.writing import Value, write_csv

_HEADINGS = (
    "Toewijzingnummer",
    "Cliëntnummer",
    "Wet",
    "Productcategorie",
    "Productcode",
    "Datum toewijzing",
    "Datum start toewijzing",
    "Datum einde toewijzing",
    "Geboortejaar",
    "Buurtcode",
    "Verwijzer",
    "Bedrag per maand",
    "Exportdatum",
)
# From then on the register holds everything: what drops out of an export would change the past.
_FIRST_YEAR = 2021
# Product category, how often, euro a month, and the years it usually lasts.
_PRODUCTS: dict[str, list[tuple[str, float, float, float]]] = {
    "Jeugdwet": [
        ("45", 0.62, 560, 0.9),
        ("54", 0.16, 890, 0.8),
        ("44", 0.06, 4900, 1.1),
        ("43", 0.05, 950, 0.9),
        ("48", 0.08, 1180, 1.4),
        ("47", 0.03, 1050, 0.7),
    ],
    "Wmo": [
        ("01", 0.42, 310, 3.0),
        ("02", 0.24, 640, 1.3),
        ("07", 0.1, 720, 1.6),
        ("12", 0.2, 45, 4.0),
        ("15", 0.04, 3900, 1.8),
    ],
}
_REFERRERS = ("Gemeente", "Huisarts", "Gecertificeerde instelling", "Jeugdarts", "Medisch specialist")
# A code that CBS no longer has, as old files still carry it.
_LAPSED = "BU99990999"


def write_social_domain(folder: Path, as_of: date, seed: int) -> None:
    """Write the export of the last Monday: everything that began since the first year."""
    exported = last_monday(as_of)
    own = [neighbourhood for neighbourhood in NEIGHBOURHOODS if neighbourhood.municipality_code == MUNICIPALITY]
    rows: list[tuple[Value, ...]] = []
    for year in range(_FIRST_YEAR, exported.year + 1):
        for part in own:
            truth = conditions(part, year, seed)
            rows += _begun(part, year, "Jeugdwet", truth["youth_care"], exported, seed)
            rows += _begun(part, year, "Wmo", truth["wmo"], exported, seed)
    write_csv(folder, "social_domain.allocations", f"toewijzingen-{exported:%Y-%m-%d}", _HEADINGS, rows)


def _begun(
    part: Neighbourhood, year: int, law: str, clients: int, exported: date, seed: int
) -> Iterator[tuple[Value, ...]]:
    """Allocations that begin in a year; some clients have two at once."""
    random = Random(f"{seed}/{part.code}/{law}/{year}")
    products = _PRODUCTS[law]
    for number in range(round(clients * (0.5 if law == "Jeugdwet" else 0.3))):
        client = f"{law[0]}{part.code[4:]}{year}{number:03}"
        born = year - (random.randint(1, 22) if law == "Jeugdwet" else random.randint(24, 94))
        for second in range(2 if random.random() < 0.18 else 1):
            (product,) = random.choices(products, [share for _, share, _, _ in products])
            category, _, euros, years = product
            start = date(year, 1, 1) + timedelta(days=random.randint(0, 364))
            awarded = start - timedelta(days=random.randint(0, 70))
            end = start + timedelta(days=round(365 * years * random.uniform(0.3, 1.7)))
            place = random.choices((part.code, None, _LAPSED), (0.985, 0.01, 0.005))[0]
            referrer = random.choices(_REFERRERS, (0.46, 0.34, 0.1, 0.04, 0.06))[0] if law == "Jeugdwet" else None
            is_open = random.random() < 0.1
            code, euros_a_month = f"{category}A{random.randint(1, 9):02}", round(euros * random.uniform(0.6, 1.4), 2)
            # Everything is drawn by now: what an export leaves out does not change the rows after it.
            if awarded <= exported:
                yield (
                    f"{client}-{second + 1}",
                    client,
                    law,
                    category,
                    code,
                    awarded,
                    start,
                    None if is_open and end > exported else end,
                    born,
                    place,
                    referrer,
                    euros_a_month,
                    exported,
                )
