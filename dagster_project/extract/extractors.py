"""Which extractor speaks for which feed."""

from collections.abc import Iterator
from contextlib import contextmanager

from dagster_project.contracts.model import CsvZipParameters, Feed, ODataV3Parameters
from dagster_project.extract.answer import Extractor
from dagster_project.extract.csv_zip import CsvZip
from dagster_project.extract.http import Http
from dagster_project.extract.odata_v3 import ODataV3
from dagster_project.settings import Settings


@contextmanager
def extractor_for(feed: Feed, settings: Settings) -> Iterator[Extractor]:
    """The extractor for a feed, with what this municipality set for its supplier."""
    own = settings.supplier(feed.supplier)
    with Http(feed.id, settings.http, own.token.get_secret_value() if own.token else None) as http:
        match feed.parameters:
            case ODataV3Parameters() as parameters:
                municipality = settings.municipality_code if settings.scope == "municipality" else None
                yield ODataV3(feed, http, (own.base_url or parameters.base_url).rstrip("/"), municipality)
            case CsvZipParameters() as parameters:
                yield CsvZip(feed, http, own.location or parameters.location)
