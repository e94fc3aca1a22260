"""Which extractor speaks for which feed."""

from collections.abc import Iterator
from contextlib import contextmanager

from dagster_project.contracts.model import Feed
from dagster_project.contracts.protocols import CsvZipParameters, ODataV3Parameters
from dagster_project.errors import SetupError
from dagster_project.extract.answer import Extractor
from dagster_project.extract.csv_zip import CsvZip
from dagster_project.extract.http import Http
from dagster_project.extract.odata_v3 import ODataV3
from dagster_project.settings import FeedSettings, Settings


@contextmanager
def extractor_for(feed: Feed, settings: Settings) -> Iterator[Extractor]:
    """The extractor for a feed, with what this municipality set for it and for its supplier."""
    own = settings.supplier(feed.supplier)
    chosen = own.feeds.get(feed.name, FeedSettings())
    road = feed.by(chosen.protocol or feed.delivery.protocol)
    location = chosen.location or own.location
    municipality = settings.municipality_code if settings.scope == "municipality" else None
    with Http(feed.id, settings.http, own.token.get_secret_value() if own.token else None) as http:
        match road.parameters:
            case ODataV3Parameters() as parameters:
                region = settings.municipality_code if parameters.is_own_municipality_only else municipality
                yield ODataV3(road, http, (own.base_url or parameters.base_url).rstrip("/"), region)
            case CsvZipParameters() as parameters:
                yield CsvZip(road, http, location or parameters.location)
            case _:
                raise SetupError(f"{feed.id}: nothing speaks {road.delivery.protocol}")
