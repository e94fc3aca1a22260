"""The fictional tables that an analyst of Maandrecht downloads from StatLine, in the form in which CBS writes them."""

import csv
from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from dagster_project.sample.living_conditions import CHARACTERS, conditions, total
from dagster_project.sample.municipality import MUNICIPALITY, parts_of, region_codes, region_name
from dagster_project.sample.registers.export_days import last_export

_MISSING = "."
_FEWEST_FOR_SCORE = 100
_LOW_INCOME = (
    *("Inkomensgrens huishouden", "Duur inkomenspositie", "Kenmerken van huishoudens", "Regio's", "Perioden"),
    *("Particuliere huishoudens (x 1 000)", "Personen (x 1 000)", "Kinderen (x 1 000)"),
    *("Particuliere huishoudens relatief (%)", "Personen relatief (%)", "Kinderen relatief (%)"),
)
_SES_WOA = (
    *("Perioden", "Wijken en buurten", "Regiocode (gemeente, wijk, buurt) (code)", "Particuliere huishoudens (Aantal)"),
    *(f"Opleidingsniveau/{level}/Waarde (%)" for level in ("Laag", "Middelbaar", "Hoog")),
    *("SES-WOA/Totaalscore/Gemiddelde score (Getal)", "Spreiding/Spreiding totaal/Waarde (Getal)"),
)
_PROXIMITY = ("Wijken en buurten", "Vrije tijd en cultuur/Afstand tot bibliotheek (km)")


def write_statline(folder: Path, as_of: date, seed: int) -> None:
    """The newest year of each table, of Maandrecht alone."""
    year = as_of.year - 2
    known = {part.code: conditions(part, year, seed) for part in parts_of(MUNICIPALITY)}
    codes = [code for code in region_codes() if set(known) >= {part.code for part in parts_of(code)}]
    truths = {code: total(known[part.code] for part in parts_of(code)) for code in codes}
    exported = last_export(as_of)
    _write(folder, "low_income", "Laag_inkomen", exported, _LOW_INCOME, [_low_income(truths[MUNICIPALITY], year)])
    ses_woa = [_ses_woa(code, truth, year) for code, truth in truths.items()]
    _write(folder, "ses_woa", "SES_WOA_scores", exported, _SES_WOA, ses_woa)
    proximity = [(region_name(code), _number(_kilometres(code), 1)) for code in codes]
    _write(folder, "proximity", f"Nabijheid_voorzieningen_{year}", exported, _PROXIMITY, proximity)


def _low_income(truth: Counter[str], year: int) -> tuple[str, ...]:
    share = truth["low_income_households"] / truth["households"]
    shares = (share, share * 0.86, share * 1.04)
    groups = (truth["households"], truth["population"], truth["population_0_14"])
    return (
        *("Inkomen tot lage-inkomensgrens", "Ten minste 1 jaar", "Particuliere huishoudens"),
        *(region_name(MUNICIPALITY), f"{year}*"),
        *(_number(count * part / 1000, 1) for count, part in zip(groups, shares, strict=True)),
        *(_number(100 * part, 1) for part in shares),
    )


def _ses_woa(code: str, truth: Counter[str], year: int) -> tuple[str, ...]:
    households = 100 * round(truth["households"] / 100)
    start = (f"{year}*", region_name(code), code.ljust(10), _number(households, 0))
    if households < _FEWEST_FOR_SCORE:
        return (*start, *[_number(None, 0)] * 5)
    low, high = (truth[level] / truth["adults"] for level in ("low_education", "high_education"))
    levels = (_number(100 * share, 1) for share in (low, 1 - low - high, high))
    return (*start, *levels, _number(0.6 * (high - low), 3), _number(0.72 + 0.6 * low, 3))


def _kilometres(code: str) -> float:
    parts = parts_of(code)
    people = sum(part.inhabitants for part in parts)
    return sum(part.inhabitants * 1.8 * CHARACTERS[part.character].km_to_facilities for part in parts) / people


def _number(value: float | None, decimals: int) -> str:
    """Right-aligned, with a point before the decimals."""
    return f"{_MISSING if value is None else f'{value:.{decimals}f}':>8}"


def _write(
    folder: Path, feed: str, name: str, exported: date, headings: Sequence[str], rows: Sequence[Sequence[str]]
) -> None:
    """Every field in quotes, a mark of the encoding in front, and the moment of the download in the name."""
    file = folder / f"statline.{feed}" / f"FICTIEF_{name}_{exported:%d%m%Y}_090000.csv"
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", encoding="utf-8-sig", newline="") as target:
        writer = csv.writer(target, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\n")
        writer.writerows([headings, *rows])
