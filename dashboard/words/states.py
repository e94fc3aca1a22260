"""States of a figure: absent and why, provisional, rounded, fresh until, expired, and late suppliers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from markupsafe import Markup

from dashboard.words.numbers import number
from dashboard.words.periods import day, unbroken

SOON = timedelta(days=7)
_REASONS = {
    "suppressed": "Te weinig personen om te tonen",
    "impossible": "Niet te berekenen: er is niets om door te delen",
    "unknown": "De bron levert geen cijfer",
    "running": "De periode is nog niet voorbij",
    "not_yet_published": "Nog niet gepubliceerd door de bron",
    # Not of the marts: the rule of access, and a map, which leaves out an area as it was before its borders changed.
    "restricted": "Alleen voor bepaalde groepen",
    "other_borders": "Geen cijfer op de huidige grenzen",
}


@dataclass(frozen=True)
class Absence:
    """The words in the place of a figure, with the icon before them: 'lock', 'clock' or none."""

    icon: str | None
    text: str


def absence(missing_reason: str) -> Absence:
    """Say why there is no figure; never an empty cell, a dash or 0."""
    return Absence(
        "lock" if missing_reason in ("suppressed", "restricted") else None,
        _REASONS.get(missing_reason, _REASONS["unknown"]),
    )


def withheld(supplier: str, days_late: int) -> Absence:
    """Say which supplier is late, and since when."""
    days = "1 dag" if days_late == 1 else f"{number(days_late)} dagen"
    return Absence("clock", f"Leverancier te laat: {supplier}, sinds {days}")


def withheld_for(reason_nl: str) -> Absence:
    """Say why a release withholds figures, in the words of the release itself."""
    return Absence("clock", reason_nl)


def expired(fresh_until: date) -> Absence:
    """Say since when a figure is no longer shown."""
    return Absence("clock", f"Niet meer toonbaar sinds {day(fresh_until + timedelta(days=1))}: geen nieuwe levering")


def expires_soon(fresh_until: date, today: date) -> Markup | None:
    """Return 'Nog toonbaar t/m 30-11-2026' for a figure that expires within 7 days; None for others."""
    if not today <= fresh_until <= today + SOON:
        return None
    return Markup("Nog toonbaar {}").format(unbroken(f"t/m {day(fresh_until)}"))


def status(code: str) -> str:
    """Name the status of a figure in a table: 'voorlopig' or 'definitief'."""
    return "voorlopig" if code == "provisional" else "definitief"


def period_line(period: str, code: str, rounding: int | None = None) -> str:
    """Write a period with 'voorlopig' and the rounding where these hold: '2024, voorlopig, afgerond op 10'."""
    marks = ["voorlopig"] if code == "provisional" else []
    if rounding:
        marks.append(f"afgerond op\N{NO-BREAK SPACE}{number(rounding)}")
    return ", ".join([period, *marks])


def freshness(
    released_on: date | datetime | None, fresh_until: date, source: str, *, checked_on: date | datetime | None = None
) -> Markup:
    """Write 'Bijgewerkt 01-07-2026, toonbaar t/m 28-12-2026, bron: CBS'.

    'Bijgewerkt' is the publication by the source and 'nagekeken' our check; the one never stands in for the other.
    """
    if released_on is not None:
        start = Markup("Bijgewerkt {}").format(unbroken(day(released_on)))
    elif checked_on is not None:
        start = Markup("Nagekeken {}").format(unbroken(day(checked_on)))
    else:
        start = Markup("Nog niet nagekeken")
    return Markup("{}, toonbaar {}, bron: {}").format(start, unbroken(f"t/m {day(fresh_until)}"), source)


def updated(released_on: date | datetime | None) -> Markup:
    """Write 'bijgewerkt 28-11-2026' for the last line of a tile; empty where the source names no day."""
    return Markup("bijgewerkt {}").format(unbroken(day(released_on))) if released_on is not None else Markup("")


def mixed_freshness(checked: Sequence[date | datetime], fresh_until: Sequence[date]) -> Markup:
    """Write the oldest check and the earliest last day of figures that differ in these."""
    days = [moment.date() if isinstance(moment, datetime) else moment for moment in checked]
    if not fresh_until:
        return Markup("")
    last = unbroken(f"t/m {day(min(fresh_until))}")
    if not days:
        return Markup("Toonbaar {}").format(last)
    return Markup("Oudste gegevens nagekeken {}, toonbaar {}").format(unbroken(day(min(days))), last)


def offline(released_on: date) -> str:
    """Write the bar of a page without connection."""
    return f"Zonder verbinding. Cijfers van {day(released_on)}"
