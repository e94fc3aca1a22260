"""Pages to begin with: what a release has, how it is read and until when, and what each table and column means."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dagster_project.release.algorithm_cards import CARDS
from dagster_project.release.files.map_layers import MAP
from dagster_project.release.freshness_report import FeedReport, FreshnessReport
from dagster_project.release.pages.rendering import write_page
from dagster_project.release.reader import DATABASE, LIMIT, Catalogue, PublishedColumn, PublishedMart
from dagster_project.storage.checksums import CHECKSUMS

START = "index.html"
README = "README.md"
DOCS = "docs"
# Parts of a release, in the order in which a reader meets them.
FILES = (
    ("freshness/index.html", "hoe actueel elk cijfer is, wat te laat is en wie daarvan weet"),
    ("diff/index.html", "wat er veranderde sinds de vorige uitgave"),
    ("docs/index.html", "wat elke tabel en elke kolom betekent"),
    (
        MAP,
        "kaart: omtrekken met de nieuwste cijfers van elke buurt, voor QGIS en andere kaartprogramma's",
    ),
    (CARDS, "hoe verwachtingen, effecten en adviezen worden gemaakt, als in het Algoritmeregister"),
    (DATABASE, "alle tabellen voor BI en analyse; toont nooit een cijfer dat te oud is"),
    ("parquet", "elke tabel als Parquet"),
    ("csv", "elke tabel als CSV met komma's en decimale punten; grote tabellen zijn gecomprimeerd (gz)"),
    ("datapackage.json", "alle tabellen en kolommen beschreven voor programma's, met bronnen en licenties"),
    ("freshness.json", "de actualiteit voor programma's"),
    ("diff.json", "de wijzigingen voor programma's"),
    ("audit_results.json", "de uitkomst van elke controle"),
    ("release.json", "kenmerken van deze uitgave"),
    ("provenance.json", "waaruit de cijfers zijn berekend, om ze later te kunnen bewijzen"),
    ("models.zip", "de rekenregels waarmee de cijfers zijn berekend"),
    (CHECKSUMS, "controlegetal van elk bestand: sha256sum --check SHA256SUMS"),
)
# Start of a table's name, and the heading above such tables.
KINDS = {
    "mart_": "Overzichten en thema's",
    "fct_": "Lange tabellen, met alle cijfers onder elkaar",
    "dim_": "Omschrijvingen en indelingen",
}


@dataclass(frozen=True)
class Contact:
    """A team or address, and the sources that it answers questions about."""

    write_to: str
    suppliers: list[str]


def write_guide(release: Path, catalogue: Catalogue, report: FreshnessReport) -> None:
    """Write the pages that explain the tables, the start page, and its text form."""
    until = {mart.mart: mart.complete_until for mart in report.marts}
    kinds = [(title, _of_kind(catalogue, start)) for start, title in KINDS.items()]
    write_page(release / DOCS / "index.html", "tables.j2", {}, report=report, kinds=kinds, until=until)
    for mart in catalogue.resources:
        columns = [(column, _limits(column)) for column in mart.columns]
        file = release / DOCS / f"{mart.name}.html"
        write_page(file, "mart.j2", {}, mart=mart, columns=columns, until=until[mart.name])
    # Checksums are written last, over these pages too.
    files = [(path, text) for path, text in FILES if path == CHECKSUMS or (release / path).exists()]
    cards = sorted(path.relative_to(release).as_posix() for path in (release / CARDS).glob("*.html"))
    shown = {
        "report": report,
        "files": files,
        "cards": cards,
        "contacts": _contacts(report.feeds),
        "database": DATABASE,
        "map": MAP,
    }
    for page, template in ((START, "start.j2"), (README, "readme.j2")):
        write_page(release / page, template, {"address": address, "stem": stem}, **shown)


def address(path: str) -> str:
    """Write a path of a release as its files list it: a folder ends with a slash."""
    return path if "." in path or path.isupper() else f"{path}/"


def stem(path: str) -> str:
    """Name the algorithm of a card."""
    return Path(path).stem


def _contacts(feeds: Sequence[FeedReport]) -> list[Contact]:
    known: dict[str, list[str]] = {}
    for feed in feeds:
        known.setdefault(feed.write_to, []).append(feed.supplier)
    return [Contact(write_to, sorted(set(suppliers))) for write_to, suppliers in sorted(known.items())]


def _of_kind(catalogue: Catalogue, start: str) -> list[PublishedMart]:
    found = [mart for mart in catalogue.resources if mart.name.startswith(start)]
    return sorted(found, key=lambda mart: mart.label_nl)


def _limits(column: PublishedColumn) -> tuple[str, ...]:
    """Name the columns with the last day of a column, where it is not the row's."""
    return tuple(limit for limit in column.shown_until if limit != LIMIT)
