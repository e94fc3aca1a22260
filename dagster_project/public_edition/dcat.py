"""The public edition for data.overheid.nl: DCAT-AP-DONL 2.0 as JSON-LD."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from dagster_project.installation.public_settings import PublicSettings
from dagster_project.release.mart_files import parquet_file
from dagster_project.release.reader import DATABASE
from dagster_project.storage.checksums import digest_of
from dagster_project.storage.sql import connect, one_row

OWMS = "http://standaarden.overheid.nl/owms/terms/"
EU = "http://publications.europa.eu/resource/authority/"
LICENCE = "http://creativecommons.org/licenses/by/4.0/deed.nl"
CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "spdx": "http://spdx.org/rdf/terms#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
# Our themes in the list TaxonomieBeleidsagenda.
THEMES = {
    **dict.fromkeys(("benefits", "poverty", "income", "population", "households"), "Sociale_zekerheid"),
    **dict.fromkeys(("care", "health"), "Zorg_en_gezondheid"),
    **dict.fromkeys(("education", "early_childhood", "education_work"), "Onderwijs_en_wetenschap"),
    **dict.fromkeys(("housing", "vacancy"), "Huisvesting_(thema)"),
    **dict.fromkeys(("proximity", "land_use", "public_space"), "Ruimte_en_infrastructuur"),
    **{"safety": "Openbare_orde_en_veiligheid", "sport": "Cultuur_en_recreatie", "business": "Economie"},
    **{"mobility": "Verkeer_(thema)", "finance": "Bestuur", "energy": "Energie"},
}


def dcat(
    package: Mapping[str, Any], folder: Path, municipality_code: str, as_of: date, settings: PublicSettings
) -> dict[str, Any]:
    """Describe an edition as a dataset with a distribution per file."""
    with connect(folder / DATABASE, read_only=True) as connection:
        first, last = one_row(
            connection, "SELECT min(period_start_date), max(period_end_date) FROM snapshot.fct_indicator_values"
        )
        name = one_row(
            connection,
            "SELECT coalesce(max(region_name), any_value(region_code)) FROM snapshot.dim_region"
            f" WHERE region_code = '{municipality_code}'",
        )[0]
        themes = [
            code for (code,) in connection.execute("SELECT DISTINCT theme_code FROM snapshot.dim_indicator").fetchall()
        ]
    organisation = {"@id": settings.organisation or f"{OWMS}{name.replace(' ', '_')}_(gemeente)"}
    mail = "vcard:hasEmail" if "@" in (settings.contact or "") else "vcard:hasURL"
    contact = f"mailto:{settings.contact}" if mail == "vcard:hasEmail" else settings.contact
    return {
        "@context": CONTEXT,
        "@id": f"{settings.address}/#dataset",
        "@type": "dcat:Dataset",
        "dct:identifier": {"@value": f"{settings.address}/#dataset", "@type": "xsd:anyURI"},
        "dct:title": _nl(package["title"]),
        "dct:description": _nl(
            f"Cijfers over {name}, zijn wijken en buurten: {len(package['resources'])} tabellen. Elke maand nagekeken; "
            "een cijfer dat te oud is, staat er niet in. Aantallen personen zijn veelvouden van vijf; onder de tien "
            "staan ze er niet."
        ),
        "dct:license": {"@id": LICENCE},
        "dct:rights": _nl(package["attribution"]),
        "dct:creator": organisation,
        "dct:publisher": organisation,
        "dcat:contactPoint": {"@type": "vcard:Organization", "vcard:fn": f"Gemeente {name}", mail: {"@id": contact}},
        "dcat:theme": [{"@id": OWMS + theme} for theme in sorted({THEMES.get(code, "Bestuur") for code in themes})],
        "dcat:keyword": [_nl(word) for word in ("buurten", "wijken", "kerncijfers", name)],
        "dct:accessRights": {"@id": f"{EU}access-right/PUBLIC"},
        "dct:language": {"@id": f"{EU}language/NLD"},
        "dct:modified": {"@value": f"{as_of}T00:00:00", "@type": "xsd:dateTime"},
        "dct:accrualPeriodicity": {"@id": f"{EU}frequency/DAILY"},
        "dct:spatial": organisation,
        "dct:temporal": {
            "@type": "dct:PeriodOfTime",
            "dcat:startDate": {"@value": str(first), "@type": "xsd:date"},
            "dcat:endDate": {"@value": str(last), "@type": "xsd:date"},
        },
        "dcat:landingPage": {"@id": settings.address},
        "dcat:distribution": [
            _distribution(resource, file, form, media, folder, settings)
            for resource in package["resources"]
            for file, form, media in (
                (resource["path"], "CSV", "text/csv"),
                (parquet_file(resource["name"]), "PARQUET", "application/vnd.apache.parquet"),
            )
        ],
    }


def _distribution(
    resource: Mapping[str, Any], file: str, form: str, media: str, folder: Path, settings: PublicSettings
) -> dict[str, Any]:
    address = f"{settings.address}/{file}"
    return {
        "@id": address,
        "@type": "dcat:Distribution",
        "dcat:accessURL": {"@id": address},
        "dcat:downloadURL": {"@id": address},
        "dct:title": _nl(f"{resource['title']} ({form})"),
        "dct:description": {"@value": resource["description"], "@language": "en"},
        "dct:license": {"@id": LICENCE},
        "dct:language": {"@id": f"{EU}language/NLD"},
        "dct:format": {"@id": f"{EU}file-type/{form}"},
        "dcat:mediaType": {"@id": f"https://www.iana.org/assignments/media-types/{media}"},
        "dcat:byteSize": {"@value": str((folder / file).stat().st_size), "@type": "xsd:decimal"},
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
            "spdx:checksumValue": {"@value": digest_of(folder / file), "@type": "xsd:hexBinary"},
        },
    }


def _nl(text: str) -> dict[str, str]:
    return {"@value": text, "@language": "nl"}
