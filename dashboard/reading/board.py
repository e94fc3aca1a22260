"""One release on one day: its dictionary, areas and themes in memory, and a cursor on the marts as shown that day."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

import duckdb

from dagster_project.access import Allowed, everything
from dagster_project.release.reader import Release, Source, written
from dashboard.reading.figure import (
    COUNTRY,
    DISTRICT,
    MUNICIPALITY,
    NEIGHBOURHOOD,
    OWN_AREA,
    Area,
    Clock,
    Indicator,
    Theme,
)

# Other figures of marts are in the dictionary without a theme; is_indicator is unknown to releases of earlier versions.
_INDICATORS = """
    select
        indicator_code,
        label_nl,
        short_label_nl,
        definition_nl,
        theme_code,
        unit,
        noun_nl,
        decimals,
        direction,
        reference_moment,
        source_feed,
        finest_level,
        numerator,
        denominator,
        factor,
        rounding,
        is_count_of_persons,
        kpi_order,
        series_break_date
    from dim_indicator
    where theme_code is not null
    order by theme_order, indicator_code
"""
_THEMES = """
    select distinct theme_code, theme_label_nl, theme_order
    from dim_indicator
    where theme_code is not null
    order by theme_order
"""
_AREAS = """
    select
        region_code,
        region_name,
        region_level,
        parent_region_code,
        most_common_postcode,
        municipality_code
    from dim_region
    where is_newest_vintage
    order by region_code
"""
_CLOCKS = """
    select
        feed,
        supplier,
        checked_at,
        released_at,
        period_end_date,
        fresh_until,
        is_withheld,
        withheld_reason_nl,
        is_last_good
    from release.snapshot.freshness
    order by supplier
"""
_TOLERANCES = "select indicator_code, tolerance from release.snapshot.mart_kpi where tolerance is not null"
_ORDER = (COUNTRY, MUNICIPALITY, DISTRICT, OWN_AREA, NEIGHBOURHOOD)


@dataclass(frozen=True)
class Board:
    """The board of one release on one day, for one reader; not to be shared between threads."""

    release: Release
    today: date
    cursor: duckdb.DuckDBPyConnection
    indicators: Mapping[str, Indicator]
    themes: Mapping[str, Theme]
    areas: Mapping[str, Area]
    # Clocks of feeds when the release was made.
    clocks: Mapping[str, Clock]
    # The themes that the reader may see, each with its levels.
    allowed: Allowed
    # Of indicators of the municipality with a target: a change that is smaller is none where its noise is unknown.
    tolerances: Mapping[str, float]
    # Why a newer release cannot be opened; None if this is the newest.
    problem: str | None = None
    # The municipality's own look: custom properties.
    theme: str = ""

    @property
    def municipality(self) -> Area:
        """The municipality whose release it is."""
        return self.areas[self.release.info.municipality_code]

    @property
    def neighbourhoods(self) -> list[Area]:
        """Neighbourhoods by name."""
        return self.of_level(NEIGHBOURHOOD)

    @property
    def other_municipalities(self) -> list[Area]:
        """Municipalities to compare with, by name."""
        found = [area for area in self.areas.values() if area.level == MUNICIPALITY and area != self.municipality]
        return sorted(found, key=lambda area: area.name.casefold())

    @property
    def is_expired(self) -> bool:
        """Whether no figure of the release may be shown any more."""
        last = self.release.catalogue.expires_after
        return last is None or last < self.today

    @cached_property
    def sources(self) -> Mapping[str, Source]:
        """Publishers, licences and contacts by feed."""
        return {source.feed: source for mart in self.release.marts.values() for source in mart.sources}

    @property
    def open_themes(self) -> list[Theme]:
        """Themes that the reader may see at some level, in order."""
        known = {theme for theme, _ in self.allowed}
        return [theme for theme in self.themes.values() if theme.code in known]

    @property
    def is_restricted(self) -> bool:
        """Whether there is a figure that the reader may not see."""
        return self.allowed != everything(self.release.catalogue.themes)

    def publisher(self, feed: str) -> str:
        """The name of the publisher of a feed."""
        return self.sources[feed].publisher if feed in self.sources else feed

    def tolerance(self, indicator_code: str, area: Area) -> float | None:
        """The change of a figure that is none, where its noise is unknown; None where no such thing was agreed."""
        return self.tolerances.get(indicator_code) if area == self.municipality else None

    def municipality_of(self, area: Area) -> Area:
        """The municipality that an area lies in: the own one, unless the release has areas of others."""
        return self.areas.get(area.municipality_code or "", self.municipality)

    def of_level(self, *levels: str, around: Area | None = None) -> list[Area]:
        """Areas of these levels in the municipality, or in that of another area; larger levels first and by name."""
        within = (self.municipality_of(around) if around else self.municipality).code
        chosen = [
            area for area in self.areas.values() if area.level in levels and area.municipality_code in (within, None)
        ]
        return sorted(chosen, key=lambda area: (_ORDER.index(area.level), area.name.casefold()))

    def of_theme(self, code: str) -> list[Indicator]:
        """Indicators of a theme, in the order of the dictionary."""
        return [indicator for indicator in self.indicators.values() if indicator.theme_code == code]

    def may_see(self, indicator_code: str, level: str) -> bool:
        """Whether the reader may see figures of the indicator at a level."""
        return (self.indicators[indicator_code].theme_code, level) in self.allowed

    def may_see_all_of(self, feed: str) -> bool:
        """Whether the reader may see all figures of a feed."""
        themes = {one.theme_code for one in self.indicators.values() if one.source_feed == feed}
        return everything(themes) <= self.allowed

    def rows(self, query: str, **values: object) -> list[tuple[Any, ...]]:
        """Rows of the marts as shown that day, of a query that names its values in braces."""
        return self.cursor.execute(written(query, **values)).fetchall()

    def table(self, query: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Names of columns and rows of a query without values."""
        found = self.cursor.execute(query)
        return [name for name, *_ in found.description or ()], found.fetchall()

    def for_reader(self, allowed: Allowed, problem: str | None) -> "Board":
        """The same board for another request, with a cursor of its own on what its reader may see."""
        board = replace(self, allowed=allowed, problem=problem)
        return replace(board, cursor=self.release.shown_on(self.today, allowed if board.is_restricted else None))


def open_board(release: Release, today: date, theme: str) -> Board:
    """Read the dictionary and areas of a release, and open a cursor on its marts as shown on a day."""
    cursor = release.shown_on(today)
    themes = {code: Theme(code, label, slug(label)) for code, label, _ in cursor.execute(_THEMES).fetchall()}
    indicators = {row[0]: Indicator(*row) for row in cursor.execute(_INDICATORS).fetchall()}
    # Names come with the key figures, and are unknown while those are withheld.
    areas = {
        code: Area(code, name or code, level, parent, postcode, municipality)
        for code, name, level, parent, postcode, municipality in cursor.execute(_AREAS).fetchall()
    }
    clocks = {row[0]: Clock(*row) for row in cursor.execute(_CLOCKS).fetchall()}
    tolerances = dict(cursor.execute(_TOLERANCES).fetchall())
    allowed = everything(release.catalogue.themes)
    return Board(release, today, cursor, indicators, themes, areas, clocks, allowed, tolerances, theme=theme)


def slug(label: str) -> str:
    """A label as a part of an address: 'Financiën' becomes 'financien'."""
    bare = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", bare).strip("-")
