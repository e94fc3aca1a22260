"""Filling the templates: dates, numbers and sentences as Dutch readers write them."""

import re
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from dagster_project.storage.atomic import write_file
from expectations.data_docs import TEMPLATES as FRAME

PAGES = Path(__file__).parent
MONTHS = (
    *("januari", "februari", "maart", "april", "mei", "juni"),
    *("juli", "augustus", "september", "oktober", "november", "december"),
)


def write_page(file: Path, template: str, filters: dict[str, Callable[..., object]], **shown: object) -> None:
    """Write a page from a template of ours; ``filters`` are those of this page alone."""
    pages = _templates()
    pages.filters.update(filters)
    write_file(file, pages.get_template(template).render(**shown).encode())


@cache
def _templates() -> Environment:
    """Compile each template once, however many pages are made from it."""
    templates = Environment(
        loader=FileSystemLoader([PAGES, FRAME]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    shared = (day, long_day, number, counted, figure, short, days, sentence, unbroken)
    templates.filters.update({function.__name__: function for function in shared})
    return templates


def day(date_: date | None) -> str:
    """``25-11-2026``; a dash where there is none."""
    return f"{date_:%d-%m-%Y}" if date_ else "–"


def long_day(date_: date) -> str:
    """``25 november 2026``."""
    return f"{date_.day} {MONTHS[date_.month - 1]} {date_.year}"


def days(count: int) -> str:
    """``1 dag``, ``3 dagen``."""
    return f"{number(count)} {'dag' if count == 1 else 'dagen'}"


def number(count: int) -> str:
    """``1.234``."""
    return figure(count, 0)


def counted(count: int) -> str:
    """As a number; nothing for none, so that a table shows what there is."""
    return number(count) if count else ""


def figure(value: float, decimals: int) -> str:
    """``1.234,5``."""
    return f"{value:,.{decimals}f}".translate(str.maketrans(",.", ".,"))


def short(value: float) -> str:
    """``0,05``, ``5`` or ``1.000``: no more decimals than there are."""
    return f"{value:,.10g}".translate(str.maketrans(",.", ".,"))


def sentence(text: str) -> str:
    """The text with a capital and a full stop."""
    return text[:1].upper() + text[1:].rstrip(".") + "."


def unbroken(text: str) -> Markup:
    """The text with each date and month kept on one line."""
    return Markup(re.sub(r"\d\d-\d\d-\d{4}|\b\d{4}-\d\d\b", r'<span class="date">\g<0></span>', str(escape(text))))
