"""Comparison of a supplier's own description of a table with the contract, before any figure is requested."""

from collections.abc import Iterable
from difflib import get_close_matches
from functools import partial

from pydantic import BaseModel

from dagster_project.contracts.model import Column


class Examination(BaseModel):
    """One table: its title, and the columns of either side that the other lacks."""

    table: str
    title: str | None = None
    # Number of columns of the contract that were found.
    found: int = 0
    # Per column of the contract that was not found the nearest names that it does not read.
    missing: dict[str, list[str]] = {}
    # Columns that the contract does not read.
    unread: list[str] = []

    @classmethod
    def of(
        cls, table: str, title: str | None, matches: Iterable[tuple[Column, list[str]]], offered: Iterable[str]
    ) -> "Examination":
        """Compare the columns, each with the supplier's columns that fit it, with everything that is offered."""
        pairs = list(matches)
        nearest = partial(get_close_matches, n=2, cutoff=0.4)
        unread = sorted(set(offered) - {name for _, names in pairs for name in names})
        return cls(
            table=table,
            title=title,
            found=sum(len(names) == 1 for _, names in pairs),
            missing={
                column.meta.supplier_name: names or nearest(column.meta.supplier_name, unread)
                for column, names in pairs
                if len(names) != 1
            },
            unread=unread,
        )
