"""Further tables of a theme: departments of the organisation, categories of reports."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from dashboard.charts.icons import icon
from dashboard.reading.board import Board
from dashboard.reading.categories import categories
from dashboard.reading.departments import departments, public_administration
from dashboard.words import numbers, periods, states

Cell = str | Markup


@dataclass(frozen=True)
class ThemeTable:
    """A table with its title, the words above it, and the last days of its figures."""

    title: str
    caption: str
    headings: Sequence[str]
    # A name and its figures.
    rows: Sequence[tuple[Cell, ...]]
    until: date
    # A figure to compare with, of another source.
    beside: str | None = None
    beside_until: date | None = None

    @property
    def last_days(self) -> list[date]:
        """Days after which some of it may not be shown."""
        return [day for day in (self.until, self.beside_until) if day]


def table_of(board: Board, theme_code: str) -> ThemeTable | None:
    """The table of a theme, for the municipality as a whole."""
    return _TABLES[theme_code](board) if theme_code in _TABLES else None


def _absence(board: Board) -> ThemeTable | None:
    if "mart_staff_absence" not in board.release.marts:
        return None
    listed, country = departments(board), public_administration(board)
    measured = board.indicators["sickness_absence_12_months_pct"]
    if not listed:
        return None
    beside = None
    if country:
        month = periods.period("month", country.period)
        figure = numbers.figure(country.value, measured)
        span = f"over twaalf maanden tot en met {month}"
        beside = f"Heel het openbaar bestuur in Nederland: {figure} {span}, volgens het CBS."
    return ThemeTable(
        title="Ziekteverzuim per afdeling",
        caption=f"Over twaalf maanden, tot en met {periods.period('month', listed[0].period)}.",
        headings=("Afdeling", "Ziekteverzuim"),
        rows=[
            (one.name, _absent("suppressed") if one.value is None else numbers.figure(one.value, measured))
            for one in listed
        ],
        until=min(one.fresh_until for one in listed),
        beside=beside,
        beside_until=country.fresh_until if country else None,
    )


def _reports(board: Board) -> ThemeTable | None:
    listed = categories(board)
    if not listed:
        return None
    days, on_time = board.indicators["reports_handling_days_median"], board.indicators["reports_on_time_pct"]
    return ThemeTable(
        title="Meldingen per soort",
        caption=f"{periods.sentence_start(periods.period('month', listed[0].period))}. De helft van de afgehandelde "
        "meldingen duurde korter dan de doorlooptijd.",
        headings=("Soort", "Ontvangen", "Afgehandeld", "Doorlooptijd", "Op tijd"),
        rows=[
            (
                one.name,
                numbers.number(one.received_count),
                numbers.number(one.handled_count),
                "Minder dan 5 afgehandeld" if one.handling_days is None else numbers.with_unit(one.handling_days, days),
                "Geen met een termijn" if one.on_time_pct is None else numbers.figure(one.on_time_pct, on_time),
            )
            for one in listed
        ],
        until=min(one.fresh_until for one in listed),
    )


def _absent(reason: str) -> Markup:
    why = states.absence(reason)
    return Markup("{}{}").format(icon(why.icon), why.text)


_TABLES: dict[str, Callable[[Board], ThemeTable | None]] = {"organisation": _absence, "public_space": _reports}
