"""Match of our columns with a supplier's, whose names include a number that changes every year."""

import difflib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from dagster_project.contracts.model import Column, Feed
from dagster_project.errors import DeliveryError
from dagster_project.extract.answer import Edition

POSITION_SUFFIX = re.compile(r"_\d+$")
DIMENSION_TYPES = {"Dimension", "GeoDimension", "GeoDetail", "TimeDimension"}


@dataclass(frozen=True)
class SupplierColumn:
    """A column as described by the supplier: its key, the titles of its groups, its kind.

    In OData v4 the key is a code; OData v3's key then follows from the title.
    """

    key: str
    groups: tuple[str, ...]
    is_dimension: bool
    title: str | None = None

    @property
    def name(self) -> str:
        """The key without the number of its position in this year's table."""
        if self.title is not None:
            return key_of_title(self.title)
        return self.key if self.is_dimension else POSITION_SUFFIX.sub("", self.key)


def supplier_columns(properties: Iterable[dict[str, Any]]) -> list[SupplierColumn]:
    """Read DataProperties: topics and dimensions, each with its path of groups."""
    rows = list(properties)
    by_id = {row["ID"]: row for row in rows}

    def path(row: dict[str, Any]) -> tuple[str, ...]:
        parent = by_id.get(row.get("ParentID"))
        return () if parent is None else (*path(parent), str(parent["Title"]).strip())

    return [
        SupplierColumn(row["Key"].strip(), path(row), row["Type"] in DIMENSION_TYPES)
        for row in rows
        if row["Type"] != "TopicGroup"
    ]


def key_of_title(title: str) -> str:
    """CBS's key for a title in OData v3: ``Personenauto's; 0 tot 15 €`` is ``PersonenautoS0Tot15``."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", title) if not unicodedata.combining(sign))
    key = "".join(word[:1].upper() + word[1:] for word in re.findall(r"[A-Za-z0-9]+", plain))
    return f"k_{key}" if key[:1].isdigit() else key


def fitting_columns(column: Column, offered: list[SupplierColumn]) -> list[SupplierColumn]:
    """The supplier's columns that fit one of ours."""
    # A code remains if the title changes.
    if by_code := [other for other in offered if other.key in column.meta.supplier_codes]:
        return by_code[:1]
    names = {column.meta.supplier_name, *column.meta.supplier_aliases}
    groups = set(column.meta.supplier_group)
    return [other for other in offered if other.name in names and groups <= set(other.groups)]


def match_columns(feed: Feed, edition: Edition, columns: list[Column], offered: list[SupplierColumn]) -> dict[str, str]:
    """Find the supplier's key of each of our columns in this edition.

    A few columns that may be empty may be missing. Raises DeliveryError for any other that is missing, with the nearest
    name, and for one that matches several.
    """
    matched: dict[str, str] = {}
    missing: list[Column] = []
    for column in columns:
        fitting = fitting_columns(column, offered)
        if not fitting and feed.tables[0].may_lack([column], edition.year):
            missing.append(column)
            continue
        if len(fitting) != 1:
            raise _no_single_match(feed, edition, column, [c.key for c in fitting], len(columns), offered)
        matched[column.name] = fitting[0].key
    if not feed.tables[0].may_lack(missing, edition.year):
        raise _no_single_match(feed, edition, missing[0], [], len(columns), offered)
    return matched


def _no_single_match(
    feed: Feed, edition: Edition, column: Column, fitting: list[str], wanted: int, offered: list[SupplierColumn]
) -> DeliveryError:
    name = column.meta.supplier_name
    if fitting:
        return DeliveryError(
            feed.id,
            problem=f"column '{name}' is in table {edition.source_id} more than once",
            expected="one column of that name",
            came=", ".join(fitting),
            do=f"name its group as 'supplier_group' of column '{column.name}' in {feed.file}",
        )
    near = difflib.get_close_matches(name, {other.name for other in offered}, n=1)
    return DeliveryError(
        feed.id,
        problem=f"column '{name}' is missing from table {edition.source_id}",
        expected=f"the contract lists {wanted} columns of this table",
        came=f"{len(offered)} columns, none of that name; nearest: {near[0] if near else 'none'}",
        do=f"if the supplier renamed it, add the new name to 'supplier_aliases' of '{column.name}' in {feed.file}; "
        "if it stopped, set 'last_edition'",
    )
