"""Tables of a catalogue that are the editions of a feed: found by their titles, which contain a year."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dagster_project.contracts.model import Feed
from dagster_project.errors import SupplierUnreachableError
from dagster_project.extract.answer import Edition, UnlistedError
from dagster_project.extract.http import Http

EDITION = "{edition}"
OPEN_PLACE = re.compile(r"\*|\{edition\}")


@dataclass(frozen=True)
class TableSeries:
    """Tables of successive years; their title has {edition} for the year and * for words that differ."""

    feed: Feed
    title: str

    @property
    def start(self) -> str:
        """The text with which every title of the series starts."""
        return OPEN_PLACE.split(self.title)[0]

    def listed_at(self, url: str, http: Http, stored: Mapping[int, str]) -> list[Edition]:
        """Editions to keep from the tables that a catalogue lists at ``url``.

        Raises UnlistedError, with the editions known from the contract and our landing, if the catalogue gives no
        answer or lists no table of the series.
        """
        try:
            listed, _ = http.get_json(url)
        except SupplierUnreachableError as error:
            raise self._unlisted(
                "does not answer, so a table of a new year would be missed", error.came, "wait for the next run", stored
            ) from error
        tables = [(str(table["Identifier"]).strip(), str(table["Title"]).strip()) for table in listed.get("value", [])]
        if found := self._among(tables):
            return self._newest(found)
        raise self._unlisted(
            "lists no table of this series",
            ", ".join(title for _, title in tables[:3]) or "an empty list",
            f"look for the series in the catalogue; if it has another title, adapt catalogue_title in {self.feed.file}",
            stored,
        )

    def _among(self, tables: Iterable[tuple[str, str]]) -> dict[int, str]:
        """Tables of the series by year; if a year has two, the one with the higher number is later."""
        pattern = re.compile(re.escape(self.title).replace(r"\{edition\}", r"(\d{4})").replace(r"\*", ".*"))
        return {int(match[1]): table_id for table_id, title in sorted(tables) if (match := pattern.fullmatch(title))}

    def _newest(self, tables: Mapping[int, str]) -> list[Edition]:
        return [Edition(year, tables[year]) for year in self.feed.kept_of(tables)]

    def _unlisted(self, problem: str, came: str, do: str, stored: Mapping[int, str]) -> UnlistedError:
        return UnlistedError(
            self.feed.id,
            problem=f"its catalogue {problem}",
            expected=f"titles like '{self.title}'",
            came=came,
            do=f"{do}; until then it is unknown whether the stored tables are the newest, and 'checked' does not move",
            is_quarantined=False,
            known=self._newest({**self.feed.delivery.editions, **stored}),
        )
