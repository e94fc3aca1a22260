"""Which extractor speaks for which feed."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from dagster_project.contracts.model import Feed
from dagster_project.contracts.protocols import (
    CsvZipParameters,
    FileParameters,
    ODataV3Parameters,
    ODataV4Parameters,
    OgcFeaturesParameters,
    SignalenApiParameters,
)
from dagster_project.errors import SetupError
from dagster_project.extract.answer import Extractor
from dagster_project.extract.csv_zip import CsvZip
from dagster_project.extract.files.table_file import File
from dagster_project.extract.http import Http
from dagster_project.extract.odata.v3 import ODataV3
from dagster_project.extract.odata.v4 import ODataV4
from dagster_project.extract.ogc_features import OgcFeatures
from dagster_project.extract.signalen_api import SignalenApi
from dagster_project.installation.settings import FeedSettings, Settings


@contextmanager
def extractor_for(feed: Feed, settings: Settings) -> Iterator[Extractor]:
    """The extractor for a feed, with what this municipality set for it and for its supplier."""
    own = settings.supplier(feed.supplier)
    retrieval = _retrieval_of(feed, settings)
    location = _location(feed, settings)
    municipality = settings.municipality_code if settings.scope == "municipality" else None
    with Http(feed.id, settings.http, own.token.get_secret_value() if own.token else None) as http:
        match retrieval.parameters:
            case ODataV3Parameters() | ODataV4Parameters() | OgcFeaturesParameters() as parameters:
                is_own_only = isinstance(parameters, ODataV3Parameters) and parameters.is_own_municipality_only
                asked = settings.municipality_code if is_own_only else municipality
                yield service_for(retrieval, http, (own.base_url or parameters.base_url).rstrip("/"), asked)
            case CsvZipParameters() as parameters:
                yield CsvZip(retrieval, http, location or parameters.location)
            case FileParameters() as parameters:
                yield File(feed, parameters, _file_location(feed, settings), http)
            case SignalenApiParameters() as parameters:
                address = own.base_url or parameters.base_url
                overlap = timedelta(hours=parameters.overlap_hours)
                yield SignalenApi(retrieval, http, address.rstrip("/") if address else None, overlap)
            case _:
                raise SetupError(f"{feed.id}: nothing speaks {retrieval.delivery.protocol}")


def service_for(feed: Feed, http: Http, base_url: str, municipality: str | None) -> Extractor:
    """The extractor for a feed that a service offers, asked for one municipality, or for all of them with None."""
    match feed.parameters:
        case ODataV3Parameters():
            return ODataV3(feed, http, base_url, municipality)
        case ODataV4Parameters():
            return ODataV4(feed, http, base_url, municipality)
        case OgcFeaturesParameters():
            return OgcFeatures(feed, http, base_url, municipality)
    raise SetupError(f"{feed.id}: no service speaks {feed.delivery.protocol}")


def is_set_up(feed: Feed, settings: Settings) -> bool:
    """Whether a feed can be asked for here: one that people deliver is in use once its folder exists."""
    if not isinstance(_retrieval_of(feed, settings).parameters, FileParameters):
        return True
    location = _file_location(feed, settings)
    return location != str(settings.drop_folder / feed.id) or Path(location).exists()


def _retrieval_of(feed: Feed, settings: Settings) -> Feed:
    """The feed by the retrieval that this municipality chose.

    Raises SetupError for a feed that cannot come as one file.
    """
    own = settings.supplier(feed.supplier).feeds.get(feed.name, FeedSettings())
    retrieval = feed.by(own.protocol or feed.delivery.protocol)
    if own.protocol == "file" and len(feed.tables) > 1:
        why = f"{len(feed.tables)} tables that belong together"
        raise SetupError(
            f"{feed.id}: cannot be brought as a file, because it is {why}\n"
            f"  do: take the setting 'protocol' of suppliers.{feed.supplier}.feeds.{feed.name} away"
        )
    is_one_municipality = settings.scope == "municipality"
    wanted = own.editions or (retrieval.delivery.newest_editions_of_a_municipality if is_one_municipality else None)
    return retrieval.keeping(wanted) if wanted else retrieval


def _location(feed: Feed, settings: Settings) -> str | None:
    own = settings.supplier(feed.supplier)
    return own.feeds.get(feed.name, FeedSettings()).location or own.location


def _file_location(feed: Feed, settings: Settings) -> str:
    """Where the file of a feed stands: where the municipality or the contract says, or else in its drop folder."""
    parameters = _retrieval_of(feed, settings).parameters
    assert isinstance(parameters, FileParameters)
    return _location(feed, settings) or parameters.location or str(settings.drop_folder / feed.id)
