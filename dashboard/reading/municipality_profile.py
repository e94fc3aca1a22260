"""Municipalities beside each other, from ``mart_municipality_profile``."""

from dataclasses import dataclass, replace

from dashboard.reading.board import Board
from dashboard.reading.figure import FIGURE_WIDTH, Figure, figure_columns

MUNICIPALITIES = "mart_municipality_profile"
# CBS's code of the country.
_COUNTRY = "NL00"
_ROWS = f"""
    select {figure_columns("municipality_code", "figure_")},
        coalesce(municipality_name, municipality_code),
        is_own,
        province_nl,
        size_class,
        country_value,
        class_peers_value,
        class_peers_count,
        place,
        first_rank,
        last_rank,
        ranked_count,
        place_change,
        is_place_change_outside_noise,
        class_place,
        class_first_rank,
        class_last_rank,
        class_ranked_count
    from mart_municipality_profile
    where indicator_code = {{indicator}} and figure_fresh_until >= {{today}}
"""
_OWN = f"{_ROWS} and is_own and value is not null"


@dataclass(frozen=True)
class MunicipalityRow:
    """The figure of a municipality with its place among all of them and among those of its size class."""

    figure: Figure
    name: str
    is_own: bool
    province: str | None
    size_class: str | None
    country_value: float | None
    class_peers_value: float | None
    class_peers_count: int | None
    place: int | None
    first_rank: int | None
    last_rank: int | None
    ranked_count: int | None
    place_change: int | None
    is_place_change_outside_noise: bool | None
    class_place: int | None
    class_first_rank: int | None
    class_last_rank: int | None
    class_ranked_count: int | None

    @property
    def country(self) -> Figure | None:
        """The figure of the country in the same period, whose noise is not known here."""
        if self.country_value is None:
            return None
        return replace(self.figure, area_code=_COUNTRY, value=self.country_value, noise_lower=None, noise_upper=None)


def own_row(board: Board, code: str) -> MunicipalityRow | None:
    """The own row of an indicator; None where the release has no other municipalities, or no figure of the own one."""
    return next(iter(_rows(board, code, _OWN)), None)


def of_indicator(board: Board, code: str) -> list[MunicipalityRow]:
    """Rows of an indicator; none where the release has no other municipalities."""
    return _rows(board, code, f"{_ROWS} order by municipality_code")


def _rows(board: Board, code: str, query: str) -> list[MunicipalityRow]:
    if MUNICIPALITIES not in board.release.marts:
        return []
    rows = board.rows(query, indicator=code, today=board.today)
    return [MunicipalityRow(Figure(*row[:FIGURE_WIDTH]), *row[FIGURE_WIDTH:]) for row in rows]
