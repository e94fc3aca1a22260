"""Which tables of a catalogue are the editions of a feed: found by their titles, which hold a year."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dagster_project.contracts.model import Feed
from dagster_project.errors import SupplierUnreachableError
from dagster_project.extract.answer import Edition, UnlistedError
from dagster_project.extract.http import Http

OPEN_PLACE = re.compile(r"\*|\{edition\}")


@dataclass(frozen=True)
class Series:
    """Tables that follow each other: their title with {edition} for the year and * where the words differ."""

    feed: Feed
    title: str

    @property
    def start(self) -> str:
        """What every title of the series starts with."""
        return OPEN_PLACE.split(self.title)[0]

    def listed_at(self, url: str, http: Http, held: Mapping[int, str]) -> list[Edition]:
        """The editions to keep of the tables that a catalogue lists at ``url``.

        Raises UnlistedError, with the editions that the contract and our landing know, while the catalogue is silent or
        lists none of the series.
        """
        try:
            listed, _ = http.get_json(url)
        except SupplierUnreachableError as error:
            raise self._unlisted(
                "is silent, so a table of a new year would go unseen", error.came, "wait for the next run", held
            ) from error
        tables = [(str(table["Identifier"]).strip(), str(table["Title"]).strip()) for table in listed.get("value", [])]
        if found := self._among(tables):
            return self._newest(found)
        raise self._unlisted(
            "lists no table of this series",
            ", ".join(title for _, title in tables[:3]) or "an empty list",
            f"look for the series in the catalogue; if it has another title, adapt catalogue_title in {self.feed.file}",
            held,
        )

    def _among(self, tables: Iterable[tuple[str, str]]) -> dict[int, str]:
        """The tables of the series by their years; of two of one year the one with the higher number came later."""
        pattern = re.compile(re.escape(self.title).replace(r"\{edition\}", r"(\d{4})").replace(r"\*", ".*"))
        return {int(match[1]): table_id for table_id, title in sorted(tables) if (match := pattern.fullmatch(title))}

    def _newest(self, tables: Mapping[int, str]) -> list[Edition]:
        return [Edition(year, tables[year]) for year in self.feed.kept_of(tables)]

    def _unlisted(self, problem: str, came: str, do: str, held: Mapping[int, str]) -> UnlistedError:
        return UnlistedError(
            self.feed.id,
            problem=f"its catalogue {problem}",
            expected=f"titles like '{self.title}'",
            came=came,
            do=f"{do}; until then nobody knows whether what we hold is the newest, and 'checked' stays as it is",
            is_quarantined=False,
            known=self._newest({**self.feed.delivery.editions, **held}),
        )
