"""Query of an OData table: which regions and codes, in one request or one per code of a dimension."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

MUNICIPALITY_PREFIX = "GM"
PART_PREFIXES = ("WK", "BU")
COUNTRY_PREFIX = "NL"
# Any characters, at the end of a code.
ANY = "*"
# Municipalities in one request, whose address would grow too long with all that a provider may have.
PER_REQUEST = 10


@dataclass(frozen=True)
class Query:
    """Limits of a query. Keys are as in the supplier's code lists, with their padding.

    ``municipalities`` limit the region dimension to their regions and the country, along with all other municipalities
    where ``is_among_others``; none of them requests every region.
    """

    region_dimension: str | None
    municipalities: Sequence[str] = ()
    keys: Mapping[str, Sequence[str]] = field(default_factory=dict)
    partition_by: str | None = None
    is_among_others: bool = False
    # Codes, or beginnings of codes with a * behind them, that a request of its own asks for of other municipalities.
    # There is none where a dimension has none of them.
    of_others: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def includes(self, region: str) -> bool:
        """Whether the query requests this region."""
        return not self.municipalities or region.startswith(self.prefixes)

    def filters(self) -> list[str]:
        """A filter per request; an empty one requests everything. No row is in two of them."""
        whole = [_one_of(name, keys) for name, keys in self.keys.items() if not self._splits(name)]
        split = [[_one_of(name, [key]) for key in keys] for name, keys in self.keys.items() if self._splits(name)]
        others = []
        if self.of_others and all(self.of_others.values()):
            codes = _all_of([_one_of(dimension, codes) for dimension, codes in self.of_others.items()])
            if len(self.municipalities) > 1:
                # To name all of them once more would make an address too long.
                others = [_all_of([self._starts((COUNTRY_PREFIX, MUNICIPALITY_PREFIX)), codes])]
                whole = [f"not ({codes})", *whole]
            else:
                others = [self._others()]
        return [*(_all_of([regions, *whole, *one]) for regions in self._regions() for one in product(*split)), *others]

    def _others(self) -> str:
        (own,) = self.municipalities
        return _all_of(
            [
                self._starts([MUNICIPALITY_PREFIX]),
                f"not {self._starts([own])}",
                *(_one_of(dimension, codes) for dimension, codes in self.of_others.items()),
            ]
        )

    def _splits(self, dimension: str) -> bool:
        return dimension == self.partition_by

    @property
    def prefixes(self) -> tuple[str, ...]:
        """The start of every region code that is requested: of the municipalities' regions, and of larger ones."""
        return self._larger + self._prefixes(self.municipalities)

    @property
    def _larger(self) -> tuple[str, ...]:
        return (COUNTRY_PREFIX, MUNICIPALITY_PREFIX) if self.is_among_others else (COUNTRY_PREFIX,)

    def _prefixes(self, municipalities: Sequence[str]) -> tuple[str, ...]:
        kinds = PART_PREFIXES if self.is_among_others else (MUNICIPALITY_PREFIX, *PART_PREFIXES)
        digits = [code.removeprefix(MUNICIPALITY_PREFIX) for code in municipalities]
        return tuple(kind + own for own in digits for kind in kinds)

    def _regions(self) -> list[str]:
        """A condition per request."""
        if not self.municipalities or self.region_dimension is None:
            return [""]
        parts = [self.municipalities[at : at + PER_REQUEST] for at in range(0, len(self.municipalities), PER_REQUEST)]
        first, *further = [self._prefixes(part) for part in parts]
        return [self._starts(self._larger + first), *map(self._starts, further)]

    def _starts(self, prefixes: Sequence[str]) -> str:
        # Not 'eq': keys are padded to a width that differs per table, and a wrong width silently finds nothing.
        return " or ".join(f"startswith({self.region_dimension},'{prefix}')" for prefix in prefixes)


def _one_of(dimension: str, codes: Sequence[str]) -> str:
    return " or ".join(
        f"startswith({dimension},'{code.removesuffix(ANY)}')" if code.endswith(ANY) else f"{dimension} eq '{code}'"
        for code in codes
    )


def _all_of(conditions: Sequence[str]) -> str:
    given = [condition for condition in conditions if condition]
    return given[0] if len(given) == 1 else " and ".join(f"({condition})" for condition in given)
