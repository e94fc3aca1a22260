"""Registry of the wire protocols, by which the ``delivery.parameters`` of a contract are checked.

A protocol is one module below ``dagster_project/extract``. Importing that module registers its parameters here. The
modules are found by their folder and imported when a contract first names a protocol, so contracts depend on none.
"""

import importlib
import pkgutil
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import AfterValidator, BaseModel, ConfigDict

if TYPE_CHECKING:
    from dagster_project.contracts.model import Table

PROTOCOL_MODULES = "dagster_project.extract"
# The protocol of uploaded files, by which any feed with one table may come in.
UPLOAD = "file"


class MisplacedError(ValueError):
    """A mistake that shows only when several parts of a contract are compared, with the key to correct."""

    def __init__(self, key: str, problem: str) -> None:
        super().__init__(problem)
        self.key = key


class Strict(BaseModel):
    """Base for parts of a contract: an unknown key is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Parameters(Strict):
    """Parameters of one wire protocol; each protocol module declares a subclass."""

    # Whether one delivery is one table.
    has_one_table: ClassVar[bool] = True
    # Whether the settings choose the protocol, which no contract names.
    is_of_settings: ClassVar[bool] = False

    @property
    def is_shareable(self) -> bool:
        """Whether one answer of the supplier can serve every municipality."""
        return True

    @property
    def is_of_served_municipalities(self) -> bool:
        """Whether that answer has the municipalities alone that a shared installation serves."""
        return False

    def check_tables(self, tables: Sequence["Table"]) -> None:
        """Raise MisplacedError for tables that the protocol cannot deliver."""
        if self.has_one_table and len(tables) > 1:
            problem = "this protocol delivers one table; give each table its own delivery part"
            raise MisplacedError("tables", problem)


REGISTERED: dict[str, type[Parameters]] = {}


def register_parameters(protocol: str, parameters: type[Parameters]) -> None:
    """Register the parameters of a protocol; raises RuntimeError if another module declares it."""
    known = REGISTERED.setdefault(protocol, parameters)
    if known is not parameters:
        raise RuntimeError(f"protocol '{protocol}' is declared in {known.__module__} and in {parameters.__module__}")


def parameters_class(protocol: str) -> type[Parameters]:
    """Parameters of a protocol, importing the protocol modules if it is not registered yet.

    Raises ValueError for a protocol that no module registers.
    """
    if protocol not in REGISTERED:
        _import_modules(PROTOCOL_MODULES)
    if protocol not in REGISTERED:
        known = sorted(name for name, parameters in REGISTERED.items() if not parameters.is_of_settings)
        raise ValueError(f"no module of {PROTOCOL_MODULES} registers it; choose from {', '.join(known)}")
    return REGISTERED[protocol]


def read_parameters(protocol: str, values: Mapping[str, object]) -> Parameters:
    """Parse parameters as the class of their protocol; raises ValidationError."""
    return parameters_class(protocol).model_validate(values)


def _import_modules(package: str) -> None:
    for module in pkgutil.iter_modules(importlib.import_module(package).__path__, f"{package}."):
        if module.ispkg:
            _import_modules(module.name)
        else:
            importlib.import_module(module.name)


def _registered_name(protocol: str) -> str:
    parameters_class(protocol)
    return protocol


ProtocolName = Annotated[str, AfterValidator(_registered_name)]
# An address to which paths are appended.
BaseUrl = Annotated[str, AfterValidator(lambda url: url.rstrip("/"))]
