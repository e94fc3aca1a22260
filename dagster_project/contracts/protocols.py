"""What each wire protocol has to be told about a feed: the parameters under ``delivery.parameters`` of its contract."""

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Protocol = Literal["odata_v3", "odata_v4", "csv_zip", "file", "ogc_features", "signalen_api"]


class Strict(BaseModel):
    """A part of a contract: an unknown key is a mistake, not something to pass over."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class ODataV3Parameters(Strict):
    """Where a table stands on a CBS-like OData v3 service."""

    base_url: str
    # The dimension by which regions are asked for; without one the table is asked for whole.
    region_dimension: str | None = None
    # Title of an edition in the catalogue, with {edition} where the year stands and * where the words differ per year.
    catalogue_title: str | None = None
    # Identifier of a table that is not published per year.
    table_id: str | None = None
    # Codes to ask for, per dimension; a dimension that is not named here is taken whole.
    selection: dict[str, tuple[str, ...]] = {}
    # The dimension whose codes are asked for one by one, where the service refuses everything at once.
    partition_by: str | None = None
    # A table too large to hold for the whole country is asked for one's own municipality alone, whatever the scope.
    is_own_municipality_only: bool = False


class ODataV4Parameters(Strict):
    """Where a table stands on CBS's OData v4 service: long observations with a code per measure."""

    base_url: str
    catalogue: str = "CBS"
    region_dimension: str | None = None
    catalogue_title: str | None = None
    table_id: str | None = None
    selection: dict[str, tuple[str, ...]] = {}
    # The same table as pages of JSON or as one zip of CSV files.
    form: Literal["observations", "csv_bundle"] = "observations"


class CsvZipParameters(Strict):
    """Where a zip of CSV files stands: a folder, a file or an address; often set per municipality."""

    location: str | None = None


class FileParameters(Strict):
    """A CSV or Excel file: in a drop folder named after the feed, or at an address."""

    location: str | None = None
    # The location is a page of links: the one that this expression fits is the file, asked from the page's own host.
    # Of several it is the one with the highest group named 'edition', or else the last.
    link_pattern: str | None = None
    # Which files of the folder are meant; a group named 'date' holds the day of the export. Where the name holds none,
    # the file's modification time is taken.
    file_pattern: str = r".*?(?P<date>20\d{2}-[01]\d-[0-3]\d|20\d{2}[01]\d[0-3]\d)?\.(csv|xlsx)"
    sheet: str | None = None
    # What marks decimals, for a file whose numbers do not show it.
    decimal_mark: Literal[",", "."] | None = None
    # A table that somebody else published: 'Totaal' is a class of it, and nothing says that its figures are final.
    is_published_table: bool = False


class OgcFeaturesParameters(Strict):
    """Where the collections of an OGC API Features service stand."""

    base_url: str
    # With {edition} where the year stands.
    path: str = Field(pattern=r"\{edition\}")
    # Name of the collection per level of regions.
    collections: dict[str, str] = Field(min_length=1)
    # The property by which a region tells its municipality, and by which it is asked for.
    municipality_property: str


class SignalenApiParameters(Strict):
    """Where Signalen's private REST API stands."""

    base_url: str | None = None
    # Changes are asked for from this long before the newest one we hold.
    overlap_hours: int = Field(default=24, ge=0)


Parameters = (
    ODataV3Parameters
    | ODataV4Parameters
    | CsvZipParameters
    | FileParameters
    | OgcFeaturesParameters
    | SignalenApiParameters
)
PARAMETERS: dict[Protocol, type[Parameters]] = {
    "odata_v3": ODataV3Parameters,
    "odata_v4": ODataV4Parameters,
    "csv_zip": CsvZipParameters,
    "file": FileParameters,
    "ogc_features": OgcFeaturesParameters,
    "signalen_api": SignalenApiParameters,
}


def read_parameters(protocol: Protocol, values: Mapping[str, object]) -> Parameters:
    """The parameters in the form that belongs to the protocol; raises ValidationError."""
    return PARAMETERS[protocol].model_validate(values)
