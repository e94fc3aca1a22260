"""Query of an OData table: which regions and codes, in one request or one per code of a dimension."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

MUNICIPALITY_PREFIX = "GM"
PART_PREFIXES = ("WK", "BU")
COUNTRY_PREFIX = "NL"
# Any characters, at the end of a code.
ANY = "*"


@dataclass(frozen=True)
class Query:
    """Limits of a query. Keys are as in the supplier's code lists, with their padding.

    ``municipality`` limits the region dimension to the regions of one municipality and the country, along with all
    other municipalities where ``is_among_others``; None requests every region.
    """

    region_dimension: str | None
    municipality: str | None
    keys: Mapping[str, Sequence[str]] = field(default_factory=dict)
    partition_by: str | None = None
    is_among_others: bool = False
    # Codes, or beginnings of codes with a * behind them, that a request of its own asks for of other municipalities.
    # There is none where a dimension has none of them.
    of_others: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def includes(self, region: str) -> bool:
        """Whether the query requests this region."""
        return self.municipality is None or region.startswith(self.prefixes)

    def filters(self) -> list[str]:
        """A filter per request; an empty one requests everything."""
        whole = [self._regions(), *(_one_of(name, keys) for name, keys in self.keys.items() if not self._splits(name))]
        split = [[_one_of(name, [key]) for key in keys] for name, keys in self.keys.items() if self._splits(name)]
        own = [_all_of([*whole, *one]) for one in product(*split)]
        return [*own, *([self._others()] if self.of_others and all(self.of_others.values()) else [])]

    def _others(self) -> str:
        region = self.region_dimension
        return _all_of(
            [
                f"startswith({region},'{MUNICIPALITY_PREFIX}')",
                f"not startswith({region},'{self.municipality}')",
                *(_one_of(dimension, codes) for dimension, codes in self.of_others.items()),
            ]
        )

    def _splits(self, dimension: str) -> bool:
        return dimension == self.partition_by

    @property
    def prefixes(self) -> tuple[str, ...]:
        """The start of every region code that is requested: of the municipality's regions, and of larger ones."""
        digits = (self.municipality or "").removeprefix(MUNICIPALITY_PREFIX)
        municipalities = MUNICIPALITY_PREFIX if self.is_among_others else MUNICIPALITY_PREFIX + digits
        return (COUNTRY_PREFIX, municipalities, *(prefix + digits for prefix in PART_PREFIXES))

    def _regions(self) -> str:
        if self.municipality is None or self.region_dimension is None:
            return ""
        # Not 'eq': keys are padded to a width that differs per table, and a wrong width silently finds nothing.
        return " or ".join(f"startswith({self.region_dimension},'{prefix}')" for prefix in self.prefixes)


def _one_of(dimension: str, codes: Sequence[str]) -> str:
    return " or ".join(
        f"startswith({dimension},'{code.removesuffix(ANY)}')" if code.endswith(ANY) else f"{dimension} eq '{code}'"
        for code in codes
    )


def _all_of(conditions: Sequence[str]) -> str:
    given = [condition for condition in conditions if condition]
    return given[0] if len(given) == 1 else " and ".join(f"({condition})" for condition in given)
