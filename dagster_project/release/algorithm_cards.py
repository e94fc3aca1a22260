"""Cards of the algorithms behind forecasts, effects and advice: fields of the Dutch register, and how good they are."""

from collections.abc import Collection
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from dagster_project.release.pages.rendering import figure, write_page
from dagster_project.release.reader import DATABASE, SNAPSHOT
from dagster_project.storage.atomic import write_file
from dagster_project.storage.sql import connect, rows_of

CARDS = "algorithms"
MART = "dim_algorithm"
# Fields of the register, by the names of the columns of the mart.
HEADINGS = {
    "purpose_nl": "Doel",
    "data_nl": "Gegevens",
    "method_nl": "Methode",
    "impact_nl": "Gevolgen",
    "human_decision_nl": "Wie beslist",
    "limits_nl": "Beperkingen",
    "legal_basis_nl": "Wettelijke basis",
    "contact_nl": "Contact",
}


@dataclass(frozen=True)
class Results:
    """How good the results of an algorithm are: a query on marts of a release, and headings of its columns."""

    query: str
    headings: dict[str, str]
    marts: tuple[str, ...]


RESULTS = {
    "short_term_forecast": Results(
        f"""
        SELECT label_nl AS indicator_nl, region_level, method, wape_year_pct, coverage_80_pct, beats_naive, reason_nl
        FROM {SNAPSHOT}.fct_forecast_quality INNER JOIN {SNAPSHOT}.dim_indicator USING (indicator_code)
        WHERE region_code = 'all'
        ORDER BY label_nl, region_level, method
        """,
        {
            "indicator_nl": "Cijfer",
            "region_level": "Niveau",
            "method": "Methode",
            "wape_year_pct": "Fout over een jaar (%)",
            "coverage_80_pct": "Binnen de band van 80% (%)",
            "beats_naive": "Beter dan vorig jaar herhalen",
            "reason_nl": "Waarom geen verwachting",
        },
        ("fct_forecast_quality",),
    ),
    "long_term_forecast": Results(
        f"""
        SELECT
            label_nl AS indicator_nl, region_level, ten_years_origin_period, ten_years_period, ten_years_wape_pct,
            naive_ten_years_wape_pct, ten_years_regions_count, regions_count, ten_years_reason_nl
        FROM {SNAPSHOT}.fct_forecast_quality INNER JOIN {SNAPSHOT}.dim_indicator USING (indicator_code)
        WHERE region_code = 'all' AND ten_years_regions_count IS NOT NULL
        ORDER BY label_nl, region_level
        """,
        {
            "indicator_nl": "Cijfer",
            "region_level": "Niveau",
            "ten_years_origin_period": "Verwacht met de cijfers van",
            "ten_years_period": "Voor",
            "ten_years_wape_pct": "Fout (%)",
            "naive_ten_years_wape_pct": "Fout van een vast aandeel van de gemeente (%)",
            "ten_years_regions_count": "Vergeleken gebieden",
            "regions_count": "Gebieden",
            "ten_years_reason_nl": "Waarom niet vergeleken",
        },
        ("fct_forecast_quality",),
    ),
    "policy_effect": Results(
        f"""
        SELECT name_nl, design, grade, grade_reason_nl
        FROM {SNAPSHOT}.mart_policy_effects INNER JOIN {SNAPSHOT}.dim_policy_measure USING (measure_code)
        ORDER BY measure_code
        """,
        {"name_nl": "Maatregel", "design": "Opzet", "grade": "Bewijskracht", "grade_reason_nl": "Waarom"},
        ("mart_policy_effects",),
    ),
}


class Card(BaseModel):
    """Contents of ``algorithms/<code>.json``."""

    release_id: str
    municipality_code: str
    is_fictional: bool
    # By the names of the columns of dim_algorithm.
    fields: dict[str, str]
    results: list[dict[str, Any]]


def write_algorithm_cards(
    release: Path, release_id: str, municipality: str, is_fictional: bool, marts: Collection[str]
) -> None:
    """Write a page and a JSON file per algorithm of a release, from its own database."""
    if MART not in marts:
        return
    with closing(connect(release / DATABASE, read_only=True)) as connection:
        for fields in rows_of(connection, f"SELECT * FROM {SNAPSHOT}.{MART} ORDER BY algorithm_code"):
            results = RESULTS.get(code := fields["algorithm_code"])
            rows = rows_of(connection, results.query) if results and set(results.marts) <= set(marts) else []
            card = Card(
                release_id=release_id,
                municipality_code=municipality,
                is_fictional=is_fictional,
                fields=fields,
                results=rows,
            )
            write_file(release / CARDS / f"{code}.json", card.model_dump_json(indent=2).encode())
            headings = results.headings if results else {}
            write_page(
                release / CARDS / f"{code}.html",
                "algorithm.j2",
                {"said": said},
                card=card,
                fields=HEADINGS,
                headings=headings,
            )


def said(value: object) -> str:
    """A value in a cell: 'ja', '12,3' or a text; nothing where there is none."""
    match value:
        case None:
            return ""
        case bool():
            return "ja" if value else "nee"
        case float():
            return figure(value, 1)
        case _:
            return str(value)
