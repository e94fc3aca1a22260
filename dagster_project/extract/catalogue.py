"""Which tables of a catalogue are the editions of a feed: found by their titles, which hold a year."""

import logging
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from dagster_project.contracts.model import Feed
from dagster_project.errors import SupplierUnreachableError
from dagster_project.extract.answer import Edition
from dagster_project.extract.http import Http

logger = logging.getLogger(__name__)

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

        While the catalogue is silent, the contract and what we hold say which there are.
        """
        try:
            listed, _ = http.get_json(url)
        except SupplierUnreachableError as error:
            logger.warning("%s: the catalogue is silent: %s", self.feed.id, error)
            http.remarks.append("its catalogue is silent, so a table of a new year would go unseen")
            return self.among([], held)
        return self.among(listed.get("value", []), held)

    def among(self, listed: Iterable[Mapping[str, Any]], held: Mapping[int, str]) -> list[Edition]:
        """The editions to keep of the tables that a catalogue lists.

        A catalogue without any leaves what the contract and our landing know.
        """
        pattern = re.compile(re.escape(self.title).replace(r"\{edition\}", r"(\d{4})").replace(r"\*", ".*"))
        # Of two tables of one year the one with the higher number came later.
        tables = sorted((str(table["Identifier"]).strip(), str(table["Title"]).strip()) for table in listed)
        found = {int(match[1]): table_id for table_id, title in tables if (match := pattern.fullmatch(title))}
        editions = found or {**self.feed.delivery.editions, **held}
        newest = sorted(editions)[-self.feed.delivery.newest_editions :]
        return [Edition(year, editions[year]) for year in newest]
