"""Dutch days and periods."""

from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date
from markupsafe import Markup

from dashboard.words.numbers import LOCALE, NBSP

_ORDINALS = ("eerste", "tweede", "derde", "vierde")
_AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def day(moment: date | datetime) -> str:
    """Write a day: 20-11-2026. A moment falls on its day in the Netherlands."""
    if isinstance(moment, datetime):
        moment = moment.astimezone(_AMSTERDAM).date()
    return moment.strftime("%d-%m-%Y")


def unbroken(text: str) -> Markup:
    """Keep a text on one line: a date that breaks after '01-07-' reads as damaged."""
    return Markup('<span class="n">{}</span>').format(text)


@lru_cache(maxsize=2048)
def month(moment: date) -> str:
    """Write a month: oktober 2026."""
    return str(format_date(moment, "MMMM y", locale=LOCALE)).replace(" ", NBSP)


def period(period_type: str, code: str, period_end: date | None = None) -> str:
    """Write a period in a sentence: 'oktober 2026', 'eerste kwartaal 2026', '2024', 'schooljaar 2025/2026'."""
    if period_type == "quarter":
        year, quarter = _quarter(code)
        return f"{_ORDINALS[quarter - 1]} kwartaal{NBSP}{year}"
    return _unquartered(period_type, code, period_end)


def since(period_type: str, code: str, period_end: date | None = None) -> str:
    """Write a period after 'sinds': 'het eerste kwartaal van 2023', else as in any sentence."""
    if period_type == "quarter":
        year, quarter = _quarter(code)
        return f"het {_ORDINALS[quarter - 1]} kwartaal van{NBSP}{year}"
    return period(period_type, code, period_end)


def period_row(period_type: str, code: str, period_end: date | None = None) -> str:
    """Write a period in a table: as in a sentence, but '1e kwartaal 2026'."""
    if period_type == "quarter":
        year, quarter = _quarter(code)
        return f"{quarter}e{NBSP}kwartaal {year}"
    return _unquartered(period_type, code, period_end)


@lru_cache(maxsize=2048)
def period_axis(period_type: str, code: str, period_end: date | None = None) -> str:
    """Write a period along an axis: 'okt. ’26', '1e kw. ’26', '2024', '’25/’26'."""
    match period_type:
        case "month":
            year, number = code.split("-")
            return f"{format_date(date(int(year), int(number), 1), 'MMM', locale=LOCALE)}{NBSP}’{year[2:]}"
        case "quarter":
            year, quarter = _quarter(code)
            return f"{quarter}e{NBSP}kw.{NBSP}’{year[2:]}"
        case "year" if _is_school_year(period_end):
            return f"’{code[2:]}/’{(int(code) + 1) % 100:02d}"
        case _:
            return code


def _unquartered(period_type: str, code: str, period_end: date | None) -> str:
    if period_type == "month":
        year, number = code.split("-")
        return month(date(int(year), int(number), 1))
    if period_type == "year" and _is_school_year(period_end):
        return f"schooljaar{NBSP}{code}/{int(code) + 1}"
    return code


def _quarter(code: str) -> tuple[str, int]:
    year, quarter = code.split("-Q")
    return year, int(quarter)


def _is_school_year(period_end: date | None) -> bool:
    return period_end is not None and period_end.month == 7


def sentence_start(text: str) -> str:
    """Put a capital at the start: 'Eerste kwartaal 2026'; the first letter of 'één' loses its accent then."""
    if text.startswith("één"):
        return f"Eén{text[3:]}"
    return text[:1].upper() + text[1:]


def enumeration(names: Iterable[str]) -> str:
    """Join names as a sentence does: 'a, b en c'."""
    *first, last = [*names] or [""]
    return f"{', '.join(first)} en {last}" if first else last
