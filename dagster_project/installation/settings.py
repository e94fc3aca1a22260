"""Settings of one installation: which municipality, where things are kept, how suppliers are reached.

They come from environment variables (``MAANDVERS_…``) and ``maandvers.toml``; secrets from the environment alone.
"""

import csv
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from dagster_project.access import ReadAccess
from dagster_project.contracts.model import Editions
from dagster_project.contracts.protocols import ProtocolName
from dagster_project.errors import SetupError, has_user
from dagster_project.installation.alert_settings import AlertSettings
from dagster_project.installation.public_settings import PublicSettings
from dagster_project.storage.permissions import Readers
from dashboard.board_settings import BoardSettings

PROJECT = Path(__file__).resolve().parents[2]
DBT_PROJECT = PROJECT / "dbt_models"
TOML = "maandvers.toml"
SEEDS = PROJECT / "seeds"
MUNICIPALITY_CODE = r"^GM\d{4}$"
# Settings that come from the environment alone, as the tokens of suppliers do.
SECRETS = ("secret", "postgres.url", "lake.catalogue", "alerts.email.password", "alerts.webhook.url")


class FeedSettings(BaseModel):
    """How a municipality lets one feed come in, where that is not the contract's own way."""

    model_config = ConfigDict(extra="forbid")

    protocol: ProtocolName | None = None
    location: str | None = None
    # How many of the newest editions are kept.
    editions: Editions | None = None
    # Of a file: per column its heading there, or the value that the file lacks as {from = "file name"} or {value = …}.
    columns: dict[str, str | list[str] | dict[str, str]] = {}
    # Of a file: the accepted values, by its own words for them.
    values: dict[str, str] = {}


class SupplierSettings(BaseModel):
    """Settings of one municipality for one supplier, which win over the contract."""

    model_config = ConfigDict(extra="forbid")

    base_url: str | None = None
    location: str | None = None
    token: SecretStr | None = None
    feeds: dict[str, FeedSettings] = {}


class PostgresSettings(BaseModel):
    """Publication in a Postgres database, which readers reach through its own accounts."""

    model_config = ConfigDict(extra="forbid")

    # Address with account and password, from the environment alone; without it libpq's variables count (PGHOST, …).
    url: SecretStr | None = None
    # Publish each release as soon as it is out.
    after_release: bool = False

    @property
    def address(self) -> str | None:
        """The address with its password, for the one who connects."""
        return self.url.get_secret_value() if self.url else None


class LakeSettings(BaseModel):
    """The lake in which dbt builds where the target is ``lake``; installations of several municipalities share one."""

    model_config = ConfigDict(extra="forbid")

    # Address of a Postgres database, from the environment alone; what it leaves out, libpq's variables say.
    catalogue: SecretStr = SecretStr("")
    # Folder, or bucket as s3://name/folder; each municipality has a folder in it.
    data: str | None = None


class ObjectStorageSettings(BaseModel):
    """Places that other machines can reach, by the S3 protocol; keys come from AWS_… variables."""

    model_config = ConfigDict(extra="forbid")

    # For releases, such as s3://bucket/folder.
    url: str | None = None
    # For all that no run can make again: any machine can then do the next run.
    home: str | None = None
    # Address of the server, where it is not Amazon's.
    endpoint: str | None = None

    @model_validator(mode="after")
    def _keeps_its_home_from_readers(self) -> Self:
        if self.url and self.home and f"{self.home.rstrip('/')}/".startswith(f"{self.url.rstrip('/')}/"):
            raise ValueError("home lies within url, whose readers could read every delivery")
        return self


class HttpSettings(BaseModel):
    """How patient we are with a supplier, and how much we take from it. Seconds, unless named otherwise."""

    model_config = ConfigDict(extra="forbid")

    # Without a byte, and for a whole answer.
    timeout: float = 60
    total_timeout: float = 3600
    attempts: int = Field(default=5, ge=1)
    first_wait: float = 1
    longest_wait: float = 60
    # A file in a folder that changed more recently may still be growing.
    file_wait: float = Field(default=0.5, gt=0)
    # An answer, or a part of an archive, as it is unpacked. A CSV or Excel file is read into memory.
    largest_answer_mb: int = Field(default=2000, ge=1)
    largest_file_mb: int = Field(default=500, ge=1)


class TomlWithoutSecrets(TomlConfigSettingsSource):
    """Settings file, which people copy and commit; a secret in it is refused."""

    def __call__(self) -> dict[str, Any]:
        """Read the file; raises SetupError for a secret in it."""
        values = super().__call__()
        for name in SECRETS:
            if _value_at(values, name) is not None:
                raise SetupError(f"{TOML}: '{name}' is a secret\n  do: move it to {_variable(name)}")
        suppliers = values.get("suppliers")
        for name, own in suppliers.items() if isinstance(suppliers, dict) else ():
            if isinstance(own, dict) and "token" in own:
                variable = f"MAANDVERS_SUPPLIERS__{name.upper()}__TOKEN"
                raise SetupError(f"{TOML}: the token of '{name}' is a secret\n  do: move it to {variable}")
            if has_user(repr(own)):
                variable = f"MAANDVERS_SUPPLIERS__{name.upper()}__LOCATION"
                raise SetupError(
                    f"{TOML}: an address of '{name}' contains a user or password\n  do: move it to {variable}"
                )
        return values


class Settings(BaseSettings):
    """All settings, with the defaults of an ordinary installation."""

    model_config = SettingsConfigDict(
        env_prefix="MAANDVERS_", env_nested_delimiter="__", toml_file=TOML, extra="forbid"
    )

    municipality_code: str = Field(default="GM0867", pattern=MUNICIPALITY_CODE)
    # One municipality is enough for its own profile; the whole country allows comparison with any other. A shared
    # installation lands open data of the whole country for others, and releases nothing.
    scope: Literal["municipality", "country", "shared"] = "municipality"
    # Of a shared installation: the municipalities for which it lands tables that are too large for the whole country.
    serves: tuple[Annotated[str, Field(pattern=MUNICIPALITY_CODE)], ...] = ()
    # Home of the shared installation that asks the suppliers of open data in place of this one.
    shared_landing: Path | None = None
    home: Path = Path("data/live")
    # Lets what starts without the command line, such as `dagster dev`, work on the sample municipality.
    sample: bool = False
    # The feeds or suppliers that are used here; all of them where none is named.
    feeds: list[str] = []
    # Of those, the feeds or suppliers that are not used, or not any more.
    without: list[str] = []
    suppliers: dict[str, SupplierSettings] = {}
    # Decides how counts of persons are rounded; where it is not set, an installation makes one and keeps it.
    secret: SecretStr | None = None
    # Folder for uploaded files, with a folder per feed; next to the landing if not set.
    drops: Path | None = None
    # Name, telephone and e-mail of the team that answers data owners; it stands in the templates.
    data_team: str | None = None
    http: HttpSettings = HttpSettings()
    board: BoardSettings = BoardSettings()
    postgres: PostgresSettings = PostgresSettings()
    # Where dbt builds: a file of DuckDB, a lake, or Spark.
    target: Literal["duckdb", "lake", "spark"] = "duckdb"
    lake: LakeSettings = LakeSettings()
    object_storage: ObjectStorageSettings = ObjectStorageSettings()
    access: ReadAccess = ReadAccess()
    alerts: AlertSettings = AlertSettings()
    public: PublicSettings = PublicSettings()
    # The accounts that can read a release; all other files can be read by the account that runs Maandvers alone.
    release_readers: Readers = "group"

    @field_validator("access")
    @classmethod
    def _names_known_themes(cls, access: ReadAccess) -> ReadAccess:
        with (SEEDS / "themes.csv").open(encoding="utf-8", newline="") as lines:
            known = {row["theme_code"] for row in csv.DictReader(lines)}
        for rule, themes in access.named_themes().items():
            if unknown := sorted(themes - known):
                raise ValueError(f"access.{rule} names {', '.join(unknown)}, expected themes of {sorted(known)}")
        return access

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments win over the environment, which wins over the file."""
        return init_settings, env_settings, TomlWithoutSecrets(settings_cls)

    @property
    def is_country(self) -> bool:
        """Whether all municipalities are asked for."""
        return self.scope != "municipality"

    @property
    def inbox(self) -> Path:
        """Folder for uploaded files, with a folder per feed."""
        return self.drops or self.home / "drops"

    def supplier(self, name: str) -> SupplierSettings:
        """Settings of this supplier, or defaults."""
        return self.suppliers.get(name, SupplierSettings())


def load_settings() -> Settings:
    """Read the settings; raises SetupError that names the setting and what came."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(step) for step in first["loc"])
        # A value under a name that we do not know may be a secret under a name that was mistyped.
        is_secret = first["type"] == "extra_forbidden" or name.endswith(".token") or name in SECRETS
        # A whole section may contain a token.
        came = f", came {first['input']!r}" if isinstance(first["input"], str | float | int) and not is_secret else ""
        raise SetupError(
            f"setting '{name}': {first['msg']}{came}\n  do: correct it in {TOML} or in {_variable(name)}"
        ) from None
    except SettingsError as error:
        raise SetupError(f"{error}\n  do: correct it in the environment; MAANDVERS_… names one setting each") from None
    except tomllib.TOMLDecodeError as error:
        raise SetupError(f"{TOML} is no TOML: {error}\n  do: correct it in {Path(TOML).resolve()}") from error


def _variable(name: str) -> str:
    """The environment variable of a setting."""
    return f"MAANDVERS_{name.upper().replace('.', '__')}"


def _value_at(values: object, name: str) -> object:
    """The value of a setting in a settings file; None where it has none."""
    for step in name.split("."):
        values = values.get(step) if isinstance(values, dict) else None
    return values
